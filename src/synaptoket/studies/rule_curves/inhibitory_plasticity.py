"""Balance by inhibitory_plasticity (Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011 Science
334:1569, Figs 1 and 2).

Cells receive eight channels of excitation and of inhibition; the rates of both follow the channel's
own signal, which wanders within 50 ms. Excitation is tuned, each cell prefers a channel; inhibition
is not, and at first either missing, so that cells fire too much, or too strong, so that they are
silent. Under the rule both kinds must come to fire at the target rate, and inhibition must become
tuned as excitation is: more of it where excitation makes the cell fire, channel by channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, small_circuit
from .style import MEASURED, OTHER, THEORY, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNELS, EXCITATORY, INHIBITORY, CELLS = 8, 16, 8, 16  # cells of a channel, and the targets
RATE, TARGET, TRACE = 20.0, 5.0, 20e-3  # Hz, Hz, s
LEARNING, TIMELAPSE = 1e-3, 50.0
SECONDS, BIN, STEP = 24.0, 2.0, 2e-3
MISSING, STRONG = 0.0, 2.5  # relative inhibitory weights at the start


@dataclass(frozen=True)
class Balance:
    """Cells that inhibition brings to their target.

    Attributes
    ----------
    time : ndarray, s
        Middle of bins.
    rate : dict of str to ndarray, Hz
        Mean rate of cells whose inhibition was missing, or strong, at first.
    excitation, inhibition, initial : ndarray, shape (cells, channels), S
        Mean conductance from each channel after learning; inhibition before it.
    distance : ndarray
        Of each channel from the one that each cell prefers.
    """

    time: np.ndarray
    rate: dict[str, np.ndarray]
    excitation: np.ndarray
    inhibition: np.ndarray
    initial: np.ndarray
    distance: np.ndarray

    def correlation(self) -> float:
        """Return that of inhibition with excitation over cells and channels."""
        return float(np.corrcoef(self.excitation.ravel(), self.inhibition.ravel())[0, 1])


def measure(enabled: bool = True, seconds: float = SECONDS, seed: int = 1) -> Balance:
    """Play the channels for some seconds to cells under the rule; `enabled` is its switch."""
    generator = np.random.default_rng(seed)
    player = Player(_tree(enabled), seed=seed)
    distance = _distance()
    tuning = 0.3 + 1.2 * np.exp(-((distance / 1.2) ** 2))
    # contacts are in the order of their sources, each with all targets
    player["excitation.ampa_content"] = np.repeat(tuning.T, EXCITATORY, axis=0).ravel()
    start = np.where(np.arange(CELLS) % 2, STRONG, MISSING)
    player["inhibition.weight"] = np.tile(start, CHANNELS * INHIBITORY)
    initial = _mean_conductance(player, "inhibition", "gaba", INHIBITORY)
    signals = channel_rates(seconds, generator)
    spikes = {"excitatory": trains(signals, EXCITATORY, generator),
              "inhibitory": trains(signals, INHIBITORY, generator)}  # fmt: skip
    fired = player.play(seconds, spikes, timelapse=TIMELAPSE)["target.spikes"]
    edges = np.arange(0, seconds + BIN / 2, BIN)
    rate = {
        name: np.histogram(fired[fired[:, 0] % 2 == odd, 1], edges)[0] / (BIN * CELLS / 2)
        for odd, name in enumerate(("missing", "strong"))
    }
    return Balance(
        (edges[1:] + edges[:-1]) / 2,
        rate,
        _mean_conductance(player, "excitation", "ampa", EXCITATORY),
        _mean_conductance(player, "inhibition", "gaba", INHIBITORY),
        initial,
        distance,
    )


def _tree(enabled: bool) -> dict:
    """Return the circuit: all cells of all channels contact all targets."""
    sizes = {"excitatory": CHANNELS * EXCITATORY, "inhibitory": CHANNELS * INHIBITORY}
    learning = {
        "trace_decay": f"{TRACE} s", "target_rate": f"{TARGET} Hz",
        "inhibitory_learning_rate": LEARNING, "inhibitory_maximum": 10, "enabled": enabled,
    }  # fmt: skip
    # receptors that stay where they are put: what tells excitatory synapses apart
    still = {"insertion_rate": "0 /day", "slot_half": 0.2}
    return small_circuit(
        sizes | {"target": CELLS},
        {
            "excitation": {"source": "excitatory", "target": "target", "ampa_weight": "2.8 nS",
                           "in_degree": sizes["excitatory"], "rules": {"ampa_insertion": still}},
            "inhibition": {"source": "inhibitory", "target": "target", "gaba_weight": "2.5 nS",
                           "in_degree": sizes["inhibitory"],
                           "rules": {"inhibitory_plasticity": learning}},
        },
        {"inhibitory": {"excitatory": False}},
        step=f"{STEP} s",
    )  # fmt: skip


def _distance() -> np.ndarray:
    """Return how far each channel is from the one that each target prefers; channels are a ring."""
    preferred = np.arange(CELLS) // 2 % CHANNELS
    apart = np.abs(np.arange(CHANNELS) - preferred[:, None])
    return np.minimum(apart, CHANNELS - apart)


def channel_rates(seconds: float, generator: np.random.Generator) -> np.ndarray:
    """Return the rate (Hz) of every channel at every step: it wanders within 50 ms."""
    steps, memory = round(seconds / STEP), np.exp(-STEP / 50e-3)
    noise = generator.normal(size=(CHANNELS, steps)) * np.sqrt(1 - memory**2)
    wandering = np.zeros((CHANNELS, steps))
    for k in range(1, steps):
        wandering[:, k] = memory * wandering[:, k - 1] + noise[:, k]
    return RATE * np.exp(0.7 * wandering - 0.245)


def trains(rates: np.ndarray, cells: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Return a Poisson train for each of some cells of every channel."""
    times = []
    for rate in np.repeat(rates, cells, axis=0):
        fires = generator.random(len(rate)) < rate * STEP
        times.append(np.flatnonzero(fires[1:]) * STEP + STEP)
    return times


