"""The figure of an experiment without a dose: synapses, rates and turnover over its whole time.

Only panels with something to draw are there. Lines are means over seeds, bands 95 %
intervals. With several arms each projection and population has a panel and each arm a colour; with
one arm each quantity has a panel and each projection or population a colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...parameters.time_units import TimeUnit, time_unit
from ...results.schema import VACANT
from ..protocol_timeline import timeline
from ..reported_names import moving
from ..statistics import interval, per_time
from .panels import (
    LETTERS,
    add_room,
    caption,
    constrained_figure,
    draw_line,
    draw_protocol,
    fitting_columns,
    log_axis,
    protocol_keys,
)
from .style import CAPTION, REMARK, STYLE, TIGHT, arm_styles, population_colours, readable

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Projections and populations that are drawn; the caption names the others.
MOST = 6

#: Colours of projections, where there is one arm; those of populations are others.
PROJECTION_COLOURS = ("#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#000000", "#999999")
DASHES = ("-", "--", "-.", ":")
SINGLE = {"color": "#444444", "zorder": 3}

#: An axis is logarithmic if the values on it differ by more than this ratio.
DECADE = 10.0

#: A function that draws into axes and returns the handles of the legend that the panel needs.
Panel = Callable[["Axes"], list]


class Scene(NamedTuple):
    """The data of all panels: the tree, the styles of its arms and the unit of time."""

    tree: xarray.DataTree
    styles: dict[str, dict]
    unit: TimeUnit

    @property
    def single(self) -> bool:
        """Whether there is one arm, so that colours can tell projections or populations apart."""
        return len(self.styles) == 1

    def times(self, arm: str) -> np.ndarray:
        """Return the times of an arm in the unit of the figure."""
        return self.tree.children[arm].dataset["time"].values / self.unit.hours


def overview_figure(tree: xarray.DataTree) -> Figure:
    """Draw counts, rates, turnover and vacant elements, those that there are, over the whole time.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`; any arms, populations and projections, one seed or many.
    """
    import matplotlib

    plan = timeline(tree)
    end = max(float(node.dataset["time"].values[-1]) for node in tree.children.values())
    scene = Scene(tree, arm_styles(plan), time_unit(3600 * end))
    rows, omitted = _rows(scene)
    with matplotlib.rc_context(STYLE):
        figure = constrained_figure(0.9 + 3.5 * len(rows))
        grid = figure.add_gridspec(len(rows), 1)
        letters = iter(LETTERS)
        for i, row in enumerate(rows):
            columns = grid[i].subgridspec(1, len(row))
            for k, draw in enumerate(row):
                axes = figure.add_subplot(columns[k])
                handles = draw(axes)
                axes.set_title(f"{next(letters)}   {axes.get_title(loc='left')}")
                if handles:
                    _legend(axes, handles, wide=len(row) == 1)
                draw_protocol(axes, plan, tree.children, i == 0, scene.unit, 1 / len(row))
        if not scene.single:
            handles = figure.axes[0].get_legend_handles_labels()[0] + protocol_keys(plan)
            columns = fitting_columns([str(handle.get_label()) for handle in handles])
            figure.legend(handles=handles, loc="outside lower center", ncols=columns, **TIGHT)
        figure.suptitle("\n".join([caption(tree), *omitted]), **CAPTION)
    return figure


def _rows(scene: Scene) -> tuple[list[list[Panel]], list[str]]:
    """Return the panels, row by row, and lines that name what is not drawn."""
    moved, arm = moving(scene.tree), next(iter(scene.styles))
    populations = [str(name) for name in scene.tree.children[arm].dataset["population"].values]
    rest = [partial(draw_turnover, scene, moved)] if moved else []
    if _vacant(scene.tree):
        rest.append(partial(draw_vacant, scene))
    left_out = ", ".join(readable(name) for name in moved[MOST:] + populations[MOST:])
    omitted = [f"not drawn: {left_out}"] if left_out else []
    moved, populations = moved[:MOST], populations[:MOST]
    if scene.single:
        counts = [[partial(draw_counts, scene, moved)]] if moved else []
        return [*counts, [partial(draw_rates, scene, populations), *rest]], omitted
    rows = _in_rows([partial(draw_counts, scene, [name]) for name in moved])
    rows += _in_rows([partial(draw_rates, scene, [name]) for name in populations])
    return rows + _in_rows(rest), omitted


def _in_rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Return panels in the fewest rows of at most three, as evenly as possible."""
    count = -(-len(panels) // 3)
    return [list(part) for part in np.array_split(np.array(panels, object), count)] if count else []


def draw_counts(scene: Scene, projections: Sequence[str], axes: Axes) -> list:
    """Draw synapses of one projection in all arms, or of several projections in a single arm."""
    if _curves(axes, scene, "synapse_count", _projection_styles(projections)):
        axes.set_yscale("symlog", linthresh=1, linscale=0.4)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    axes.set_ylabel("synapses")
    one = len(projections) == 1
    axes.set_title(f"{readable(projections[0])} synapses" if one else "synapses")
    return [] if one else axes.get_legend_handles_labels()[0]


def draw_rates(scene: Scene, populations: Sequence[str], axes: Axes) -> list:
    """Draw the rate of one population in all arms, or of several populations in a single arm."""
    styles = {name: {"color": colour} for name, colour in population_colours(populations).items()}
    if _curves(axes, scene, "rate", styles):
        log_axis(axes)
    axes.set_ylabel("firing rate (Hz)")
    one = len(populations) == 1
    axes.set_title(f"firing rate: {readable(populations[0])}" if one else "firing rates")
    return [] if one else axes.get_legend_handles_labels()[0]


def _projection_styles(projections: Sequence[str]) -> dict[str, dict]:
    """Return colours and dashes, such that two projections with the same count both show."""
    dashes = ({}, {"ls": (0, (4, 2)), "zorder": 4}) * MOST
    styles = zip(projections, PROJECTION_COLOURS, dashes, strict=False)
    return {name: {"color": colour, **dash} for name, colour, dash in styles}


def _curves(axes: Axes, scene: Scene, quantity: str, styles: dict[str, dict]) -> bool:
    """Draw a quantity of the names in `styles`; return whether the axis should be logarithmic."""
    tops = []
    # The first row is the state at the start, before any cell could fire.
    first = 1 if quantity == "rate" else 0
    for arm, of_arm in scene.styles.items():
        for name, style in styles.items():
            data = scene.tree.children[arm].dataset[quantity]
            values = data.sel({data.dims[-1]: name}).values[:, first:]
            shown = {"label": readable(arm), **of_arm}
            if scene.single:
                shown = {**SINGLE, "label": readable(name), **style}
            draw_line(axes, scene.times(arm)[first:], values, **shown)
            tops.append(np.nanmax(values, initial=0.0))
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 0))
    reached = [top for top in tops if top > 0]
    return len(styles) > 1 and bool(reached) and max(reached) > DECADE * min(reached)


def draw_turnover(scene: Scene, projections: Sequence[str], axes: Axes) -> list:
    """Draw synapses born (up) and lost (down); with several arms of all projections together."""
    each = _projection_styles(projections)
    groups = [[name] for name in each] if scene.single else [list(projections)]
    sizes = []
    for arm, style in scene.styles.items():
        for group in groups:
            shown = {**SINGLE, **each[group[0]]} if scene.single else style
            for name, sign in (("formed", 1), ("eliminated", -1)):
                data = scene.tree.children[arm].dataset[name].sel(projection=group)
                total = data.sum("projection", skipna=False)
                middles, values = per_time(total, scene.unit.hours)
                draw_line(axes, middles, sign * values, **shown)
                sizes.append(np.abs(interval(values).mean))
    _two_sided(axes, np.concatenate(sizes))
    axes.set_ylabel(f"synapses per {scene.unit.name}\n← lost      born →")
    axes.set_title("births and losses")
    if len(groups[0]) > 1:
        axes.set_title(f"all {len(projections)} projections", loc="right", **REMARK)
    return []


def _two_sided(axes: Axes, sizes: np.ndarray) -> None:
    """Make the axis symmetric; logarithmic if a burst would dwarf everything else."""
    top = 1.3 * max(map(abs, axes.get_ylim()))
    sizes = sizes[sizes > 0]
    if sizes.size and sizes.max() > DECADE * np.median(sizes):
        # Logarithmic down to the decade of the median; linear from there to zero.
        lowest = np.floor(np.log10(np.median(sizes)))
        axes.set_yscale("symlog", linthresh=10**lowest, linscale=0.6)
        ticks = 10 ** np.arange(lowest, np.log10(top))
        axes.set_yticks([*-ticks[::-1], 0, *ticks])
        axes.minorticks_off()
    axes.axhline(0, color="#666666", lw=0.8)
    axes.set_ylim(-top, top)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")


def draw_vacant(scene: Scene, axes: Axes) -> list:
    """Draw the vacant synaptic elements of all cells, one dash pattern for each kind."""
    from matplotlib.lines import Line2D

    handles = []
    for name, dash in zip(_vacant(scene.tree), DASHES, strict=False):
        for arm, style in scene.styles.items():
            shown = {**(SINGLE if scene.single else style), "ls": dash}
            values = scene.tree.children[arm].dataset[name].sum("population", min_count=1).values
            draw_line(axes, scene.times(arm), values, **shown)
        label = readable(name.removesuffix(VACANT))
        handles.append(Line2D([], [], ls=dash, label=label, **SINGLE))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("elements, all cells")
    axes.set_title("vacant elements")
    return handles


def _vacant(tree: xarray.DataTree) -> list[str]:
    node = next(iter(tree.children.values()))
    return [str(name) for name in node.data_vars if str(name).endswith(VACANT)]


def _legend(axes: Axes, handles: list, wide: bool) -> None:
    """Put a legend beside the title of a wide panel, or above the curves of another."""
    if wide:
        columns = fitting_columns([handle.get_label() for handle in handles])
        place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0)}
        place["ncols"] = columns
    else:
        place = {"loc": "upper center", "ncols": 2}
        add_room(axes, 0.1 * ((len(handles) + 1) // 2))
    axes.legend(handles=handles, handlelength=2.6, **place, **TIGHT)
