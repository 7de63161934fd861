"""The base class of membranes: how a neuron integrates its inputs and fires.

A membrane has the text of its equations, its state variables, the statements run at a spike, and
three tables of a circuit's file: the population itself, a projection onto it, and the receptors.
Each table holds the numbers that this membrane needs and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Protocol

from pydantic import model_validator

from ...parameters.quantities import Quantity
from ...plasticity import Rule, Variable
from ..candidates import NOT_GIVEN, Candidates
from ..rule_tables import RuleTable
from ..section import Parameter, Section

if TYPE_CHECKING:
    from ...pharmacology.receptor import NmdaReceptor

#: Name to Brian2 unit and SI value.
Constants = dict[str, tuple[str, float]]


class Population(Section):
    """Neurons of one type: the part of their table that all membranes share."""

    fraction: Annotated[Quantity, Parameter("1", "f", "share of all neurons", positive=True)]
    excitatory: bool = False
    membrane: str = "conductance"
    capacitance: Annotated[Quantity, Parameter("farad", "C", "membrane capacitance", positive=True)]
    leak_conductance: Annotated[
        Quantity, Parameter("siemens", "g_L", "leak conductance", positive=True)
    ]
    leak_potential: Annotated[Quantity, Parameter("volt", "E_L", "leak reversal potential")]
    threshold: Annotated[Quantity, Parameter("volt", "V_th", "spike threshold")]
    reset_potential: Annotated[Quantity, Parameter("volt", "V_r", "potential after a spike")]
    refractory_period: Annotated[
        Quantity, Parameter("second", "t_ref", "absolute refractory period", positive=True)
    ]
    background_rate: Annotated[
        Quantity, Parameter("hertz", "r_b", "rate of background input", non_negative=True)
    ] = Quantity(0)
    stimulus_gain: Annotated[
        Quantity,
        Parameter("1", "g_s", "rise of the background rate at full stimulus", non_negative=True),
    ] = Quantity(0)
    elements: dict[str, RuleTable] = {}
    rules: dict[str, RuleTable] = {}

    @model_validator(mode="after")
    def _reset_below_threshold(self) -> Population:
        if self.reset_potential >= self.threshold:
            raise ValueError(
                f'reset_potential = "{self.reset_potential.text}": expected below the threshold, '
                f'"{self.threshold.text}", or a cell that has fired fires for ever'
            )
        return self


class Projection(Section):
    """Synapses between two populations: the part of their table that all membranes share."""

    source: str
    target: str
    in_degree: Annotated[
        Quantity, Parameter("1", "K", "contacts of a neuron that exist (or may)", positive=True)
    ] = Quantity(0, NOT_GIVEN)
    candidates: Candidates = Candidates()
    structure: RuleTable | None = None
    formation: RuleTable | None = None
    elimination: RuleTable | None = None
    rules: dict[str, RuleTable] = {}


class Receptors(Section):
    """Kinetics of synapses: the part of the table that all membranes share."""

    delay: Annotated[Quantity, Parameter("second", "d", "delay of every synapse", positive=True)]


class Tables(Protocol):
    """The tables of a circuit's file that a membrane reads: a `Circuit` has them."""

    @property
    def populations(self) -> Mapping[str, Population]: ...

    @property
    def projections(self) -> Mapping[str, Projection]: ...

    @property
    def receptors(self) -> Receptors: ...

    @property
    def rules(self) -> Mapping[str, RuleTable]: ...

    @property
    def available_rules(self) -> Mapping[str, Rule]: ...


class Membrane:
    """One membrane model.

    Attributes
    ----------
    name : str
        Its name in a population's table, ``membrane = "..."``.
    variables : dict of str to Variable
        State variables; `v`, `refractory_left` and `spike_count` among them.
    equations : str
        As Brian2 reads them. They are solved by exponential Euler: each equation exactly, with
        the other variables as they were at the start of the step.
    reset : str
        Statements run at a spike.
    background : str
        Statement run in each input step, for a population with a background.
    slow : str
        Statements of the slow update that every population has, without any rule.
    delivery : dict of str to str
        The statement that a presynaptic spike runs for each kind of receptor. The weight of a kind
        is ``<kind>_weight`` in the projection's table; a kind without a weight is left out.
    excites : dict of str to bool
        Kinds that only excitatory cells open (True), or only inhibitory ones (False).
    needs : dict of str to tuple of str
        For a number that may be left out, the names of the population's table or of
        ``[receptors]`` that are required if the number is not zero.
    population, projection, receptors : type
        The classes of the three tables of a circuit's file.
    """

    name: ClassVar[str]
    variables: ClassVar[dict[str, Variable]]
    equations: ClassVar[str]
    reset: ClassVar[str]
    background: ClassVar[str]
    slow: ClassVar[str] = ""
    delivery: ClassVar[dict[str, str]]
    excites: ClassVar[dict[str, bool]] = {}
    needs: ClassVar[dict[str, tuple[str, ...]]] = {}
    population: ClassVar[type[Population]] = Population
    projection: ClassVar[type[Projection]] = Projection
    receptors: ClassVar[type[Receptors]] = Receptors

    def opened(self, projection: Projection) -> list[str]:
        """Return the kinds of receptor that a projection onto this membrane opens."""
        return [kind for kind in self.delivery if f"{kind}_weight" in projection.model_fields_set]

    def constants(self, population: Population, receptors: Receptors, step: float) -> Constants:
        """Return the constants that follow from one population's table; `step` is in seconds."""
        return {}

    def shared_constants(self, receptors: Receptors, nmda: NmdaReceptor, step: float) -> Constants:
        """Return the constants of all groups that follow from the table of the receptors."""
        return {}

    def complaints(self, circuit: Tables, name: str) -> Iterator[str]:
        """Yield in words the errors of a population of this membrane, and projections onto it."""
        for key, source in self._given(circuit, name):
            for needed in self.needs.get(key.rpartition(".")[2], ()):
                table = circuit.receptors
                where = "receptors"
                if needed in self.population.model_fields:
                    table, where = circuit.populations[name], f"populations.{name}"
                if needed not in table.model_fields_set:
                    yield f"{where}.{needed}: missing ({key} = {source} needs it)"
        for other, projection in circuit.projections.items():
            if projection.target != name:
                continue
            excitatory = circuit.populations[projection.source].excitatory
            opened = self.opened(projection)
            right = [k for k in self.delivery if self.excites.get(k, excitatory) == excitatory]
            expected = " or ".join(f"{kind}_weight" for kind in right)
            if not opened:
                yield f"projections.{other}: no weight; expected {expected}"
            for kind in opened:
                if kind not in right:
                    yield (
                        f"projections.{other}.{kind}_weight: {projection.source} is "
                        f"{'' if excitatory else 'not '}excitatory; expected {expected}"
                    )

    def _given(self, circuit: Tables, name: str) -> Iterator[tuple[str, str]]:
        """Yield the dotted names and texts of those numbers in `needs` that are given, not zero."""
        tables = {f"populations.{name}": circuit.populations[name]} | {
            f"projections.{other}": projection
            for other, projection in circuit.projections.items()
            if projection.target == name
        }
        for where, table in tables.items():
            for key in self.needs:
                if key in table.model_fields_set and getattr(table, key):
                    yield f"{where}.{key}", getattr(table, key).text
