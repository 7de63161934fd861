"""Sizes under spine_size (Loewenstein, Kuras & Rumpel 2011 J Neurosci 31:9481).

Thousands of spines that are all alike at first are followed for months. Their sizes must spread to
the log-normal distribution that is seen in auditory cortex and stay there, the correlation of the
logarithm must fall as exp(-t/tau), and a spine must change in proportion to its size: the dynamics
are multiplicative. (The paper needs two time scales, days and months, for its data; the rule has
one.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .player import Player, pairs
from .style import MEASURED, THEORY, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEAN, DEVIATION, RELAXATION = -0.151, 0.55, 10.0  # of the logarithm; the last in days
DAY, STEP = 86400.0, 0.1
SETTLED, FOLLOWED, LATER = 60, 40, 4


@dataclass(frozen=True)
class Sizes:
    """Spine sizes over time.

    Attributes
    ----------
    day : ndarray, day
        From when all spines were alike.
    spread : ndarray
        Standard deviation of the logarithm of size.
    size : ndarray
        Of every spine, relative, at day `SETTLED`.
    lag : ndarray, day
        From then on.
    autocorrelation : ndarray
        Of the logarithm of size.
    initial, change : ndarray
        Mean size of spines of like size, and the standard deviation of their change in `LATER`
        days.
    """

    day: np.ndarray
    spread: np.ndarray
    size: np.ndarray
    lag: np.ndarray
    autocorrelation: np.ndarray
    initial: np.ndarray
    change: np.ndarray


def measure(spines: int = 10000, enabled: bool = True, seed: int = 1) -> Sizes:
    """Follow some spines for a hundred days, one for each structural step."""
    constants = {"log_size_mean": MEAN, "log_size_deviation": DEVIATION,
                 "size_relaxation": f"{RELAXATION} day", "enabled": enabled}  # fmt: skip
    player = Player(pairs({"spine_size": constants}, spines, step=f"{STEP} s"), seed=seed)
    player["contact.log_size"] = MEAN
    days = SETTLED + FOLLOWED
    # at the first step of the last day nothing has happened yet on it
    noted = player.play((days + 1) * STEP, record=["contact.log_size"], timelapse=DAY / STEP)
    course = noted["contact.log_size"].T
    settled = course[SETTLED:]
    start, later = np.exp(settled[0]), np.exp(settled[LATER])
    bins = np.array_split(np.argsort(start), 10)
    centred = settled - settled.mean(axis=1, keepdims=True)
    variance = max(settled.var(), 1e-12)
    autocorrelation = [(centred[0] * now).mean() / variance for now in centred]
    return Sizes(
        day=np.arange(days + 1),
        spread=course.std(axis=1),
        size=start,
        lag=np.arange(FOLLOWED + 1),
        autocorrelation=np.array(autocorrelation),
        initial=np.array([start[b].mean() for b in bins]),
        change=np.array([(later - start)[b].std() for b in bins]),
    )


def spread(day: np.ndarray) -> np.ndarray:
    """Return the deviation of the logarithm some days after all spines were alike."""
    return DEVIATION * np.sqrt(1 - np.exp(-2 * day / RELAXATION))


def density(size: np.ndarray) -> np.ndarray:
    """Return the stationary, log-normal density of size."""
    z = (np.log(size) - MEAN) / DEVIATION
    return np.exp(-(z**2) / 2) / (size * DEVIATION * np.sqrt(2 * np.pi))


def change(size: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the size that spines have `LATER` days later."""
    kept = np.exp(-LATER / RELAXATION)
    variance = DEVIATION**2 * (1 - kept**2)
    mean = MEAN + kept * (np.log(size) - MEAN)
    return np.exp(mean + variance / 2) * np.sqrt(np.expm1(variance))


def draw(data: Sizes, figure: Figure) -> None:
    """Draw the distribution, its memory, and how much spines of a size change."""
    titles = ("sizes after two months", "memory of size", "change by size")
    sizes, memory, changes = panels(figure, titles, columns=3)
    fine = np.geomspace(0.1, 6, 200)
    edges = np.geomspace(0.12, 5, 30)
    sizes.stairs(np.histogram(data.size, edges, density=True)[0], edges, fill=True,
                 color=MEASURED["color"], alpha=0.45, label=MEASURED["label"])  # fmt: skip
    sizes.plot(fine, density(fine), **THEORY | {"label": "log-normal"})
    sizes.set(xscale="log", xlabel="spine size (relative)", ylabel="density")
    sizes.set_xticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
    memory.plot(data.lag, np.exp(-data.lag / RELAXATION), **THEORY | {"label": r"$e^{-t/\tau}$"})
    memory.plot(data.lag, data.autocorrelation, **MEASURED)
    memory.set(xlabel="days later", ylabel="autocorrelation of log size", ylim=(-0.05, 1.05))
    fine = np.linspace(data.initial[0], data.initial[-1], 100)
    changes.plot(fine, change(fine), **THEORY)
    changes.plot(data.initial, data.change, **MEASURED)
    changes.set(xlabel="spine size (relative)", ylabel=f"s.d. of the change in {LATER} days",
                xlim=(0, None), ylim=(0, None))  # fmt: skip
    for axes in (sizes, memory, changes):
        axes.legend(loc="upper right" if axes is not changes else "lower right", fontsize=8)
