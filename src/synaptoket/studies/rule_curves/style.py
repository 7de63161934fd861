"""How the curves of rules are drawn: one style for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...analysis.figures.style import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What the rule's text did, and what a closed form or the paper says; a second condition and a
#: third (colours of Okabe & Ito 2008).
MEASURED = {"color": "#0072B2", "ls": "", "marker": "o", "ms": 4.5, "label": "rule as it runs"}
THEORY = {"color": "#333333", "ls": "-", "lw": 1.2, "label": "closed form", "zorder": 1}
OTHER = MEASURED | {"color": "#D55E00", "marker": "s"}
THIRD = MEASURED | {"color": "#009E73", "marker": "^"}

WIDTH, HEIGHT, WIDTH_PIXELS = 10.0, 3.9, 1200


def new_figure(rows: int = 1) -> Figure:
    """Return an empty figure that belongs to no window."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT * rows), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    return figure


def panels(figure: Figure, titles: Sequence[str], columns: int = 2) -> list[Axes]:
    """Return one panel for each title, in rows of `columns`."""
    rows = -(-len(titles) // columns)
    figure.set_figheight(HEIGHT * rows)
    grid = figure.add_gridspec(rows, columns)
    found = []
    for k, title in enumerate(titles):
        axes = figure.add_subplot(grid[k // columns, k % columns])
        axes.set_title(f"{'abcdef'[k]}   {title}")
        found.append(axes)
    return found


__all__ = ["MEASURED", "OTHER", "STYLE", "THEORY", "THIRD", "new_figure", "panels"]
