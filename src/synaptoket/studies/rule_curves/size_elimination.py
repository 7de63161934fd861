"""Survival under size_elimination: spines that grow, fluctuate and are lost while small.

With constants chosen for adult turnover by this rule alone. A cohort of newborn spines, all small,
is lost at first within days, and the survivors, which have grown, over months; of the spines of a
steady state nearly all are there a month later: 96 % of adult visual cortex (Grutzendler 2002
Nature 420:812), with a half-life beyond 13 months. Lost spines are smaller than those that stay
(Holtmaat 2005 Neuron 45:279).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, Segments, turnover
from .style import MEASURED, OTHER, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Grutzendler 2002: spines of adults that are there a month later.
SEEN = (30.0, 0.96)

#: Loewenstein 2011 for sizes; the others were chosen for `SEEN` and a share of 0.27.
SIZE = {"log_size_mean": -0.151, "log_size_deviation": 0.55, "size_relaxation": "10 day",
        "nascent_log_size": -2.5}  # fmt: skip
ELIMINATION = {"elimination_rate": "8.7e-5 /day", "size_exponent": 4}
BIRTHS = "5.3e-3 /day"


@dataclass(frozen=True)
class Sizes:
    """Survival of two populations, and sizes.

    Attributes
    ----------
    day : ndarray
    newborn, steady : ndarray
        Share left of newborn spines, and of those of a steady state.
    stayed, lost : ndarray
        Logarithm of the size at the start of the spines of the steady state that were left at the
        end, and of those that were not.
    """

    day: np.ndarray
    newborn: np.ndarray
    steady: np.ndarray
    stayed: np.ndarray
    lost: np.ndarray


def circuit() -> dict:
    """Return the circuit: random births, losses by size."""
    return turnover(
        {"rule": "random_formation", "formation_rate": BIRTHS},
        {"rule": "size_elimination", **ELIMINATION},
        rules={"spine_size": SIZE},
    )


def measure(days: int = 60) -> Sizes:
    """Fill up to a steady state and follow it; then follow newborn spines."""
    with Segments(circuit()) as played:
        played.play(2000 * DAY, 400)
        played.load({"contact.formation_rate": 0.0})
        before, size = played["contact.present"] > 0, played["contact.log_size"]
        steady = played.followed("contact.present", 2 * DAY, days // 2)
        after = played["contact.present"] > 0
        newborn = {f"contact.{name}": value for name, value in (
            ("present", 1), ("age", 0.0), ("log_size", played["contact.nascent_log_size"][0]),
        )}  # fmt: skip
        played.load(newborn)
        left = played.followed("contact.present", 2 * DAY, days // 2)
    day = 2.0 * np.arange(days // 2 + 1)
    return Sizes(day, left, steady / steady[0], size[before & after], size[before & ~after])


def draw(data: Sizes, figure: Figure) -> None:
    """Draw both survivals, and the sizes of what stays and what is lost."""
    left, sizes = panels(figure, ("survival", f"size at the start of {data.day[-1]:g} days"))
    left.plot(data.day, data.newborn, **MEASURED | {"label": "newborn spines"})
    left.plot(data.day, data.steady, **THIRD | {"label": "spines of a steady state"})
    left.plot(*SEEN, ls="", marker="v", color="black", ms=9, mfc="none",
              label="Grutzendler 2002, adult")  # fmt: skip
    left.set(xlabel="time (days)", ylabel="share left", ylim=(0, 1.03))
    left.legend(loc=(0.45, 0.45))
    bins = np.linspace(-3, 2, 41).tolist()
    for spines, style, label in ((data.stayed, THIRD, "stay"), (data.lost, OTHER, "are lost")):
        sizes.hist(spines, bins, density=True, histtype="step", lw=1.5, color=style["color"],
                   label=f"{label} ({len(spines)})")  # fmt: skip
    sizes.set(xlabel="logarithm of spine size", ylabel="density")
    sizes.legend(loc="upper left")
