"""The tree of arms: arms are one simulation until their drives differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .schedule import Schedule


@dataclass
class Branch:
    """Arms that are one simulation from segment `start` to `stop`, and the branches after it."""

    arms: list[str]
    start: int
    stop: int
    children: list[Branch] = field(default_factory=list)
    parent: Branch | None = field(default=None, repr=False, compare=False)

    def segments(self) -> int:
        """Return the number of segments of the branch and of all that follow."""
        return self.stop - self.start + sum(child.segments() for child in self.children)


def branches(schedules: Mapping[str, Schedule], arms: list[str], start: int = 0) -> Branch:
    """Return the tree of arms: a branch for each stretch that some arms share.

    Arms stay together as long as all their drives are the same, bit for bit. They may have
    different numbers of segments: the time-lapse is a drive, so two such arms part before either
    ends.
    """
    stop = min(len(schedules[arm].time) for arm in arms)
    for arm in arms[1:]:
        for name, values in schedules[arms[0]].drives.items():
            differs = np.any(values[start:stop] != schedules[arm].drives[name][start:stop], axis=1)
            if differs.any():
                stop = start + int(np.argmax(differs))
    branch = Branch(arms, start, stop)
    if any(len(schedules[arm].time) > stop for arm in arms):
        groups: dict[bytes, list[str]] = {}
        for arm in arms:
            drives = schedules[arm].segment(stop)
            key = b"".join(drives[name].tobytes() for name in sorted(drives))
            groups.setdefault(key, []).append(arm)
        branch.children = [branches(schedules, group, stop) for group in groups.values()]
        for child in branch.children:
            child.parent = branch
    return branch
