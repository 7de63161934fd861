"""Survival under spine_stages: filopodia for hours, new spines for weeks, old ones for years.

With the constants of the prefrontal circuit. Of newborn filopodia a few per cent become spines
within a day or two, the rest is lost. A cohort of new spines must survive as
exp(-e t - d tau (1 - exp(-t/tau))). In a steady state most spines are old: of adult mice 96 % are
there a month later (Grutzendler 2002 Nature 420:812), 95 to 97 % after two weeks and 74 % after 18
months (Zuo 2005 Neuron 46:181).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...circuit.circuit_file import load_circuit
from ...parameters.files import model_path, read_toml
from ._segments import DAY, Segments, turnover
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Days between two images, and the share of adult spines that is still there.
SEEN = {"Zuo 2005": ((14.0, 0.96), (548.0, 0.74)), "Grutzendler 2002": ((30.0, 0.96),)}

#: Hours and days at which the populations are looked at.
HOURS = np.arange(0.0, 49.0, 3.0)
DAYS = np.array([0, 1, 2, 4, 7, 14, 22, 30, 60, 120, 240, 400, 548], float)


@dataclass(frozen=True)
class Stages:
    """Shares of three populations that are left.

    Attributes
    ----------
    waiting, matured : ndarray
        Of newborn filopodia, at `HOURS`: those that are still filopodia, those that are spines.
    newborn, steady : ndarray
        Of new spines, and of the spines of a steady state, at `DAYS`.
    filopodia : float
        Share of filopodia in the steady state.
    """

    waiting: np.ndarray
    matured: np.ndarray
    newborn: np.ndarray
    steady: np.ndarray
    filopodia: float


def circuit() -> dict:
    """Return the circuit: random births of filopodia, constants of the prefrontal circuit."""
    rules = read_toml(model_path("circuits", "prefrontal"))["rules"]
    stages = {k: v for k, v in rules["spine_stages"].items() if k != "projections"}
    stages["vacancy_reference"] = 1  # cells that lack nothing, and are all alike
    births = rules["protein_formation"]["formation_rate"]
    return turnover(
        {"rule": "random_formation", "formation_rate": births}, {"rule": "spine_stages", **stages}
    )


def measure(days: int = 548) -> Stages:
    """Fill up to a steady state and follow its spines; then follow new filopodia and new spines."""
    shown = DAYS[days >= DAYS]
    with Segments(circuit()) as played:
        played.play(15_000 * DAY, 500)
        played.play(3 * DAY, 72)  # filopodia come and go within hours
        there, spine = (played[f"contact.{name}"] > 0 for name in ("present", "mature"))
        filopodia = (there & ~spine).sum() / there.sum()
        played.load({"contact.formation_rate": 0.0})
        steady = _left(played, there & spine, shown)
        newborn = {"contact.present": 1, "contact.age": 0.0}
        played.load(newborn | {"contact.mature": 0})
        waiting, matured = [1.0], [0.0]
        for hours in np.diff(HOURS):
            played.play(hours * 3600)
            there, spine = (played[f"contact.{name}"] > 0 for name in ("present", "mature"))
            waiting.append((there & ~spine).mean())
            matured.append((there & spine).mean())
        played.load(newborn | {"contact.mature": 1})
        left = _left(played, np.ones(there.size, bool), shown)
    return Stages(np.array(waiting), np.array(matured), left, steady, float(filopodia))


def _left(played: Segments, spines: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the share of some spines that is left on each day, where nothing is born."""
    left = [1.0]
    for elapsed in np.diff(days):
        played.play(elapsed * DAY)
        left.append((played["contact.present"] > 0)[spines].mean())
    return np.array(left)


class ClosedForm:
    """What the hazards say in days, without stress and in a cell that lacks nothing.

    Parameters
    ----------
    constants : mapping of str to Quantity, optional
        Those of the rule; of the prefrontal circuit unless given.
    """

    def __init__(self, constants: Mapping[str, Any] | None = None):
        constants = constants or load_circuit("prefrontal").rules["spine_stages"].constants
        names = ("maturation_rate", "filopodium_loss", "elimination_rate", "young_elimination")
        self.maturing, self.lost, self.old, self.young = (
            float(constants[name]) * DAY for name in names
        )
        self.durable = float(constants["durable_time"]) / DAY

    def survival(self, day: np.ndarray) -> np.ndarray:
        """Return the share of new spines that reach an age (days)."""
        return np.exp(-self.old * day + self.young * self.durable * np.expm1(-day / self.durable))

    def waiting(self, day: np.ndarray) -> np.ndarray:
        """Return the share of newborn filopodia that are filopodia some days later."""
        return np.exp(-(self.maturing + self.lost) * day)

    def matured(self, day: np.ndarray) -> np.ndarray:
        """Return the share of newborn filopodia that are spines some days later."""
        fine = np.linspace(0, day.max(), 4001)
        rate = self.maturing * self.waiting(fine) / self.survival(fine)
        summed = np.concatenate([[0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(fine))])
        return np.interp(day, fine, summed) * self.survival(day)

    def life(self) -> float:
        """Return the mean life of a spine (days)."""
        return self._beyond()[1][0]

    def steady(self, day: np.ndarray) -> np.ndarray:
        """Return the share of the spines of a steady state that are left: older ones are more."""
        age, beyond = self._beyond()
        return np.interp(day, age, beyond / beyond[0])

    def _beyond(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ages, and the days that a new spine will spend beyond each of them."""
        age = np.concatenate([[0.0], np.geomspace(1e-3, 20 / self.old, 4000)])
        alive = self.survival(age)
        lived = np.cumsum((alive[1:] + alive[:-1]) / 2 * np.diff(age))
        return age, lived[-1] - np.concatenate([[0.0], lived])


def draw(data: Stages, figure: Figure) -> None:
    """Draw the fates of filopodia, and both survivals of spines."""
    expected = ClosedForm()
    first, left = panels(figure, ("newborn filopodia", "survival of spines"))
    fine = np.linspace(0, HOURS[-1], 200)
    first.plot(fine, 100 * expected.waiting(fine / 24), **THEORY)
    first.plot(fine, 100 * expected.matured(fine / 24), **THEORY | {"label": None})
    first.plot(HOURS, 100 * data.waiting, **OTHER | {"label": "still filopodia"})
    first.plot(HOURS, 100 * data.matured, **MEASURED | {"label": "spines"})
    first.set(xlabel="time (hours)", ylabel="share (%)", yscale="log", ylim=(0.1, 120))
    first.legend(loc="upper right")
    fine = np.geomspace(1, DAYS[-1], 200)
    left.plot(fine, expected.survival(fine), **THEORY)
    left.plot(fine, expected.steady(fine), **THEORY | {"label": None})
    days = DAYS[1 : len(data.steady)]
    left.plot(days, data.newborn[1:], **MEASURED | {"label": "new spines"})
    left.plot(days, data.steady[1:], **THIRD | {"label": "spines of a steady state"})
    for (source, points), marker in zip(SEEN.items(), "vs", strict=True):
        left.plot(*zip(*points, strict=True), ls="", marker=marker, color="black", ms=9,
                  mfc="none", label=f"{source}, adult")  # fmt: skip
    left.set(xlabel="time (days)", ylabel="share left", xscale="log", ylim=(0, 1.05))
    left.legend(loc="lower left")
