"""What a membrane is: how a neuron turns what arrives into a potential, and that into spikes.

A membrane is a file of this folder and a line in its registry: equations as text, the state
variables, what a spike does, and three tables of a circuit's file (the population itself, a
projection onto it, the receptors), each of which holds what this membrane needs and nothing else.
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
    """Neurons of one type: what all membranes have."""

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
    """Synapses from one population to another: what all membranes have."""

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
    """Kinetics of synapses: what all membranes have."""

    delay: Annotated[Quantity, Parameter("second", "d", "delay of every synapse", positive=True)]


class Tables(Protocol):
    """The tables of a circuit's file that a membrane looks at: a `Circuit` has them."""

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
        The word for it in a population's table, ``membrane = "..."``.
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
        Statements of the slow update that no rule brings.
    delivery : dict of str to str
        What a presynaptic spike does through each kind of receptor; the weight of a kind is
        ``<kind>_weight`` in the projection's table, and a kind without a weight is not there.
    excites : dict of str to bool
        Kinds that only excitatory cells open (True), or only the others (False).
    needs : dict of str to tuple of str
        For a number that may be left out, what else must be given once it is not zero: names of
        the population's table or of ``[receptors]``.
    population, projection, receptors : type
        What the tables of a circuit's file hold.
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
        """Return what follows from the numbers of one population, for steps of `step` seconds."""
        return {}

    def shared_constants(self, receptors: Receptors, nmda: NmdaReceptor, step: float) -> Constants:
        """Return what follows from the numbers of the receptors, for all groups."""
        return {}

    def complaints(self, circuit: Tables, name: str) -> Iterator[str]:
        """Yield what is wrong with a population of this membrane, or a projection onto it."""
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
        """Yield the dotted names and texts of the numbers that are given and not zero."""
        tables = {f"populations.{name}": circuit.populations[name]} | {
            f"projections.{other}": projection
            for other, projection in circuit.projections.items()
            if projection.target == name
        }
        for where, table in tables.items():
            for key in self.needs:
                if key in table.model_fields_set and getattr(table, key):
                    yield f"{where}.{key}", getattr(table, key).text
