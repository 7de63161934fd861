"""The figure of an experiment: weeks of synapse counts, and the hours around the dose.

The figure reads the tree of `synaptoket.open_results`. Lines are means over seeds; bands are 95 %
confidence intervals, drawn when there are at least two seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..protocol_timeline import Timeline, timeline
from ..reported_names import principal
from ..statistics import before, interval, percent_of_control
from .panels import (
    caption,
    constrained_figure,
    draw_line,
    draw_protocol,
    fitting_columns,
    log_axis,
    protocol_keys,
)
from .set_bands import draw_set_band, set_band_key
from .style import (
    CAPTION,
    DRUG_COLOUR,
    REMARK,
    STYLE,
    TIGHT,
    arm_styles,
    population_colours,
    readable,
)

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: No signal has the colour of an arm or population: a colour means one thing in a figure.
SIGNALS = {
    "glutamate": ("glutamate", "#44AA99", "-"),
    "bdnf": ("BDNF", "#332288", "--"),
    "mtorc1": ("active mTORC1", "#AA4499", "-."),
    "protein": ("synaptic protein", "#999933", ":"),
}

HOURS_BEFORE, HOURS_AFTER = 1.0, 5.0


def headline_figure(
    tree: xarray.DataTree, sets: Mapping[str, xarray.DataTree] | None = None
) -> Figure:
    """Draw synapse counts over the whole experiment and what happens around the dose.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`; any arms, populations and projections, one seed or many.
    sets : mapping of str to xarray.DataTree, optional
        The results on other parameter sets, from `open_sets`: a hatched band of each arm.

    Returns
    -------
    matplotlib.figure.Figure
        Eight panels, 1600 pixels wide when `save` writes it. It belongs to no window; a notebook
        displays it.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        figure = constrained_figure(11.4, hspace=0.03)
        rows = figure.add_gridspec(3, 1, height_ratios=(1.15, 1, 1))
        top = rows[0].subgridspec(1, 2, width_ratios=(2.9, 1))
        middle, bottom = (rows[i].subgridspec(1, 3) for i in (1, 2))
        plan = timeline(tree)
        styles = arm_styles(plan)
        counts = figure.add_subplot(top[0])
        draw_counts(counts, tree, plan, styles, sets or {})
        draw_absolute_counts(figure.add_subplot(top[1]), tree, plan, styles)
        acute = [figure.add_subplot(middle[i]) for i in range(3)]
        arm = plan.treated_alone or plan.arms[-1]
        draw_rates(acute[0], tree, plan, arm)
        draw_block(acute[1], tree, plan, arm)
        draw_signals(acute[2], tree, plan, arm)
        draw_turnover(figure.add_subplot(bottom[0]), tree, plan, styles)
        draw_ampa(figure.add_subplot(bottom[1]), tree, plan, styles)
        draw_silent(figure.add_subplot(bottom[2]), tree, plan, styles)
        figure.suptitle(caption(tree), **CAPTION)
        keys = [*counts.get_legend_handles_labels()[0], *([set_band_key(sets)] if sets else [])]
        keys += protocol_keys(plan)
        columns = fitting_columns([str(key.get_label()) for key in keys])
        figure.legend(handles=keys, loc="outside lower center", ncols=columns, handlelength=2.4)
    return figure


def draw_counts(
    axes: Axes,
    tree: xarray.DataTree,
    plan: Timeline,
    styles: dict,
    sets: Mapping[str, xarray.DataTree],
) -> None:
    """Draw the count of the principal projection of every arm over the whole experiment."""
    projection = principal(tree)
    percent = percent_of_control(tree)
    for arm, data in percent.items():
        data = data.sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, label=readable(arm), **styles[arm])
        draw_set_band(axes, data["time"].values, sets, arm, projection, styles[arm]["color"])
    reference = next(iter(percent.values())).attrs["reference"]
    axes.set_ylabel(f"synapses (% of {reference})")
    axes.set_title(f"a   {readable(projection)} synapses")
    draw_protocol(axes, plan, percent, names=True)


def draw_absolute_counts(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw the number of synapses itself, in which a control that drifts shows."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        data = node.dataset["synapse_count"].sel(projection=projection) / 1000
        draw_line(axes, data["time"].values / 24, data.values, **styles[arm])
    axes.set_ylabel("synapses (thousands)")
    axes.set_title("b   the same, as a number")
    draw_protocol(axes, plan, tree.children)


def draw_rates(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw the firing rates in one arm around the dose, those of its vehicle arm faintly."""
    node, vehicle = tree.children[arm].dataset, plan.vehicle(arm)
    for population, colour in population_colours(_names(tree, "population")).items():
        if vehicle and vehicle != arm:
            rate = tree.children[vehicle].dataset["rate"].sel(population=population)
            hours, values = _hours_around(rate, plan, arm)
            axes.plot(hours, interval(values).mean, color=colour, lw=1, alpha=0.4)
        hours, values = _hours_around(node["rate"].sel(population=population), plan, arm)
        draw_line(axes, hours, values, colour, label=readable(population))
    log_axis(axes)
    axes.set_ylabel("firing rate (Hz)")
    axes.set_title("c   firing rates")
    if vehicle and vehicle != arm:
        axes.set_title(f"faint: {readable(vehicle)}", loc="right", **REMARK)
    _hour_axis(axes, plan, arm)
    axes.legend(loc="upper center", ncols=3, **TIGHT)


def draw_block(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw the NMDA block of each population, and the free concentration that causes it."""
    node = tree.children[arm].dataset
    if "brain_free" in node:
        drug = plan.drug if plan.drug in _names(tree, "drug") else _names(tree, "drug")[0]
        twin = axes.twinx()
        hours, values = _hours_around(node["brain_free"].sel(drug=drug), plan, arm)
        mean = interval(values).mean
        twin.fill_between(hours, mean, color=DRUG_COLOUR, alpha=0.13, lw=0)
        twin.plot(hours, mean, color=DRUG_COLOUR, lw=1, ls="--")
        twin.set_ylabel(f"free {readable(drug)} in brain (µM, shaded)", color=DRUG_COLOUR)
        twin.tick_params(axis="y", colors=DRUG_COLOUR)
        twin.spines["right"].set(visible=True, color=DRUG_COLOUR)
        twin.set_ylim(bottom=0)
        axes.set_zorder(twin.get_zorder() + 1)
        axes.patch.set_visible(False)
    for population, colour in population_colours(_names(tree, "population")).items():
        hours, values = _hours_around(node["nmda_block"].sel(population=population), plan, arm)
        draw_line(axes, hours, 100 * values, colour, label=readable(population))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("NMDA receptors blocked (%)")
    axes.set_title("d   NMDA block")
    _hour_axis(axes, plan, arm, shade=False)
    axes.legend(loc="upper right", **TIGHT)


def draw_signals(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw glutamate, BDNF, mTORC1 and protein after the dose, relative to the day before it."""
    start, end = _window(plan, tree, arm)
    for name, (label, colour, style) in SIGNALS.items():
        data = tree.children[arm].dataset[name]
        level = before(data, start)
        since = data["time"].values - start
        chosen = since > 1e-6
        relative = data.values[:, chosen] / np.where(level == 0, np.nan, level)[:, None]
        draw_line(axes, since[chosen], relative, colour, label=label, ls=style)
    axes.axhline(1, color="#999999", lw=0.8, zorder=0)
    axes.axvspan(1e-9, end - start, color=DRUG_COLOUR, alpha=0.13, lw=0)
    axes.set_xscale("log")
    last = float(tree.children[arm].dataset["time"].values[-1]) - start
    axes.set_xlim(0.05, max(last, 1.0))
    ticks = {0.1: "6 min", 1: "1 h", 6: "6 h", 24: "1 d", 168: "7 d", 720: "30 d"}
    shown = {hour: text for hour, text in ticks.items() if hour <= max(last, 1.0)}
    axes.set_xticks([*shown], [*shown.values()])
    axes.minorticks_off()
    axes.set_xlabel(f"time since the dose{_shaded(plan, arm)}")
    axes.set_ylabel("relative to the day before")
    axes.set_title("e   from glutamate to protein")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.22 * (high - low))
    axes.legend(loc="upper center", ncols=2, handlelength=2.4, **TIGHT)


def draw_turnover(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw the synapses formed (upwards) and eliminated (downwards) in each day."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        days, formed = _daily(node, "formed", projection)
        _, eliminated = _daily(node, "eliminated", projection)
        draw_line(axes, days, formed, **styles[arm])
        draw_line(axes, days, -eliminated, **styles[arm])
    axes.axhline(0, color="#666666", lw=0.8)
    # Adult turnover is below one percent a day, and a dose may multiply it by fifty.
    axes.set_yscale("symlog", linthresh=1, linscale=0.8)
    top = 1.6 * max(1.0, *map(abs, axes.get_ylim()))
    axes.set_ylim(-top, top)
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100) if tick < top]
    axes.set_yticks([*(-t for t in reversed(ticks)), 0, *ticks])
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.minorticks_off()
    for word, height in (("born", 0.97), ("lost", 0.03)):
        axes.text(0.01, height, word, transform=axes.transAxes, color="#444444", fontsize=9,
                  va="top" if height > 0.5 else "bottom")  # fmt: skip
    axes.set_ylabel("% of the synapses per day")
    axes.set_title("f   turnover: births and losses")
    draw_protocol(axes, plan, tree.children)


def draw_ampa(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw the AMPA content of established spines, without new ones."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        # Files of earlier versions hold the mean of all spines only.
        name = "ampa_content_established"
        data = node.dataset[name if name in node else "ampa_content"].sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, **styles[arm])
    axes.set_ylabel("AMPA content per spine (relative)")
    axes.set_title("g   receptors of established spines")
    draw_protocol(axes, plan, tree.children)


def draw_silent(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw the share of spines that carry NMDA receptors only, as newborn spines do."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        data = 100 * node.dataset["silent_fraction"].sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, **styles[arm])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("silent spines (% of all)")
    axes.set_title("h   new spines without AMPA receptors")
    draw_protocol(axes, plan, tree.children)


def _names(tree: xarray.DataTree, axis: str) -> list[str]:
    return [str(name) for name in next(iter(tree.children.values())).dataset[axis].values]


def _window(plan: Timeline, tree: xarray.DataTree, arm: str) -> tuple[float, float]:
    """Return start and end (h) of the infusion; without any, the middle of the record."""
    times = tree.children[arm].dataset["time"].values
    return plan.infusion(arm) or (float(np.median(times)), float(np.median(times)) + 1.0)


def _hours_around(
    data: xarray.DataArray, plan: Timeline, arm: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return hours since the dose, and the values (seed, time) around it."""
    infusion = plan.infusion(arm)
    start = infusion[0] if infusion else float(np.median(data["time"].values))
    hours = data["time"].values - start
    inside = (hours >= -HOURS_BEFORE - 1e-6) & (hours <= HOURS_AFTER + 1e-6)
    # One row on either side, so that the lines reach the frame on a coarse grid.
    inside[:-1] |= inside[1:]
    inside[1:] |= inside[:-1].copy()
    return hours[inside], data.values[:, inside]


def _shaded(plan: Timeline, arm: str) -> str:
    """Return in words what the panels around the dose shade: the infusion, or an hour."""
    start, end = plan.infusion(arm) or (None, None)
    own = [dose for dose in plan.doses if dose["arm"] == arm and dose["start_h"] == start]
    whole = any(dose["start_h"] + dose["duration_h"] == end for dose in own)
    return f" (shaded: {'infusion' if whole else 'first hour'})" if own else ""


def _hour_axis(axes: Axes, plan: Timeline, arm: str, shade: bool = True) -> None:
    infusion = plan.infusion(arm)
    if infusion and shade:
        axes.axvspan(0, infusion[1] - infusion[0], color=DRUG_COLOUR, alpha=0.13, lw=0)
    axes.set_xlim(-HOURS_BEFORE, HOURS_AFTER)
    axes.set_xlabel(f"hours since the dose{_shaded(plan, arm) if shade else ''}")


def _daily(node: xarray.DataTree, name: str, projection: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of whole days, and events of each day in percent of the synapses.

    Returns
    -------
    days : ndarray, shape (day,)
    percent : ndarray, shape (seed, day)
        Percent of the synapses present at the start of the day.
    """
    times = node.dataset["time"].values / 24
    total = np.cumsum(node.dataset[name].sel(projection=projection).values.astype(float), axis=1)
    count = node.dataset["synapse_count"].sel(projection=projection).values.astype(float)
    edges = np.arange(int(times[-1] + 1e-9) + 1)
    at_edges = np.array([np.interp(edges, times, seed) for seed in total])
    present = np.array([np.interp(edges[:-1], times, seed) for seed in count])
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = 100 * np.diff(at_edges, axis=1) / np.where(present == 0, np.nan, present)
    return edges[:-1] + 0.5, percent
