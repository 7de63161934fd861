"""The figure of what circuits can do: read-outs of probes, arm by arm.

The figure reads the tree of `synaptoket.open_results`. Points are means over seeds, bars 95 %
intervals, drawn when there are at least three seeds. Probes stand side by side at equal distances:
on one axis of time an hour and a week do not both show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...parameters.time_units import time_unit
from ...results.schema import PROBES
from ..probe_tables import (
    QUANTITIES,
    ProbeQuantity,
    before_dose,
    difference_from_control,
    probe_values,
)
from ..protocol_timeline import Timeline, timeline
from ..reported_names import CONTROL
from ..statistics import interval
from .panels import LETTERS, caption, constrained_figure
from .style import CAPTION, DRUG_COLOUR, REMARK, STYLE, TIGHT, arm_styles, readable

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The panels: quantities with their values, and with their differences from control.
PANELS = (("completion", False), ("completion", True), ("evoked_spikes", False),
          ("evoked_spikes", True), ("persistence", False), ("evoked_ampa", False),
          ("epsp_slope", False), ("epsp_slope", True), ("population_spike", False),
          ("population_spike", True), ("volley_ampa", False), ("volley_nmda", False))  # fmt: skip
BANDS = ("theta_power", "alpha_power", "gamma_power")

#: How far apart the outermost arms stand at one probe, in units of the distance between probes.
SPREAD = 0.36

#: Least number of seeds for an interval: that of two is thirteen times their standard error.
FEWEST = 3


def function_figure(tree: xarray.DataTree) -> Figure:
    """Draw completion, evoked responses, persistence and oscillations of every arm.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`, of files with probes.
    """
    import matplotlib

    plan = timeline(tree)
    measured = next(iter(probe_nodes(tree).values()))
    known = {q.name: q for q in QUANTITIES if q.name in measured}
    panels = [(known[name], paired) for name, paired in PANELS
              if name in known and not (paired and CONTROL not in tree.children)]  # fmt: skip
    bands = [known[name] for name in BANDS if name in known]
    rows = (len(panels) + 1) // 2 + bool(bands)
    with matplotlib.rc_context(STYLE):
        figure = constrained_figure(0.8 + 3.7 * rows)
        grid = figure.add_gridspec(rows, 2)
        styles = arm_styles(plan)
        for k, (quantity, paired) in enumerate(panels):
            axes = figure.add_subplot(grid[k // 2, k % 2])
            draw_quantity(axes, tree, plan, styles, quantity, paired)
            axes.set_title(f"{LETTERS[k]}   {_title(quantity, paired)}")
        if bands:
            axes = figure.add_subplot(grid[rows - 1, :])
            draw_bands(axes, tree, plan, styles, bands)
            axes.set_title(f"{LETTERS[len(panels)]}   oscillations of the pyramidal cells")
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), **TIGHT)
        figure.suptitle(caption(tree, around=False), **CAPTION)
    return figure


def probe_nodes(tree: xarray.DataTree) -> dict[str, xarray.DataTree]:
    """Return the probes of every arm that has been probed."""
    nodes = {arm: tree[arm].children.get(PROBES) for arm in tree.children}
    return {arm: n for arm, n in nodes.items() if n is not None and n.sizes["probe_time"]}


def _title(quantity: ProbeQuantity, paired: bool) -> str:
    return f"{quantity.label}, difference from control" if paired else quantity.label


def draw_quantity(
    axes: Axes,
    tree: xarray.DataTree,
    plan: Timeline,
    styles: dict[str, dict],
    quantity: ProbeQuantity,
    paired: bool,
) -> None:
    """Draw a quantity of every arm at its probes, or its difference from that of the control."""
    values = probe_values(tree, quantity)
    if paired:
        axes.axhline(0, color="#999999", lw=0.8, zorder=0)
    shown = [arm for arm in values if not (paired and arm == CONTROL)]
    for arm, shift in zip(shown, _shifts(len(shown)), strict=True):
        data = difference_from_control(values, arm) if paired else values[arm].values
        _points(axes, np.arange(data.shape[1]) + shift, data, readable(arm), styles[arm])
    axes.set_ylabel(f"{'difference, ' if paired else ''}{quantity.unit}")
    _probe_axis(axes, tree, plan)


def draw_bands(
    axes: Axes,
    tree: xarray.DataTree,
    plan: Timeline,
    styles: dict[str, dict],
    bands: list[ProbeQuantity],
) -> None:
    """Draw the power of each band before, at the end of and after the dose, in percent of before.

    The probes shown are the one before the dose and the two that follow.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    nodes = probe_nodes(tree)
    shown = list(nodes)
    ticks, labels, width = [], [], 0
    for k, band in enumerate(bands):
        values = probe_values(tree, band)
        first = before_dose(tree, shown[0])
        chosen = [i for i in (first, first + 1, first + 2) if i < values[shown[0]].shape[1]]
        width = len(chosen) + 0.8
        for arm, shift in zip(shown, _shifts(len(shown)), strict=True):
            probes = [i for i in chosen if i < values[arm].shape[1]]
            at = k * width + np.arange(len(probes)) + shift
            _points(axes, at, values[arm].values[:, probes], readable(arm), styles[arm])
        ticks += [k * width + i for i in range(len(chosen))]
        labels += [_labels(tree, plan)[i] for i in chosen]
        middle = k * width + (len(chosen) - 1) / 2
        axes.annotate(
            band.label, (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, -2),
            textcoords="offset points", ha="center", va="top", **REMARK,
        )  # fmt: skip
    axes.axhline(100, color="#999999", lw=0.8, zorder=0)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.15)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(ticks, labels)
    axes.set_ylabel("power (% of before the dose)")


def _points(axes: Axes, at: np.ndarray, data: np.ndarray, label: str, style: dict) -> None:
    """Draw means over seeds (first axis of `data`), joined, with bars for the intervals."""
    estimate = interval(data)
    axes.plot(at, estimate.mean, marker="o", ms=4, label=label, **{**style, "lw": 1.2})
    half = np.where(estimate.n >= FEWEST, estimate.high - estimate.mean, np.nan)
    style = {"color": style["color"], "zorder": style["zorder"]}
    axes.errorbar(at, estimate.mean, half, fmt="none", elinewidth=1.0, capsize=2, **style)


def _shifts(count: int) -> np.ndarray:
    return np.linspace(-SPREAD / 2, SPREAD / 2, count) if count > 1 else np.zeros(1)


def _labels(tree: xarray.DataTree, plan: Timeline) -> list[str]:
    """Return the label of each probe: its phase, and the time since the start of the dose."""
    node = max(probe_nodes(tree).values(), key=lambda node: node.sizes["probe_time"])
    infusion = next((plan.infusion(arm) for arm in plan.treated), None)
    labels = []
    hours = node.dataset["probe_time"].values
    for phase, hour in zip(node.dataset["phase"].values, hours, strict=True):
        if infusion is None:
            unit = time_unit(3600 * float(hours[-1]))
            labels.append(f"{phase}\n{unit.written(3600 * float(hour), decimals=1)}")
            continue
        since = float(hour) - infusion[0]
        labels.append(f"{phase}\n{_span(since)}" if since < 2 else _span(since))
    return labels


def _span(hours: float) -> str:
    """Return a time relative to the dose.

    >>> _span(-528), _span(0.6667), _span(6), _span(168)
    ('−22 d', '+40 min', '+6 h', '+7 d')
    """
    sign, size = ("+" if hours >= 0 else "−"), abs(hours)
    if size < 2:
        return f"{sign}{60 * size:.0f} min"
    return f"{sign}{size:.0f} h" if size < 36 else f"{sign}{size / 24:.0f} d"


def _probe_axis(axes: Axes, tree: xarray.DataTree, plan: Timeline) -> None:
    labels = _labels(tree, plan)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    arm = next(iter(plan.treated), None)
    if arm in probe_nodes(tree):
        # The dose comes between two probes.
        axes.axvline(before_dose(tree, arm) + 0.5, color=DRUG_COLOUR, lw=1, ls=":", zorder=1)
