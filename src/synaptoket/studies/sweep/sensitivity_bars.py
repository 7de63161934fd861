"""Sensitivity indices as tables and as a figure of bars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.figures.panels import LETTERS
from ...analysis.figures.style import readable
from ..rule_curves.style import STYLE
from .grid import Grid
from .panels import new_figure
from .parameter_names import short_names
from .sensitivity import COLUMNS, GROUPS, Indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Parameters that a figure shows.
SHOWN = 12

#: Trajectories or base points below which a bootstrap tells little.
FEW = {"morris": 6, "saltelli": 32}

WIDTH_PIXELS = 1400

HEADS = {"morris": ("mu*", "± 95 %", "mu", "sigma"), "saltelli": ("ST", "± 95 %", "S1", "± 95 %")}
ABOVE, BELOW, NOISE = "#0072B2", "#9CB9CF", "#D55E00"


def heading(indices: Indices) -> str:
    """Return in one line what the indices are of and on what they rest."""
    groups = GROUPS[indices.kind]
    left_out = f" ({indices.dropped} left out, as runs are missing)" if indices.dropped else ""
    unit = f" ({indices.unit})" if indices.kind == "morris" else ""
    noise = f"; of a parameter without effect {indices.noise:.3g}" if indices.noise >= 0 else ""
    few = "; too few to rely on the intervals" if indices.used < FEW[indices.kind] else ""
    return f"{indices.quantity}{unit}, {indices.arm}: {indices.used} {groups}{left_out}{noise}{few}"


def cells(indices: Indices) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table, the parameter that decides most first."""
    columns = [indices.columns[name] for name in COLUMNS[indices.kind]]
    rows = [
        [indices.names[place], *(f"{column[place]:.3g}" for column in columns)]
        for place in indices.order
    ]
    return ["parameter", *HEADS[indices.kind]], rows


def sensitivity_json(results: Sequence[Indices]) -> str:
    """Return the indices as JSON: of each outcome its parameters, in order; NaN is null."""
    outcomes = []
    for indices in results:
        rows = [
            {"parameter": indices.names[place]}
            | {name: _plain(float(column[place])) for name, column in indices.columns.items()}
            for place in indices.order
        ]
        outcomes.append({"outcome": indices.key, "arm": indices.arm, "unit": indices.unit,
                     "kind": indices.kind, "used": indices.used, "dropped": indices.dropped,
                     "noise": _plain(indices.noise), "parameters": rows})  # fmt: skip
    return json.dumps(outcomes, indent=2, ensure_ascii=False)


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None


def tornado(grid: Grid, results: Sequence[Indices]) -> Figure:
    """Draw a panel of bars for each outcome, the parameter that decides most on top.

    Returns
    -------
    matplotlib.figure.Figure
        Whiskers are 95 % intervals of the bootstrap; the line, with several seeds, is what a
        parameter without effect would have.
    """
    import matplotlib

    columns = 2 if len(results) == 4 else min(3, len(results))
    rows = -(-len(results) // columns)
    shown = min(SHOWN, len(results[0].names))
    with matplotlib.rc_context(STYLE):
        figure = new_figure(rows, columns, 5.6, 1.3 + 0.26 * shown)
        for number, indices in enumerate(results):
            axes = figure.add_subplot(rows, columns, number + 1)
            _bars(axes, indices, shown)
            axes.set_title(f"{LETTERS[number % 26]}   {indices.quantity}")
        figure.suptitle(_caption(grid, results), fontsize=10, color="#333333", x=0.01, ha="left")
    return figure


def _bars(axes: Axes, indices: Indices, shown: int) -> None:
    index, half = (indices.columns[name] for name in COLUMNS[indices.kind][:2])
    chosen = indices.order[:shown]
    names = short_names(indices.names)
    clear = index - half > indices.noise if indices.noise >= 0 else np.ones(len(index), bool)
    colours = [ABOVE if clear[place] else BELOW for place in chosen]
    places = np.arange(len(chosen))[::-1]
    reach = np.array([np.minimum(half, index.clip(0))[chosen], half[chosen]])
    axes.barh(places, index[chosen], color=colours, height=0.72)
    axes.errorbar(index[chosen], places, xerr=reach, ls="", color="#333333", lw=1, capsize=2)
    axes.set_yticks(places, [names[place] for place in chosen], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(chosen) - 0.4)
    axes.set_xlim(left=0)
    if indices.noise >= 0:
        axes.axvline(indices.noise, color=NOISE, lw=1.2, ls="--")
    if indices.kind == "morris":
        axes.set_xlabel(f"μ*: size of the effect over the range\n({indices.unit})")
    else:
        axes.set_xlabel("ST: share of the variance")


def _caption(grid: Grid, results: Sequence[Indices]) -> str:
    first, seeds = results[0], len(grid.seeds)
    arms = {indices.arm for indices in results}
    arm = f"; {readable(first.arm)}" if len(arms) == 1 else ""
    spread = f"{seeds} seeds" if seeds > 1 else "one seed"
    name = Path(grid.plan.script).stem.replace("_", " ")
    size = f", {grid.plan.sweep.neurons} neurons" if grid.plan.sweep.neurons else ""
    whiskers = "whiskers: 95 % interval of the bootstrap"
    if first.used < FEW[first.kind]:
        whiskers += f", of too few {GROUPS[first.kind]} to rely on"
    if first.noise >= 0:
        whiskers += "; dark bars: it is clear of the noise between seeds (dashed)"
    return f"{name}{size}, {first.used} {GROUPS[first.kind]}, {spread}{arm}\n{whiskers}"
