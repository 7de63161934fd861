"""Percent of control within a seed, then mean and interval over seeds.

Times are in hours since the start of the protocol; n counts seeds, never cells or synapses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..results.arm_rows import Course, RowsByArm, course, rows_by_arm
from .timeline import timeline

if TYPE_CHECKING:
    import xarray

CONTROL = "control"

# Two times closer than this, in hours, are the same.
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
    """Return what counts are a percentage of: the control, or what each arm began with."""
    return CONTROL if CONTROL in rows.children else "own baseline"


def relative(rows: RowsByArm, arm: str, variable: str) -> np.ndarray:
    """Return a quantity of an arm in percent of `reference`: shape (seed, time, ...)."""
    own, control = rows[arm], rows.children.get(CONTROL)
    values = own.values(variable).astype(float)
    if control is not None:
        level = control.values(variable).astype(float)
        if not np.array_equal(control.times, own.times):
            level = _at(own.times, control.times, level)
    else:
        phase = timeline(rows).phase("baseline")
        hour = phase["end_h"] if phase else own.times[0]
        nearest = int(np.abs(own.times - hour).argmin())
        level = values[:, nearest : nearest + 1]
    return 100 * values / np.where(level == 0, np.nan, level)


def _at(hours: np.ndarray, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values (seed, time, ...) at other times, interpolated; NaN outside the record."""
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
    """Return mean and 95 % interval over the first axis, leaving out what is NaN.

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

    Up to `slack` hours beyond its last row the record counts as reaching.
    """
    times, values = course(data)
    if not len(times) or hour < times[0] - SAME or hour > times[-1] + slack + SAME:
        return np.full(len(values), np.nan)
    return np.array([np.interp(hour, times, seed) for seed in values])


def before(data: xarray.DataArray | Course, hour: float, span: float = 24.0) -> np.ndarray:
    """Return the mean of `data` (seed, time) over the `span` hours up to `hour`: shape (seed,).

    A row stands for its whole segment, so that it weighs by the segment's length.
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
    """Return how many events there are per unit of time, in equal intervals of the whole record.

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

    One row alone is a few seconds of spiking: its extreme would be that of the noise. Of fewer
    than three rows, the mean of all.
    """
    width = min(3, len(times))
    if not width:
        return times, values
    windows = np.lib.stride_tricks.sliding_window_view
    return windows(times, width).mean(axis=-1), windows(values, width, axis=-1).mean(axis=-1)
