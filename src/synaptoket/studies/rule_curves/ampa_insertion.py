"""Silent synapses wake up under ampa_insertion (Liao 1995, Isaac 1995; Matsuzaki 2001).

Spines of log-normal sizes start without AMPA receptors. Once a day a spike measures what they
transmit. The NMDA response is there from the start, the AMPA response grows as

    a = s (1 - exp(-k t)),

each day a fixed share of what is missing, until the receptors of a spine follow its size s
(Matsuzaki 2001 Nat Neurosci 4:1086) with a slope of one. Sizes are constant here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, pairs
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DAYS, DAY, LASTS = 8, 86400.0, 0.5  # a day lasts so many s of spiking
INSERTION = 0.5  # per day
STEP = 2e-3


@dataclass(frozen=True)
class Awakening:
    """What silent synapses come to transmit.

    Attributes
    ----------
    day : ndarray, day
        From when they were silent.
    size : ndarray
        Of each spine, relative.
    ampa, nmda : ndarray, shape (spines, days)
        Conductance that a spike opens, a share of the weight.
    """

    day: np.ndarray
    size: np.ndarray
    ampa: np.ndarray
    nmda: np.ndarray


def measure(spines: int = 60, enabled: bool = True, seed: int = 1) -> Awakening:
    """Ask silent synapses for some days; `enabled` is the switch of the rule."""
    rules = {
        "spine_size": {"log_size_mean": 0, "log_size_deviation": 0.5, "size_relaxation": "1e9 day"},
        "ampa_insertion": {"insertion_rate": f"{INSERTION} /day", "slot_half": 0.2,
                           "enabled": enabled},
    }  # fmt: skip
    tree = pairs(rules, spines, step=f"{STEP} s", ampa_weight="1 pS", nmda_weight="1 pS",
                 structural_step=f"{LASTS} s")  # fmt: skip
    player = Player(tree, seed=seed)
    player["contact.ampa_content"] = 0.0
    size = np.exp(player["contact.log_size"])
    # the structural step at the start of a day is that of the day before
    asked = LASTS * (np.arange(DAYS + 1) + 0.5)
    trains = [asked[:1]], [asked[1:] - LASTS]
    courses = [
        player.play(seconds, {"source": train * spines}, timelapse=timelapse,
                    record=["target.g_ampa", "target.g_nmda"])
        for seconds, train, timelapse in ((LASTS, trains[0], 0),
                                          (DAYS * LASTS, trains[1], DAY / LASTS))
    ]  # fmt: skip
    opened = {}
    for receptor in ("ampa", "nmda"):
        course = np.hstack([noted[f"target.g_{receptor}"] for noted in courses]) * 1e12
        kept = np.exp(-STEP / player[f"target.{receptor}_decay"][0])
        # it arrives a step after the spike, and is seen another step later
        seen = np.round(asked / STEP).astype(int) + 2
        opened[receptor] = course[:, seen] - kept * course[:, seen - 1]
    return Awakening(np.arange(DAYS + 1), size, opened["ampa"], opened["nmda"])


def closed_form(day: np.ndarray | float, size: np.ndarray | float) -> np.ndarray:
    """Return the content of a spine some days after it was silent."""
    return size * -np.expm1(-INSERTION * day)


def draw(data: Awakening, figure: Figure) -> None:
    """Draw responses by day, and by the size of the spine."""
    course, by_size = panels(figure, ("silent synapses wake up", "receptors follow size"))
    order = np.argsort(data.size)
    small, middle, large = (order[round(share * (len(order) - 1))] for share in (0.1, 0.5, 0.9))
    fine = np.linspace(0, DAYS, 200)
    for spine, style in ((large, THIRD), (middle, MEASURED), (small, OTHER)):
        course.plot(fine, closed_form(fine, data.size[spine]), **THEORY | {"label": None})
        label = f"AMPA, size {data.size[spine]:.2f}"
        course.plot(data.day, data.ampa[spine], **style | {"label": label})
    course.plot(data.day, data.nmda[middle], color="#999999", ls=":", marker="D", ms=4,
                label="NMDA")  # fmt: skip
    course.set(
        xlabel="days",
        ylabel="response, share of the weight",
        ylim=(-0.05, 1.35 * data.ampa[large].max()),
    )
    line = np.array([0, data.size.max() * 1.05])
    for day, style in ((DAYS, THIRD), (2, MEASURED), (0, OTHER)):
        by_size.plot(line, closed_form(day, line), **THEORY | {"label": None})
        by_size.plot(data.size, data.ampa[:, day], **style | {"ms": 3.5, "label": f"day {day}"})
    by_size.set(xlabel="spine size (relative)", ylabel="AMPA response, share of the weight")
    for axes in (course, by_size):
        axes.legend(loc="upper left", fontsize=8)
