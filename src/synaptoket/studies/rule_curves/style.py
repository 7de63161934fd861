"""How the curves of rules are drawn: one style for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...analysis.figures.style import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class LineStyle(dict[str, Any]):
    """Keyword arguments of matplotlib's ``Axes.plot``."""

    def __or__(self, changes: dict[str, Any]) -> LineStyle:
        return LineStyle({**self, **changes})


#: How to draw the values that the rule's text gave, and those of a closed form or of the paper;
#: then a second and a third condition (colours of Okabe & Ito 2008).
MEASURED = LineStyle(color="#0072B2", ls="", marker="o", ms=4.5, label="rule as it runs")
THEORY = LineStyle(color="#333333", ls="-", lw=1.2, label="closed form", zorder=1)
OTHER = MEASURED | {"color": "#D55E00", "marker": "s"}
THIRD = MEASURED | {"color": "#009E73", "marker": "^"}

WIDTH, HEIGHT, WIDTH_PIXELS = 10.0, 3.9, 1200


def new_figure(rows: int = 1) -> Figure:
    """Return an empty figure that belongs to no window."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT * rows), layout="constrained")
    spacious(figure)
    return figure


def spacious(figure: Figure) -> None:
    """Give the panels of a figure with a constrained layout some room."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(w_pad=0.1, h_pad=0.1)


def panels(figure: Figure, titles: Sequence[str], columns: int = 2) -> list[Axes]:
    """Return one panel for each title, in rows of `columns`."""
    rows = -(-len(titles) // columns)
    figure.set_figheight(HEIGHT * rows)
    grid = figure.add_gridspec(rows, columns)
    drawn = []
    for k, title in enumerate(titles):
        axes = figure.add_subplot(grid[k // columns, k % columns])
        axes.set_title(f"{'abcdef'[k]}   {title}")
        drawn.append(axes)
    return drawn


__all__ = ["MEASURED", "OTHER", "STYLE", "THEORY", "THIRD", "new_figure", "panels", "spacious"]
