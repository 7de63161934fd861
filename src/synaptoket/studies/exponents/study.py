"""The local exponents of a circuit over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np

from ...circuit.connectivity import contacts
from ...circuit.group import CircuitPlan
from ...engine import Engine
from ...engine.announcing import Announce, silent
from .chain import ACTIVITY, Follower, chain
from .twins import Twins, background

#: Share by which the background input of twins is raised and lowered.
STEP = 0.01


@dataclass(frozen=True)
class Exponents:
    """How steeply each variable follows activity, seed by seed.

    Attributes
    ----------
    followers : tuple of Follower
        What was read.
    step : float
        Share by which the background input was raised in one twin and lowered in the other.
    twins : tuple of (dict, dict)
        For each seed what the twin with less input shows, and that with more: `ACTIVITY` (the mean
        rate of the releasing cells, Hz) and the followers by key.
    """

    followers: tuple[Follower, ...]
    step: float
    twins: tuple[tuple[Mapping[str, float], Mapping[str, float]], ...]

    def changes(self, key: str) -> np.ndarray:
        """Return d ln(variable) between the twins: shape (seed,); NaN of what is not positive."""
        values = np.array([[low[key], high[key]] for low, high in self.twins], float)
        positive = np.all(values > 0, axis=1)
        logs = np.log(np.where(values > 0, values, 1.0))
        return np.where(positive, logs[:, 1] - logs[:, 0], np.nan)

    def from_activity(self, key: str) -> np.ndarray:
        """Return d ln(variable)/d ln(activity): shape (seed,)."""
        return _ratio(self.changes(key), self.changes(ACTIVITY))

    def link(self, follower: Follower) -> tuple[str, np.ndarray]:
        """Return what a variable follows, and d ln(variable)/d ln(of that): shape (seed,).

        Of several leaders it is the one that changes most. NaN where the leader does not change.
        """
        if not follower.leaders:
            return ACTIVITY, self.from_activity(follower.key)
        change = {key: np.abs(np.nan_to_num(self.changes(key))).mean() for key in follower.leaders}
        leader = max(follower.leaders, key=lambda key: change[key])
        return leader, _ratio(self.changes(follower.key), self.changes(leader))


def _ratio(change: np.ndarray, cause: np.ndarray) -> np.ndarray:
    moved = np.abs(cause) > 1e-12
    return np.where(moved, change / np.where(moved, cause, 1.0), np.nan)


def local_exponents(
    plan: CircuitPlan,
    seeds: Sequence[int],
    step: float = STEP,
    jobs: int = 1,
    engine: Engine | None = None,
    announce: Announce = silent,
) -> Exponents:
    """Play twins of a circuit and return how steeply its variables follow activity.

    Parameters
    ----------
    plan : CircuitPlan
    seeds : sequence of int
        Each draws its own network, state and random numbers.
    step : float
        Share by which the background input of the excitatory populations differs, up and down.
    jobs : int
        Seeds that are played at once.
    engine : Engine, optional
        One for this plan; without it, one is made.
    announce : callable
        Called with a line of text when something slow starts.

    Raises
    ------
    UserError
        If the circuit has no births at a hazard, or no background input to change.
    """
    followers = chain(plan)
    background(plan, 1.0)  # refuses a circuit without any, before anything is compiled
    engine = engine or Engine(plan, announce=announce)
    stop = Event()

    def play(seed: int) -> tuple[Mapping[str, float], Mapping[str, float]]:
        worker = engine.worker(seed)
        try:
            twins = Twins(plan, contacts(plan.circuit, seed), worker, seed, followers, stop)
            state, played = twins.settled()
            low, high = (twins.twin(state, played, 1 + sign * step) for sign in (-1, 1))
            return low, high
        finally:
            worker.close()

    at_once = jobs if engine.kind == "standalone" else 1  # the runtime mode has one simulation
    with ThreadPoolExecutor(max_workers=max(min(at_once, len(seeds)), 1)) as pool:
        try:
            return Exponents(tuple(followers), step, tuple(pool.map(play, seeds)))
        except BaseException:
            stop.set()  # the other seeds end with their present segment
            raise
