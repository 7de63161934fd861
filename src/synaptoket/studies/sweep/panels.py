"""The page on which the panels of a sweep's figures lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..rule_curves.style import spacious

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(rows: int, columns: int, width: float = 5.2, height: float = 4.1) -> Figure:
    """Return an empty figure with room for panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height * rows + 0.3), layout="constrained")
    spacious(figure)
    return figure
