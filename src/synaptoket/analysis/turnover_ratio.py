"""Turnover of synapses between two hours, as two images of the same dendrite would show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .synapse_lives import Histories


class Turnover(NamedTuple):
    """Formation and elimination between two hours.

    Attributes
    ----------
    start, end : float
        In hours.
    before, after : int
        Contacts at the start and at the end.
    formed, eliminated : int
        All formations and eliminations.
    gained, lost : int
        Contacts at the end that were not there at the start, and the reverse, as two images would
        show them. A contact that came and went in between is in neither.
    ratio : float
        (gained + lost) / (before + after), the turnover ratio of imaging studies (Holtmaat 2005
        Neuron 45:279); NaN without contacts.
    """

    start: float
    end: float
    before: int
    after: int
    formed: int
    eliminated: int
    gained: int
    lost: int
    ratio: float


def turnover(lives: Histories, start: float, end: float) -> Turnover:
    """Return formation, elimination and turnover ratio after `start` and up to `end`, in hours."""
    there, then = lives.present(start), lives.present(end)
    before, after = int(there.sum()), int(then.sum())
    gained, lost = int((then & ~there).sum()), int((there & ~then).sum())
    formed = int(((lives.born > start) & (lives.born <= end)).sum())
    eliminated = int(((lives.lost > start) & (lives.lost <= end)).sum())
    ratio = (gained + lost) / (before + after) if before + after else np.nan
    return Turnover(start, end, before, after, formed, eliminated, gained, lost, ratio)
