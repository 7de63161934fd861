"""The run of one seed: which random numbers, contacts and initial state it has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..circuit.initial import State, initial_state
from .prepare import Prepared
from .start_state import StartingPoint, starting_point


@dataclass(frozen=True)
class SeedRun:
    """What tells the run of one seed from those of the others.

    Parameters
    ----------
    seed : int
        Of the random numbers, and of the initial state unless it comes from another run.
    connectivity_seed : int
        Of the contacts between cells; they belong to the state that the run starts from.
    start_segment : int
        Segments that were played before this run, since the very first state.
    start : str, optional
        ``"FILE:CHECKPOINT"`` of the state that it starts from, in place of a fresh one. The state
        is read when it is needed: those of a hundred seeds would fill the memory.
    """

    seed: int
    connectivity_seed: int
    start_segment: int = 0
    start: str | None = None

    @classmethod
    def fresh(cls, seed: int) -> SeedRun:
        """Return a run from the initial state of its own seed."""
        return cls(seed, connectivity_seed=seed)

    @classmethod
    def from_point(cls, seed: int, start: str, point: StartingPoint) -> SeedRun:
        """Return a run from the state `point` of another run, which `start` names."""
        return cls(seed, point.connectivity_seed, point.segments_played, start)

    def first_state(self, prepared: Prepared) -> State:
        """Return the state variables before the first segment."""
        if self.start is None:
            return initial_state(prepared.plan, self.seed)
        return starting_point(self.start, self.seed, prepared).state

    def segment_seed(self, at: int) -> int:
        """Return the seed of the random numbers of a segment of this run."""
        return segment_seed(self.seed, self.start_segment + at)


def segment_seed(seed: int, index: int) -> int:
    """Return the seed of a segment's random numbers, which is the same in every arm of a run.

    Parameters
    ----------
    seed : int
        Of the run.
    index : int
        Segments that were played before, since the very first state.
    """
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
