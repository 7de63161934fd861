"""The diagram of a circuit: its populations, and who contacts whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, pi, sin, sqrt
from typing import TYPE_CHECKING

from .style import STYLE, population_colours, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Radius of the ring of populations, and of the largest of them.
RING, LARGEST, LEAST = 1.0, 0.34, 0.17


@dataclass(frozen=True)
class Cells:
    """A population: its name, how many cells, whether they excite, and a remark."""

    name: str
    size: int
    excitatory: bool
    remark: str = ""


@dataclass(frozen=True)
class Contacts:
    """A projection: `inputs` of a cell of the target, and whether its synapses come and go."""

    source: str
    target: str
    inputs: int
    moving: bool = False


def circuit_diagram(
    populations: Sequence[Cells], projections: Sequence[Contacts], title: str
) -> Figure:
    """Draw populations as circles on a ring, and projections as arrows (bars for inhibition).

    Parameters
    ----------
    populations : sequence of Cells
        Their areas are as their numbers of cells, as far as the smallest stays legible.
    projections : sequence of Contacts
        Between any two of them.
    title : str
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 7.6), layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set(xlim=(-1.8, 1.8), ylim=(-1.45, 1.85))
        colours = population_colours([cells.name for cells in populations])
        most = max(cells.size for cells in populations)
        radii = {c.name: max(LARGEST * sqrt(c.size / most), LEAST) for c in populations}
        places = _places([cells.name for cells in populations])
        excitatory = {cells.name: cells.excitatory for cells in populations}
        for contacts in projections:
            colour = colours[contacts.source]
            _arrow(axes, contacts, places, radii, colour, excitatory[contacts.source])
        for cells in populations:
            _circle(axes, cells, places[cells.name], radii[cells.name], colours[cells.name])
        axes.set_title(title)
        figure.supxlabel(
            "arrows excite, bars inhibit; numbers: inputs of a cell, bold: potential ones, whose "
            "synapses come and go",
            fontsize=9,
            color="#444444",
        )
    return figure


def _places(names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the middle of each population: on a ring, the first at the top."""
    angles = [pi / 2 - 2 * pi * i / len(names) for i in range(len(names))]
    return {name: (RING * cos(a), RING * sin(a)) for name, a in zip(names, angles, strict=True)}


def _circle(
    axes: Axes, cells: Cells, place: tuple[float, float], radius: float, colour: str
) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle(place, radius, facecolor=colour, edgecolor="white", lw=1.5, zorder=4))
    text = f"{readable(cells.name)}\n{cells.size}"
    axes.text(*place, text, color="white", ha="center", va="center", fontsize=9, zorder=5)
    if cells.remark:
        x, y = place
        axes.text(
            x, y - radius - 0.07, cells.remark, ha="center", va="center", fontsize=8, zorder=6,
            color="#444444", bbox={"color": "white", "alpha": 0.8, "pad": 0.5},
        )  # fmt: skip


def _arrow(
    axes: Axes,
    contacts: Contacts,
    places: dict[str, tuple[float, float]],
    radii: dict[str, float],
    colour: str,
    excites: bool,
) -> None:
    """Draw one projection; one back to its own population is a loop on the outer side."""
    from matplotlib.patches import FancyArrowPatch

    style = "-|>,head_length=6,head_width=3.5" if excites else "|-|,widthA=0,widthB=4"
    (x0, y0), (x1, y1) = places[contacts.source], places[contacts.target]
    if contacts.source == contacts.target:
        angle, radius = atan2(y0, x0), radii[contacts.source]
        ends = [_at(x0, y0, radius + 0.02, angle + turn) for turn in (0.5, -0.5)]
        start, end, bend = ends[0], ends[1], -1.6
        label = _at(x0, y0, radius + (0.36 if contacts.moving else 0.3), angle)
    else:
        angle = atan2(y1 - y0, x1 - x0)
        start = _at(x0, y0, radii[contacts.source] + 0.02, angle - 0.22)
        end = _at(x1, y1, radii[contacts.target] + 0.03, angle + pi + 0.22)
        bend = 0.12
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        label = _at(*middle, 0.16, angle - pi / 2)
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle=style, connectionstyle=f"arc3,rad={bend}", color=colour,
            lw=3.2 if contacts.moving else 1.4, shrinkA=0, shrinkB=0, zorder=3,
        )
    )  # fmt: skip
    axes.text(
        *label, f"{contacts.inputs}", color=colour, fontsize=9, ha="center", va="center",
        fontweight="bold" if contacts.moving else "normal", zorder=6,
    )  # fmt: skip


def _at(x: float, y: float, distance: float, angle: float) -> tuple[float, float]:
    return x + distance * cos(angle), y + distance * sin(angle)
