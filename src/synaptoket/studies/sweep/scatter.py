"""The figure of a design: a quantity against the parameters that correlate with it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...analysis.figures.panels import LETTERS
from ...analysis.figures.style import named_colours, readable
from .axes import coordinate
from .grid import Grid
from .panels import new_figure
from .parameter_names import short_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Parameters that are drawn for a single quantity, and for each of several.
ALONE, EACH = 6, 3

#: A range is drawn in the logarithm from this ratio of its ends on.
RATIO = 8


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation of the pairs that are known; NaN with fewer than three.

    >>> rank_correlation(np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 4.0, 9.0, 0.0]))
    1.0
    """
    from scipy.stats import rankdata

    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return float("nan")
    return round(float(np.corrcoef(rankdata(x[known]), rankdata(y[known]))[0, 1]), 12)


def scatter(grid: Grid, chosen: dict[str, list[str]]) -> Figure:
    """Draw a row of panels for each quantity, one for each of its parameters."""
    axis = grid.axes[-1]
    names = list(axis.settings[0])
    parameters = {}
    for name in names:
        values, unit = coordinate([settings[name] for settings in axis.settings])
        parameters[name] = np.array(values, float), unit
    short = dict(zip(names, short_names(names), strict=True))
    wanted = min(ALONE if len(chosen) == 1 else EACH, len(names))
    columns = min(3, wanted)
    rows = len(chosen) * -(-wanted // columns)
    figure = new_figure(rows, columns, 4.5, 3.4)
    arms = list(dict.fromkeys(arm for key_arms in chosen.values() for arm in key_arms))
    colours = named_colours(arms)
    number = 0
    for key, key_arms in chosen.items():
        means = {arm: _mean(grid.values(key, arm)) for arm in key_arms}
        related = {
            name: rank_correlation(parameters[name][0], means[key_arms[0]]) for name in names
        }
        order = sorted(names, key=lambda name: -abs(np.nan_to_num(related[name])))
        for name in order[:wanted]:
            axes = figure.add_subplot(rows, columns, number + 1)
            x, unit = parameters[name]
            for arm in key_arms:
                axes.plot(x, means[arm], "o", ms=4, alpha=0.65, mew=0, color=colours[arm],
                          label=readable(arm))  # fmt: skip
            _name(axes, grid, key, x, f"{short[name]} ({unit})" if unit else short[name])
            axes.set_title(f"{LETTERS[number % 26]}   ρ = {related[name]:.2f}".replace("-", "−"))
            number += 1
            if number == 1 and len(arms) > 1:
                axes.legend()
    return figure


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over seeds that are known."""
    from ...analysis import interval

    return interval(values.T).mean


def _name(axes: Axes, grid: Grid, key: str, x: np.ndarray, label: str) -> None:
    quantity, unit = grid.named(key)
    axes.set_xlabel(label)
    axes.set_ylabel(f"{quantity}\n({unit})", fontsize=9)
    if x.min() > 0 and x.max() / x.min() >= RATIO:
        from matplotlib.ticker import LogLocator, NullFormatter

        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if x.max() / x.min() < 60 else (1,)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
