"""The table of a sweep: mean and interval over seeds at every point."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...analysis import interval
from ...results.text_table import aligned
from .grid import Grid
from .status import status

#: Points of a sweep whose table is still printed with it.
LONG = 25


def overview(
    grid: Grid, keys: Sequence[str] | None = None, arms: Sequence[str] | None = None
) -> tuple[list[str], list[list[str]], int]:
    """Return header and rows of the table, and how many of its columns are names.

    Parameters
    ----------
    grid : Grid
    keys, arms : sequence of str, optional
        As for `Grid.quantities` and `Grid.arms`.

    Returns
    -------
    header : list of str
    rows : list of list of str
        One for each quantity, arm and point, with mean, 95 % interval and n (seeds with a value).
    left : int
    """
    dimensions = [grid.dimension(axis) for axis in grid.axes]
    places = list(itertools.product(*(range(len(axis)) for axis in grid.axes)))
    rows = []
    for key in grid.quantities(keys):
        quantity, unit = grid.named(key)
        for arm in grid.arms(key, arms):
            values, short = grid.values(key, arm), grid.at_least(key, arm)
            digits = decimals(values)
            for place in places:
                mean, low, high, n = (float(x) for x in interval(values[place]))
                labels = [d.texts()[p] for d, p in zip(dimensions, place, strict=True)]
                shown = f"{'≥ ' if short[place] else ''}{fixed(mean, digits)}" if n else "-"
                bounds = f"{fixed(low, digits)} to {fixed(high, digits)}" if n >= 2 else "-"
                rows.append([quantity, arm, unit, *labels, shown, bounds, f"{n:.0f}"])
    names = ["quantity", "arm", "unit", *(d.label for d in dimensions)]
    return [*names, "mean", "95 % interval", "n"], rows, len(names)


def describe_sweep(folder: str | Path) -> str:
    """Return in words the experiment and state of a sweep, and its table if that is short."""
    grid = Grid(folder)
    plan = grid.plan
    axes = " × ".join(f"{axis.name} ({len(axis)})" for axis in plan.axes)
    lines = [
        f"sweep of {Path(plan.script).stem}: {len(plan.points)} points"
        + (f" = {axes}" if axes else "")
        + f", seeds {', '.join(map(str, grid.seeds))}",
        str(status(folder)),
        *grid.missing,
    ]
    if grid.table.described:
        lines.append(f"quantities: {', '.join(grid.table.described)}")
        if len(plan.points) <= LONG:
            header, rows, left = overview(grid)
            header[left - len(grid.axes) : left] = [grid.dimension(a).name for a in grid.axes]
            lines += ["", aligned(header, rows, indent="", left=left)]
    return "\n".join(lines)


def decimals(values: np.ndarray) -> int:
    """Return how many decimals tell values apart: one from ten on, more below.

    >>> decimals(np.array([90.1, np.nan])), decimals(np.array([0.02]))
    (1, 4)
    """
    known = np.abs(values[np.isfinite(values)])
    largest = known.max(initial=0.0)
    return 1 if largest >= 10 or not largest else int(2 - np.floor(np.log10(largest)))


def fixed(value: float, digits: int) -> str:
    """Return a number with so many decimals, zero without a sign.

    >>> fixed(-0.04, 1)
    '0.0'
    """
    return f"{round(value, digits) + 0.0:.{digits}f}"
