"""The figure of a network's structure: degrees, weights, lives of synapses, turnover, triads.

One result file is one network: what is drawn is that of one seed. Intervals are those of the
estimate within the network, not of other networks. Survival and turnover need events
(``--record-events``), triads a projection within a population.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...parameters.errors import UserError
from ...parameters.time_units import TimeUnit, time_unit
from ...results import open_results
from ...results.events import has_events
from .. import Timeline, principal, timeline
from ..motifs import TRIADS, random_triads, reciprocity, triads
from ..network import (
    arm_state,
    arm_states,
    degrees,
    graph,
    potential_pairs,
    synapse_variables,
    weights,
)
from ..turnover import Histories, Survival, cohort_survival, histories, lifetimes, turnover
from .panels import caption
from .style import DRUG_COLOUR, REMARK, STYLE, TIGHT, arm_styles, readable

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from scipy.sparse import csr_array

#: Random graphs whose scatter is shown.
DRAWS = 20
#: AMPA content below this is drawn at it: on a logarithmic axis zero has no place.
LEAST_CONTENT = 0.02
#: State variables that a weight is read from, in order of preference, and what is drawn.
WEIGHTS = {
    "ampa_content": ("ampa_content", "AMPA content (mean spine: 1)"),
    "log_size": ("spine_size", "spine size (mean spine: 1)"),
}
RANDOM_COLOUR = "#BBBBBB"
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


def structure_figure(
    path: str | Path, projection: str | None = None, checkpoint: str | None = None
) -> Figure:
    """Draw degrees, weights, survival, turnover and triads of every arm.

    Parameters
    ----------
    path : str or Path
        A result file, finished or not, that holds states.
    projection : str, optional
        The first of which some synapses come and go.
    checkpoint : str, optional
        The phase at whose end degrees, weights and triads are taken; the last state of each arm.

    Raises
    ------
    UserError
        If the file holds no states, or no such one.
    """
    import matplotlib
    from matplotlib.figure import Figure

    tree = open_results(path)
    plan = timeline(tree)
    projection = projection or principal(tree)
    arms = [arm for arm in plan.arms if arm_states(path, arm)]
    if not arms:
        raise UserError(f"{path}: holds no state, which degrees and weights are read from")
    styles = arm_styles(plan)
    graphs = {arm: graph(path, arm, projection, checkpoint) for arm in arms}
    recurrent = potential_pairs(path, projection, tree.attrs).recurrent
    known = synapse_variables(arm_state(path, arms[0], checkpoint), projection)
    weight = next((told for name, told in WEIGHTS.items() if name in known), None)
    lives = {}
    if has_events(tree.attrs):
        lives = {arm: histories(path, arm, projection) for arm in plan.arms}
    rows = 1 + bool(lives) + recurrent
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.4, 0.8 + 3.6 * rows), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1, hspace=0.04, wspace=0.02)
        grid = iter(figure.add_gridspec(rows, 1))
        top = next(grid).subgridspec(1, 2 + bool(weight))
        panels = [figure.add_subplot(cell) for cell in top]
        draw_degrees(panels[0], graphs, styles, "outgoing")
        draw_degrees(panels[1], graphs, styles, "incoming")
        if weight:
            draw_weights(panels[2], path, projection, checkpoint, arms, styles, weight)
        if lives:
            middle = [figure.add_subplot(cell) for cell in next(grid).subgridspec(1, 3)]
            draw_cohort(middle[0], lives, plan, styles)
            draw_lifetimes(middle[1], lives, plan, styles)
            draw_turnover(middle[2], lives, plan, styles)
            panels += middle
        if recurrent:
            panels.append(figure.add_subplot(next(grid)))
            draw_triads(panels[-1], graphs, styles)
        for letter, axes in zip("abcdefg", panels, strict=False):
            axes.set_title(f"{letter}   {axes.get_title(loc='left')}")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), **TIGHT)
        figure.suptitle(_caption(tree, projection, checkpoint, bool(lives)), **CAPTION)
    return figure


CAPTION = {"fontsize": 10, "color": "#333333", "x": 0.01, "ha": "left"}


def _caption(tree: xarray.DataTree, projection: str, checkpoint: str | None, events: bool) -> str:
    when = f"at the end of {checkpoint.replace('_', ' ')}" if checkpoint else "in the last state"
    without = "" if events else "; without recorded events no lives of synapses"
    words = f"{readable(projection)}; degrees, weights and triads {when}{without}"
    return f"{caption(tree, around=False)}; {words}"


def draw_degrees(axes: Axes, graphs: dict[str, csr_array], styles: dict, which: str) -> None:
    """Draw how many cells have how many partners, and what chance would make of it.

    By chance every pair is connected with the same probability: a binomial distribution, drawn
    for the first arm.
    """
    from matplotlib.ticker import MaxNLocator
    from scipy.stats import binom

    found = {arm: getattr(degrees(each), which) for arm, each in graphs.items()}
    low, high = (int(f(np.concatenate([*found.values()]))) for f in (np.min, np.max))
    # Few cells make a ragged histogram of narrow bins.
    bins = np.clip(np.sqrt(len(next(iter(found.values())))), 8, 24)
    width = max(1, round((high - low) / bins))
    edges = np.arange(low, high + 2 * width, width) - 0.5
    first = next(iter(graphs))
    partners = graphs[first].shape[1 if which == "outgoing" else 0]
    chance = binom(partners, found[first].mean() / partners)
    axes.stairs(100 * np.diff(chance.cdf(edges)), edges, fill=True, color=RANDOM_COLOUR, alpha=0.5,
                lw=0, label="random graph")  # fmt: skip
    for arm, values in found.items():
        share = 100 * np.histogram(values, edges)[0] / len(values)
        axes.step((edges[:-1] + edges[1:]) / 2, share, where="mid", label=readable(arm),
                  **{**styles[arm], "lw": 1.3})  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.set_xlabel("partners of a cell")
    axes.set_ylabel("cells (%)")
    axes.set_title(f"{'out' if which == 'outgoing' else 'in'}-degree")


def draw_weights(
    axes: Axes, path, projection: str, checkpoint, arms, styles: dict, weight: tuple[str, str]
) -> None:
    """Draw the distribution of the weights of synapses; those without any at the left end."""
    variable, meaning = weight
    found = {arm: weights(path, arm, projection, checkpoint, variable).data for arm in arms}
    most = max(float(values.max(initial=1.0)) for values in found.values())
    edges = np.geomspace(LEAST_CONTENT, 1.05 * most, 36)
    for arm, values in found.items():
        share = np.histogram(np.clip(values, LEAST_CONTENT, None), edges)[0]
        share = 100 * share / max(len(values), 1)
        centres = np.sqrt(edges[:-1] * edges[1:])
        axes.step(centres, share, where="mid", **{**styles[arm], "lw": 1.3})
    axes.set_xscale("log")
    axes.set_xlim(0.75 * LEAST_CONTENT, 1.1 * most)  # room for the label of the least
    ticks = [tick for tick in (0.1, 0.3, 1, 3, 10, 30) if tick < most]
    axes.set_xticks([LEAST_CONTENT, *ticks], [f"≤{LEAST_CONTENT:g}", *(f"{t:g}" for t in ticks)])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(meaning)
    axes.set_ylabel("synapses (%)")
    axes.set_title("weights")


def _reference(plan: Timeline) -> tuple[float, str]:
    """Return the hour from which lives are followed, and what it is called."""
    infusion = next((plan.infusion(arm) for arm in plan.treated), None)
    if infusion:
        return infusion[0], "dose"
    # a network that grows has nothing to follow at its start
    later = [phase for phase in plan.phases if phase["start_h"] > 0]
    return (later[0]["start_h"], f"start of {later[0]['name']}") if later else (0.0, "start")


def _unit(lives: dict[str, Histories]) -> TimeUnit:
    """Return the unit of time that suits the record."""
    return time_unit(3600 * max(each.end for each in lives.values()))


def draw_cohort(axes: Axes, lives: dict[str, Histories], plan: Timeline, styles: dict) -> None:
    """Draw which share of the synapses that were there at the dose is still there."""
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
    """Draw how long the synapses live that were formed after the dose."""
    at, name = _reference(plan)
    shortest, longest = 0.5, 1.0
    if max(each.end for each in lives.values()) < 10:
        shortest, longest = 1 / 3600, 2 / 3600
    for arm, each in lives.items():
        if (each.born > at).any():
            found = lifetimes(each, at)
            _survival(axes, found, styles[arm], 1.0)
            longest = max(longest, found.hours[-1])
    axes.set_xlim(shortest, longest)
    axes.set_xscale("log")
    shown = {hour: text for hour, text in HOURS.items() if shortest < hour <= longest}
    axes.set_xticks([*shown], [*shown.values()])
    axes.minorticks_off()
    axes.set_ylim(0, 100)
    axes.set_xlabel(f"age of those formed after the {name}")
    axes.set_ylabel("synapses left (%)")
    axes.set_title("survival of those formed later")


def _survival(axes: Axes, found: Survival, style: dict, unit: float) -> None:
    """Draw a Kaplan-Meier curve with its interval; `unit` is hours on the axis."""
    x = found.hours / unit
    axes.step(x, 100 * found.probability, where="post", **{**style, "lw": 1.3})
    band = {"color": style["color"], "alpha": 0.15, "lw": 0, "zorder": style["zorder"]}
    axes.fill_between(x, 100 * found.low, 100 * found.high, step="post", **band)


def draw_turnover(axes: Axes, lives: dict[str, Histories], plan: Timeline, styles: dict) -> None:
    """Draw the turnover ratio of every day, or of twenty stretches of a short experiment."""
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
    stretch = "a day" if width == 24.0 else f"{width / unit.hours:.3g} {unit.symbol}"
    axes.set_ylabel(f"(gained + lost) / all (% in {stretch})")
    axes.set_title("turnover ratio")


def draw_triads(axes: Axes, graphs: dict[str, csr_array], styles: dict) -> None:
    """Draw mutual pairs and triads of each kind relative to random graphs of equal density.

    A bar is twice the standard deviation of random graphs with as many connections, to either
    side: beyond it a kind is more or less frequent than by chance.
    """
    names = ["mutual\npairs", *TRIADS]
    at = np.arange(len(names))
    width = 0.8 / len(graphs)
    for number, (arm, each) in enumerate(graphs.items()):
        x = at + width * (number - (len(graphs) - 1) / 2)
        pairs, found = reciprocity(each), triads(each)
        drawn = random_triads(each, draws=DRAWS)
        with np.errstate(invalid="ignore", divide="ignore"):
            scatter = 2 * np.concatenate([[pairs.deviation / pairs.expected],
                                          drawn.std(axis=0, ddof=1) / found.expected])  # fmt: skip
        axes.bar(x, 2 * scatter, width, 1 - scatter, color=RANDOM_COLOUR, alpha=0.5, lw=0)
        style = {key: styles[arm][key] for key in ("color", "zorder")}
        axes.plot(x, np.concatenate([[pairs.ratio], found.ratio]), "o", ms=4, **style)
    axes.axhline(1, color="#666666", lw=0.8, zorder=0)
    axes.axvline(0.5, color="#999999", lw=0.8, ls=":", zorder=0)
    axes.set_xticks(at, names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylabel("observed / expected")
    axes.set_xlabel("kind of triad: mutual, one-way and absent connections")
    axes.set_title("triads against random graphs of equal density")
    axes.set_title(f"bars: ±2 SD of {DRAWS} random graphs", loc="right", **REMARK)
