"""Programs that stay alive from one run to the next: runs with the same contacts share one.

To start a program and to lay out its synapses takes as long as some seconds of spiking. A run
leaves its own state in a program, and the next run loads another one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np

from ...circuit.connectivity import wiring
from ...circuit.group import CircuitPlan
from ...circuit.initial import State
from ...engine import Engine
from ...engine.binary import Binary
from ...engine.standalone import StandaloneWorker

#: Idle programs that are kept at most, and bytes of their states together.
KEPT, KEPT_BYTES = 8, 64 << 20

#: The folder that a program was compiled in, its wiring and its seed.
Key = tuple[str, str, int]


class SharedPrograms:
    """The idle programs of one process; close it after use.

    Parameters
    ----------
    most, most_bytes : int
        Idle programs that are kept, and bytes of their states together.
    """

    def __init__(self, most: int = KEPT, most_bytes: int = KEPT_BYTES):
        self.most, self.most_bytes = most, most_bytes
        self._idle: OrderedDict[Key, StandaloneWorker] = OrderedDict()  # the longest unused first
        self._closed = False
        self._lock = threading.Lock()  # `close` may come from another thread than runs

    @property
    def idle(self) -> dict[Key, StandaloneWorker]:
        """The programs that no run is using."""
        return dict(self._idle)

    def take(self, key: Key) -> StandaloneWorker | None:
        """Return an idle program for the use of one run, or None if there is none."""
        with self._lock:
            program = self._idle.pop(key, None)
        if program is not None and not program.alive:
            program.close()
            return None
        return program

    def give_back(self, key: Key, program: StandaloneWorker) -> None:
        """Keep a program for the next run; those that were not used for longest end."""
        ended = []
        with self._lock:
            replaced = self._idle.pop(key, None)
            self._idle[key] = program
            if replaced is not None:
                ended.append(replaced)
            while self._idle and (self._closed or self._too_many()):
                ended.append(self._idle.popitem(last=False)[1])
        for other in ended:
            other.close()

    def close(self) -> None:
        """End the idle programs; one that is given back from now on ends at once."""
        with self._lock:
            self._closed = True
            ended = list(self._idle.values())
            self._idle.clear()
        for program in ended:
            program.close()

    def _too_many(self) -> bool:
        size = sum(program.size for program in self._idle.values())
        return len(self._idle) > self.most or size > self.most_bytes


class SharingEngine(Engine):
    """Makes workers for a compiled circuit, or lends a program that another run has left.

    Parameters
    ----------
    plan : CircuitPlan
    binary : Binary or None
        Without one, Brian2's runtime mode; then nothing is shared.
    programs : SharedPrograms
    """

    def __init__(self, plan: CircuitPlan, binary: Binary | None, programs: SharedPrograms):
        super().__init__(plan, kind="runtime", binary=binary)
        self._programs = programs
        self._wiring = wiring(plan.circuit)

    def worker(self, seed: int):
        """Return a worker with the connectivity of a seed; close it after use."""
        if self._binary is None:
            return super().worker(seed)
        key = (str(self._binary.folder), self._wiring, seed)
        program = self._programs.take(key)
        if program is None:
            program = super().worker(seed)
            assert isinstance(program, StandaloneWorker)  # as there is a binary
        return LentProgram(self._programs, key, program)


class LentProgram:
    """A `StandaloneWorker` that is idle again when it is closed.

    Parameters
    ----------
    programs : SharedPrograms
        Where it goes back to.
    key : tuple
    worker : StandaloneWorker
    """

    def __init__(self, programs: SharedPrograms, key: Key, worker: StandaloneWorker):
        self._programs, self._key = programs, key
        self._worker: StandaloneWorker | None = worker
        self._sound = self._loaded = False

    @property
    def program(self) -> StandaloneWorker:
        """The program that is lent."""
        if self._worker is None:
            raise RuntimeError("the worker has been closed")
        return self._worker

    @property
    def arrays(self) -> State:
        """The state, to be read."""
        return self.program.arrays

    @property
    def simulated(self) -> float:
        """Wall seconds that the program has spent on simulating, so far."""
        return self.program.simulated

    def load(self, state: State) -> None:
        """Replace the state: the first time all of it, so that nothing of another run remains."""
        left = [n for n in self.arrays if n not in state and not n.startswith("drive.")]
        if left and not self._loaded:
            raise RuntimeError(f"a state without {', '.join(left)} was loaded into a used program")
        self._sound = False
        self.program.load(state)
        self._sound = self._loaded = True

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state; see `Worker.advance`."""
        self._sound = False  # interrupted, it is of no further use
        state = self.program.advance(drives, seed, spikes)
        self._sound = True
        return state

    def state(self) -> State:
        """Return a copy of the state: a checkpoint."""
        return self.program.state()

    def close(self) -> None:
        """Give the program back, or end it if it is in an unknown state."""
        program, self._worker = self._worker, None
        if program is None:
            return
        if self._sound:
            self._programs.give_back(self._key, program)
        else:
            program.close()
