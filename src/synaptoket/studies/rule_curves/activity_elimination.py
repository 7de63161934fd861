"""activity_elimination: contacts between cells that do not fire together are lost first.

150 source and 150 target cells fire independently of each other, in four conditions: both active,
the sources alone, the targets alone, neither. Only contacts between two active cells may outlast
the others (depressed or unused synapses are eliminated: Bastrikova 2008 PNAS
105:3123; Wiegert & Oertner 2013 PNAS 110:E4510). For independent spikes at rates r_i and r_j, c is
2 tau r_i r_j on average, and the hazard must be that of this c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, Segments, turnover
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Loss hazard of an unused contact (1/day), coincidences that halve it (Hz), window (s).
RATE, HALF, DECAY, WINDOW = 0.1, 0.5, 20e-3, 20.0
WEIGHT = "20 nS"
ACTIVE, SILENT = 70.0, 0.0
CONDITIONS = {
    "both active": (ACTIVE, ACTIVE),
    "sources alone": (ACTIVE, SILENT),
    "targets alone": (SILENT, ACTIVE),
    "neither": (SILENT, SILENT),
}


@dataclass(frozen=True)
class Use:
    """Survival by activity.

    Attributes
    ----------
    day : ndarray
    left : dict of str to ndarray
        Share left, for each condition.
    coincidence : ndarray, Hz
        Mean rate of coincidences at several levels of activity.
    predicted : ndarray, Hz
        2 tau r_i r_j at the rates that were measured.
    hazard : ndarray, 1/s
        Share lost in time, at these levels.
    """

    day: np.ndarray
    left: dict[str, np.ndarray]
    coincidence: np.ndarray
    predicted: np.ndarray
    hazard: np.ndarray


def circuit() -> dict:
    """Return the circuit: no births, losses by use; cells that do not hear each other."""
    elimination = {
        "rule": "activity_elimination",
        "elimination_rate": f"{RATE} /day",
        "coincidence_half": f"{HALF} Hz",
        "coincidence_decay": f"{DECAY * 1e3:g} ms",
        "coincidence_window": f"{WINDOW:g} s",
    }
    formation = {"rule": "random_formation", "formation_rate": "0 /day"}
    cell = {"background_weight": WEIGHT, "refractory_period": "2 ms"}
    return turnover(formation, elimination, cells=150, step="1 ms",
                    populations={"source": cell, "target": cell})  # fmt: skip


def _settled(played: Segments, source: float, target: float) -> None:
    """Let cells fire until coincidences have been averaged, with every contact in place."""
    played.load({"source.background_rate": source, "target.background_rate": target,
                 "contact.present": 1})  # fmt: skip
    played.play(1.0, 60)
    played.load({"contact.present": 1})


def measure(days: int = 30, inputs=(0.0, 30.0, 40.0, 45.0, 50.0, 55.0, 60.0, 66.0)) -> Use:
    """Follow contacts in each condition, and their hazard at several rates of input (Hz)."""
    left, by_rate = {}, []
    with Segments(circuit()) as played:
        for name, (source, target) in CONDITIONS.items():
            _settled(played, source, target)
            left[name] = played.followed("contact.present", 2 * DAY, days // 2, segments=4)
        for rate in inputs:
            _settled(played, rate, rate)
            before = [played[f"{name}.spike_count"].mean() for name in ("source", "target")]
            played.play(4 * DAY, 40)
            after = [played[f"{name}.spike_count"].mean() for name in ("source", "target")]
            rates = (np.array(after) - before) / 80.0
            hazard = -np.log(played["contact.present"].mean()) / (4 * DAY)
            there = played["contact.present"] > 0
            by_rate.append((played["contact.coincidence_rate"][there].mean(),
                          2 * DECAY * rates.prod(), hazard))  # fmt: skip
    return Use(2.0 * np.arange(days // 2 + 1), left, *np.array(by_rate).T)


def draw(data: Use, figure: Figure) -> None:
    """Draw survival in the four conditions, and the hazard by coincidences."""
    survival, hazard = panels(figure, ("survival", "hazard"))
    fine = np.linspace(0, data.day[-1], 100)
    survival.plot(fine, np.exp(-RATE * fine), **THEORY | {"label": "unused, closed form"})
    styles = (THIRD, MEASURED, OTHER, OTHER | {"marker": "x", "color": "black"})
    for (name, left), style in zip(data.left.items(), styles, strict=True):
        survival.plot(data.day, left, **style | {"label": name})
    survival.set(xlabel="time (days)", ylabel="share left", ylim=(0, 1.03))
    survival.legend()
    rate = np.linspace(0, data.predicted.max() * 1.1, 200)
    hazard.plot(rate, RATE / (1 + (rate / HALF) ** 2), **THEORY | {"label": "e/(1 + (c/c_0)^2)"})
    hazard.plot(data.predicted, data.hazard * DAY, **MEASURED)
    hazard.set(xlabel="expected coincidences, 2 tau r_i r_j (Hz)", ylabel="loss hazard (1/day)",
               ylim=(0, None))  # fmt: skip
    hazard.legend()
