"""Turnover with random_formation and random_elimination: filling settles at f/(f + e).

From nothing, filling must rise as f/(f + e) (1 - exp(-(f + e) t)). Where a pair may have six
contacts, each of them is there independently of the others, so that their number must become
binomial: the null hypothesis that Fares & Stepanyants 2009 (PNAS 106:16463) ruled out for cortex
(compare `cooperative_elimination`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from ._segments import DAY, NEVER, Segments, turnover
from .random_elimination import circuit
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Hazards of formation and of elimination (1/day).
RATES = ((0.02, 0.05), (0.05, 0.05), (0.1, 0.025))
CONTACTS, UNLIMITED = 6, 100_000


@dataclass(frozen=True)
class Turnover:
    """Filling in time, and the numbers of contacts of pairs.

    Attributes
    ----------
    day : ndarray
    filling : dict of (float, float) to ndarray
        Share of candidates that are synapses, for each pair of hazards.
    contacts : ndarray, shape (7,)
        Share of pairs with that many contacts, at the first pair of hazards.
    """

    day: np.ndarray
    filling: dict[tuple[float, float], np.ndarray]
    contacts: np.ndarray


def several(max_in_degree: int = UNLIMITED, max_out_degree: int = UNLIMITED, **table):
    """Return the circuit of pairs that may have several contacts, with limits on degrees."""
    structure = {"contacts": CONTACTS, "max_in_degree": max_in_degree,
                 "max_out_degree": max_out_degree}  # fmt: skip
    return turnover(
        {"rule": "random_formation", "formation_rate": NEVER},
        {"rule": "random_elimination", "elimination_rate": NEVER},
        structure,
        **table,
    )


def set_rates(played: Segments, formation: float, elimination: float) -> None:
    """Give the circuit of random turnover its hazards, in 1/day."""
    played.load({"contact.formation_rate": formation / DAY,
                 "contact.elimination_rate": elimination / DAY})  # fmt: skip


def measure(rates=RATES) -> Turnover:
    """Let empty projections fill; `rates` are hazards of formation and elimination, 1/day."""
    filling = {}
    with Segments(circuit()) as played:
        for pair in rates:
            set_rates(played, *pair)
            played.load({"contact.present": 0})
            filling[pair] = played.followed("contact.present", 2 * DAY, 30)
    with Segments(several()) as played:
        set_rates(played, *rates[0])
        played.play(120 * DAY, 120)
        number = np.bincount(played["contact.present"], minlength=CONTACTS + 1)
    return Turnover(2 * np.arange(31), filling, number / number.sum())


def filled(day: np.ndarray, formation: float, elimination: float) -> np.ndarray:
    """Return the share of candidates that are synapses, from none on."""
    both = formation + elimination
    return formation / both * (1 - np.exp(-both * day))


def draw(data: Turnover, figure: Figure) -> None:
    """Draw filling in time, and the numbers of contacts."""
    time, number = panels(figure, ("filling from nothing", "contacts of a pair"))
    for pair, style in zip(data.filling, (MEASURED, OTHER, THIRD), strict=False):
        label = THEORY["label"] if style is MEASURED else None
        time.plot(data.day, filled(data.day, *pair), **THEORY | {"label": label})
        time.axhline(pair[0] / sum(pair), color="#999999", lw=0.6, ls=":")
        label = f"f = {pair[0]:g}, e = {pair[1]:g} /day"
        time.plot(data.day, data.filling[pair], **style | {"label": label})
    time.set(xlabel="time (days)", ylabel="share of candidates that are synapses", ylim=(0, 1))
    time.legend(loc="upper left", ncols=2)
    k = np.arange(CONTACTS + 1)
    f, e = next(iter(data.filling))
    number.plot(k, binom.pmf(k, CONTACTS, f / (f + e)), **THEORY | {"label": "binomial"})
    number.plot(k, data.contacts, **MEASURED)
    number.set(xlabel="contacts", ylabel="share of pairs", ylim=(0, None))
    number.legend()
