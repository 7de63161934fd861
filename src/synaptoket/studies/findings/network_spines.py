"""Read-outs of single spines, followed from session to session, one value for each seed.

As in repeated imaging, a spine that comes and goes between two sessions is not seen.
"""

from __future__ import annotations

import numpy as np

from .network_run import Run


def spines_lost(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the percentage of the spines at the end of one phase that are gone at another's.

    As in repeated imaging, a spine that comes and goes between two sessions is not seen.
    """
    return 100 - spines_kept(run, arm, before, after)


def spines_kept(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the percentage of the spines at the end of one phase that are left at another's."""
    there, _, old = _sessions(run, arm, before, after)
    return 100 * old / there


def spines_new(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the spines that are new at the end of `after`, in percent of those at `before`'s."""
    there, now, old = _sessions(run, arm, before, after)
    return 100 * (now - old) / there


def new_ratio(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return the new spines of an arm over those of another."""
    return spines_new(run, arm, before, after) / spines_new(run, against, before, after)


def lost_ratio(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return the lost spines of an arm over those of another."""
    return spines_lost(run, arm, before, after) / spines_lost(run, against, before, after)


def _sessions(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return spines at a first session, at a second, and those of both: shape (3, seeds)."""
    projection = run.projection
    times, phases = run.arm(arm)["time"].values, run.arm(arm)["phase"].values
    first, second = (times[phases == name][-1] for name in (before, after))
    # A spine that was there at the first session is as old as the interval; half a minute of grace.
    elapsed = (second - first) * 3600 - 30
    counts = []
    for one, other in zip(run.states(arm, before), run.states(arm, after), strict=True):
        was, now = (state[f"{projection}.present"] > 0 for state in (one, other))
        old = now & (other[f"{projection}.age"] >= elapsed)
        counts.append((was.sum(), now.sum(), old.sum()))
    return np.array(counts, float).T
