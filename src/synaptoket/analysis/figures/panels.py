"""Parts that panels share: lines with intervals, shaded phases, axes, captions, letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...parameters.time_units import DAY, TimeUnit
from ..protocol_timeline import Timeline, timeline
from ..statistics import interval
from .style import DRUG_COLOUR, drug_colours, readable

if TYPE_CHECKING:
    import xarray
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Letters of the panels, in their order.
LETTERS = "abcdefghijklmnopqrstuvwxyz"

STRESS_SHADE = "#F0E6E0"

#: Width of a figure, in inches.
WIDTH = 13.4


def constrained_figure(height: float, hspace: float = 0.04) -> Figure:
    """Return an empty figure of a height in inches that keeps its panels apart."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(w_pad=0.1, h_pad=0.1, hspace=hspace, wspace=0.02)
    return figure


def draw_line(axes: Axes, x: np.ndarray, values: np.ndarray, color: str, **style) -> None:
    """Draw the mean over seeds (first axis of `values`) and, for two or more, the interval."""
    mean, low, high, _ = interval(values)
    axes.plot(x, mean, color=color, **style)
    if len(values) >= 2:
        axes.fill_between(x, low, high, color=color, alpha=0.2, lw=0, zorder=style.get("zorder"))


def fitting_columns(labels: Sequence[str]) -> int:
    """Return how many labels of a legend fit beside the title of the wide panel."""
    widths = sorted((len(label) + 4 for label in labels), reverse=True)
    return max(1, int((np.cumsum(widths) <= 115).sum()))


def log_axis(axes: Axes, lowest: float = 0.01) -> None:
    """Make the vertical axis logarithmic, with plain numbers and room for a legend on top.

    Values below `lowest` lie outside the axis: those of a population that is all but silent.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log", nonpositive="clip")
    low, high = axes.get_ylim()
    low = max(low, lowest)
    axes.set_ylim(low, high * (high / low) ** 0.14)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def draw_protocol(
    axes: Axes, plan: Timeline, arms, names: bool = False, unit: TimeUnit = DAY, width: float = 1.0
) -> None:
    """Shade stress, part the phases and mark every dose; if `names`, label the phases above.

    `protocol_keys` has the entries of a legend for it. The axis is in `unit` and takes up the share
    `width` of the figure's width.
    """
    end = max(float(arms[arm]["time"].values[-1]) for arm in arms) / unit.hours
    axes.set_xlim(0, max(end, 1e-3))
    for phase, level in zip(plan.phases, plan.stress_levels(), strict=False):
        left, right = phase["start_h"] / unit.hours, min(phase["end_h"] / unit.hours, end)
        if right <= left:
            continue
        if level > 0:
            axes.axvspan(left, right, color=STRESS_SHADE, alpha=min(level, 1.0), lw=0, zorder=0)
        if left > 0:
            axes.axvline(left, color="#E0E0E0", lw=0.8, zorder=0)
    if names:
        _label_phases(axes, plan, end, unit, width)
    times = plan.dose_times()
    for start in times.pop(plan.drug or "", []):
        axes.axvline(start / unit.hours, color=DRUG_COLOUR, lw=1, ls=":", zorder=1)
    for i, (drug, starts) in enumerate(times.items()):
        axes.plot(
            np.array(starts) / unit.hours, np.full(len(starts), 0.03 * i), ls="", zorder=6,
            transform=axes.get_xaxis_transform(), clip_on=False, **_dose_marker(plan, drug),
        )  # fmt: skip
    axes.set_xlabel(unit.label)


def protocol_keys(plan: Timeline) -> list[Artist]:
    """Return the entries of a legend for what `draw_protocol` draws."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Artist] = []
    if any(plan.stress_levels()):
        keys.append(Patch(color=STRESS_SHADE, label="stress"))
    for drug in plan.dose_times():
        look = {"color": DRUG_COLOUR, "lw": 1, "ls": ":"}
        if drug != plan.drug:
            look = {"ls": "", **_dose_marker(plan, drug)}
        keys.append(Line2D([], [], label=f"dose of {readable(drug)}", **look))
    return keys


def _dose_marker(plan: Timeline, drug: str) -> dict:
    """Return how the doses of a drug are marked that is not the one under study."""
    return {"marker": "^", "ms": 6, "color": drug_colours(plan).get(drug, DRUG_COLOUR)}


def _label_phases(axes: Axes, plan: Timeline, end: float, unit: TimeUnit, width: float) -> None:
    """Write the name of each phase at its top; upright where the phase is too short for it."""
    phases = [(p["name"], p["start_h"] / unit.hours, p["end_h"] / unit.hours) for p in plan.phases]
    spans = [(name, left, min(right, end)) for name, left, right in phases if left < end]
    # Among phases of weeks, one of hours has no room even for an upright name.
    spans = [span for span in spans if (span[2] - span[1]) / end * width > 0.015]
    narrow = {name: (right - left) / end * width < 0.008 * len(name) for name, left, right in spans}
    add_room(axes, 0.32 if any(narrow.values()) else 0.12)
    for name, left, right in spans:
        axes.annotate(
            name, ((left + right) / 2, 1), xycoords=("data", "axes fraction"),
            xytext=(0, -4), textcoords="offset points", ha="center", va="top",
            rotation=90 if narrow[name] else 0, fontsize=9, color="#444444", zorder=6,
        )  # fmt: skip


def add_room(axes: Axes, share: float) -> None:
    """Make the vertical axis longer at its top by a share of its length, whatever its scale."""
    scale = axes.yaxis.get_transform()
    low, high = scale.transform(axes.get_ylim())
    axes.set_ylim(top=float(scale.inverted().transform(high + share * (high - low))))


def caption(tree: xarray.DataTree, around: bool = True) -> str:
    """Return the experiment, its size, its seeds, and the arm that the panels of the dose show."""
    n, attributes = tree.sizes["seed"], tree.attrs
    spread = f"mean and 95 % interval over {n} seeds" if n > 1 else "one seed"
    unfinished = "" if attributes.get("complete", True) else ", unfinished"
    name = str(attributes.get("experiment", "")).replace("_", " ")
    plan = timeline(tree)
    arm = plan.treated_alone
    first = " after its first dose" if arm and len(plan.visits(arm)) > 1 else ""
    shown = f"; c to e: {readable(arm)}{first}" if arm and around else ""
    return f"{name}, {attributes.get('neurons', '?')} neurons, {spread}{unfinished}{shown}"
