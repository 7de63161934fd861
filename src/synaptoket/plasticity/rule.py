"""A rule: its constants, the text of its equations, and the groups of a circuit that it joins.

A rule is data. It has one or more parts (`Part`), each of which joins one kind of group:

- ``"synapse"``: a projection (its equations, what a pre- or postsynaptic spike does, the factor
  by which it scales transmission, its structural update);
- ``"source"``, ``"target"``: the presynaptic and the postsynaptic population of such a projection
  (their equations, what happens at their spikes, their slow update);
- ``"neuron"``: the populations that the rule's table in a circuit's file names; if a projection
  names the rule, both populations of that projection;
- ``"neuropil"``: the extracellular space and the shared signalling of a patch of tissue.

In the names and the text of a rule, ``{projection}`` stands for the projection that uses it, and
``{sign}`` for ``excitatory`` or ``inhibitory``, the sign of that projection's source.

A rule of formation sets `birth_rate` (Hz), the hazard with which an absent contact is formed, or
`birth`, the probability of that in this step. A rule of elimination sets `loss_rate` or `loss`, the
same for the loss of a contact that is present. `structure` draws births and losses with them.

A slow update is code that runs every slow step (on synapses: every structural step). In it,
``elapsed`` is the biological time that the step stands for. It must be written in exact
exponential form, ``x += (1 - exp(-elapsed/tau))*(target - x)``, so that it is stable at any
time-lapse. A rule that is switched off keeps its variables at their initial values.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

Place = Literal["neuron", "source", "target", "synapse", "neuropil"]
Kind = Literal["signalling", "functional", "formation", "elimination", "growth", "structure"]
Survivors = Callable[[Mapping[str, float], Any, int], dict[str, Any]]


@dataclass(frozen=True)
class Constant:
    """A number of a rule, to which a circuit's file gives a value.

    Attributes
    ----------
    unit : str
        A unit of the dimension that the value must have, such as ``"second"`` or ``"1/day"``.
    symbol, meaning : str
        How papers write it, and a line for tables.
    default : str or float, optional
        A value such as ``"20 ms"`` or 1, with which a circuit's file may leave the constant out.
    least, most, above : float, optional
        Values below `least`, above `most`, or not above `above` are refused; in SI units. A time
        must be above zero and a rate zero or more, unless these say otherwise.
    """

    unit: str
    symbol: str
    meaning: str
    default: str | float | None = None
    least: float | None = None
    most: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Derived:
    """A constant that follows from others, so that no file gives it.

    Attributes
    ----------
    unit : str
        A unit of its dimension, as for a `Constant`.
    of : tuple of str
        The constants it follows from: those of this rule, of the rules in ``[rules]``, of
        ``[receptors]``, and ``releasing_cells``, the number of cells that release glutamate.
    value : callable
        Takes the values of `of` and returns the value; all in SI units, concentrations in mM.
    default : float, optional
        The value in a circuit that lacks one of `of`. Without a default such a circuit has no
        constant of this name, and a text that uses the name is refused.

    >>> Derived("1", ("half", "n"), lambda half, n: 1 / (1 + half**n)).value(2.0, 2.0)
    0.2
    """

    unit: str
    of: tuple[str, ...]
    value: Callable[..., float]
    default: float | None = None


@dataclass(frozen=True)
class Recording:
    """How result files record a variable: one value in every row, under the variable's name.

    A variable of the neuropil is recorded as it is; one of cells as its mean over each population
    (the signals that every file has: as one mean); one of synapses as its mean over the synapses of
    each projection that are present. Populations and projections without the variable have NaN.

    Attributes
    ----------
    unit : str
        Its unit in the file; ``"1"`` for a number without one.
    long_name : str
        What it is, for the axis of a figure.
    scale : float
        Factor from the SI value (concentrations: mM) to `unit`.
    """

    unit: str
    long_name: str
    scale: float = 1.0


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
        Whether each slow step computes it from other variables alone: it may then be stored in
        single precision.
    recording : Recording, optional
        How result files record it; without one they do not.
    deviation : float or str
        Standard deviation of the logarithm of the initial values over the cells of a population,
        or the name of a constant: they are quantiles of a log-normal distribution in random order,
        and have `initial` as their mean.
    """

    unit: str
    initial: float | str = 0.0
    kind: Literal["float", "integer", "byte"] = "float"
    newborn: float | str | None = None
    derived: bool = False
    recording: Recording | None = None
    deviation: float | str = 0.0

    def newborn_text(self) -> str:
        """Return `newborn` as Brian2 text."""
        if isinstance(self.newborn, str) or self.unit == "1":
            return str(self.newborn)
        return f"{self.newborn}*{self.unit}"


