"""The stress hormone h: it follows the level L of stress, and outlasts it by days.

    dh/dT = (L - h)/tau,    tau = rise_time while h < L, decay_time while h > L

from h = 0 before the first stress. While L is constant h never crosses it, so each stretch is one
exponential, and the mean over any time is exact: at every time-lapse, and for stress of some hours
a day within a slow step that is longer. Without stress it is exactly zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from ..parameters.files import display, model_path, read_toml
from ..parameters.quantities import Quantity, measured_in
from ..parameters.validation import overridden, validated

#: The file of ``models/hormones``, and the first word of the settings that change it.
STRESS_HORMONE = "stress_hormone"


class StressHormone(BaseModel):
    """The contents of ``models/hormones/stress_hormone.toml``, in seconds.

    >>> hormone = load_stress_hormone()
    >>> float(hormone.rise_time) / 3600, float(hormone.decay_time) / 86400
    (2.0, 1.5)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = ""
    description: str = ""
    rise_time: Annotated[Quantity, measured_in("second", positive=True)]
    decay_time: Annotated[Quantity, measured_in("second", positive=True)]


class Stretch(NamedTuple):
    """A time of constant stress: its start in s, and the level of 0 to 1 until the next one."""

    start: float
    level: float


def load_stress_hormone(overrides: Mapping[str, Any] | None = None) -> StressHormone:
    """Read the hormone's constants.

    Parameters
    ----------
    overrides : mapping, optional
        Values that replace the file's, such as ``{"decay_time": "1 day"}``.

    Raises
    ------
    UserError
        For an unknown key or a wrong unit.
    """
    path = hormone_path()
    return validated(StressHormone, overridden(read_toml(path), overrides), display(path))


def hormone_path() -> Path:
    """Return the path of the hormone's file."""
    return model_path("hormones", STRESS_HORMONE)


class Course(NamedTuple):
    """The hormone at the edges of steps, shape (n,), and its mean over each, (n - 1,): 0 to 1."""

    at_edges: np.ndarray
    means: np.ndarray


def course(
    hormone: StressHormone, stretches: Sequence[Stretch], edges: np.ndarray, first: float = 0.0
) -> Course:
    """Return the course of the hormone at and between `edges`.

    Parameters
    ----------
    hormone : StressHormone
    stretches : sequence of Stretch
        In order; the first starts where the edges do.
    edges : ndarray, shape (n,), s
        Increasing.
    first : float
        The hormone at the first edge.

    Examples
    --------
    Stress of 3 h a day, and of 6 h a day, in their third week:

    >>> for hours in (3, 6):
    ...     days = [(day + part, 1.0 - (part > 0)) for day in range(21) for part in (0, hours / 24)]
    ...     stretches = [Stretch(86400 * start, level) for start, level in days]
    ...     means = course(load_stress_hormone(), stretches, 86400.0 * np.arange(22)).means
    ...     print(round(float(means[-1]), 2))
    0.68
    0.8
    """
    if not first and not any(stretch.level for stretch in stretches):
        return Course(np.zeros(len(edges)), np.zeros(len(edges) - 1))
    starts = np.array([stretch.start for stretch in stretches])
    levels = np.array([stretch.level for stretch in stretches])
    reached, times = _states(hormone, starts, levels, first)
    inside = starts[(starts > edges[0]) & (starts < edges[-1])]
    cuts = np.union1d(edges, inside)
    which = np.searchsorted(starts, cuts, side="right") - 1
    level, time, length = levels[which], times[which], np.diff(cuts)
    above = (reached[which] - level) * np.exp((starts[which] - cuts) / time)
    area = level[:-1] * length - (above * time)[:-1] * np.expm1(-length / time[:-1])
    places = np.searchsorted(cuts, edges)
    whole = np.add.reduceat(area, places[:-1])
    return Course(
        np.clip((level + above)[places], 0.0, 1.0), np.clip(whole / np.diff(edges), 0.0, 1.0)
    )


def _states(
    hormone: StressHormone, starts: np.ndarray, levels: np.ndarray, first: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the hormone at the start of each stretch, and the time constant (s) within it."""
    rise, decay = float(hormone.rise_time), float(hormone.decay_time)
    reached, times = np.zeros(len(starts)), np.zeros(len(starts))
    now = first
    for i, level in enumerate(levels):
        reached[i], times[i] = now, rise if now < level else decay
        if i + 1 < len(starts):
            now = level + (now - level) * np.exp((starts[i] - starts[i + 1]) / times[i])
    return reached, times
