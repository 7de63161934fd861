"""Panels of the lives of synapses: survival of a cohort, lifetimes, turnover ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...parameters.time_units import TimeUnit, time_unit
from ..protocol_timeline import Timeline
from ..survival_curves import Survival, cohort_survival, lifetimes
from ..synapse_lives import Histories
from ..turnover_ratio import turnover
from .style import DRUG_COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Ticks of the axis of ages.
HOURS = {
    2 / 3600: "2 s",
    10 / 3600: "10 s",
    1 / 60: "1 min",
    1 / 6: "10 min",
    1: "1 h",
    6: "6 h",
    24: "1 d",
    72: "3 d",
    168: "7 d",
    336: "14 d",
    720: "30 d",
}


def _reference(plan: Timeline) -> tuple[float, str]:
    """Return the hour from which lives are followed, and its name."""
    infusion = next((plan.infusion(arm) for arm in plan.treated), None)
    if infusion:
        return infusion[0], "dose"
    # A network that grows has no synapses to follow at its start.
    later = [phase for phase in plan.phases if phase["start_h"] > 0]
    return (later[0]["start_h"], f"start of {later[0]['name']}") if later else (0.0, "start")


def _unit(lives: dict[str, Histories]) -> TimeUnit:
    """Return the unit of time that suits the record."""
    return time_unit(3600 * max(each.end for each in lives.values()))


def draw_cohort(axes: Axes, lives: dict[str, Histories], plan: Timeline, styles: dict) -> None:
    """Draw the share of the synapses present at the dose that is still there."""
    at, name = _reference(plan)
    unit = _unit(lives)
    for arm, each in lives.items():
        if each.present(at).any() and each.end > at:
            _survival(axes, cohort_survival(each, at), styles[arm], unit.hours)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"{unit.name}s since the {name}")
    axes.set_ylabel("synapses left (%)")
    axes.set_title("survival of those there then")


def draw_lifetimes(axes: Axes, lives: dict[str, Histories], plan: Timeline, styles: dict) -> None:
    """Draw the survival of the synapses that were formed after the dose."""
    at, name = _reference(plan)
    shortest, longest = 0.5, 1.0
    if max(each.end for each in lives.values()) < 10:
        shortest, longest = 1 / 3600, 2 / 3600
    for arm, each in lives.items():
        if (each.born > at).any():
            curve = lifetimes(each, at)
            _survival(axes, curve, styles[arm], 1.0)
            longest = max(longest, curve.hours[-1])
    axes.set_xlim(shortest, longest)
    axes.set_xscale("log")
    shown = {hour: text for hour, text in HOURS.items() if shortest < hour <= longest}
    axes.set_xticks([*shown], [*shown.values()])
    axes.minorticks_off()
    axes.set_ylim(0, 100)
    axes.set_xlabel(f"age of those formed after the {name}")
    axes.set_ylabel("synapses left (%)")
    axes.set_title("survival of those formed later")


def _survival(axes: Axes, curve: Survival, style: dict, unit: float) -> None:
    """Draw a Kaplan-Meier curve with its interval; `unit` is hours on the axis."""
    x = curve.hours / unit
    axes.step(x, 100 * curve.probability, where="post", **{**style, "lw": 1.3})
    band = {"color": style["color"], "alpha": 0.15, "lw": 0, "zorder": style["zorder"]}
    axes.fill_between(x, 100 * curve.low, 100 * curve.high, step="post", **band)


def draw_turnover(axes: Axes, lives: dict[str, Histories], plan: Timeline, styles: dict) -> None:
    """Draw the turnover ratio of every day, or of twenty intervals of a short experiment."""
    unit, end = _unit(lives), max(each.end for each in lives.values())
    width = 24.0 if end >= 4 * 24 else end / 20
    for arm, each in lives.items():
        edges = width * np.arange(int(each.end / width + 1e-9) + 1)
        ratios = [turnover(each, a, b).ratio for a, b in zip(edges, edges[1:], strict=False)]
        middle = (edges[:-1] + width / 2) / unit.hours
        axes.plot(middle, 100 * np.array(ratios), **{**styles[arm], "lw": 1.3})
    at, name = _reference(plan)
    if name == "dose":
        axes.axvline(at / unit.hours, color=DRUG_COLOUR, lw=1, ls=":", zorder=1)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(unit.label)
    interval = "a day" if width == 24.0 else f"{width / unit.hours:.3g} {unit.symbol}"
    axes.set_ylabel(f"(gained + lost) / all (% in {interval})")
    axes.set_title("turnover ratio")
