"""How long synapses live: Kaplan-Meier estimates of a cohort and of synapses formed later.

Synapses that are there at the start are left-truncated: those that were lost before are not
seen, and their ages are drawn, not lived. So they are followed as a cohort, in time since one
moment at which all were there, and left out of the lifetimes, which are those of synapses whose
formation was seen. The lives of synapses that are there at the end are censored in both.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from .synapse_lives import Histories


class Survival(NamedTuple):
    """Kaplan-Meier estimate of the share that lives longer than a time, from 0 on.

    Attributes
    ----------
    hours, probability : ndarray of float64, shape (times,)
        A step at each time at which a life ended or was censored; 1 at hour 0.
    low, high : ndarray of float64, shape (times,)
        Pointwise 95 % interval (log-log Greenwood); NaN where none is left. Contacts count as
        independent: the interval is about the curve of this one network, not about others.
    at_risk, lost : int
        Contacts in the estimate, and how many of them were lost.
    """

    hours: np.ndarray
    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: int
    lost: int

    def at(self, hours: float) -> float:
        """Return the share that lives longer; NaN beyond the record."""
        if hours > self.hours[-1]:
            return np.nan
        return float(self.probability[np.searchsorted(self.hours, hours, side="right") - 1])

    def median(self) -> float:
        """Return the hours after which half is lost; infinity if the record ends before."""
        below = self.probability <= 0.5
        return float(self.hours[np.argmax(below)]) if below.any() else np.inf


def survival(hours: np.ndarray, censored: np.ndarray) -> Survival:
    """Return the Kaplan-Meier estimate of survival.

    Parameters
    ----------
    hours : array_like, shape (lives,)
        How long each life lasted, or was followed.
    censored : array_like of bool, shape (lives,)
        Whether the life went on after that.

    Raises
    ------
    ValueError
        If there is no life.

    >>> curve = survival([1, 2, 3, 4], [False, True, False, True])
    >>> curve.probability.tolist(), curve.median()
    ([1.0, 0.75, 0.75, 0.375, 0.375], 3.0)
    """
    from scipy.stats import CensoredData, ecdf

    hours, censored = np.asarray(hours, float), np.asarray(censored, bool)
    if not len(hours):
        raise ValueError("no life to estimate survival from")
    estimate = ecdf(CensoredData(uncensored=hours[~censored], right=hours[censored])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no interval where all or none are left
        band = estimate.confidence_interval(0.95, method="log-log")
    low, high = band.low.probabilities, band.high.probabilities
    whole = estimate.probabilities == 1  # before the first loss
    return Survival(
        np.concatenate([[0.0], estimate.quantiles]),
        np.concatenate([[1.0], estimate.probabilities]),
        np.concatenate([[1.0], np.where(whole, 1.0, low)]),
        np.concatenate([[1.0], np.where(whole, 1.0, high)]),
        len(hours),
        int((~censored).sum()),
    )


def cohort_survival(lives: Histories, at: float = 0.0) -> Survival:
    """Return the survival of all contacts that exist at an hour, in the time since then.

    Parameters
    ----------
    lives : Histories
    at : float
        In hours.
    """
    chosen = lives.present(at)
    lost = lives.lost[chosen]
    return survival(np.minimum(lost, lives.end) - at, np.isinf(lost))


def lifetimes(lives: Histories, start: float = 0.0, end: float = np.inf) -> Survival:
    """Return the survival of the contacts that are formed after `start` and up to `end`.

    Time counts from the formation of each; contacts that were there before are left out.

    Parameters
    ----------
    lives : Histories
    start, end : float
        In hours.
    """
    chosen = (lives.born > start) & (lives.born <= end)
    lost = lives.lost[chosen]
    return survival(np.minimum(lost, lives.end) - lives.born[chosen], np.isinf(lost))