def _mean_conductance(player: Player, projection: str, receptor: str, cells: int) -> np.ndarray:
    """Return the mean conductance (S) that each target has open from each channel."""
    strength = player[f"{projection}.{receptor}_strength"].reshape(CHANNELS, cells, CELLS)
    weight = player[f"{projection}.{receptor}_weight"][0]
    decay = player[f"target.{receptor}_decay"][0]
    return strength.sum(axis=1).T * weight * decay * RATE


def draw(data: Balance, figure: Figure) -> None:
    """Draw rates, tuning, and inhibition against excitation."""
    titles = ("rate comes to its target", "tuning after learning", "each channel is balanced")
    rates, tuned, matched = panels(figure, titles, columns=3)
    rates.axhline(TARGET, **THEORY | {"label": f"target, {TARGET:g} Hz"})
    for (name, rate), style in zip(data.rate.items(), (MEASURED, OTHER), strict=True):
        rates.plot(data.time, rate, **style | {"ls": "-", "label": f"inhibition {name} at first"})
    rates.set(xlabel="time of spiking (s)", ylabel="rate (Hz)", ylim=(0, None))
    apart = np.arange(CHANNELS // 2 + 1)
    for conductance, style, label in ((data.excitation, OTHER, "excitation"),
                                      (data.inhibition, MEASURED, "inhibition")):  # fmt: skip
        mean = np.array([conductance[data.distance == d].mean() for d in apart])
        tuned.plot(apart, mean / mean.max(), **style | {"ls": "-", "label": label})
    tuned.set(xlabel="channels from the preferred one", ylabel="conductance / largest",
              ylim=(0, 1.1))  # fmt: skip
    tuned.set_xticks(apart)
    matched.plot(data.excitation * 1e9, data.initial * 1e9, ls="", marker="o", ms=3, mfc="none",
                 color="#999999")  # fmt: skip
    matched.plot(data.excitation * 1e9, data.inhibition * 1e9, **MEASURED | {"ms": 3,
                 "label": None})  # fmt: skip
    matched.plot([], [], ls="", marker="o", ms=3, mfc="none", color="#999999", label="before")
    matched.plot([], [], **MEASURED | {"ms": 3, "label": f"after, r = {data.correlation():.2f}"})
    matched.set(xlabel="excitatory conductance (nS)", ylabel="inhibitory conductance (nS)",
                ylim=(-0.4, 1.35e9 * data.inhibition.max()))  # fmt: skip
    rates.legend(loc="upper right", fontsize=8)
    tuned.legend(loc="lower left", fontsize=8)
    matched.legend(loc="upper left", fontsize=8)
