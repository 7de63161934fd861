"""When states are saved, how they are named, which stay, and from which one a branch goes on.

The end of every phase and of every branch of the tree of arms is saved, and now and then one more
state to resume from, which replaces the one before. `KEEP` says which states stay in the finished
file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..circuit.numerics import SEGMENT
from .arm_tree import Branch
from .phase import phase_label
from .run_options import Keep
from .schedule import Schedule

#: Wall seconds between two states to resume from.
CHECKPOINT_EVERY = 20.0

#: The kinds of state that stay in a finished file, by the option ``--keep-checkpoints``.
KEEP: dict[str, tuple[str, ...]] = {
    Keep.phases: ("phase end", "branch end"),
    Keep.branches: ("branch end",),
    Keep.none: (),
}


class SavingClock:
    """Tells when the next state to resume from is due.

    Parameters
    ----------
    segments : int, optional
        The number of segments after which one is due, if `CHECKPOINT_EVERY` has not passed before.
    """

    def __init__(self, segments: int | None):
        self._segments = segments
        self.reset()

    def reset(self) -> None:
        """Start anew, after a state was saved."""
        self._count, self._since = 0, time.monotonic()

    def due(self) -> bool:
        """Return, after each segment, whether a state should be saved."""
        self._count += 1
        late = time.monotonic() - self._since > CHECKPOINT_EVERY
        return late or (self._segments is not None and self._count >= self._segments)


def kind_of(branch: Branch, schedule: Schedule, at: int) -> str:
    """Return the kind of the state before segment `at`: ``"branch end"``, ``"phase end"`` or
    ``"latest"``."""
    if at == branch.stop:
        return "branch end"
    return "phase end" if schedule.phase[at] != schedule.phase[at - 1] else "latest"


def checkpoint_name(branch: Branch, schedule: Schedule, at: int) -> str:
    """Return the name of the state before segment `at`: the first arm and the phase that ended.

    Within a phase the hours since its beginning are added: ``stress_ketamine@treatment+0.5h``.
    """
    phase = schedule.phase[at - 1]
    name = f"{branch.arms[0]}@{phase_label(phase)}"
    if at == len(schedule.phase) or schedule.phase[at] != phase:
        return name
    first = schedule.phase.index(phase)
    begin = schedule.time[first] - schedule.timelapse[first] * SEGMENT
    return f"{name}+{(schedule.time[at - 1] - begin) / 3600:.4g}h"


def latest_name(branch: Branch) -> str:
    """Return the name of the state to resume from, which each new one replaces."""
    return f"{branch.arms[0]}@latest"


def about(branch: Branch, schedule: Schedule, at: int, before: int) -> dict[str, Any]:
    """Return the attributes of the state before segment `at`.

    Parameters
    ----------
    before : int
        Segments played before this run, if it started from a state of another run.
    """
    return {
        "arms": branch.arms,
        "phase": schedule.phase[at - 1],
        "hours": float(schedule.time[at - 1]) / 3600,
        "hormone": float(schedule.hormone[at - 1]),
        "segment": at,
        "played": before + at,
        "kind": kind_of(branch, schedule, at),
    }


def last_saved(
    saved: Mapping[str, Mapping[str, Any]], branch: Branch, rows: int
) -> tuple[str | None, int]:
    """Return name and segment of the last state of a branch; (None, its start) without one.

    Parameters
    ----------
    saved : mapping of str to mapping
        Attributes of all states by name.
    branch : Branch
    rows : int
        Rows that the file has of every arm of the branch; states beyond them are passed over.
    """
    last, at = None, branch.start
    for name, attributes in saved.items():
        segment = attributes["segment"]
        if attributes["arms"] == branch.arms and at < segment <= min(branch.stop, rows - 1):
            last, at = name, segment
    return last, at


def kept(saved: Mapping[str, Mapping[str, Any]], keep: str) -> list[str]:
    """Return the names of the states that stay in the finished file."""
    return [name for name, attributes in saved.items() if attributes["kind"] in KEEP[keep]]
