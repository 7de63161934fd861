"""The figure that tests the time-lapse: one dose at several time-lapses and without any.

The figure reads trees of `synaptoket.open_results`, of files with one arm for each time-lapse. In
each seed all arms start from the same state, so that the figure shows their difference, seed by
seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...parameters.errors import UserError
from ..protocol_timeline import timeline
from ..reported_names import principal
from ..statistics import interval
from ..timelapse_error import PREFIX
from .style import STYLE

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {
    "glutamate": "Glutamate (µM)",
    "bdnf": "BDNF (healthy = 1)",
    "mtorc1": "Active mTORC1 (healthy = 1)",
    "protein": "Synaptic protein (healthy = 1)",
    "synapse_count": "Synapses (% of the start)",
}
PEAKS = {"glutamate": ("#44AA99", "o"), "bdnf": ("#332288", "s"), "mtorc1": ("#AA4499", "^")}
#: Minutes over which all courses are averaged, so that the same share of their noise is removed.
MEAN_OVER = 6.0


def brute_force_figure(whole: xarray.DataTree, lapsed: xarray.DataTree) -> Figure:
    """Draw courses at several time-lapses over the one without, and the error of the peaks.

    Parameters
    ----------
    whole : xarray.DataTree
        One arm, not lapsed.
    lapsed : xarray.DataTree
        An arm for each time-lapse; seeds that `whole` lacks are left out.

    Returns
    -------
    matplotlib.figure.Figure
        Six panels: five courses, means over seeds, and the peaks. Bands and bars are 95 %
        intervals of the difference to the run that is not lapsed; none for one seed.
    """
    import matplotlib
    from matplotlib.figure import Figure

    reference, arms = _compared(whole, lapsed)
    colours = matplotlib.colormaps["plasma"](np.linspace(0.1, 0.85, len(arms)))
    projection, start = principal(whole), _start(reference)
    dose = next(iter(timeline(lapsed).doses), None)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.4, 7.8), layout="constrained")
        axes = figure.subplots(2, 3).ravel()
        for axis, (name, label) in zip(axes, PANELS.items(), strict=False):
            minutes, exact = course(reference, name, projection, start)
            middle = exact.mean(axis=0)
            for (lapse, arm), colour in zip(arms.items(), colours, strict=True):
                band = interval(course(arm, name, projection, start)[1] - exact)
                low, high = middle + band.low, middle + band.high
                axis.fill_between(minutes, low, high, color=colour, alpha=0.2, lw=0)
                axis.plot(minutes, middle + band.mean, color=colour, label=f"{lapse:g} s/s")
            axis.plot(minutes, middle, "k--", lw=2, zorder=5, label="not lapsed (1 s/s)")
            last = minutes[-1] + MEAN_OVER / 2
            axis.set(title=label, xlabel="Time (min)", xlim=(0, last))
            axis.set_xticks(np.arange(0, last + 1, 20))
            if dose:
                begin = 60 * (dose["start_h"] - start)
                end = begin + 60 * dose["duration_h"]
                axis.axvspan(begin, end, color="#EEEEEE", zorder=0, label="infusion")
        draw_errors(axes[5], reference, arms, projection, start)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _compared(
    whole: xarray.DataTree, lapsed: xarray.DataTree
) -> tuple[xarray.Dataset, dict[float, xarray.Dataset]]:
    """Return the arm without time-lapse, and the others by their time-lapse, of common seeds."""
    seeds = np.intersect1d(whole["seed"], lapsed["seed"])
    if not len(seeds):
        raise UserError("the lapsed runs and those that are not have no seed in common")
    arms = {
        float(name.removeprefix(PREFIX)): node.to_dataset().sel(seed=seeds)
        for name, node in lapsed.children.items()
    }
    reference = next(iter(whole.children.values())).to_dataset().sel(seed=seeds)
    return reference, dict(sorted(arms.items()))


def error_table(
    whole: xarray.DataTree, lapsed: xarray.DataTree
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: errors of peaks and of the last count in percent, with intervals.

    Parameters are those of `brute_force_figure`.
    """
    reference, arms = _compared(whole, lapsed)
    projection, start = principal(whole), _start(reference)

    def read(arm: xarray.Dataset, name: str) -> np.ndarray:
        values = course(arm, name, projection, start)[1]
        return values[:, -1] if name == "synapse_count" else values.max(axis=1)

    rows = []
    for lapse, arm in arms.items():
        row = [f"{lapse:g} s/s"]
        for name in (*PEAKS, "synapse_count"):
            error = interval(100 * (read(arm, name) / read(reference, name) - 1))
            row.append(f"{error.mean:.1f} ({error.low:.1f} to {error.high:.1f})")
        rows.append(row)
    header = ["time-lapse", *(f"peak of {name}, %" for name in PEAKS), "synapses at the end, %"]
    return header, rows


def draw_errors(axis: Axes, reference, arms, projection: str, start: float) -> None:
    """Draw how far the peaks of lapsed runs are from those without, against the time-lapse."""
    lapses = np.array(list(arms))
    for shift, (name, (colour, mark)) in enumerate(PEAKS.items()):
        exact = course(reference, name, projection, start)[1].max(axis=1)
        peaks = [course(arm, name, projection, start)[1].max(axis=1) for arm in arms.values()]
        error = interval(100 * (np.array(peaks) / exact - 1).T)
        bars = [error.mean - error.low, error.high - error.mean]
        bars = bars if np.isfinite(bars).all() else None
        at, label = lapses * 1.1 ** (shift - 1), PANELS[name].split(" (")[0]
        axis.errorbar(at, error.mean, bars, color=colour, fmt=mark, ls=":", capsize=3, label=label)
    axis.axhspan(-5, 5, color="#EEEEEE", zorder=0, label="within 5 %")
    axis.axhline(0, color="black", lw=1)
    axis.set(xscale="log", title="Error of the peak (% of not lapsed)")
    axis.set(xlabel="Time-lapse (s of biology per s of spiking)")
    axis.set_xticks(lapses, [f"{lapse:g}" for lapse in lapses])
    axis.minorticks_off()
    axis.legend()


def course(
    arm: xarray.Dataset, name: str, projection: str, start: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes since `start` (h) and a quantity (seed, time), in means of `MEAN_OVER`."""
    data = arm[name].astype(float)
    if "projection" in data.dims:
        data = data.sel(projection=projection)
    times, values = data["time"].values, data.values
    if name == "synapse_count":
        at_start = np.array([np.interp(start, times, seed) for seed in values])
        values = 100 * values / at_start[:, None]
    half, step = MEAN_OVER / 2, 2.0
    centres = np.arange(half, (times[-1] - start) * 60 - half + 1e-6, step)
    at = start + (centres[:, None] + np.linspace(-half, half, 25)) / 60
    return centres, np.stack([np.interp(at, times, seed).mean(axis=1) for seed in values])


def _start(arm: xarray.Dataset) -> float:
    """Return when the last phase starts, in hours."""
    phase = arm["phase"].values
    return float(arm["time"].values[max(int(np.argmax(phase == phase[-1])) - 1, 0)])
