"""What a rule is: constants, equation text, and the places where it joins the circuit.

A rule is data. It owns one or more `Part`, each of which joins one kind of group:

- ``"neuron"``: a population (its equations, what happens at its spikes, its slow update);
- ``"synapse"``: a projection (its equations, what a pre- or postsynaptic spike does, the factor
  by which it scales transmission, its structural update);
- ``"neuropil"``: the extracellular space and the shared signalling of a patch of tissue.

A slow update is code that runs every slow step (every structural step on synapses), in which
``elapsed`` is the biological time that this step stands for. It must be written in exact
exponential form, ``x += (1 - exp(-elapsed/tau))*(target - x)``, so that it is stable at any
time-lapse. A rule that is switched off keeps its variables at their initial values.
"""

from dataclasses import dataclass, field
from typing import Literal

Place = Literal["neuron", "synapse", "neuropil"]


@dataclass(frozen=True)
class Constant:
    """A number of a rule: the unit whose dimension it must have, its symbol and its meaning."""

    unit: str
    symbol: str
    meaning: str


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


def renewal(variables: dict[str, Variable]) -> str:
    """Return statements that give absent and newborn synapses their newborn values.

    They close the slow update of a projection in which a rule lets synapses come and go: it
    declares `present` and sets `born`, 1 where a synapse came to be in this step.

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
    return "\n".join(["kept = present*(1 - born)", *lines]) if lines else ""


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
    ampa_factor, nmda_factor, gaba_factor : str
        Expressions that multiply the conductance a presynaptic spike opens.
    slow : str
        Statements of the slow update.
    order : int
        Position of the slow update among those of its group, low first.
    """

    variables: dict[str, Variable] = field(default_factory=dict)
    equations: str = ""
    at_spike: str = ""
    on_pre: str = ""
    on_post: str = ""
    ampa_factor: str = ""
    nmda_factor: str = ""
    gaba_factor: str = ""
    slow: str = ""
    order: int = 0

    def code(self) -> str:
        """Return all text of the part, to look for the names that it uses."""
        texts = (self.equations, self.at_spike, self.on_pre, self.on_post, self.slow)
        return "\n".join((*texts, self.ampa_factor, self.nmda_factor, self.gaba_factor))


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
        The name used in a circuit's TOML, ``[rules.<name>]``.
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
    """

    name: str
    equation: str
    source: str
    constants: dict[str, Constant]
    parts: dict[Place, Part]
    slow_times: tuple[SlowTime, ...] = ()
