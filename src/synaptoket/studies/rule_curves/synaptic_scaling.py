"""Rate and strengths under synaptic_scaling (Turrigiano 1998 Nature 391:892).

Cells receive Poisson input through spines of log-normal sizes; then the input of some is halved, of
some doubled. Firing must break down, or run high, and come back within days, because each cell
multiplies all its AMPA inputs by one factor: strengths after against strengths before lie on a line
through the origin, with a slope of two and of a half, as miniature currents of cultures do after
two days of tetrodotoxin or bicuculline. What the cell holds is its drive A, the input r times the
factor S, so that

    dS/dT = S (1 - r S)/tau,   S = 1/(r + (1 - r) exp(-T/tau));

its rate follows, but for what fewer and larger inputs add to the fluctuations of its potential.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, small_circuit
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What the input is multiplied by, for each group of cells.
INPUTS = {"halved": 0.5, "unchanged": 1.0, "doubled": 2.0}
CELLS, SOURCES = 12, 120  # of each group
RATE, WEIGHT = 10.0, "3.6 nS"
CALCIUM_DECAY, SCALING_TIME = 0.1, 2.0  # s, day
BEFORE, AFTER = 4.0, 20.0  # s of spiking
DAY, TIMELAPSE = 86400.0, 2 * 86400.0 / 4  # four seconds of spiking are two days
STEP = 2e-3


@dataclass(frozen=True)
class Scaling:
    """Cells whose input has changed, by group.

    Attributes
    ----------
    day : ndarray, day
        From the change of input; bins of two days.
    rate : dict of str to ndarray, Hz
        Mean rate of the cells in each bin.
    time : ndarray, day
        From the change on.
    scale : dict of str to ndarray
        Mean factor, relative to that before.
    before, after : dict of str to ndarray
        Strength of every synapse in order of strength, relative.
    """

    day: np.ndarray
    rate: dict[str, np.ndarray]
    time: np.ndarray
    scale: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]


def measure(enabled: bool = True, after: float = AFTER, seed: int = 1) -> Scaling:
    """Play some seconds after the change of input; `enabled` is the switch of the rule."""
    player = _player(enabled, seed)
    first = player["contact.ampa_strength"]
    generator = np.random.default_rng(seed)
    factors = np.repeat(list(INPUTS.values()), SOURCES)
    parts = [
        player.play(seconds, {"source": poisson(rates, seconds, generator)},
                    ["target.synaptic_scale"], timelapse=TIMELAPSE if enabled else 0)
        for seconds, rates in ((BEFORE, RATE * factors**0), (after, RATE * factors))
    ]  # fmt: skip
    cell, time = parts[0]["target.spikes"].T, parts[1]["target.spikes"].T + [[0], [BEFORE]]
    cell, time = np.hstack([cell, time])
    edges = np.arange(0, BEFORE + after + 1, DAY * 2 / TIMELAPSE)
    scale = parts[1]["target.synaptic_scale"]
    last = player["contact.ampa_strength"]
    target = np.tile(np.arange(CELLS * len(INPUTS)), SOURCES) // CELLS
    rates, scales, strong, later = {}, {}, {}, {}
    for k, name in enumerate(INPUTS):
        counts = np.histogram(time[cell // CELLS == k], edges)[0]
        rates[name] = counts / np.diff(edges) / CELLS
        own = scale[k * CELLS : (k + 1) * CELLS]
        scales[name] = (own / own[:, :1]).mean(axis=0)
        strong[name], later[name] = np.sort(first[target == k]), np.sort(last[target == k])
    middle = (edges[:-1] + edges[1:]) / 2 - BEFORE
    day = TIMELAPSE / DAY
    return Scaling(middle * day, rates, parts[1]["time"] * day, scales, strong, later)


def _player(enabled: bool, seed: int) -> Player:
    """Return groups of cells with inputs of their own, in balance to begin with."""
    held = CALCIUM_DECAY * RATE * SOURCES
    rules = {
        "spine_size": {"log_size_mean": 0, "log_size_deviation": 0.5, "size_relaxation": "1e9 day"},
        "ampa_insertion": {"insertion_rate": "1 /day", "slot_half": 0.2},
        "dendritic_calcium": {"calcium_decay": f"{CALCIUM_DECAY} s"},
        "synaptic_scaling": {
            "scaling_target": held, "scaling_time": f"{SCALING_TIME} day", "scaling_minimum": 0.1,
            "scaling_maximum": 10, "scaling_window": "0.4 s", "enabled": enabled,
        },
    }  # fmt: skip
    groups = len(INPUTS)
    tree = small_circuit(
        {"source": groups * SOURCES, "target": groups * CELLS},
        {"contact": {"source": "source", "target": "target", "in_degree": SOURCES,
                     "ampa_weight": WEIGHT, "rules": rules}},
        {"target": {"potassium_increment": "20 nS"}},
        step=f"{STEP} s",
    )  # fmt: skip
    target = np.tile(np.arange(groups * CELLS, dtype=np.int32), SOURCES)
    source = target // CELLS * SOURCES + np.repeat(np.arange(SOURCES), groups * CELLS)
    player = Player(tree, {"contact": (source.astype(np.int32), target)}, seed)
    size = np.bincount(target, np.exp(player["contact.log_size"]))
    player["target.synaptic_scale"] = SOURCES / size
    player["target.dendritic_calcium"] = held
    return player


def poisson(rates: np.ndarray, seconds: float, generator: np.random.Generator) -> list[np.ndarray]:
    """Return a Poisson train for each rate (Hz), on steps, at most one spike a step."""
    steps = np.arange(1, round(seconds / STEP))
    return [steps[generator.random(len(steps)) < rate * STEP] * STEP for rate in rates]


def closed_form(day: np.ndarray, change: float) -> np.ndarray:
    """Return the factor some days after the input was multiplied by `change`."""
    return 1 / (change + (1 - change) * np.exp(-day / SCALING_TIME))


def draw(data: Scaling, figure: Figure) -> None:
    """Draw rates, factors and strengths."""
    titles = ("firing comes back", "one factor for a cell", "strengths are multiplied")
    rates, factors, strengths = panels(figure, titles, columns=3)
    styles = dict(zip(INPUTS, (MEASURED, THIRD, OTHER), strict=True))
    for name, style in styles.items():
        rates.plot(data.day, data.rate[name], **style | {"ls": "-", "label": f"input {name}"})
        factors.plot(data.time, closed_form(data.time, INPUTS[name]), **THEORY | {"zorder": 3,
                     "label": "closed form" if name == "halved" else None})  # fmt: skip
        factors.plot(data.time, data.scale[name], color=style["color"], lw=3, alpha=0.5)
        line = np.array([0, data.before[name].max()])
        if INPUTS[name] != 1:
            strengths.plot(line, line / INPUTS[name], **THEORY | {"label": None})
            strengths.plot(data.before[name], data.after[name], **style | {"ms": 2.5,
                           "label": f"input {name}, slope {1 / INPUTS[name]:g}"})  # fmt: skip
    rates.axvline(0, color="black", lw=0.6)
    rates.set(xlabel="days from the change", ylabel="rate (Hz)", ylim=(0, None))
    factors.set(xlabel="days from the change", ylabel="factor S", ylim=(0, 2.6))
    strengths.set(xlabel="strength before (in rank order)", ylabel="strength after",
                  xlim=(0, None), ylim=(0, None))  # fmt: skip
    for axes in (rates, factors, strengths):
        axes.legend(loc="upper right" if axes is rates else "upper left", fontsize=8)
