"""The figure of a sweep: curves along one axis, maps over two, scatter for a design.

Lines, cells and points are means over seeds; intervals are of 95 %, with two seeds or more.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis import interval
from ...analysis.figures.panels import LETTERS
from ...analysis.figures.style import TIGHT, named_colours, readable
from ...parameters.errors import UserError
from ..rule_curves.style import STYLE
from .grid import Dimension, Grid
from .overview import decimals, fixed
from .panels import new_figure
from .scatter import scatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Cells along each side of a map up to which numbers fit into them, and places of a third axis up
#: to which maps fit side by side.
WIDE, ASIDE = 8, 5

#: Letters of a vertical label that fit along a panel.
UPWARDS = 34

MISSING = "#DDDDDD"


def sweep_figure(
    grid: Grid, keys: Sequence[str] | None = None, arms: Sequence[str] | None = None
) -> Figure:
    """Draw the quantities of a sweep over its axes.

    Parameters
    ----------
    grid : Grid
        Hold enough axes to leave one, two, or three axes of which the last is short.
    keys, arms : sequence of str, optional
        As for `Grid.quantities` and `Grid.arms`.

    Returns
    -------
    matplotlib.figure.Figure
        As `synaptoket.analysis.figures.saving.save` writes it.

    Raises
    ------
    UserError
        If more axes are left than a page has, or none; if no arm has a quantity.
    """
    import matplotlib

    chosen = {key: grid.arms(key, arms) for key in grid.quantities(keys)}
    for key, key_arms in chosen.items():
        if not key_arms:
            raise UserError(f"--quantity {key}: none of {', '.join(arms or ())} has it")
    drawn = _kind(grid)
    with matplotlib.rc_context(STYLE):
        figure = drawn(grid, chosen)
        together = list(dict.fromkeys(arm for key_arms in chosen.values() for arm in key_arms))
        figure.suptitle(caption(grid, together), fontsize=10, color="#333333", x=0.01, ha="left")
    return figure


def _kind(grid: Grid) -> Any:
    """Return how a sweep is drawn by the axes that are left."""
    axes = grid.axes
    if not axes:
        raise UserError("no axis is left to draw along; --table writes the numbers")
    if axes[-1].name == "sample":
        _refuse(grid, axes[:-1])
        return scatter
    if len(axes) == 1:
        return _curves
    if len(axes) == 2:
        return _maps
    _refuse(grid, axes[2:] if len(axes) > 3 or len(axes[2]) > ASIDE else [])
    return _multiples


def _refuse(grid: Grid, surplus: Sequence[Any]) -> None:
    if surplus:
        shown = " ".join(f"--at '{axis.name}={axis.labels[0]}'" for axis in surplus)
        names = ", ".join(axis.name for axis in grid.axes)
        raise UserError(f"too many axes for one figure ({names}): hold some, as by {shown}")


def caption(grid: Grid, arms: Sequence[str]) -> str:
    """Return the caption: experiment, seeds, arm, and the axes that are held."""
    n, (done, total) = len(grid.seeds), grid.runs
    size = f", {grid.plan.sweep.neurons} neurons" if grid.plan.sweep.neurons else ""
    shown = ("mean and 95 % interval", "mean ± half of the 95 % interval")[len(grid.axes) > 1]
    shown = "mean" if grid.axes[-1].name == "sample" else shown
    spread = f"{shown} over {n} seeds" if n > 1 else "one seed"
    state = "" if done == total else f", {done} of {total} runs done"
    arm = f"; {readable(arms[0])}" if len(arms) == 1 else ""
    held = "".join(f"; {name} = {value}" for name, value in grid.held.items())
    return f"{Path(grid.plan.script).stem.replace('_', ' ')}{size}, {spread}{state}{arm}{held}"


def _curves(grid: Grid, chosen: dict[str, list[str]]) -> Figure:
    """Draw one panel for each quantity, a line for each arm."""
    columns = min(2, len(chosen))
    figure = new_figure(-(-len(chosen) // columns), columns)
    dimension = grid.dimension(grid.axes[0])
    colours = named_colours(
        list(dict.fromkeys(arm for key_arms in chosen.values() for arm in key_arms))
    )
    for number, (key, arms) in enumerate(chosen.items()):
        axes = figure.add_subplot(-(-len(chosen) // columns), columns, number + 1)
        for arm in arms:
            _curve(axes, dimension, grid.values(key, arm), colours[arm], readable(arm))
        quantity, unit = grid.named(key)
        axes.set_title(f"{LETTERS[number % 26]}   {quantity}")
        axes.set_ylabel(unit)
        _along(axes, dimension)
        if len(colours) > 1:
            axes.legend(**TIGHT)
    return figure


def _curve(axes: Axes, dimension: Dimension, values: np.ndarray, colour: str, label: str) -> None:
    """Draw the mean along an axis, with a band if its values are numbers, else with whiskers."""
    mean, low, high, _ = interval(values.T)
    if not dimension.numeric:
        reach = np.nan_to_num(np.array([mean - low, high - mean]))
        places = np.arange(len(mean))
        axes.errorbar(places, mean, reach, color=colour, ls="", marker="o", capsize=3, label=label)
        return
    x = np.array(dimension.values)
    order = np.argsort(x)
    axes.plot(x[order], mean[order], color=colour, marker="o", ms=4, label=label)
    axes.fill_between(x[order], low[order], high[order], color=colour, alpha=0.2, lw=0)


def _along(axes: Axes, dimension: Dimension) -> None:
    """Name the horizontal axis and mark its places."""
    axes.set_xlabel(dimension.label)
    if not dimension.numeric:
        places = range(len(dimension.values))
        axes.set_xticks(places, dimension.texts(), rotation=_turn(dimension.texts()))
        axes.set_xlim(-0.5, len(dimension.values) - 0.5)
        return
    if dimension.logarithmic():
        axes.set_xscale("log")
    if len(dimension.values) <= WIDE:
        axes.set_xticks(dimension.values, dimension.texts())
        axes.minorticks_off()


def _turn(texts: Sequence[str]) -> int:
    return 30 if sum(len(text) for text in texts) > 45 else 0


def _maps(grid: Grid, chosen: dict[str, list[str]]) -> Figure:
    """Draw one map for each quantity and arm: the first axis to the right, the second upwards."""
    panels = [(key, arm) for key, arms in chosen.items() for arm in arms]
    several = max(len(arms) for arms in chosen.values())
    columns = several if 1 < several <= 3 else min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(rows, columns, 6.4, 4.4)
    right, up = (grid.dimension(axis) for axis in grid.axes)
    for number, (key, arm) in enumerate(panels):
        axes = figure.add_subplot(rows, columns, number + 1)
        shared = _scale(np.array([grid.values(key, other) for other in chosen[key]]))
        image = _map(axes, grid.values(key, arm), right, up, shared)
        quantity, unit = grid.named(key)
        figure.colorbar(image, ax=axes, label=unit, pad=0.02)
        axes.set_title(f"{LETTERS[number % 26]}   {quantity}")
        if several > 1:
            axes.set_title(readable(arm), loc="right", fontsize=9, fontweight="normal")
    return figure


def _multiples(grid: Grid, chosen: dict[str, list[str]]) -> Figure:
    """Draw a row of maps for each quantity and arm, one for each place of the third axis."""
    panels = [(key, arm) for key, arms in chosen.items() for arm in arms]
    right, up, third = (grid.dimension(axis) for axis in grid.axes)
    columns = len(third.values)
    figure = new_figure(len(panels), columns, 4.6, 4.1)
    for row, (key, arm) in enumerate(panels):
        values = grid.values(key, arm)
        quantity, unit = grid.named(key)
        drawn = []
        for column, text in enumerate(third.texts()):
            axes = figure.add_subplot(len(panels), columns, row * columns + column + 1)
            image = _map(axes, values[:, :, column], right, up, _scale(values))
            drawn.append(axes)
            axes.set_title(f"{third.label} = {text}", fontsize=9, fontweight="normal")
        name = f"{quantity}, {unit}" + (f"\n{readable(arm)}" if len(panels) > len(chosen) else "")
        figure.colorbar(image, ax=drawn, label=name, pad=0.01)
    return figure


def _scale(values: np.ndarray) -> dict[str, Any]:
    """Return the colours of a map and their limits: two hues about zero if it has both signs.

    A few values just below zero, as noise gives, do not count as a second sign.
    """
    mean = interval(np.moveaxis(values, -1, 0)).mean
    known = mean[np.isfinite(mean)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    if min(-low, high) > 0.1 * (high - low):
        far = max(-low, high)
        return {"cmap": "PuOr_r", "vmin": -far, "vmax": far}
    return {"cmap": "viridis", "vmin": low, "vmax": high if high > low else low + 1}


def _map(
    axes: Axes, values: np.ndarray, right: Dimension, up: Dimension, scale: dict[str, Any]
) -> Any:
    """Draw the mean over two axes; with few cells also as numbers, with half the interval."""
    mean, low, high, _ = (part.T for part in interval(np.moveaxis(values, -1, 0)))
    image = axes.imshow(mean, origin="lower", aspect="auto", **scale)
    axes.set_facecolor(MISSING)
    axes.spines[:].set_visible(False)
    for set_ticks, dimension in ((axes.set_xticks, right), (axes.set_yticks, up)):
        step = -(-len(dimension.values) // 12)
        set_ticks(range(0, len(dimension.values), step), dimension.texts()[::step])
    if not right.numeric:
        axes.tick_params(axis="x", labelrotation=_turn(right.texts()))
    axes.tick_params(length=0)
    axes.set_xlabel(right.label)
    axes.set_ylabel(textwrap.fill(up.label, UPWARDS))
    if max(mean.shape) <= WIDE:
        digits = decimals(mean)
        for (y, x), value in np.ndenumerate(mean):
            half = (high - low)[y, x] / 2
            shade = image.cmap(image.norm(value)) if np.isfinite(value) else (1, 1, 1)
            light = np.dot(shade[:3], (0.299, 0.587, 0.114)) > 0.55
            spread = f"\n± {half:.{digits}f}" if np.isfinite(half) else ""
            text = f"{fixed(value, digits)}{spread}" if np.isfinite(value) else "–"
            text = text.replace("-", "−")
            axes.text(x, y, text, ha="center", va="center", fontsize=8,
                      color="black" if light else "white")  # fmt: skip
    return image
