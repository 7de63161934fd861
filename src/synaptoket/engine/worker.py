"""The interface of a worker: a circuit with contacts and a state, which plays segments."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from ..circuit.initial import State


@runtime_checkable
class Worker(Protocol):
    """One simulation of a circuit, kept alive from segment to segment.

    The compiled circuit (`StandaloneWorker`), Brian2's runtime mode (`RuntimeWorker`) and the
    programs that a sweep lends (`studies.sweep.programs`) are used through these methods alone.
    """

    @property
    def arrays(self) -> State:
        """The current state in SI units, by ``"group.variable"``: to be read, never written to."""
        ...

    def load(self, state: State) -> None:
        """Replace the state; arrays that `state` does not name keep their values."""
        ...

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state.

        Parameters
        ----------
        drives : dict of str to ndarray, shape (slow steps,)
            What the protocol feeds in, SI units. A circuit passes over those that none of its rules
            reads; one that is not named is zero.
        seed : int
            Seed of this segment's random numbers.
        spikes : Path, optional
            File to which the spikes are appended; see `standalone.read_spikes`.

        Returns
        -------
        dict of str to ndarray
            Valid until the next call: copy the arrays that you keep.

        Raises
        ------
        EngineError
            If the circuit diverges, or its program fails.
        """
        ...

    def state(self) -> State:
        """Return a copy of the state, without the drives: a checkpoint."""
        ...

    def close(self) -> None:
        """Release the worker; it is of no further use."""
        ...
