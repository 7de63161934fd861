"""One figure for each finding: its simulation, and its read-outs on their accepted ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.figures.style import arm_styles, population_colours, readable
from ...analysis.protocol_timeline import timeline
from ...analysis.statistics import interval, smoothed
from ...circuit import load_circuit
from . import dish, plasma, receptor
from .network_run import Run
from .verdict import NOT_REPRODUCED, REPORTED, REPRODUCED, UNDECIDED, Observation, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .finding import Finding, Plot
    from .runner import Conditions

COLOURS = {
    REPRODUCED: "#1b7837",
    UNDECIDED: "#bf9000",
    NOT_REPRODUCED: "#b2182b",
    REPORTED: "#666666",
}


def finding_figure(result: Result, conditions: Conditions) -> Figure:
    """Return the figure of one finding: the course on the left, read-outs on the right."""
    from matplotlib.figure import Figure

    n = len(result.observations)
    figure = Figure(figsize=(10, max(3.2, 1.0 + 0.75 * n)), layout="constrained")
    course, *strips = _layout(figure, n)
    finding = result.finding
    _draw_simulation(finding, course, conditions)
    for axes, seen in zip(strips, result.observations, strict=True):
        draw_strip(axes, seen)
    course.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_simulation(finding: Finding, axes: Axes, conditions: Conditions) -> None:
    """Draw what was simulated: the course of a variable, traces of cells, a curve."""
    if finding.protocol == "receptor":
        receptor.draw(finding, axes)
    elif finding.protocol == "plasma":
        plasma.draw(finding, axes)
    elif finding.protocol == "dish":
        changed = {setting.dotted: setting.value for setting in conditions.all_settings()}
        circuit = load_circuit(conditions.circuit, changed, finding.neurons)
        dish.draw(finding, axes, dish.Dish(circuit))
    elif finding.plot is None:
        axes.set_axis_off()
    else:
        files = sorted((conditions.out / finding.id).glob("*.h5"))
        draw_course(finding.plot, axes, Run.open(files))


def _layout(figure: Figure, n: int) -> list[Axes]:
    grid = figure.add_gridspec(n, 2, width_ratios=(1.15, 1))
    return [figure.add_subplot(grid[:, 0]), *(figure.add_subplot(grid[i, 1]) for i in range(n))]


def draw_strip(axes: Axes, seen: Observation) -> None:
    """Draw the seeds of one read-out, their mean and interval, on its accepted range."""
    values = seen.values[np.isfinite(seen.values)]
    low, high = seen.readout.range
    known = [x for x in (*values, seen.low, seen.high, low, high) if np.isfinite(x)]
    left, right = min(known), max(known)
    room = 0.15 * (right - left) or 0.1 * abs(right) or 1.0
    left, right = left - room, right + room
    if seen.readout.judged:
        axes.axvspan(max(low, left), min(high, right), color="#d9ead3", zorder=0)
    axes.plot(values, np.zeros(len(values)), "o", color="0.55", markersize=4, alpha=0.6)
    if np.isfinite(seen.mean):
        axes.plot([seen.low, seen.high], [0, 0], color=COLOURS[seen.verdict], linewidth=2.5)
        axes.plot(seen.mean, 0, "D", color=COLOURS[seen.verdict], markersize=6)
    unit = "" if seen.readout.unit == "1" else f", {seen.readout.unit}"
    axes.set_title(f"{seen.readout.quantity}{unit}", loc="left", fontsize=9)
    axes.set(xlim=(left, right), ylim=(-1, 1), yticks=[])
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)


def draw_course(plot: Plot, axes: Axes, run: Run) -> None:
    """Draw the variable that a finding names, for every arm, with its interval over seeds."""
    arms = list(run.tree.children)
    if plot.variable == "rate":
        names = [str(n) for n in run.arm(arms[0])["population"].values]
        colours = population_colours(names)
        for name in names:
            _band(axes, plot, run, arms[0], colours[name], readable(name), name)
        axes.axhline(100, color="0.8", linewidth=0.8, zorder=0)
        axes.set_ylabel("firing rate, % of that before")
    else:
        for arm, style in arm_styles(timeline(run.tree)).items():
            _band(axes, plot, run, arm, style["color"], readable(arm), dashes=style["ls"])
        axes.set_ylabel(LABELS.get(plot.variable, plot.variable))
    start = _start(run, arms[0], plot.phase)
    last = run.arm(arms[0])["time"].values[-1]
    per = HOURS[plot.unit]
    first = max(-start / per, -(last - start) / per * 0.5) if plot.unit == "h" else -start / per
    axes.set_xlim(first, (last - start) / per)
    axes.set_xlabel(f"{'days' if plot.unit == 'day' else 'hours'} from the start of “{plot.phase}”")
    axes.legend(frameon=False, fontsize="small")


LABELS = {"glutamate": "extracellular glutamate, µM", "synapse_count": "synapses"}

#: Hours in the unit of the time axis.
HOURS = {"h": 1.0, "day": 24.0}


def _start(run: Run, arm: str, phase: str) -> float:
    """Return the hour at which a phase begins."""
    times, inside = run.arm(arm)["time"].values, run.rows(arm, phase)
    first = int(np.argmax(inside))
    return float(times[first - 1]) if first else 0.0


def _band(
    axes: Axes,
    plot: Plot,
    run: Run,
    arm: str,
    colour: str,
    label: str,
    population: str = "",
    dashes: Any = "-",
) -> None:
    """Draw the mean of a variable over seeds, smoothed, with its interval as a band."""
    rows = run.arm(arm)
    data = rows[plot.variable]
    if "projection" in data.dims:
        data = data.sel(projection=run.projection)
    if population:
        data = data.sel(population=population)
    start = _start(run, arm, plot.phase)
    times, values = rows["time"].values, data.values.astype(float)
    if population:
        before = (times > start - 0.5) & (times <= start + 1e-6)
        values = 100 * values / run.mean_over(arm, before, values)[:, None]
    centres, smooth = smoothed(times, values)
    bounds = interval(smooth)
    x = (centres - start) / HOURS[plot.unit]
    axes.plot(x, bounds.mean, color=colour, ls=dashes, label=label, linewidth=1.4)
    axes.fill_between(x, bounds.low, bounds.high, color=colour, alpha=0.18, linewidth=0)
