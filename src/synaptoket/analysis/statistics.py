"""Percent of control within a seed, then mean and interval over seeds.

Times are in hours since the start of the protocol; n counts seeds, never cells or synapses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

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
    percent = {}
    for arm, node in tree.children.items():
        values = node[variable].astype(float)
        if CONTROL in tree.children:
            reference, name = tree[CONTROL][variable].astype(float), CONTROL
            if not np.array_equal(reference["time"], values["time"]):
                reference = reference.drop_vars("phase").interp(time=values["time"])
        else:
            phase = timeline(tree).phase("baseline")
            start = values["time"].values[0]
            hour = phase["end_h"] if phase else start
            reference, name = values.sel(time=hour, method="nearest"), "own baseline"
            reference = reference.drop_vars(["time", "phase"], errors="ignore")
        ratio = 100 * values / reference.where(reference != 0)
        ratio.attrs = {"units": "%", "reference": name, "long_name": f"percent of {name}"}
        percent[arm] = ratio
    return percent


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


def value_at(data: xarray.DataArray, hour: float, slack: float = 0.0) -> np.ndarray:
    """Return `data` (seed, time) at an hour, interpolated: shape (seed,); NaN outside the record.

    Up to `slack` hours beyond its last row the record counts as reaching.
    """
    times = data["time"].values
    if not len(times) or hour < times[0] - SAME or hour > times[-1] + slack + SAME:
        return np.full(data.sizes["seed"], np.nan)
    return np.array([np.interp(hour, times, seed) for seed in data.values])


def before(data: xarray.DataArray, hour: float, span: float = 24.0) -> np.ndarray:
    """Return the mean of `data` (seed, time) over the `span` hours up to `hour`: shape (seed,).

    A row stands for its whole segment, so that it weighs by the segment's length.
    """
    times = data["time"].values
    length = np.diff(times, prepend=times[:1])
    weight = np.where((times > hour - span + SAME) & (times <= hour + SAME), length, 0.0)
    if not weight.any():
        return np.full(data.sizes["seed"], np.nan)
    return data.values[:, weight > 0] @ weight[weight > 0] / weight.sum()


def per_time(data: xarray.DataArray, unit: float, bins: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return how many events there are per unit of time, in equal intervals of the whole record.

    Parameters
    ----------
    data : xarray.DataArray
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
    times = data["time"].values / unit
    edges = np.linspace(times[0], times[-1], min(bins, len(times) - 1) + 1)
    total = np.cumsum(data.values.astype(float), axis=1)
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
