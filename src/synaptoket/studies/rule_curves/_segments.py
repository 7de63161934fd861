"""Plays a small circuit with the compiled engine, segment by segment.

Where synapses come and go over weeks, or cells fire by themselves, a protocol has many segments. A
binary is compiled once for the text of a circuit and serves all constants and seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...circuit.circuit_file import read_circuit
from ...circuit.connectivity import contacts
from ...circuit.initial import initial_state
from ...circuit.numerics import SEGMENT, SLOW_STEP
from ...circuit.plan import plan
from ...engine import Engine
from ...pharmacology.drives import DRIVES
from ._trees import Tree, small_circuit

DAY = 86400.0
NEVER = "0 /day"


class Segments:
    """A circuit in the engine: compiled, or Brian2's runtime mode.

    Parameters
    ----------
    tree : dict
        The circuit, from `turnover` or `small_circuit`.
    seed : int
        Seed of connectivity, initial state and all segments.
    engine : {"auto", "standalone", "runtime"}

    Attributes
    ----------
    plan : CircuitPlan
    contacts : dict of str to (pre, post)
    """

    def __init__(self, tree: Tree, seed: int = 1, engine: str = "auto"):
        self.plan = plan(read_circuit(tree, "curve"))
        self.contacts = contacts(self.plan.circuit, seed)
        self._seed, self._segment = seed, 0
        self._worker = Engine(self.plan, engine).worker(seed)
        self._worker.load(initial_state(self.plan, seed))

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a copy of a state variable, ``"contact.present"``, in SI units."""
        return self._worker.arrays[name].copy()

    def load(self, values: Mapping[str, Any]) -> None:
        """Replace state variables or constants, each by an array or by one number for all."""
        state = self._worker.arrays
        self._worker.load({k: np.broadcast_to(v, state[k].shape) for k, v in values.items()})

    def play(self, biology: float, segments: int = 1, **drives: float) -> None:
        """Play some segments that stand for some seconds of biology together."""
        levels = {"timelapse": biology / (segments * SEGMENT)} | drives
        steps = round(SEGMENT / SLOW_STEP)
        values = {name: np.full(steps, levels.get(name, 0.0)) for name in DRIVES}
        for _ in range(segments):
            self._segment += 1
            self._worker.advance(values, 100_000 * self._seed + self._segment)

    def followed(self, name: str, biology: float, times: int, segments: int = 1) -> np.ndarray:
        """Play some stretches and return the mean of a variable at the start and after each."""
        means = [self[name].mean()]
        for _ in range(times):
            self.play(biology, segments)
            means.append(self[name].mean())
        return np.array(means)

    def __enter__(self) -> Segments:
        return self

    def __exit__(self, *exception: object) -> None:
        self._worker.close()


def turnover(
    formation: Tree,
    elimination: Tree,
    structure: Tree | None = None,
    cells: int = 300,
    in_degree: int = 50,
    step: str = "10 ms",
    populations: Mapping[str, Tree] | None = None,
    **table: Any,
) -> Tree:
    """Return the tree of a circuit in which contacts from `source` to `target` come and go.

    Parameters
    ----------
    formation, elimination, structure : dict
        Tables of the projection with these names.
    cells : int
        Size of both populations; with 300 cells and 50 candidates, 15,000 pairs.
    in_degree : int
        Candidates of each target.
    step : str
        Numerical step: as long as 10 ms where no cell fires.
    populations : mapping of str to dict, optional
        Tables of the populations that make cells fire.
    **table
        More keys of the projection.
    """
    projection = {
        "source": "source",
        "target": "target",
        "in_degree": in_degree,
        "ampa_weight": "0 nS",
        "structure": {"filling_fraction": 0} | (structure or {}),
        "formation": formation,
        "elimination": elimination,
    } | table
    sizes = {"source": cells, "target": cells}
    tree = small_circuit(sizes, {"contact": projection}, populations, step)
    if populations:
        tree["numerics"] |= {"input_step": "1 ms", "precision": "single"}
    return tree
