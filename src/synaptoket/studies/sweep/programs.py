"""Programs that stay alive from one run to the next: runs with the same contacts share one.

To start a program and to lay out its synapses takes as long as some seconds of spiking. What a run
leaves in a program is its state, and the next run loads one of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from ...circuit.connectivity import wiring
from ...circuit.group import CircuitPlan
from ...circuit.initial import State
from ...engine import Engine
from ...engine.binary import Binary

#: Programs that a process keeps at most, and bytes of their states together.
KEPT, KEPT_BYTES = 8, 64 << 20

#: Those that no run is using, the longest unused first.
_idle: OrderedDict[tuple[str, str, int], Any] = OrderedDict()


class SharingEngine(Engine):
    """Makes workers for a compiled circuit, or lends one that another run has left.

    Parameters
    ----------
    plan : CircuitPlan
    binary : Binary or None
        Without one, Brian2's runtime mode; then nothing is shared.
    """

    def __init__(self, plan: CircuitPlan, binary: Binary | None):
        super().__init__(plan, kind="runtime", binary=binary)
        self._wiring = wiring(plan.circuit)

    def worker(self, seed: int) -> Any:
        """Return a worker with the connectivity of a seed; close it after use."""
        if self._binary is None:
            return super().worker(seed)
        key = (str(self._binary.folder), self._wiring, seed)
        left = _idle.pop(key, None)
        if left is not None and not left.alive:
            left.close()
            left = None
        return Lent(key, left or super().worker(seed))


class Lent:
    """A `StandaloneWorker` that goes back to the idle ones when it is closed.

    Parameters
    ----------
    key : tuple
        What it was compiled from, its wiring and its seed.
    worker : StandaloneWorker
    """

    def __init__(self, key: tuple[str, str, int], worker: Any):
        self._key, self._worker = key, worker
        self._sound = self._loaded = False

    @property
    def arrays(self) -> State:
        """The state, to be read."""
        return self._worker.arrays

    @property
    def simulated(self) -> float:
        """Wall seconds that the program has spent on simulating, so far."""
        return self._worker.simulated

    def load(self, state: State) -> None:
        """Replace the state: the first time all of it, so that nothing of another run remains."""
        kept = [n for n in self.arrays if n not in state and not n.startswith("drive.")]
        if kept and not self._loaded:
            raise RuntimeError(f"a state without {', '.join(kept)} was loaded into a used program")
        self._sound = False
        self._worker.load(state)
        self._sound = self._loaded = True

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state; see `Worker.advance`."""
        self._sound = False  # interrupted, it is of no further use
        state = self._worker.advance(drives, seed, spikes)
        self._sound = True
        return state

    def state(self) -> State:
        """Return a copy of the state: a checkpoint."""
        return self._worker.state()

    def close(self) -> None:
        """Give the program back, or end it if it is in an unknown state."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if not self._sound:
            worker.close()
            return
        _idle[self._key] = worker
        while len(_idle) > KEPT or sum(other.size for other in _idle.values()) > KEPT_BYTES:
            _idle.popitem(last=False)[1].close()


def end_idle() -> None:
    """End the programs that no run is using."""
    while _idle:
        _idle.popitem()[1].close()
