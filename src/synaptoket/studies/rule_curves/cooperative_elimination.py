"""cooperative_elimination: pairs of cells end up with no contact or with several.

Pairs of layer-5 cells have no contact or about five: connected ones have 4 to 8 (Markram 1997
J Physiol 500:409), and independent formation and loss of contacts is ruled out (Fares & Stepanyants
2009 PNAS 106:16463). Deger 2012 (PLoS Comput Biol 8:e1002689) explains it by correlation of spikes.

30 sources and 30 targets fire by themselves; each of 900 pairs may have eight contacts. They start
independent: a binomial number, 1.6 on average. Contacts form at a constant rate (0.01 /day) and are
lost by `cooperative_elimination`. Within weeks the histogram must become bimodal: most pairs none,
the others about five, hardly any with two. A control in which synapses transmit nothing must lose
all but the newest, because contacts affect each other only through spikes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from ._segments import DAY, Segments, turnover
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELLS, CONTACTS, FILLING = 30, 8, 0.2
#: Hazards (1/day); excess spikes that protect; exponent; pairing and averaging times (s).
BIRTHS, LOSS, RESIDUAL = 0.01, 4.0, 0.00625
PROTECTING, EXPONENT, DECAY, WINDOW = 0.016, 6, 10e-3, 100.0
WEIGHT = 2e-9
#: Days of biology in a second of spiking: half of it changes nothing, twice and four times as much
#: leave a fifth and two fifths more pairs connected after 60 days, as correlations come late.
TIMELAPSE = 0.005


@dataclass(frozen=True)
class Contacts:
    """Numbers of contacts of pairs.

    Attributes
    ----------
    start, end, mute : ndarray, shape (9,)
        Pairs with that many contacts at first and at the end, and at the end of the control
        without transmission.
    excess : ndarray, shape (9,)
        Mean number of spikes that a source's spike adds to the target's, by number of contacts.
    hazard : ndarray, shape (9,)
        Mean loss hazard of a contact (1/day), by number of contacts.
    """

    start: np.ndarray
    end: np.ndarray
    mute: np.ndarray
    excess: np.ndarray
    hazard: np.ndarray


def circuit() -> dict:
    """Return the circuit: random births, cooperative losses, cells that fire at random."""
    elimination = {
        "rule": "cooperative_elimination",
        "elimination_rate": f"{LOSS} /day",
        "residual_elimination": f"{RESIDUAL} /day",
        "protecting_excess": PROTECTING,
        "protecting_exponent": EXPONENT,
        "pairing_decay": f"{DECAY * 1e3:g} ms",
        "pairing_window": f"{WINDOW:g} s",
    }
    cell = {"refractory_period": "2 ms"}
    tree = turnover(
        {"rule": "random_formation", "formation_rate": f"{BIRTHS} /day"},
        elimination,
        {"contacts": CONTACTS, "filling_fraction": FILLING},
        cells=CELLS,
        step="1 ms",
        populations={
            "source": cell | {"background_rate": "100 Hz", "background_weight": "15 nS"},
            "target": cell | {"background_rate": "120 Hz", "background_weight": "12 nS"},
        },
        in_degree=CELLS,
        candidates={"rule": "all"},
        ampa_weight=f"{WEIGHT * 1e9:g} nS",
    )
    tree["numerics"]["structural_step"] = "1 s"
    return tree


def measure(days: int = 200, control: int = 20, timelapse: float = TIMELAPSE) -> Contacts:
    """Follow the pairs for some days, and for `control` days without transmission."""
    with Segments(circuit()) as played:
        start = played["contact.present"]
        played.load({"contact.ampa_weight": 0.0})
        _play(played, control, timelapse)
        mute = _numbers(played["contact.present"])
    with Segments(circuit()) as played:
        # correlations are known before anything is lost
        played.play(1.0, round(WINDOW))
        _play(played, days, timelapse)
        present = played["contact.present"]
        excess = _excess(played)
    hazard = RESIDUAL + LOSS / (1 + (np.maximum(excess, 0) / PROTECTING) ** EXPONENT)
    with np.errstate(invalid="ignore"):
        pairs = _numbers(present)
        mean = [np.bincount(present, values, CONTACTS + 1) / pairs for values in (excess, hazard)]
    return Contacts(_numbers(start), pairs, mute, *mean)


def _play(played: Segments, days: float, timelapse: float) -> None:
    played.play(days * DAY, round(days / timelapse / 2))


def _numbers(present: np.ndarray) -> np.ndarray:
    return np.bincount(present, minlength=CONTACTS + 1)


def _excess(played: Segments) -> np.ndarray:
    """Return what a spike of its source adds to the target's, for each pair."""
    pre, post = played.contacts["contact"]
    source, target = (played[f"{name}.pairing_rate"] for name in ("source", "target"))
    return played["contact.pairing"] / source[pre] - DECAY * target[post]


def draw(data: Contacts, figure: Figure) -> None:
    """Draw the histograms, and what protects contacts."""
    number, protection = panels(figure, ("contacts of a pair", "contacts protect each other"))
    k = np.arange(CONTACTS + 1)
    pairs = data.end.sum()
    number.axvspan(3.5, 8.5, color="#F0E442", alpha=0.35, lw=0,
                   label="connected pairs in layer 5, Markram 1997")  # fmt: skip
    number.plot(k, pairs * binom.pmf(k, CONTACTS, FILLING), **THEORY | {"label": "binomial"})
    number.plot(k, data.start, **OTHER | {"label": "at the start", "mfc": "none"})
    number.plot(k, data.mute, **THIRD | {"label": "without transmission", "mfc": "none"})
    number.plot(k, data.end, **MEASURED | {"ms": 7})
    number.set(xlabel="contacts", ylabel="pairs", yscale="symlog", ylim=(0, 2000))
    number.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1000"])
    number.legend(fontsize="x-small", loc="upper right")
    shown = (k > 0) & (data.end >= 3)
    protection.plot(k[shown], data.hazard[shown], **MEASURED | {"label": "loss hazard (1/day)"})
    protection.plot(k[shown], data.excess[shown], **THIRD | {"label": "spikes added by a spike"})
    protection.axhline(RESIDUAL, color="#333333", lw=0.8, ls="--", label="residual hazard")
    protection.set(xlabel="contacts", xlim=(0.5, 8.5), yscale="log", ylim=(2e-3, 10))
    protection.legend(fontsize="x-small")
