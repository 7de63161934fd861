"""The figure of the proof: one dose at several time-lapses against the same without any.

Only trees that `synaptoket.open_results` returns are read, of files with one arm for each
time-lapse (`synaptoket.timelapse`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .analysis import interval, principal, timeline
from .analysis.convergence import PREFIX
from .figures import STYLE

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {
    "glutamate": "Glutamate (µM)",
    "bdnf": "BDNF (healthy = 1)",
    "mtorc1": "Active mTORC1 (fraction)",
    "protein": "Synaptic protein (healthy = 1)",
    "synapse_count": "Synapses (% of the start)",
}
#: Minutes over which all courses are averaged, so that each has the same of its noise left out.
MEAN_OVER = 6.0


def brute_force_figure(whole: xarray.DataTree, lapsed: xarray.DataTree) -> Figure:
    """Draw courses at several time-lapses over the one without, and the error of the peaks.

    Parameters
    ----------
    whole : xarray.DataTree
        One arm, not lapsed; one seed or more.
    lapsed : xarray.DataTree
        An arm for each time-lapse.

    Returns
    -------
    matplotlib.figure.Figure
        Six panels: five courses, lines means over seeds, bands and bars 95 % intervals.
    """
    import matplotlib
    from matplotlib.figure import Figure

    reference = next(iter(whole.children.values()))
    arms = sorted(lapsed.children.values(), key=_lapse)
    colours = matplotlib.colormaps["plasma"](np.linspace(0.1, 0.85, len(arms)))
    start = float(_compared(reference)[0])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.4, 7.6), layout="constrained")
        axes = figure.subplots(2, 3).ravel()
        for axis, (name, label) in zip(axes, PANELS.items(), strict=False):
            for arm, colour in zip(arms, colours, strict=True):
                minutes, values = course(lapsed, arm, name, start)
                band = interval(values)
                axis.fill_between(minutes, band.low, band.high, color=colour, alpha=0.2, lw=0)
                axis.plot(minutes, band.mean, color=colour, label=f"{_lapse(arm):g} s/s")
            minutes, values = course(whole, reference, name, start)
            axis.plot(minutes, values.mean(axis=0), color="black", lw=2, ls="--", zorder=5,
                      label="not lapsed (1 s/s)")  # fmt: skip
            last = minutes[-1] + MEAN_OVER / 2
            axis.set(title=label, xlabel="Time (min)", xlim=(0, last))
            axis.set_xticks(np.arange(0, last + 1, 20))
            for dose in timeline(lapsed).doses[:1]:
                begin = 60 * (dose["start_h"] - start)
                axis.axvspan(begin, begin + 60 * dose["duration_h"], color="#EEEEEE", zorder=0)
        axes[0].legend(title="time-lapse; shaded: infusion")
        draw_errors(axes[5], whole, lapsed, reference, arms, start)
    return figure


def draw_errors(axis: Axes, whole, lapsed, reference, arms, start: float) -> None:
    """Draw how far the peaks of lapsed runs are from the peak without, against the time-lapse."""
    for shift, (name, colour, mark) in enumerate(
        (("glutamate", "#44AA99", "o"), ("bdnf", "#332288", "s"), ("mtorc1", "#AA4499", "^"))
    ):
        true = course(whole, reference, name, start)[1].max(axis=1).mean()
        peaks = [course(lapsed, arm, name, start)[1].max(axis=1) for arm in arms]
        found = interval(100 * (np.array(peaks).T / true - 1))
        at = np.array([_lapse(arm) for arm in arms]) * 1.08 ** (shift - 1)
        bars = [found.mean - found.low, found.high - found.mean]
        label = PANELS[name].split(" (")[0]
        axis.errorbar(at, found.mean, bars, color=colour, fmt=mark, ls=":", capsize=3, label=label)
    axis.axhspan(-5, 5, color="#EEEEEE", zorder=0, label="within 5 %")
    axis.axhline(0, color="black", lw=1)
    axis.set(xscale="log", title="Peak, against the run that is not lapsed")
    axis.set(xlabel="Time-lapse (s of biology per s of spiking)", ylabel="Difference (%)")
    axis.set_xticks([_lapse(arm) for arm in arms], [f"{_lapse(arm):g}" for arm in arms])
    axis.minorticks_off()
    axis.legend()


def course(
    tree: xarray.DataTree, arm: xarray.DataTree, name: str, start: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes since `start` (h) and a quantity (seed, time), in means of `MEAN_OVER`."""
    data = arm[name].astype(float)
    if "projection" in data.dims:
        data = data.sel(projection=principal(tree))
    times, values = data["time"].values, data.values
    if name == "synapse_count":
        values = (
            100 * values / np.array([np.interp(start, times, seed) for seed in values])[:, None]
        )
    half, step = MEAN_OVER / 2, 2.0
    centres = np.arange(half, (times[-1] - start) * 60 - half + 1e-6, step)
    fine = np.linspace(-half, half, 25)
    at = start + (centres[:, None] + fine) / 60
    return centres, np.stack([np.interp(at, times, seed).mean(axis=1) for seed in values])


def _compared(arm: xarray.DataTree) -> np.ndarray:
    """Return the times of the last phase, from its start, in hours."""
    phase = arm["phase"].values
    first = int(np.argmax(phase == phase[-1]))
    return arm["time"].values[max(first - 1, 0) :]


def _lapse(arm: xarray.DataTree) -> float:
    return float(arm.name.removeprefix(PREFIX))
