"""Survival under random_elimination: exponential, at any time-lapse.

A cohort of 15,000 contacts is followed without births, in steps of 1.2 hours, of a day and of 4.5
days of biology. Survival must be exp(-e t) at all of them; the share lost in a day
does not depend on age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, NEVER, Segments, turnover
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Loss hazard (1/day): a lifetime of a month.
RATE = 1 / 30
#: Biology (days) of a structural step, and how many stretches of twenty steps are followed.
STEPS = {0.05: 90, 1.0: 4, 4.5: 1}


@dataclass(frozen=True)
class Survival:
    """Share of a cohort that is left.

    Attributes
    ----------
    day : dict of float to ndarray
        Times, for each length (days) of a step.
    left : dict of float to ndarray
        Share of the cohort left at these times.
    cohort : int
        Contacts at the start.
    """

    day: dict[float, np.ndarray]
    left: dict[float, np.ndarray]
    cohort: int


def circuit(formation: str = NEVER, elimination: str = NEVER, **table):
    """Return the circuit of the curves of random turnover; they share a binary."""
    return turnover(
        {"rule": "random_formation", "formation_rate": formation},
        {"rule": "random_elimination", "elimination_rate": elimination},
        **table,
    )


def measure(rate: float = RATE) -> Survival:
    """Follow a cohort at three time-lapses; `rate` in 1/day."""
    day, left = {}, {}
    with Segments(circuit(elimination=f"{rate} /day")) as played:
        cohort = played["contact.present"].size
        for step, stretches in STEPS.items():
            played.load({"contact.present": 1})
            left[step] = played.followed("contact.present", 20 * step * DAY, stretches)
            day[step] = 20 * step * np.arange(stretches + 1)
    return Survival(day, left, cohort)


def draw(data: Survival, figure: Figure) -> None:
    """Draw survival, and the share lost in a day."""
    survival, hazard = panels(figure, ("survival of a cohort", "share lost in a day"))
    fine = np.linspace(0, 90, 200)
    survival.plot(fine, np.exp(-RATE * fine), **THEORY)
    styles = (MEASURED | {"ms": 3}, OTHER, THIRD | {"ms": 8})
    for (step, left), style in zip(data.left.items(), styles, strict=True):
        survival.plot(data.day[step], left, **style | {"label": f"steps of {24 * step:g} h"})
    survival.set(xlabel="time (days)", ylabel="share left", ylim=(0, 1.03))
    survival.legend()
    day, left = data.day[0.05][::6], data.left[0.05][::6]
    lost = 1 - (left[1:] / left[:-1]) ** (1 / (day[1] - day[0]))
    hazard.axhline(100 * (1 - np.exp(-RATE)), **THEORY)
    hazard.plot((day[1:] + day[:-1]) / 2, 100 * lost, **MEASURED)
    hazard.set(xlabel="age (days)", ylabel="lost in a day (%)", ylim=(0, 7))
