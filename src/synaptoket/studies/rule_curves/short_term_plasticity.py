"""Responses to a train under short_term_plasticity (Tsodyks, Pawelzik & Markram 1998, Fig. 1).

A cell fires regularly at 20 Hz and once more half a second later. A depressing synapse (U = 0.5,
tau_r = 800 ms, no facilitation) gives less with each spike and recovers; a facilitating one
(U = 0.03, tau_r = 130 ms, tau_f = 530 ms) grows. After many spikes at a rate r both come to

    u = U/(1 - (1 - U) e_f),   x = (1 - e_r)/(1 - (1 - u) e_r),   e = exp(-1/(r tau))

and transmit u x of their weight: the depressing synapse falls as 1/r, so that what it transmits in
a second saturates (Tsodyks & Markram 1997); the facilitating one passes a middle band best.
What is measured is the conductance that opens in the target, through AMPA and GABA-A receptors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, pairs
from .style import MEASURED, OTHER, THEORY, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Parameters after the paper's figures (M+): U, tau_r and tau_f, s.
KINDS = {"depressing": (0.5, 0.8, 1e-3), "facilitating": (0.03, 0.13, 0.53)}
RATES = (1.0, 2.5, 5.0, 10.0, 20.0, 40.0)
RATE, SPIKES, PAUSE, STEP = 20.0, 10, 0.5, 1e-3


@dataclass(frozen=True)
class Responses:
    """What a spike transmits, a share of the weight of the synapse.

    Attributes
    ----------
    spikes : ndarray, s
        Times of a train and of one spike more.
    train : dict of str to ndarray
        Response to each, by kind of synapse.
    inhibitory : ndarray
        The same through GABA-A receptors, depressing synapses of inhibitory cells.
    rate : ndarray, Hz
        Of long regular trains.
    steady : dict of str to ndarray
        Response to the last spike of each.
    """

    spikes: np.ndarray
    train: dict[str, np.ndarray]
    inhibitory: np.ndarray
    rate: np.ndarray
    steady: dict[str, np.ndarray]


def measure() -> Responses:
    """Play the trains."""
    train = 0.01 + np.append(np.arange(SPIKES), SPIKES - 1 + PAUSE * RATE) / RATE
    # as many spikes as it takes to settle: three seconds, or six at the lowest rates
    long = [0.01 + np.arange(max(6, round(3 * rate))) / rate for rate in RATES]
    responses = {kind: opened(kind, [train, *long]) for kind in KINDS}
    steady = {kind: np.array([r[-1] for r in rows[1:]]) for kind, rows in responses.items()}
    inhibitory = opened("depressing", [train] * 5, excitatory=False)[0]
    return Responses(train, {kind: rows[0] for kind, rows in responses.items()}, inhibitory,
                     np.array(RATES), steady)  # fmt: skip


def opened(
    kind: str, trains: list[np.ndarray], excitatory: bool = True, enabled: bool = True
) -> list[np.ndarray]:
    """Return what each spike of each train opens in the target, a share of the weight."""
    share, recovery, facilitation = KINDS[kind]
    constants = {"release_share": share, "recovery_time": f"{recovery} s",
                 "facilitation_time": f"{facilitation} s", "enabled": enabled}  # fmt: skip
    receptor = "ampa" if excitatory else "gaba"
    tree = pairs({"short_term_plasticity": constants}, len(trains), excitatory,
                 f"{STEP * 1e3} ms", **{f"{receptor}_weight": "1 pS"})  # fmt: skip
    player = Player(tree)
    until = max(train[-1] for train in trains) + 0.01
    name = f"target.g_{receptor}"
    noted = player.play(until, {"source": trains}, record=[name])[name]
    decay = np.exp(-STEP / player[f"target.{receptor}_decay"][0])
    # it arrives a step after the spike, and is seen another step later
    opening = (noted[:, 1:] - decay * noted[:, :-1]) * 1e12
    return [
        opening[cell, np.round(train / STEP).astype(int) + 1] for cell, train in enumerate(trains)
    ]


def closed_form(kind: str, spikes: np.ndarray) -> np.ndarray:
    """Return the release at each spike time (s), from spike to spike (the paper's eqs 2.2, 2.3)."""
    share, recovery, facilitation = KINDS[kind]
    u, x, released = share, 1.0, []
    for gap in [*np.diff(spikes), np.inf]:
        released.append(u * x)
        x = 1 - (1 - x * (1 - u)) * np.exp(-gap / recovery)
        u = share + u * (1 - share) * np.exp(-gap / facilitation)
    return np.array(released)


def steady_state(kind: str, rate: np.ndarray) -> np.ndarray:
    """Return the release at each spike of an endless regular train of some rate (Hz)."""
    share, recovery, facilitation = KINDS[kind]
    faded, kept = np.exp(-1 / (rate * facilitation)), np.exp(-1 / (rate * recovery))
    u = share / (1 - (1 - share) * faded)
    return u * (1 - kept) / (1 - (1 - u) * kept)


def draw(data: Responses, figure: Figure) -> None:
    """Draw responses to a train and after it, and to long trains by rate."""
    train, steady = panels(figure, ("20 Hz train and one spike more", "steady state"))
    fine = np.geomspace(0.8, 50, 200)
    for (kind, response), style in zip(data.train.items(), (MEASURED, OTHER), strict=True):
        first = KINDS[kind][0]
        line = THEORY | {"label": "closed form" if kind == "depressing" else None}
        train.plot(data.spikes[:-1], closed_form(kind, data.spikes[:-1]) / first, **line)
        # what one spike more would give, had it come sooner
        sooner = np.linspace(data.spikes[-2] + 1 / RATE, data.spikes[-1], 50)
        predicted = [closed_form(kind, np.append(data.spikes[:-1], at))[-1] for at in sooner]
        train.plot(sooner, np.array(predicted) / first, **line | {"label": None, "ls": ":"})
        train.plot(data.spikes, response / first, **style | {"label": kind})
        steady.plot(fine, steady_state(kind, fine), **line)
        steady.plot(data.rate, data.steady[kind], **style | {"label": kind})
    train.plot(data.spikes, data.inhibitory / KINDS["depressing"][0], ls="", marker="o", ms=9,
               mfc="none", color="#56B4E9", label="depressing, GABA-A")  # fmt: skip
    train.set(xlabel="time (s)", ylabel="response / first response", ylim=(0, None))
    steady.set(xlabel="rate of the train (Hz)", ylabel="release, share of the weight",
               xscale="log", ylim=(0, None))  # fmt: skip
    steady.set_xticks([1, 3, 10, 30], ["1", "3", "10", "30"])
    for axes in (train, steady):
        axes.legend()
