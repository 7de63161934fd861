"""What a rule is: constants, equation text, and the places where it joins the circuit.

A rule is data. It owns one or more `Part`, each of which joins one kind of group:

- ``"synapse"``: a projection (its equations, what a pre- or postsynaptic spike does, the factor
  by which it scales transmission, its structural update);
- ``"source"``, ``"target"``: the population before and the one behind such a projection (their
  equations, what happens at their spikes, their slow update);
- ``"neuron"``: the populations that a circuit names for the rule; both ends of a projection that
  names the rule itself;
- ``"neuropil"``: the extracellular space and the shared signalling of a patch of tissue.

In the names and the text of a rule, ``{projection}`` stands for the projection that uses it,
``{sign}`` for ``excitatory`` or ``inhibitory``, after its source.

A rule of formation sets `birth_rate` (Hz), the hazard of a contact that a pair might have and has
not, or `birth`, its probability in this step; one of elimination `loss_rate` or `loss`, of a
contact that is there. `structure` draws with them.

A slow update is code that runs every slow step (every structural step on synapses), in which
``elapsed`` is the biological time that this step stands for. It must be written in exact
exponential form, ``x += (1 - exp(-elapsed/tau))*(target - x)``, so that it is stable at any
time-lapse. A rule that is switched off keeps its variables at their initial values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

Place = Literal["neuron", "source", "target", "synapse", "neuropil"]
Kind = Literal["signalling", "functional", "formation", "elimination", "growth", "structure"]


@dataclass(frozen=True)
class Constant:
    """A number of a rule: the unit whose dimension it must have, its symbol and its meaning.

    With a `default`, such as ``"20 ms"`` or 1, a circuit's file may leave it out. Values below
    `least` or above `most`, in SI units, are refused, and so are those of `above` or less; times
    are above zero and rates not below it without saying so.
    """

    unit: str
    symbol: str
    meaning: str
    default: str | float | None = None
    least: float | None = None
    most: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Variable:
    """A state variable.

    Attributes
    ----------
    unit : str
        As in Brian2.
    initial : float or str
        Value at the start, in SI units, or the name of a constant.
    kind : {"float", "integer", "byte"}
        Its type; a byte is an integer of -128 to 127.
    newborn : float or str, optional
        Value with which a synapse is born, in SI units or the name of a constant; absent synapses
        keep it.
    derived : bool
        Set anew in each slow step from other variables: single precision is enough.
    """

    unit: str
    initial: float | str = 0.0
    kind: Literal["float", "integer", "byte"] = "float"
    newborn: float | str | None = None
    derived: bool = False

    def newborn_text(self) -> str:
        """Return `newborn` as Brian2 text."""
        if isinstance(self.newborn, str) or self.unit == "1":
            return str(self.newborn)
        return f"{self.newborn}*{self.unit}"


def renewal(variables: dict[str, Variable], several: bool = False) -> str:
    """Return statements that give absent and newborn synapses their newborn values.

    They close the slow update of a projection in which synapses come and go: `structure` declares
    `present` and sets `born`, 1 where a synapse came to be in this step.

    Parameters
    ----------
    variables : dict of str to Variable
        Those of the projection.
    several : bool
        Whether `present` may be more than one, the number of contacts of a pair.

    >>> print(renewal({"age": Variable("second", newborn=0.0)}))
    kept = present*(1 - born)
    age = kept*age
    """
    lines = [
        f"{name} = kept*{name}"
        + (f" + (1 - kept)*{variable.newborn_text()}" if variable.newborn else "")
        for name, variable in variables.items()
        if variable.newborn is not None
    ]
    there = "int(present > 0)" if several else "present"
    return "\n".join([f"kept = {there}*(1 - born)", *lines]) if lines else ""


@dataclass(frozen=True)
class Part:
    """What a rule adds to one kind of group.

    Attributes
    ----------
    variables : dict of str to Variable
        State variables. An initial value given as text is the name of one of the constants.
    equations : str
        Differential equations, as text, for variables that change between spikes.
    at_spike : str
        Statements run when a neuron of the population fires.
    on_pre, on_post : str
        Statements run when a presynaptic spike arrives, or the postsynaptic cell fires.
    factor : str
        Expression that multiplies whatever a presynaptic spike transmits.
    ampa_factor, nmda_factor, gaba_factor : str
        Expressions that multiply the conductance a presynaptic spike opens.
    survey, offer : str
        Statements run on all projections before the slow update of any of them, one after the
        other: what a pair adds to its cells, and what it does with what all have added.
    slow : str
        Statements of the slow update.
    after : str
        Statements run once `structure` has drawn: `gained` and `lost` are the contacts that a
        pair has got and lost in this step.
    open, due : str
        Conditions without which `survey` and `offer`, and `slow` and `after`, do nothing to a pair
        and its cells: compiled code then passes on to the next pair.
    order : int
        Position of the slow update among those of its group, low first; synapses come and go
        between order 1 and 2.
    """

    variables: dict[str, Variable] = field(default_factory=dict)
    equations: str = ""
    at_spike: str = ""
    on_pre: str = ""
    on_post: str = ""
    factor: str = ""
    ampa_factor: str = ""
    nmda_factor: str = ""
    gaba_factor: str = ""
    survey: str = ""
    offer: str = ""
    slow: str = ""
    after: str = ""
    open: str = ""
    due: str = ""
    order: int = 0

    def renamed(self, names: Mapping[str, str]) -> "Part":
        """Return the part with other names, ``{placeholders}`` among them.

        >>> Part(on_pre="trace_post += jump").renamed({"trace": "trace_a"}).on_pre
        'trace_a_post += jump'
        """
        changed = {
            f.name: _renamed(getattr(self, f.name), names)
            for f in fields(self)
            if isinstance(getattr(self, f.name), str)
        }
        variables = {
            _renamed(name, names): replace(
                variable,
                initial=_renamed(variable.initial, names),
                newborn=_renamed(variable.newborn, names),
            )
            for name, variable in self.variables.items()
        }
        return replace(self, variables=variables, **changed)


def _renamed(text, names: Mapping[str, str]):
    """Return a text with other names; anything else as it is."""
    if not isinstance(text, str):
        return text
    for old, new in names.items():
        if old.startswith("{"):
            text = text.replace(old, new)
        else:
            text = re.sub(rf"(?<!\w){old}(?=(_pre|_post)?\b)", new, text)
            text = re.sub(rf"\bd{old}/dt", f"d{new}/dt", text)
    return text


@dataclass(frozen=True)
class SlowTime:
    """A slow process of a rule, from which the largest sound time-lapse follows (`lag`).

    Attributes
    ----------
    process : str
        What a reader calls it.
    time : str
        The constant that is its time constant, or its rate.
    window : str
        The constant (of this or another rule) over which the spikes that it follows are averaged.
    loop : bool
        Whether it acts back on what it reads, so that it is in play in every phase; else it is
        in play while a drug acts on spikes and until it has come to rest.
    """

    process: str
    time: str
    window: str
    loop: bool = False


@dataclass(frozen=True)
class Rule:
    """One mechanism: its equation in one line, its source, its constants and its parts.

    Attributes
    ----------
    name : str
        The name used in a circuit's TOML, ``[rules.<name>]`` or
        ``[projections.<projection>.rules.<name>]``.
    equation : str
        The idea as one equation.
    source : str
        Author, year and journal of the mechanism.
    constants : dict of str to Constant
        The numbers a circuit's TOML must give.
    parts : dict of str to Part
        What joins where.
    slow_times : tuple of SlowTime
        Its slow processes, as far as they follow spikes.
    summary : str
        What it does, in a line.
    kind : str
        ``"signalling"``, ``"functional"`` (how strong a synapse is), ``"formation"``,
        ``"elimination"``, ``"growth"`` (of synaptic elements), ``"structure"`` (`structure` alone).
    governs : str
        What only one rule of a projection may set, such as its weight.
    sources : str
        ``"excitatory"`` or ``"inhibitory"`` if it makes sense on synapses of such cells alone.
    reads : dict of str to float
        Names that another rule may provide, and what stands for each where none does.
    """

    name: str
    equation: str
    source: str
    constants: dict[str, Constant]
    parts: dict[Place, Part]
    slow_times: tuple[SlowTime, ...] = ()
    summary: str = ""
    kind: Kind = "signalling"
    governs: str = ""
    sources: str = ""
    reads: dict[str, float] = field(default_factory=dict)

    @property
    def sets(self) -> str:
        """What the rule sets on a projection that no other may: what it governs, else its kind."""
        return self.governs or (self.kind if self.kind in ("formation", "elimination") else "")

    def renamed(self, names: Mapping[str, str]) -> "Rule":
        """Return the rule with other names of constants and variables."""
        constants = {_renamed(name, names): held for name, held in self.constants.items()}
        parts = {place: part.renamed(names) for place, part in self.parts.items()}
        times = tuple(
            replace(slow, time=_renamed(slow.time, names), window=_renamed(slow.window, names))
            for slow in self.slow_times
        )
        return replace(self, constants=constants, parts=parts, slow_times=times)
