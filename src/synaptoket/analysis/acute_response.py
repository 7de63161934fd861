"""How far a dose moves a quantity, and when the quantity is back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..results.arm_rows import Course, course
from .statistics import SAME, before, smoothed

if TYPE_CHECKING:
    import xarray


class Response(NamedTuple):
    """How far a quantity is from its reference, over the time since the dose.

    Attributes
    ----------
    hours : ndarray, shape (time,)
        Since the start of the infusion.
    change : ndarray, shape (seed, time)
        In percent of the reference.
    duration : float
        Of the infusion, in hours.
    """

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
        """Return the hours until half of the extreme is first reached; NaN without any change.

        Parameters
        ----------
        sign : int
            1 for a rise, -1 for a fall.
        """
        part = self.acute()
        hours = np.concatenate([[0.0], part.hours])
        half_times = np.full(len(part.change), np.nan)
        for seed, top in enumerate(sign * self.extreme(sign)):
            course = np.concatenate([[0.0], sign * part.change[seed]])
            if top > 0:
                i = int(np.argmax(course >= top / 2))
                half_times[seed] = np.interp(top / 2, course[i - 1 : i + 1], hours[i - 1 : i + 1])
        return half_times

    def hours_until_back(self, within: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
        """Return the hours until a rise is again below `within` percent.

        They count from the start of the infusion; 0 for a rise that never exceeded `within`.

        Returns
        -------
        hours : ndarray, shape (seed,)
        open_end : ndarray of bool, shape (seed,)
            True where the record ends while the quantity is still above.
        """
        hours_back, open_end = np.zeros(len(self.change)), np.zeros(len(self.change), bool)
        n_acute = int((self.hours <= self.duration + SAME).sum())
        for seed, change in enumerate(self.change):
            peak = int(np.argmax(change[:n_acute])) if n_acute else 0
            if not np.isfinite(change).all() or not len(change):
                hours_back[seed] = np.nan
            elif change[peak] > within:
                back = change[peak:] <= within
                open_end[seed] = not back.any()
                i = peak + int(np.argmax(back)) if back.any() else -1
                hours_back[seed] = self.hours[i]
        return hours_back, open_end


def response(
    data: xarray.DataArray | Course,
    start: float,
    end: float,
    twin: xarray.DataArray | Course | None = None,
) -> Response:
    """Return the running mean of `data` (seed, time) after `start`, relative to a reference.

    The reference is the value of the twin at the same time (the vehicle arm: the same animal
    without the dose) or, without a twin that has the same times, the mean of the day before
    `start`. The three rows of a running mean lie all within the infusion or all after it.

    Parameters
    ----------
    data : xarray.DataArray or Course
    start, end : float
        Of the infusion, in hours.
    twin : xarray.DataArray or Course, optional
    """
    times, values = course(data)
    level, other = before(data, start), None
    if twin is not None and np.array_equal(times, course(twin).times):
        other = course(twin).values
    hours, parts = [], []
    for first, last in ((start, end), (end, np.inf)):
        inside = (times > first + SAME) & (times <= last + SAME)
        centres, means = smoothed(times[inside], values[:, inside])
        reference = level[:, None]
        if other is not None:
            reference = smoothed(times[inside], other[:, inside])[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(100 * (means / np.where(reference == 0, np.nan, reference) - 1))
        hours.append(centres - start)
    return Response(np.concatenate(hours), np.concatenate(parts, axis=1), end - start)
