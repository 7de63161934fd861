"""The schema of a result file: every dataset with its shape, type, unit and meaning.

The writer creates the datasets of this table, the reader and `check_invariants` expect them, and
``results/README.md`` prints them. A quantity that a rule records is declared by the rule
(`plasticity.Recording`); any other new quantity is one line here, one field of `Row` and one line
in that page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..plasticity import RULES

#: A state of the simulation: its arrays by their names.
State = dict[str, np.ndarray]

#: Version of the schema; from 2 on a state carries a list of its arrays and a hash (`sealing`).
SCHEMA_VERSION = SEALED = 2

CHECKPOINTS = "checkpoints"

# The group that holds a state in the state's own file, while a run goes on.
STATE = "state"

# The group of an arm that holds the measurements of its probes.
PROBES = "probes"

# The group of an arm that holds formations and eliminations, synapse by synapse.
EVENTS = "events"

# The ending of the names of neuron variables that count unoccupied synaptic elements.
VACANT = "_vacant"

# The longest name of a phase, in bytes of UTF-8.
PHASE_BYTES = 80


class Variable(NamedTuple):
    """One dataset of an arm: its dimensions after time, its number type, unit and meaning."""

    name: str
    dimension: str | None
    dtype: str
    units: str
    long_name: str


COUNT = "int64"
REAL = "float64"

#: Rules whose recordings are in every file as one number, of the neuropil or the mean of the cells;
#: NaN where a circuit is without them.
SIGNALLING = ("glutamate", "bdnf", "mtorc1", "synaptic_protein")
SIGNALS = {
    name: recording
    for rule in SIGNALLING
    for place in ("neuropil", "neuron")
    for name, recording in RULES[rule].recordings(place).items()
}

VARIABLES = (
    Variable("synapse_count", "projection", COUNT, "1", "synapses present"),
    Variable("formed", "projection", COUNT, "1", "synapses formed since the previous row"),
    Variable("eliminated", "projection", COUNT, "1", "synapses eliminated since the previous row"),
    Variable("nascent", "projection", COUNT, "1", "present synapses still young and NMDA-only"),
    Variable("ampa_content", "projection", REAL, "1", "mean AMPA receptor content of a synapse"),
    Variable(
        "ampa_content_established",
        "projection",
        REAL,
        "1",
        "mean AMPA receptor content of a synapse that is not nascent",
    ),
    Variable("spine_size_mean", "projection", REAL, "1", "mean spine size of a synapse"),
    Variable("silent_fraction", "projection", REAL, "1", "fraction of synapses without AMPA"),
    Variable("rate", "population", REAL, "Hz", "mean firing rate of a cell over the segment"),
    Variable("nmda_block", "population", REAL, "1", "fraction of NMDA receptors blocked"),
    Variable("stress_hormone", None, REAL, "1", "mean stress hormone, 1 at stress for whole days"),
    Variable("plasma", "drug", REAL, "uM", "total concentration in plasma"),
    Variable("brain_free", "drug", REAL, "uM", "free concentration in brain"),
    *(Variable(name, None, REAL, r.unit, r.long_name) for name, r in SIGNALS.items()),
    Variable("timelapse", None, REAL, "h/s", "hours of biology per second of spiking"),
)

TIME = Variable("time", None, REAL, "h", "time since the start of the protocol, end of the segment")
PHASE = Variable("phase", None, "str", "1", "phase of the protocol")

EVENT_VARIABLES = (
    Variable("time", None, REAL, "h", TIME.long_name),
    Variable("projection", None, "int16", "1", "projection, as index along the arm's axis"),
    Variable("pre", None, "int32", "1", "presynaptic cell, as index in its population"),
    Variable("post", None, "int32", "1", "postsynaptic cell, as index in its population"),
    Variable("formed", None, "int8", "1", "1: a synapse was formed, 0: eliminated"),
)

# The fields of one event without gaps, in memory and in the file of an unfinished run.
EVENT = np.dtype([(v.name, np.dtype(v.dtype).newbyteorder("<")) for v in EVENT_VARIABLES])

AXES = {
    "projection": "connection between two populations",
    "population": "cell population",
    "drug": "drug or metabolite",
}

FRACTIONS = ("silent_fraction", "nmda_block", "stress_hormone")

# Attributes that distinguish experiments; files that differ in one of them are never averaged.
IDENTITY = ("experiment", "neurons", "parameters", "doses", "protocol", "start_checkpoint")

# The attribute that says whether a file has events: its value is `EVENTS`, or empty.
RECORDED = "recorded"

# Attributes that further distinguish runs of one seed: the circuit, the state from which the run
# started, and whether it has events.
ORIGIN = ("circuit", "start_state", RECORDED)

# Attributes whose text is too long for a line of an error message: TOML or JSON.
LONG = ("protocol", "doses", "parameters", "circuit")


@dataclass(frozen=True)
class Coordinates:
    """The names along the three axes of the datasets, in their order.

    Parameters
    ----------
    populations, projections, drugs : sequence of str
        `drugs` holds every species that is followed, metabolites included; it may be empty.
    probes : sequence of Variable
        Read-outs of the probes of each arm, along no axis or ``"population"``. Without read-outs
        an arm has no table of probes.
    vacant : sequence of str
        The datasets of vacant synaptic elements, one for each kind of element.
    quantities : sequence of Variable
        Datasets that the rules of this circuit record beside those of every file.
    events : bool
        Whether formations and eliminations are recorded synapse by synapse.
    """

    populations: Sequence[str]
    projections: Sequence[str]
    drugs: Sequence[str] = ()
    probes: Sequence[Variable] = ()
    vacant: Sequence[str] = ()
    quantities: Sequence[Variable] = ()
    events: bool = False

    def names(self, dimension: str) -> list[str]:
        """Return the names along ``"population"``, ``"projection"`` or ``"drug"``."""
        axes = {
            "population": self.populations,
            "projection": self.projections,
            "drug": self.drugs,
        }
        return list(axes[dimension])

    def variables(self) -> list[Variable]:
        """Return the datasets of an arm, without those along an axis that has no names."""
        known = [v for v in VARIABLES if v.dimension is None or self.names(v.dimension)]
        return [*known, *(vacant_variable(name) for name in self.vacant), *self.quantities]

    def tables(self, arms: Iterable[str]) -> dict[str, Coordinates]:
        """Return the groups that hold rows, with their axes: each arm, then its probes."""
        tables: dict[str, Coordinates] = {}
        for arm in arms:
            tables[arm] = self
            if self.probes:
                tables[probe_table(arm)] = ProbeCoordinates(self.populations, (), (), self.probes)
        return tables


class ProbeCoordinates(Coordinates):
    """The axis of the probes of an arm, ``"population"``; the datasets are the read-outs."""

    def variables(self) -> list[Variable]:
        """Return the read-outs."""
        return list(self.probes)


def vacant_variable(name: str) -> Variable:
    """Return the dataset of a kind of vacant elements, such as ``axonal_excitatory_vacant``."""
    words = name.replace("_", " ")
    return Variable(name, "population", REAL, "1", f"{words} elements, all cells of a population")


def probe_table(arm: str) -> str:
    """Return the group that holds the probes of an arm."""
    return f"{arm}/{PROBES}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """The state of one arm at the end of one segment.

    Values along an axis are a sequence in the order of `Coordinates`, or a mapping by name.
    Counts are whole numbers; concentrations are in µM, rates in Hz, `time` in hours.
    Row 0 of an arm is its initial state: time 0, nothing formed, nothing eliminated.
    `vacant` has values along the populations for each kind of vacant elements. `quantities` has
    the value, or the values along an axis, of each quantity that a rule records: also the signals.
    """

    time: float
    phase: str
    synapse_count: Any
    formed: Any
    eliminated: Any
    nascent: Any
    ampa_content: Any
    ampa_content_established: Any
    spine_size_mean: Any
    silent_fraction: Any
    rate: Any
    nmda_block: Any
    plasma: Any = ()
    brain_free: Any = ()
    stress_hormone: float
    timelapse: float
    vacant: Mapping[str, Any] = field(default_factory=dict)
    quantities: Mapping[str, Any] = field(default_factory=dict)
