"""Simulates a candidate of a circuit at rest and under steady drugs, and scores it.

Only spikes are scored. Before that, inhibition learns the rate of each cell, at ten times its rate:
rates at rest differ from cell to cell as they do in a settled circuit. The learning rules then run,
but hardly change anything within the minutes of biology that are simulated of a candidate.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synaptoket.analysis.spikes import irregularity
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import constants, initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine.binary import compiled
from synaptoket.engine.standalone import StandaloneWorker, read_spikes
from synaptoket.parameters.files import read_toml
from synaptoket.parameters.quantities import Quantity
from synaptoket.pharmacology import drug_drives, load_drug

BALANCE, SETTLE, MEASURE = 20, 2, 4  # segments
TIMELAPSE = 300.0

#: While inhibition balances the circuit: the time-lapse, and the factor on its learning rate.
BALANCING_TIMELAPSE, FASTER = 3 * 3600.0, 10.0

#: A candidate whose rates at rest cost more than this is not simulated under drugs.
HOPELESS = 60.0


@dataclass(frozen=True)
class Target:
    """One read-out and the range that it is to fall into.

    Attributes
    ----------
    condition : tuple of str
        ``("rest",)``, or a drug and its free concentration in the brain.
    quantity : str
        A population (its rate in Hz at rest, else the ratio to rest), ``"cv"`` or
        ``"correlation"``.
    low, high : float
    source : str
    """

    condition: tuple[str, ...]
    quantity: str
    low: float
    high: float
    source: str

    @property
    def name(self) -> str:
        return " ".join((self.quantity, *self.condition))

    def cost(self, value: float) -> float:
        """Return the square of how far a value lies outside; at most 100.

        In tenths of the bound, or of 0.3 if that is more.

        >>> target = Target(("rest",), "pv", 6.0, 20.0, "")
        >>> target.cost(10.0), round(target.cost(22.0), 6)
        (0.0, 1.0)
        """
        if not np.isfinite(value):
            return 100.0
        outside = max(self.low - value, value - self.high, 0.0)
        bound = abs(self.low if value < self.low else self.high)
        return float(min((10 * outside / max(bound, 0.3)) ** 2, 100.0))


def load_targets(circuit: str) -> list[Target]:
    """Return the targets of a circuit, from ``targets.toml`` beside this file."""
    tables = read_toml(Path(__file__).with_name("targets.toml"))[circuit]
    found = []
    for drug, table in tables.items():
        levels = {None: table} if drug == "rest" else table
        for level, quantities in levels.items():
            condition = ("rest",) if level is None else (drug, level)
            found += [
                Target(condition, name, *map(float, entry["range"]), entry["source"])
                for name, entry in quantities.items()
            ]
    return found


def drives(condition: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the drives of a segment at rest, or at a steady free concentration of a drug."""
    steps = round(SEGMENT / SLOW_STEP)
    drugs, free = {}, {}
    if condition != ("rest",):
        name, concentration = condition
        drugs = {name: load_drug(name)}
        # The drug alone, without its metabolites.
        free = {name: {name: np.full(steps, float(Quantity.parse(concentration, "molar")))}}
    return {"timelapse": np.full(steps, TIMELAPSE)} | drug_drives(drugs, free, steps)


class Bench:
    """A compiled circuit on which candidates are tried, one after the other.

    Parameters
    ----------
    circuit : str
        Its name.
    overrides : dict of tuple to value
        What a hypothesis sets.
    neurons : int
    seed : int
        Of the connectivity and of all random numbers.
    targets : list of Target, optional
        What is read out, rest first; those of the circuit by default.
    """

    def __init__(
        self,
        circuit: str,
        overrides: dict,
        neurons: int,
        seed: int,
        targets: list[Target] | None = None,
    ):
        self.circuit, self.overrides, self.neurons, self.seed = circuit, overrides, neurons, seed
        loaded = load_circuit(circuit, overrides, neurons)
        made = plan(loaded)
        self.sizes = loaded.sizes
        self.excitatory = next(n for n, p in loaded.populations.items() if p.excitatory)
        self.targets = targets or load_targets(circuit)
        self.drives = {t.condition: drives(t.condition) for t in self.targets}
        self._start = initial_state(made, seed)
        self._worker = StandaloneWorker(compiled(made, print), contacts(loaded, seed))

    def try_out(self, candidate: dict[str, str | float]) -> tuple[float, dict[str, float]]:
        """Return the cost of a candidate and its read-outs by the name of their target.

        Parameters
        ----------
        candidate : dict
            Dotted names and values as in the circuit's file.
        """
        changed = {tuple(name.split(".")): value for name, value in candidate.items()}
        made = plan(load_circuit(self.circuit, {**self.overrides, **changed}, self.neurons))
        state = self._balanced(self._start | constants(made))
        rest, found = {}, {}
        for condition, fed in self.drives.items():
            mine = [t for t in self.targets if t.condition == condition]
            seen = self._play(state, fed, spikes=condition == ("rest",))
            if condition == ("rest",):
                rest = seen
            for target in mine:
                value = seen[target.quantity]
                if condition != ("rest",):
                    value /= max(rest[target.quantity], 0.01)
                found[target.name] = float(value)
            if condition == ("rest",) and self.cost(found, mine) > HOPELESS:
                break
        return self.cost(found, self.targets), found

    def cost(self, found: dict[str, float], targets: list[Target]) -> float:
        """Return the summed cost of read-outs; one that was not simulated has the highest cost."""
        return sum(t.cost(found.get(t.name, np.nan)) for t in targets)

    def _balanced(self, state: dict) -> dict:
        """Return the state after inhibition has learned the rate of each cell."""
        keys = [key for key in state if key.endswith(".inhibitory_learning_rate")]
        if not keys:
            return state
        self._worker.load(state | {key: state[key] * FASTER for key in keys})
        fed = self.drives[("rest",)]
        fed = fed | {"timelapse": np.full_like(fed["timelapse"], BALANCING_TIMELAPSE)}
        for k in range(BALANCE):
            reached = self._worker.advance(fed, self.seed + 1000 + k)
        return {name: np.array(values) for name, values in reached.items()} | {
            key: state[key] for key in keys
        }

    def _play(self, state: dict, fed: dict, spikes: bool) -> dict[str, float]:
        """Return rates (and, from spikes, irregularity) from one condition."""
        self._worker.load(state)
        for k in range(SETTLE):
            self._worker.advance(fed, self.seed + k)
        duration = MEASURE * SEGMENT
        before = self._counts()
        with tempfile.NamedTemporaryFile() as file:
            path = Path(file.name) if spikes else None
            for k in range(MEASURE):
                self._worker.advance(fed, self.seed + SETTLE + k, spikes=path)
            after = self._counts()
            seen = {n: (after[n] - before[n]) / size / duration for n, size in self.sizes.items()}
            if spikes:
                trains = read_spikes(path, list(self.sizes))[self.excitatory]
                measured = irregularity(*trains, self.sizes[self.excitatory], duration)
                seen["cv"], seen["correlation"] = measured
        return seen

    def _counts(self) -> dict[str, int]:
        counts = {n: self._worker.arrays[f"{n}.spike_count"] for n in self.sizes}
        return {n: int(values.sum(dtype=np.int64)) for n, values in counts.items()}

    def close(self) -> None:
        self._worker.close()
