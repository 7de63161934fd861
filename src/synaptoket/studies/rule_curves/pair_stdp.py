"""The timing window of pair_stdp (Song, Miller & Abbott 2000 Nat Neurosci 3:919, Fig. 1).

Each of many cell pairs has one pairing of a pre- and a postsynaptic spike, each at its own distance
in time; a time-lapse of 60 makes it sixty pairings, as in experiments. The change must fall off
exponentially on both sides: up with tau_+ where the presynaptic spike comes first, down with tau_-
where it comes last, by A_+ and A_- of the largest weight. With an exponent of one (Gutig 2003 J
Neurosci 23:3697) potentiation is proportional to the distance of the weight from its maximum, and
depression to the weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, pairs
from .style import MEASURED, OTHER, THEORY, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Song, Miller & Abbott 2000: A_+ = 0.005, A_- = 1.05 A_+, both of 20 ms (M+).
PARAMETERS = {
    "pair_potentiation": 0.005,
    "pair_depression": 0.00525,
    "pair_potentiation_decay": "20 ms",
    "pair_depression_decay": "20 ms",
    "pair_maximum": 2,
}
PAIRINGS = 60


@dataclass(frozen=True)
class Window:
    """The change of weight by timing.

    Attributes
    ----------
    lag : ndarray, s
        Time of the postsynaptic spike after the presynaptic one.
    change : ndarray
        Change of the relative weight in `PAIRINGS` pairings that start at a weight of one.
    weight : ndarray
        Relative weights between nothing and the maximum.
    potentiated, depressed : ndarray
        Change of such a weight in one pairing at +10 and at -10 ms, with an exponent of one.
    delay : float, s
        Delay of the synapses.
    """

    lag: np.ndarray
    change: np.ndarray
    weight: np.ndarray
    potentiated: np.ndarray
    depressed: np.ndarray
    delay: float


def measure(lags: np.ndarray | None = None, **parameters: float | str) -> Window:
    """Play one pairing at each lag (s), with the constants of the paper or others."""
    lags = np.arange(-100, 101, 4) * 1e-3 if lags is None else np.asarray(lags)
    constants = PARAMETERS | parameters
    change, delay = _pairing(constants, lags, np.ones(len(lags)), PAIRINGS)
    weight = np.linspace(0, float(constants["pair_maximum"]), 11)
    sides = np.repeat([10e-3, -10e-3], len(weight))
    softer = constants | {"pair_exponent": 1}
    up, down = _pairing(softer, sides, np.tile(weight, 2), 1)[0].reshape(2, -1)
    return Window(lags, change, weight, up, down, delay)


def _pairing(constants: dict, lags: np.ndarray, weight: np.ndarray, times: float):
    """Return the change of each weight by one pairing at its lag, and the delay."""
    player = Player(pairs({"pair_stdp": constants}, len(lags), step="0.2 ms"))
    player["contact.weight"] = weight
    middle = 0.12
    spikes = {"source": [[middle]] * len(lags), "target": [[middle + lag] for lag in lags]}
    player.play(2 * middle, spikes, timelapse=times)
    return player["contact.weight"] - weight, player.step


def closed_form(lag: np.ndarray, delay: float = 0.0) -> np.ndarray:
    """Return the change of weight by `PAIRINGS` of lag (s) at the constants of the paper."""
    tau, maximum = 20e-3, PARAMETERS["pair_maximum"]
    up = PARAMETERS["pair_potentiation"] * np.exp(-lag / tau)
    down = -PARAMETERS["pair_depression"] * np.exp((lag - delay) / tau)
    return PAIRINGS * maximum * np.where(lag > 0, up, down)


def draw(data: Window, figure: Figure) -> None:
    """Draw the window, and how the change depends on the weight."""
    window, dependence = panels(figure, ("timing window", "dependence on the weight"))
    fine = np.linspace(-100e-3, 100e-3, 401)
    expected = np.where(np.abs(fine) < 1e-4, np.nan, closed_form(fine))
    window.plot(fine * 1e3, 100 * expected, **THEORY)
    window.plot(data.lag * 1e3, 100 * data.change, **MEASURED)
    window.axhline(0, color="black", lw=0.6)
    window.axvline(0, color="black", lw=0.6)
    window.set(xlabel="time of post- after presynaptic spike (ms)",
               ylabel=f"weight change in {PAIRINGS} pairings (%)")  # fmt: skip
    tau, maximum = 20e-3, PARAMETERS["pair_maximum"]
    decayed = np.exp(-10e-3 / tau)
    left = maximum - data.weight
    dependence.plot(data.weight, 100 * PARAMETERS["pair_potentiation"] * decayed * left, **THEORY)
    dependence.plot(data.weight, -100 * PARAMETERS["pair_depression"] * decayed * data.weight,
                    **THEORY | {"label": None})  # fmt: skip
    dependence.plot(data.weight, 100 * data.potentiated, **MEASURED | {"label": "pre 10 ms before"})
    dependence.plot(data.weight, 100 * data.depressed, **OTHER | {"label": "pre 10 ms after"})
    dependence.axhline(0, color="black", lw=0.6)
    dependence.set(xlabel="relative weight", ylabel="change in one pairing (%)")
    window.legend(loc="upper left")
    dependence.legend(loc="upper right")
