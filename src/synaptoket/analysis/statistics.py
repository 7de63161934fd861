"""Percent of control within a seed, then mean and interval over seeds.

Times are in hours since the start of the protocol; n counts seeds, never cells or synapses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..results.arm_rows import ArmRows, Course, RowsByArm, course, rows_by_arm
from .protocol_timeline import timeline
from .reported_names import CONTROL

if TYPE_CHECKING:
    import xarray

#: Two times closer than this, in hours, are the same.
SAME = 1e-6


def percent_of_control(
    tree: xarray.DataTree, variable: str = "synapse_count"
) -> dict[str, xarray.DataArray]:
    """Return a quantity of every arm in percent of the control of the same seed and time.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`.
    variable : str
        Any dataset along time, such as ``synapse_count`` or ``ampa_content``.

    Returns
    -------
    dict of str to xarray.DataArray
        One for each arm, dimensions (seed, time, ...), in percent. Without an arm ``control``, in
        percent of the arm's own value at the end of the phase ``baseline`` (else at time 0).
        The attribute ``reference`` says which.
    """
    rows, percent = rows_by_arm(tree), {}
    for arm, node in tree.children.items():
        data = node[variable].transpose("seed", "time", ...)
        percent[arm] = data.copy(data=relative(rows, arm, variable))
        name = reference(rows)
        percent[arm].attrs = {"units": "%", "reference": name, "long_name": f"percent of {name}"}
    return percent


def reference(rows: RowsByArm) -> str:
    """Return the name of the reference of percentages: the control, or each arm's own baseline."""
    return CONTROL if CONTROL in rows.children else "own baseline"


def relative(rows: RowsByArm, arm: str, variable: str) -> np.ndarray:
    """Return a quantity of an arm in percent of `reference`: shape (seed, time, ...)."""
    return relative_reading(rows, arm, lambda one: one.values(variable))


def relative_reading(
    rows: RowsByArm, arm: str, read: Callable[[ArmRows], np.ndarray]
) -> np.ndarray:
    """Return what is read from an arm, (seed, time, ...), in percent of `reference`'s."""
    arm_rows, control = rows[arm], rows.children.get(CONTROL)
    values = read(arm_rows).astype(float)
    if control is not None:
        level = read(control).astype(float)
        if not np.array_equal(control.times, arm_rows.times):
            level = _at(arm_rows.times, control.times, level)
    else:
        phase = timeline(rows).phase("baseline")
        hour = phase["end_h"] if phase else arm_rows.times[0]
        nearest = int(np.abs(arm_rows.times - hour).argmin())
        level = values[:, nearest : nearest + 1]
    return 100 * values / np.where(level == 0, np.nan, level)


def _at(hours: np.ndarray, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values (seed, time, ...) at the given hours, interpolated; NaN outside the record."""
    apart = np.moveaxis(values, 1, -1)
    flat = [np.interp(hours, times, one, np.nan, np.nan) for one in apart.reshape(-1, len(times))]
    return np.moveaxis(np.reshape(flat, (*apart.shape[:-1], len(hours))), -1, 1)


class Interval(NamedTuple):
    """Mean over seeds with its 95 % confidence interval (Student's t); NaN bounds for n < 2."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def interval(values: Any) -> Interval:
    """Return mean and 95 % interval over the first axis; values that are NaN are left out.

    Parameters
    ----------
    values : array_like
        Shape (seed, ...).

    >>> [round(float(x), 2) for x in interval([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48, 3.0]
    """
    from scipy.special import stdtrit

    values = np.asarray(values, float)
    known = np.isfinite(values)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0).sum(axis=0) / n
        square = np.where(known, (values - mean) ** 2, 0).sum(axis=0)
        half = stdtrit(np.maximum(n - 1, 1), 0.975) * np.sqrt(square / (n - 1) / n)
    half = np.where(n >= 2, half, np.nan)
    return Interval(mean, mean - half, mean + half, n)


def value_at(data: xarray.DataArray | Course, hour: float, slack: float = 0.0) -> np.ndarray:
    """Return `data` (seed, time) at an hour, interpolated: shape (seed,); NaN outside the record.

    The record counts as reaching the hour if it ends at most `slack` hours before.
    """
    times, values = course(data)
    if not len(times) or hour < times[0] - SAME or hour > times[-1] + slack + SAME:
        return np.full(len(values), np.nan)
    return np.array([np.interp(hour, times, seed) for seed in values])


def before(data: xarray.DataArray | Course, hour: float, span: float = 24.0) -> np.ndarray:
    """Return the mean of `data` (seed, time) over the `span` hours up to `hour`: shape (seed,).

    A row stands for its whole segment, so its weight is the length of the segment.
    """
    times, values = course(data)
    length = np.diff(times, prepend=times[:1])
    weight = np.where((times > hour - span + SAME) & (times <= hour + SAME), length, 0.0)
    if not weight.any():
        return np.full(len(values), np.nan)
    return values[:, weight > 0] @ weight[weight > 0] / weight.sum()


def per_time(
    data: xarray.DataArray | Course, unit: float, bins: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rate of events in equal intervals of the whole record.

    Parameters
    ----------
    data : xarray.DataArray or Course
        Events since the previous row, (seed, time); those of a row are spread evenly over it.
    unit : float
        Hours in a unit of time.
    bins : int
        How many intervals; fewer if there are fewer rows.

    Returns
    -------
    middles : ndarray, shape (interval,)
        In units of time.
    values : ndarray, shape (seed, interval)
        Events per unit of time.
    """
    hours, values = course(data)
    times = hours / unit
    edges = np.linspace(times[0], times[-1], min(bins, len(times) - 1) + 1)
    total = np.cumsum(values.astype(float), axis=1)
    at_edges = np.array([np.interp(edges, times, seed) for seed in total])
    return (edges[1:] + edges[:-1]) / 2, np.diff(at_edges, axis=1) / np.diff(edges)


def smoothed(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the running mean of three rows and the times of the middle ones.

    One row is a few seconds of spiking, so its extremes are noise. Of fewer than three rows, the
    mean of all is returned.
    """
    width = min(3, len(times))
    if not width:
        return times, values
    windows = np.lib.stride_tricks.sliding_window_view
    return windows(times, width).mean(axis=-1), windows(values, width, axis=-1).mean(axis=-1)
