"""Timing curves of calcium_plasticity (Graupner & Brunel 2012 PNAS 109:3991, Fig. 2).

Sixty pairings at 1 Hz at each distance. The shape of the curve depends on the calcium of a pre- and
of a postsynaptic spike relative to the thresholds of potentiation and depression: DP if only the
postsynaptic spike crosses both, P if either does, D if only their sum reaches that of depression,
and so on. Half of the synapses start weak, half strong, with five times the weight.

The rule is compared with the mean of the paper's equation, integrated here in small steps. The
paper adds noise and a double well, which sort synapses into weak and strong ones after the pairings
(dashed); the rule has neither. It also lacks the delay D of presynaptic calcium, so the axis is
shifted by D.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import erf

from .player import Player, pairs
from .style import MEASURED, THEORY, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Case:
    """Numbers of a case: calcium, thresholds, rates, noise and D (s)."""

    pre: float
    post: float
    potentiation_threshold: float
    depression_gain: float
    potentiation_gain: float
    noise: float
    shift: float


#: Table S1 of the paper (V in public copies of the authors' code); tau_Ca = 20 ms, tau = 150 s,
#: theta_d = 1, strong synapses five times the weak ones.
CASES = {
    "DP": Case(1, 2, 1.3, 200, 321.808, 2.8284, 13.7e-3),
    "P": Case(2, 2, 1.3, 160, 257.447, 2.8284, 0.0),
    "D": Case(0.6, 0.6, 1.3, 500, 550, 5.6568, 0.0),
    "DPD": Case(0.9, 0.9, 1.3, 250, 550, 2.8284, 4.6e-3),
    "DPD'": Case(1, 2, 2.5, 50, 600, 2.8284, 2.2e-3),
    "D'": Case(1, 2, 3.5, 60, 600, 2.8284, 0.0),
}
PAIRINGS, DECAY, TIME, START = 60, 20e-3, 150.0, 0.5
STRONG = 5.0
STEP = 0.2e-3


@dataclass(frozen=True)
class Timing:
    """The change of strength in `PAIRINGS` pairings.

    Attributes
    ----------
    lag : ndarray, s
        Time of the postsynaptic spike after that of presynaptic calcium.
    strength : dict of str to ndarray
        Strength after over strength before, by case.
    """

    lag: np.ndarray
    strength: dict[str, np.ndarray]


def measure(cases: Sequence[str] = tuple(CASES), lags: np.ndarray | None = None) -> Timing:
    """Play sixty pairings at each lag (s) for each case."""
    lags = np.arange(-80, 81, 4) * 1e-3 if lags is None else np.asarray(lags)
    return Timing(lags, {name: _play(CASES[name], lags) for name in cases})


def _play(case: Case, lags: np.ndarray) -> np.ndarray:
    """Return the change of strength by pairings at each lag.

    One pairing is played, and then the structural step that applies its time above threshold for
    a minute; the window makes that a share of the second between pairings.
    """
    constants = {
        "plasticity_calcium_decay": f"{DECAY} s",
        "pre_spike_calcium": case.pre,
        "post_spike_calcium": case.post,
        "potentiation_threshold": case.potentiation_threshold,
        "depression_threshold": 1,
        "potentiation_gain": case.potentiation_gain,
        "depression_gain": case.depression_gain,
        "efficacy_time": f"{TIME} s",
        "efficacy_low": 1,
        "efficacy_high": STRONG,
        "plasticity_window": "1 s",
        "initial_efficacy": START,
    }
    player = Player(
        pairs(
            {"calcium_plasticity": constants}, len(lags), step=f"{STEP} s", structural_step="0.4 s"
        )
    )
    spikes = {"source": [[0.1]] * len(lags), "target": [[0.1 + lag] for lag in lags]}
    player.play(0.4 + STEP, spikes, timelapse=PAIRINGS / 0.4)
    return _strength(player["contact.efficacy"])


def _strength(efficacy: np.ndarray) -> np.ndarray:
    """Return the mean strength relative to that at the start."""
    return (1 + (STRONG - 1) * efficacy) / (1 + (STRONG - 1) * START)


def times_above(case: Case, lags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the times (s) that calcium spends above the two thresholds at a pairing."""
    time = np.arange(-0.15, 0.35, 2e-5)
    pre = np.where(time >= 0, case.pre * np.exp(-np.maximum(time, 0) / DECAY), 0)
    after = np.maximum(time - lags[:, None], 0)
    calcium = pre + np.where(time >= lags[:, None], case.post * np.exp(-after / DECAY), 0)
    # the decay from a jump to the threshold itself takes no time
    return tuple(
        (calcium > threshold * (1 + 1e-9)).sum(axis=1) * 2e-5
        for threshold in (case.potentiation_threshold, 1.0)
    )


def closed_form(case: Case, lags: np.ndarray) -> np.ndarray:
    """Return the mean change of strength by the paper's equation, without noise."""
    up, down = (
        gain * above
        for gain, above in zip(
            (case.potentiation_gain, case.depression_gain), times_above(case, lags), strict=True
        )
    )
    rate = (up + down) / TIME
    target = up / np.maximum(up + down, 1e-12)
    return _strength(target + (START - target) * np.exp(-rate * PAIRINGS))


def with_noise(case: Case, lags: np.ndarray) -> np.ndarray:
    """Return the change of strength with the paper's noise and two stable states (its eqs 3-5)."""
    above = times_above(case, lags)
    up, down = case.potentiation_gain * above[0], case.depression_gain * above[1]
    rate = np.maximum(up + down, 1e-12)
    target = up / rate
    gone = np.exp(-rate / TIME * PAIRINGS)
    spread = case.noise**2 * (above[0] + above[1]) / rate * (1 - gone**2)
    strong = [
        (1 - erf((0.5 - (target + (start - target) * gone)) / np.sqrt(np.maximum(spread, 1e-12))))
        / 2
        for start in (0.0, 1.0)
    ]
    share = (strong[0] + strong[1]) / 2
    return (1 + (STRONG - 1) * share) / (1 + (STRONG - 1) * START)


def draw(data: Timing, figure: Figure) -> None:
    """Draw one panel for each case."""
    axes = panels(figure, list(data.strength), columns=3)
    for panel, (name, strength) in zip(axes, data.strength.items(), strict=True):
        case = CASES[name]
        fine = np.linspace(data.lag[0], data.lag[-1], 401)
        at = (fine + case.shift) * 1e3
        panel.plot(at, with_noise(case, fine), **THEORY | {"ls": "--", "color": "#999999",
                   "label": "with noise, as in the paper"})  # fmt: skip
        panel.plot(at, closed_form(case, fine), **THEORY | {"label": "its mean equation"})
        panel.plot((data.lag + case.shift) * 1e3, strength, **MEASURED)
        panel.axhline(1, color="black", lw=0.6)
        panel.set(xlim=(-80, 80), ylim=(0.2, 1.8))
        thresholds = rf"$C_{{pre}}$ {case.pre:g}, $C_{{post}}$ {case.post:g}"
        panel.text(0.03, 0.04, thresholds + rf", $\theta_p$ {case.potentiation_threshold:g}",
                   transform=panel.transAxes, fontsize=8)  # fmt: skip
    for panel in axes[3:]:
        panel.set_xlabel("time of post- after presynaptic spike (ms)")
    for panel in axes[::3]:
        panel.set_ylabel("strength after / before")
    axes[-1].legend(loc="upper right", fontsize=7.5)