def renewal(variables: dict[str, Variable], several: bool = False) -> str:
    """Return statements that give absent and newborn synapses their newborn values.

    They end the slow update of a projection in which synapses come and go: `structure` declares
    `present` and sets `born`, which is 1 where a synapse was formed in this step.

    Parameters
    ----------
    variables : dict of str to Variable
        All variables of the projection.
    several : bool
        Whether a pair may have several contacts, which `present` counts.

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
    """The variables and the text that a rule adds to one kind of group.

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
        Expression that multiplies what a presynaptic spike transmits through every receptor.
    ampa_factor, nmda_factor, gaba_factor : str
        Expressions that multiply the conductance a presynaptic spike opens.
    start : str
        Statement that gives a variable its values at the start, from constants, the synapse and its
        two cells: ``weight = ...`` of the synapses; ``name_post ~ ...`` multiplies that of each
        target cell by the sum over its synapses, relative to the mean cell.
    survey, offer : str
        Statements run on all projections before the slow update of any of them. `survey` runs
        first on every projection and adds to variables of the cells; `offer` reads the sums.
    slow : str
        Statements of the slow update.
    after : str
        Statements run after `structure` has drawn: `gained` and `lost` are the numbers of contacts
        that a pair has gained and lost in this step.
    open, due : str
        Conditions of a pair. Where `open` is false, `survey` and `offer` change nothing; where
        `due` is false, `slow` and `after` change nothing. Compiled code skips such pairs.
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
    start: str = ""
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
                deviation=_renamed(variable.deviation, names),
            )
            for name, variable in self.variables.items()
        }
        return replace(self, variables=variables, **changed)


def _renamed(text: Any, names: Mapping[str, str]) -> Any:
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
    """A slow process of a rule: it bounds the time-lapse (`experiment.timelapse_bound`).

    Attributes
    ----------
    process : str
        What a reader calls it.
    time : str
        The constant that is its time constant, or its rate.
    window : str
        The constant (of this or another rule) over which the spikes that it follows are averaged;
        empty if the process is itself the average of single spikes, which lags behind nothing.
    loop : bool
        Whether it acts back on the spikes that it follows. If so, it bounds the time-lapse of every
        phase; if not, only while a drug acts on spikes and until the process has settled.
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
        The numbers that a circuit's TOML gives.
    parts : dict of str to Part
        What it adds to each kind of group. A variable with a `recording` is in result files.
    slow_times : tuple of SlowTime
        Its slow processes, as far as they follow spikes.
    summary : str
        What it does, in a line.
    kind : str
        ``"signalling"``, ``"functional"`` (how strong a synapse is), ``"formation"``,
        ``"elimination"``, ``"growth"`` (of synaptic elements), ``"structure"`` (the rule of that
        name alone).
    governs : str
        A property that only one rule of a projection may set, such as its weight.
    sources : str
        ``"excitatory"`` or ``"inhibitory"`` if the rule suits only synapses of such cells.
    reads : dict of str to float
        Names that another rule may provide, each with the value that replaces it if none does.
    derived : dict of str to Derived
        Constants that follow from others.
    survivors : callable, optional
        Of a rule of elimination: draws variables of the synapses of a population in balance, from
        its constants (SI), a generator and their number; without it ages are drawn exponentially.
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
    derived: dict[str, Derived] = field(default_factory=dict)
    survivors: Survivors | None = None

    def recordings(self, place: Place) -> dict[str, Recording]:
        """Return how result files record the variables of one part, by the variables' names."""
        variables = self.parts[place].variables if place in self.parts else {}
        return {name: v.recording for name, v in variables.items() if v.recording is not None}

    @property
    def sets(self) -> str:
        """The property of a projection that only this rule may set: `governs`, else its kind."""
        return self.governs or (self.kind if self.kind in ("formation", "elimination") else "")

    def renamed(self, names: Mapping[str, str]) -> "Rule":
        """Return the rule with other names of constants and variables."""
        constants = {_renamed(name, names): value for name, value in self.constants.items()}
        derived = {
            _renamed(name, names): replace(value, of=tuple(_renamed(k, names) for k in value.of))
            for name, value in self.derived.items()
        }
        parts = {place: part.renamed(names) for place, part in self.parts.items()}
        times = tuple(
            replace(slow, time=_renamed(slow.time, names), window=_renamed(slow.window, names))
            for slow in self.slow_times
        )
        return replace(self, constants=constants, derived=derived, parts=parts, slow_times=times)
