"""Cuts a phase into stretches of one time-lapse each, so that it is played in the fewest segments.

A drug asks for a small time-lapse while it washes in and allows a larger one later. A stretch has
the time-lapse that is sound over all of it, and whole segments. Each cut must save more than one.
The best cuts are found exactly, by dynamic programming over the times at which a phase may be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, log10

import numpy as np

from ..circuit.numerics import SEGMENT
from .phase import Piece

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

#: Cuts are at multiples of these times, in s, where the times to cut at are less than this apart.
_GRID = ((10.0, 5 * MINUTE), (MINUTE, 2 * HOUR), (10 * MINUTE, float("inf")))


def cuts(times: np.ndarray, length: float, sound: Callable[[float, float], float]) -> list[Piece]:
    """Return the stretches that take the fewest segments.

    Parameters
    ----------
    times : ndarray (n,), s
        Times from the start of the phase at which its bound may change; cuts are near these.
    length : float
        Of the phase, s.
    sound : callable
        The largest sound time-lapse from one time of the phase to another.

    Examples
    --------
    >>> steps = lambda begin, end: 30.0 if begin < 1200 else 600.0
    >>> cuts(np.arange(0.0, 7200.0, 60.0), 7200.0, steps)
    [Piece(seconds=1200.0, ratio=30.0), Piece(seconds=6000.0, ratio=600.0)]
    """
    inside = _rounded(times)
    edges = np.concatenate([[0.0], inside[(inside > 0) & (inside < length)], [length]])
    limit = np.array([_floored(sound(a, b)) for a, b in zip(edges, edges[1:], strict=False)])
    # fewest[k]: segments up to edge k, and one for each stretch
    fewest, before, ratio = np.zeros(len(edges)), np.zeros(len(edges), int), np.zeros(len(edges))
    lowest = np.full(len(limit), np.inf)
    for k in range(1, len(edges)):
        lowest[:k] = np.minimum(lowest[:k], limit[k - 1])
        exact = (edges[k] - edges[:k]) / (lowest[:k] * SEGMENT)
        total = fewest[:k] + np.maximum(np.ceil(exact - 1e-9), 1) + 1
        before[k] = best = int(total.argmin())
        fewest[k], ratio[k] = total[best], lowest[best]
    pieces, k = [], len(edges) - 1
    while k:
        pieces.append(Piece(float(edges[k] - edges[before[k]]), float(ratio[k])))
        k = int(before[k])
    return pieces[::-1]


def _rounded(times: np.ndarray) -> np.ndarray:
    """Return times rounded to multiples that are easily read, each once.

    >>> _rounded(np.array([12.0, 14.0, 631.0, 90061.0])).tolist()
    [10.0, 660.0, 90000.0]
    """
    apart = np.diff(times, prepend=0.0)
    step = np.select([apart < until for _, until in _GRID], [step for step, _ in _GRID])
    return np.unique(np.round(times / step) * step)


def _floored(ratio: float) -> float:
    """Return a time-lapse rounded down to three digits of the unit that it is written in."""
    return _in_unit(ratio)[0] * (HOUR if ratio >= HOUR else MINUTE)


def _in_unit(ratio: float) -> tuple[float, str]:
    unit, name = (HOUR, "h/s") if ratio >= HOUR else (MINUTE, "min/s")
    value = min(ratio / unit, 1e6)
    step = 10.0 ** (floor(log10(value)) - 2)
    return floor(value / step * (1 + 1e-12)) * step, name


def as_text(ratio: float) -> str:
    """Return a time-lapse as text of three digits, rounded down.

    >>> as_text(96.58), as_text(10800.0)
    ('1.6 min/s', '3 h/s')
    """
    value, name = _in_unit(ratio)
    return f"{value:.6g} {name}"


def cut_text(pieces: Sequence[Piece]) -> str:
    """Return the time-lapses of a phase as text, as `Phase` reads it.

    >>> cut_text([Piece(1200.0, 30.0), Piece(6000.0, 600.0)])
    '0.5 min/s for 20 min, 10 min/s'
    """
    *ending, last = pieces
    words = [f"{as_text(piece.ratio)} for {_duration(piece.seconds)}" for piece in ending]
    return ", ".join([*words, as_text(last.ratio)])


def _duration(seconds: float) -> str:
    units = ((DAY, "day"), (HOUR, "h"), (MINUTE, "min"))
    length, name = next((u for u in units if not seconds % u[0]), (1.0, "s"))
    return f"{seconds / length:.10g} {name}"
