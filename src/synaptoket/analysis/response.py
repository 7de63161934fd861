"""How a dose moves a quantity away from where it would be without, and when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..results.arm_rows import Course, course
from .statistics import SAME, before, smoothed

if TYPE_CHECKING:
    import xarray


class Response(NamedTuple):
    """How far a quantity is from its reference: percent, and hours since the dose."""

    hours: np.ndarray
    change: np.ndarray
    duration: float

    def acute(self) -> Response:
        """Return the part during the infusion."""
        inside = self.hours <= self.duration + SAME
        return Response(self.hours[inside], self.change[:, inside], self.duration)

    def extreme(self, sign: int) -> np.ndarray:
        """Return the highest (`sign` 1) or lowest (-1) change of each seed during the infusion."""
        part = self.acute().change
        return sign * (sign * part).max(axis=1) if part.size else np.full(len(part), np.nan)

    def half_time(self, sign: int) -> np.ndarray:
        """Return the hours after which half the extreme is reached first; NaN if never left."""
        part = self.acute()
        hours = np.concatenate([[0.0], part.hours])
        found = np.full(len(part.change), np.nan)
        for seed, top in enumerate(sign * self.extreme(sign)):
            course = np.concatenate([[0.0], sign * part.change[seed]])
            if top > 0:
                i = int(np.argmax(course >= top / 2))
                found[seed] = np.interp(top / 2, course[i - 1 : i + 1], hours[i - 1 : i + 1])
        return found

    def hours_until_back(self, within: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
        """Return the hours until a rise is again below `within` percent, and if the record ended.

        Counted from the start of the infusion; 0 for a rise that was never above it.
        """
        found, open_end = np.zeros(len(self.change)), np.zeros(len(self.change), bool)
        n_acute = int((self.hours <= self.duration + SAME).sum())
        for seed, change in enumerate(self.change):
            peak = int(np.argmax(change[:n_acute])) if n_acute else 0
            if not np.isfinite(change).all() or not len(change):
                found[seed] = np.nan
            elif change[peak] > within:
                back = change[peak:] <= within
                open_end[seed] = not back.any()
                i = peak + int(np.argmax(back)) if back.any() else -1
                found[seed] = self.hours[i]
        return found, open_end


def response(
    data: xarray.DataArray | Course,
    start: float,
    end: float,
    twin: xarray.DataArray | Course | None = None,
) -> Response:
    """Return the running mean of `data` (seed, time) after `start`, relative to what it would be.

    That is the twin's value at the same time (the vehicle arm: the same animal, undosed), or,
    without a twin on the same times, the level of the day before. The three rows of a mean are
    all from the infusion or all from after it.
    """
    times, own = course(data)
    level, other = before(data, start), None
    if twin is not None and np.array_equal(times, course(twin).times):
        other = course(twin).values
    hours, parts = [], []
    for first, last in ((start, end), (end, np.inf)):
        inside = (times > first + SAME) & (times <= last + SAME)
        centres, values = smoothed(times[inside], own[:, inside])
        reference = level[:, None]
        if other is not None:
            reference = smoothed(times[inside], other[:, inside])[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(100 * (values / np.where(reference == 0, np.nan, reference) - 1))
        hours.append(centres - start)
    return Response(np.concatenate(hours), np.concatenate(parts, axis=1), end - start)
