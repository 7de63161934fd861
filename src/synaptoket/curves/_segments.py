"""Plays a small circuit with the compiled engine, segment by segment.

Where cells fire by themselves and synapses come and go over weeks, a protocol is many segments; a
binary is compiled once for the text of a circuit and serves all its constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..circuit.connectivity import contacts
from ..circuit.group import DRIVES
from ..circuit.initial import initial_state
from ..circuit.numerics import SEGMENT, SLOW_STEP
from ..circuit.plan import plan
from ..circuit.schema import read_circuit
from ..engine import Engine

DAY = 86400.0


class Segments:
    """A circuit in the compiled engine (Brian2's runtime mode without a compiler).

    Parameters
    ----------
    tree : dict
        The circuit, from `player.small_circuit`.
    seed : int
        Seed of connectivity, initial state and all segments.

    Attributes
    ----------
    plan : CircuitPlan
    contacts : dict of str to (pre, post)
    """

    def __init__(self, tree: dict[str, Any], seed: int = 1, engine: str = "auto"):
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
        fed = {"timelapse": biology / (segments * SEGMENT)} | drives
        steps = round(SEGMENT / SLOW_STEP)
        values = {name: np.full(steps, fed.get(name, 0.0)) for name in DRIVES}
        for _ in range(segments):
            self._segment += 1
            self._worker.advance(values, 1000 * self._seed + self._segment)

    def __enter__(self) -> Segments:
        return self

    def __exit__(self, *exception: object) -> None:
        self._worker.close()
