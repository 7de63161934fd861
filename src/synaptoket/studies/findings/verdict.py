"""From the values of seeds to a verdict: reproduced, not reproduced, or undecided.

A read-out without a range is reported, and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.statistics import interval
from .finding import Finding, Readout

REPRODUCED, NOT_REPRODUCED, UNDECIDED = "reproduced", "not reproduced", "undecided"
REPORTED = "reported"


@dataclass(frozen=True)
class Observation:
    """One read-out of one finding, compared with its range.

    Attributes
    ----------
    readout : Readout
    values : ndarray, shape (seeds,)
        NaN where there was nothing to read, such as the half-time of a rise that did not happen.
    mean, low, high : float
        Mean and 95 % interval over the seeds that have a value. A protocol without chance has one
        value, which is also its interval.
    verdict : str
    """

    readout: Readout
    values: np.ndarray
    mean: float
    low: float
    high: float
    verdict: str


def observe(readout: Readout, values: np.ndarray, chance: bool) -> Observation:
    """Compare the values of a read-out with its accepted range.

    Reproduced: the 95 % interval lies within the range. Not reproduced: it lies outside, or no
    seed has a value. Undecided: it straddles a bound, some seeds have no value, or there are too
    few seeds for an interval.

    Parameters
    ----------
    readout : Readout
    values : ndarray, shape (seeds,)
    chance : bool
        Whether seeds differ: else there is one value, and it has no interval of its own.
    """
    values = np.atleast_1d(np.asarray(values, float))
    there = values[np.isfinite(values)]
    if not len(there):
        return Observation(readout, values, np.nan, np.nan, np.nan, NOT_REPRODUCED)
    if not chance:
        mean = low = high = float(there[0])
    else:
        over_seeds = interval(there)
        mean, low, high = (float(x) for x in (over_seeds.mean, over_seeds.low, over_seeds.high))
    return Observation(readout, values, mean, low, high, _verdict(readout, values, low, high))


def _verdict(readout: Readout, values: np.ndarray, low: float, high: float) -> str:
    bottom, top = readout.range
    if not readout.judged:
        return REPORTED
    if not np.isfinite([low, high]).all():
        return UNDECIDED
    if high < bottom or low > top:
        return NOT_REPRODUCED
    inside = bottom <= low and high <= top
    return REPRODUCED if inside and np.isfinite(values).all() else UNDECIDED


def overall(verdicts: Sequence[str]) -> str:
    """Return the verdict on a finding: the worst verdict on its read-outs.

    >>> overall(["reproduced", "undecided"])
    'undecided'
    """
    for worst in (NOT_REPRODUCED, UNDECIDED):
        if worst in verdicts:
            return worst
    return REPRODUCED


@dataclass(frozen=True)
class Result:
    """A finding with the observations of its read-outs."""

    finding: Finding
    observations: tuple[Observation, ...]

    @property
    def verdict(self) -> str:
        return overall([observation.verdict for observation in self.observations])

    def entries(self) -> list[dict[str, Any]]:
        """Return one dictionary for each read-out, with values that JSON can hold."""
        return [
            {
                "id": self.finding.id,
                "readout": seen.readout.key,
                "quantity": seen.readout.quantity,
                "observed": _plain(seen.mean),
                "interval": [_plain(seen.low), _plain(seen.high)],
                "range": [_plain(bound) for bound in seen.readout.range],
                "unit": seen.readout.unit,
                "verdict": seen.verdict,
                "finding_verdict": self.verdict,
                "calibrated": self.finding.calibrated,
                "source": self.finding.source,
                "evidence": self.finding.evidence,
                "simulated": self.finding.simulated,
                "n": int(np.isfinite(seen.values).sum()),
                "values": [_plain(value) for value in seen.values],
                "explanation": "" if self.verdict == REPRODUCED else self.finding.explanation,
            }
            for seen in self.observations
        ]


def _plain(value: float) -> float | None:
    """Return a number, or None for what JSON has no number for."""
    return float(value) if np.isfinite(value) else None
