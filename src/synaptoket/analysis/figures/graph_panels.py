"""Panels of one stored state of a network: degrees, weights, triads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..motifs import EXAMPLES, TRIADS, random_triads, reciprocity, triads
from ..network import degrees, shape
from .style import REMARK, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from scipy.sparse import csr_array

#: Random graphs whose scatter is shown.
DRAWS = 20
#: Weights below this are drawn at this value, because a logarithmic axis has no zero.
LEAST_CONTENT = 0.02
RANDOM_COLOUR = "#BBBBBB"


def draw_degrees(axes: Axes, graphs: dict[str, csr_array], styles: dict, which: str) -> None:
    """Draw the distribution of the number of partners, and that of a random graph.

    In a random graph every pair is connected with the same probability, so the distribution is
    binomial; it is drawn for the first arm.
    """
    from matplotlib.ticker import MaxNLocator
    from scipy.stats import binom

    partners = {arm: getattr(degrees(each), which) for arm, each in graphs.items()}
    low, high = (int(f(np.concatenate([*partners.values()]))) for f in (np.min, np.max))
    # With few cells, narrow bins make a ragged histogram.
    bins = np.clip(np.sqrt(len(next(iter(partners.values())))), 8, 24)
    width = max(1, round((high - low) / bins))
    edges = np.arange(low, high + 2 * width, width) - 0.5
    first = next(iter(graphs))
    possible = shape(graphs[first])[1 if which == "outgoing" else 0]
    chance = binom(possible, partners[first].mean() / possible)
    axes.stairs(100 * np.diff(chance.cdf(edges)), edges, fill=True, color=RANDOM_COLOUR, alpha=0.5,
                lw=0, label="random graph")  # fmt: skip
    for arm, values in partners.items():
        share = 100 * np.histogram(values, edges)[0] / len(values)
        axes.step((edges[:-1] + edges[1:]) / 2, share, where="mid", label=readable(arm),
                  **{**styles[arm], "lw": 1.3})  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.set_xlabel("partners of a cell")
    axes.set_ylabel("cells (%)")
    axes.set_title(f"{'out' if which == 'outgoing' else 'in'}-degree")


def draw_weights(
    axes: Axes, weights: dict[str, np.ndarray], styles: dict[str, dict], meaning: str
) -> None:
    """Draw the distribution of the weights of the synapses of each arm.

    Weights below `LEAST_CONTENT`, zero among them, are drawn at the left end.

    Parameters
    ----------
    axes : Axes
    weights : dict of str to ndarray, shape (synapses,)
    styles : dict of str to dict
        Of each arm.
    meaning : str
        Label of the axis.
    """
    most = max(float(values.max(initial=1.0)) for values in weights.values())
    edges = np.geomspace(LEAST_CONTENT, 1.05 * most, 36)
    for arm, values in weights.items():
        share = np.histogram(np.clip(values, LEAST_CONTENT, None), edges)[0]
        share = 100 * share / max(len(values), 1)
        centres = np.sqrt(edges[:-1] * edges[1:])
        axes.step(centres, share, where="mid", **{**styles[arm], "lw": 1.3})
    axes.set_xscale("log")
    axes.set_xlim(0.75 * LEAST_CONTENT, 1.1 * most)  # room for the label of the lowest tick
    ticks = [tick for tick in (0.1, 0.3, 1, 3, 10, 30) if tick < most]
    axes.set_xticks([LEAST_CONTENT, *ticks], [f"≤{LEAST_CONTENT:g}", *(f"{t:g}" for t in ticks)])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(meaning)
    axes.set_ylabel("synapses (%)")
    axes.set_title("weights")


def draw_triads(axes: Axes, graphs: dict[str, csr_array], styles: dict) -> None:
    """Draw mutual pairs and triads of each kind relative to random graphs of equal density.

    A bar reaches twice the standard deviation of random graphs with as many connections to either
    side: a kind whose point lies outside is more or less frequent than by chance.
    """
    names = ["mutual\npairs", *TRIADS]
    at = np.arange(len(names))
    width = 0.8 / len(graphs)
    for number, (arm, each) in enumerate(graphs.items()):
        x = at + width * (number - (len(graphs) - 1) / 2)
        pairs, kinds = reciprocity(each), triads(each)
        drawn = random_triads(each, draws=DRAWS)
        with np.errstate(invalid="ignore", divide="ignore"):
            scatter = 2 * np.concatenate([[pairs.deviation / pairs.expected],
                                          drawn.std(axis=0, ddof=1) / kinds.expected])  # fmt: skip
        axes.bar(x, 2 * scatter, width, 1 - scatter, color=RANDOM_COLOUR, alpha=0.5, lw=0)
        style = {key: styles[arm][key] for key in ("color", "zorder")}
        axes.plot(x, np.concatenate([[pairs.ratio], kinds.ratio]), "o", ms=4, **style)
    axes.axhline(1, color="#666666", lw=0.8, zorder=0)
    axes.axvline(0.5, color="#999999", lw=0.8, ls=":", zorder=0)
    axes.set_xticks(at, [""] * len(names))
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylabel("observed / expected")
    strip = axes.inset_axes((0.0, -0.27, 1.0, 0.23))
    strip.set(xlim=axes.get_xlim(), ylim=(-0.3, 1.3))
    strip.set_xticks(at, names)
    strip.set_yticks([])
    strip.tick_params(length=0)
    strip.spines[:].set_visible(False)
    strip.set_xlabel(
        "the connections of three cells (named by how many are mutual, one-way, absent)"
    )
    for x, edges in zip(at, ["ab ba", *EXAMPLES.values()], strict=True):
        _small_graph(strip, float(x), edges, cells="ab" if x == 0 else "abc")
    axes.set_title("triads against random graphs of equal density")
    axes.set_title(f"bars: ±2 SD of {DRAWS} random graphs", loc="right", **REMARK)


def _small_graph(axes: Axes, x: float, edges: str, cells: str) -> None:
    """Draw two or three cells about `x`, and an arrow for each edge of ``"ab ba"``."""
    places = {"a": (x - 0.24, 0.0), "b": (x, 1.0), "c": (x + 0.24, 0.0)}
    if len(cells) == 2:
        places = {"a": (x - 0.2, 0.5), "b": (x + 0.2, 0.5)}
    connected = edges.split()
    for pair in {"".join(sorted(edge)) for edge in connected}:
        both = pair in connected and pair[::-1] in connected
        start, end = pair[::-1] if not both and pair[::-1] in connected else pair
        axes.annotate(
            "", places[end], places[start],
            arrowprops={
                "arrowstyle": "<|-|>" if both else "-|>", "color": "#D55E00" if both else "#222222",
                "lw": 1.0, "mutation_scale": 7, "shrinkA": 2.5, "shrinkB": 2.5,
            },
        )  # fmt: skip
    axes.plot(*zip(*places.values(), strict=True), "o", ms=3.5, color="#222222")
