"""Survival under age_elimination: transient and persistent contacts (Holtmaat 2005 Neuron 45:279).

Two populations are followed without further births. A cohort of newborn contacts must survive as
exp(-e t - d tau (1 - exp(-t/tau))). In a steady state of random births most contacts are old: the
young ones are soon lost and the others stay, so that survival has a fast and a slow phase. In
somatosensory cortex of adult mice (PND 175-225) 73 % of the spines of a day lived for 8 days or
more, in younger ones 66 % (PND 80-120).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, Segments, turnover
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Hazards in 1/day, time in days: chosen so that a steady state loses what Holtmaat 2005 saw.
OLD, YOUNG, MATURATION = 0.01, 0.7, 4.0
BIRTHS = 0.02
#: Days after the first image, and the share of spines that persist (Holtmaat 2005).
SEEN = {"PND 80-120": 0.66, "PND 175-225": 0.73}


@dataclass(frozen=True)
class Ages:
    """Survival of two populations.

    Attributes
    ----------
    day : ndarray
    newborn, steady : ndarray
        Share left of a cohort of newborn contacts, and of the contacts of a steady state.
    once : float
        Share of a newborn cohort left at the last day when it is reached in twenty steps.
    cohort : int
        Size of the newborn cohort.
    """

    day: np.ndarray
    newborn: np.ndarray
    steady: np.ndarray
    once: float
    cohort: int


def circuit() -> dict:
    """Return the circuit: random births, and losses by age."""
    elimination = {
        "rule": "age_elimination",
        "elimination_rate": f"{OLD} /day",
        "young_elimination": f"{YOUNG} /day",
        "maturation_time": f"{MATURATION} day",
    }
    formation = {"rule": "random_formation", "formation_rate": f"{BIRTHS} /day"}
    return turnover(formation, elimination)


def measure(days: int = 40) -> Ages:
    """Fill up to a steady state and follow it; then follow a newborn cohort, in two ways."""
    with Segments(circuit()) as played:
        played.play(600 * DAY, 200)
        played.load({"contact.formation_rate": 0.0})
        steady = played.followed("contact.present", DAY, days)
        newborn = {"contact.present": 1, "contact.age": 0.0}
        played.load(newborn)
        left = played.followed("contact.present", DAY, days)
        played.load(newborn)
        played.play(days * DAY)
        once = played["contact.present"]
    return Ages(np.arange(days + 1.0), left, steady / steady[0], once.mean(), once.size)


def survival(day: np.ndarray) -> np.ndarray:
    """Return the share of newborn contacts that reach an age."""
    return np.exp(-OLD * day - YOUNG * MATURATION * -np.expm1(-day / MATURATION))


def steady_survival(day: np.ndarray) -> np.ndarray:
    """Return the share of the contacts of a steady state that are left: older ones are more."""
    age = np.linspace(0, 1500, 300_001)
    beyond = np.cumsum(survival(age)[::-1])[::-1]
    return np.interp(day, age, beyond / beyond[0])


def draw(data: Ages, figure: Figure) -> None:
    """Draw both survivals, and the share lost in a day by age."""
    left, hazard = panels(figure, ("survival", "share lost in a day"))
    fine = np.linspace(0, data.day[-1], 200)
    left.plot(fine, survival(fine), **THEORY)
    left.plot(fine, steady_survival(fine), **THEORY | {"label": None})
    left.plot(data.day, data.newborn, **MEASURED | {"label": "newborn contacts"})
    left.plot(data.day[-1], data.once, **OTHER | {"ms": 9, "mfc": "none",
              "label": f"in steps of {data.day[-1] / 20:g} days"})  # fmt: skip
    left.plot(data.day, data.steady, **THIRD | {"label": "contacts of a steady state"})
    for (age, share), marker in zip(SEEN.items(), "v^", strict=True):
        left.plot(8, share, ls="", marker=marker, color="black", ms=8, mfc="none",
                  label=f"Holtmaat 2005, {age}")  # fmt: skip
    left.set(xlabel="time (days)", ylabel="share left", ylim=(0, 1.03))
    left.legend(fontsize="x-small", loc=(0.5, 0.2))
    lost = 1 - data.newborn[1:] / data.newborn[:-1]
    hazard.plot(fine[:-1], 100 * (1 - survival(fine[:-1] + 1) / survival(fine[:-1])), **THEORY)
    hazard.plot(data.day[:-1], 100 * lost, **MEASURED)
    hazard.set(xlabel="age (days)", ylabel="lost in a day (%)", ylim=(0, None))
