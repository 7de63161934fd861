"""Frequency dependence of triplet_stdp (Pfister & Gerstner 2006 J Neurosci 26:9673, Figs 4-6).

Sixty pairings 10 ms apart, pre before post and post before pre, at 0.1 to 50 Hz, as Sjostrom,
Turrigiano & Nelson (2001 Neuron 32:1149) did in visual cortex. At low frequency the order decides;
above 40 Hz both orders potentiate, for then every pairing falls into the slow trace of postsynaptic
spikes before: pairs alone cannot do that. Pairs by themselves, sixty of them far apart, must give
the window of hippocampal culture, with potentiation by A_2+ and depression by A_2-; in visual
cortex, where A_2+ is nothing, depression only.

The closed form is the sum of the paper's equation over all pairs and triplets of spikes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .player import Player, pairs
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DECAYS = {"triplet_potentiation_decay": "16.8 ms", "triplet_depression_decay": "33.7 ms"}

#: Minimal all-to-all fits of the paper: Tables 3 and 4 (V in public copies).
VISUAL_CORTEX = _DECAYS | {
    "pair_gain": 0, "triplet_gain": 6.5e-3, "pair_loss": 7.1e-3, "triplet_decay": "114 ms",
    "triplet_maximum": 3,
}  # fmt: skip
HIPPOCAMPUS = _DECAYS | {
    "pair_gain": 5.3e-3, "triplet_gain": 8.0e-3, "pair_loss": 3.5e-3, "triplet_decay": "40 ms",
    "triplet_maximum": 3,
}  # fmt: skip

#: Sjostrom 2001, Fig. 7D as the paper shows it: frequency (Hz), change, standard error, for
#: pre 10 ms before post and 10 ms after (V in the table of a public toolbox).
OBSERVED = {
    10e-3: ((0.1, -0.04, 0.05), (10, 0.14, 0.10), (20, 0.29, 0.14), (40, 0.53, 0.11),
            (50, 0.56, 0.26)),
    -10e-3: ((0.1, -0.29, 0.08), (10, -0.41, 0.11), (20, -0.34, 0.10), (40, 0.56, 0.32),
             (50, 0.75, 0.19)),
}  # fmt: skip

PAIRINGS, LAG, STEP = 60, 10e-3, 0.5e-3
FREQUENCIES = (0.1, 10.0, 20.0, 40.0, 50.0)


@dataclass(frozen=True)
class Frequencies:
    """The change of weight in `PAIRINGS` pairings.

    Attributes
    ----------
    frequency : ndarray, Hz
        Of pairings.
    before, after : ndarray
        Change of the relative weight with pre `LAG` before and after post, visual cortex.
    lag : ndarray, s
        Time of the postsynaptic spike after the presynaptic one in isolated pairings.
    window, hippocampus : ndarray
        Change at that lag, visual cortex and hippocampal culture.
    delay : float, s
        Delay of the synapses.
    """

    frequency: np.ndarray
    before: np.ndarray
    after: np.ndarray
    lag: np.ndarray
    window: np.ndarray
    hippocampus: np.ndarray
    delay: float


def measure(**parameters: float | str) -> Frequencies:
    """Play the pairings, with the constants of the paper or others for visual cortex."""
    cortex = VISUAL_CORTEX | parameters
    lags = np.arange(-100, 101, 5) * 1e-3
    lags = lags[lags != 0]
    fast = [f for f in FREQUENCIES if f >= 10]
    trains = [pairing(f, lag) for lag in (LAG, -LAG) for f in fast]
    played = _changes(cortex, trains, 1.0).reshape(2, -1)
    alone = [pairing(1.0, lag, 1) for lag in lags]
    window, hippocampus = (_changes(c, alone, PAIRINGS) for c in (cortex, HIPPOCAMPUS))
    # at 0.1 Hz the traces of a pairing are gone by the next
    slow = np.interp([LAG, -LAG], lags, window)
    before, after = np.column_stack([slow, played])
    return Frequencies(np.array(FREQUENCIES), before, after, lags, window, hippocampus, STEP)


def pairing(frequency: float, lag: float, count: int = PAIRINGS) -> tuple[np.ndarray, np.ndarray]:
    """Return the pre- and the postsynaptic spike times of `count` pairings."""
    pre = 0.11 + np.arange(count) / frequency
    return pre, pre + lag


def _changes(constants: dict, trains: list, timelapse: float) -> np.ndarray:
    """Return the change of the weight of one cell pair for each (pre, post)."""
    player = Player(pairs({"triplet_stdp": constants}, len(trains), step=f"{STEP * 1e3} ms"))
    spikes = {"source": [pre for pre, _ in trains], "target": [post for _, post in trains]}
    until = max(times.max() for pair in trains for times in pair) + 0.1
    player.play(until, spikes, timelapse=timelapse)
    return player["contact.weight"] - 1


def closed_form(
    pre: np.ndarray, post: np.ndarray, constants: dict | None = None, delay: float = 0.0
) -> float:
    """Return the change of weight by the paper's equation, summed over pairs and triplets.

    Parameters
    ----------
    pre, post : ndarray, s
        Spike times; depression sees the presynaptic ones `delay` later.
    """
    numbers: dict[str, Any] = VISUAL_CORTEX if constants is None else constants
    plus, minus, slow = (
        float(str(numbers[f"triplet_{name}decay"]).removesuffix(" ms")) * 1e-3
        for name in ("potentiation_", "depression_", "")
    )

    def trace(times: np.ndarray, at: np.ndarray, decay: float) -> np.ndarray:
        past = at[:, None] - times[None, :]
        return np.where(past > 1e-9, np.exp(-np.abs(past) / decay), 0.0).sum(axis=1)

    gain = numbers["pair_gain"] + numbers["triplet_gain"] * trace(post, post, slow)
    up = (gain * trace(pre, post, plus)).sum()
    return float(up - numbers["pair_loss"] * trace(post, pre + delay, minus).sum())


def draw(data: Frequencies, figure: Figure) -> None:
    """Draw the change by frequency, and the window of isolated pairs."""
    by_frequency, by_lag = panels(figure, ("visual cortex: frequency", "isolated pairs"))
    fine = np.linspace(1.0, 50.0, 99)
    both = ((LAG, data.before, MEASURED, "pre 10 ms before"),
            (-LAG, data.after, OTHER, "pre 10 ms after"))  # fmt: skip
    for lag, change, style, label in both:
        expected = [100 * closed_form(*pairing(f, lag), delay=data.delay) for f in fine]
        by_frequency.plot(fine, expected, **THEORY | {"label": "closed form" if lag > 0 else None})
        by_frequency.plot(data.frequency, 100 * change, **style | {"label": label})
        frequency, seen, error = np.array(OBSERVED[lag]).T
        by_frequency.errorbar(frequency, 100 * seen, 100 * error, color=style["color"], ls="",
                              marker=style["marker"], mfc="white", ms=4.5, lw=0.8, alpha=0.7,
                              label=f"{label}, Sjöström 2001")  # fmt: skip
    by_frequency.set(xlabel="frequency of pairings (Hz)",
                     ylabel=f"weight change in {PAIRINGS} pairings (%)")  # fmt: skip
    cells = ((data.window, VISUAL_CORTEX, MEASURED, "visual cortex"),
             (data.hippocampus, HIPPOCAMPUS, THIRD, "hippocampal culture"))  # fmt: skip
    fine = np.concatenate([np.linspace(-0.1, -1e-3, 100), [np.nan], np.linspace(1e-3, 0.1, 100)])
    for k, (change, constants, style, label) in enumerate(cells):
        expected = [100 * PAIRINGS * closed_form(*pairing(1.0, lag, 1), constants, data.delay)
                    for lag in fine]  # fmt: skip
        by_lag.plot(fine * 1e3, expected, **THEORY | {"label": None if k else "closed form"})
        by_lag.plot(data.lag * 1e3, 100 * change, **style | {"label": label})
    by_lag.set(xlabel="time of post- after presynaptic spike (ms)",
               ylabel=f"weight change in {PAIRINGS} pairings (%)")  # fmt: skip
    for axes in (by_frequency, by_lag):
        axes.axhline(0, color="black", lw=0.6)
        axes.legend(loc="upper left", fontsize=8)
