"""Activity of the circuit at rest: rates, irregularity, oscillations.

The population rate of the excitatory cells in bins of 1 ms has a spectrum (Welch 1967, segments of
1 s, so that bands are a whole number of hertz wide); the power in a band is its integral. A sum of
independent Poisson trains has a flat one: power above that is synchrony.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...circuit.numerics import SEGMENT
from ...results.schema import REAL, Variable
from .probe import Probe, ProbedCircuit, Trial

#: Edges of the bands, in Hz.
BANDS = {"theta": (4.0, 8.0), "alpha": (8.0, 13.0), "gamma": (30.0, 80.0)}
#: Bin of the population rate, in seconds.
BIN = 1e-3
#: Intervals that a cell must have for its irregularity to count.
FEWEST_INTERVALS = 5


@dataclass(frozen=True)
class SpontaneousActivity(Probe):
    """Spikes at rest, as many segments of them as there are trials."""

    kind = "spontaneous_activity"
    readouts = (
        *(
            Variable(
                f"{band}_power", None, REAL, "Hz^2",
                f"power of the excitatory population rate from {low:g} to {high:g} Hz",
            )
            for band, (low, high) in BANDS.items()
        ),
        Variable("resting_rate", "population", REAL, "Hz", "mean firing rate of a cell at rest"),
        Variable(
            "interval_cv", "population", REAL, "1",
            "coefficient of variation of a cell's intervals at rest",
        ),
    )  # fmt: skip

    def measure(self, circuit: ProbedCircuit, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return band powers, rates and irregularity, which is NaN if too few cells fire enough."""
        trains = {
            name: joined([trial.rest[name] for trial in trials])
            for name in circuit.plan.populations
        }
        sizes = {name: group.size for name, group in circuit.plan.populations.items()}
        length = len(trials) * SEGMENT
        signal = population_rate(trains[circuit.cells][1], sizes[circuit.cells], length)
        powers = {f"{band}_power": band_power(signal, *edges) for band, edges in BANDS.items()}
        return powers | {
            "resting_rate": {n: len(i) / sizes[n] / length for n, (i, _) in trains.items()},
            "interval_cv": {name: interval_cv(*train) for name, train in trains.items()},
        }


def joined(spikes: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the spikes of successive segments as one train, its time running on."""
    index = np.concatenate([i for i, _ in spikes])
    return index, np.concatenate([t + k * SEGMENT for k, (_, t) in enumerate(spikes)])


def population_rate(time: np.ndarray, size: int, length: float) -> np.ndarray:
    """Return the mean rate of a cell, in Hz, in bins of 1 ms: shape (bins,)."""
    bins = round(length / BIN)
    return np.bincount((time / BIN).astype(int), minlength=bins)[:bins] / size / BIN


def band_power(signal: np.ndarray, low: float, high: float) -> float:
    """Return the power of a signal (Hz, bins of 1 ms) between two frequencies, in Hz^2.

    >>> time = np.arange(0, 10, 1e-3)
    >>> wave = np.sin(2 * np.pi * 6 * time)  # its power is one half
    >>> [round(band_power(wave, *BANDS[band]), 3) for band in ("theta", "gamma")]
    [0.5, 0.0]
    """
    from scipy.signal import welch

    frequency, density = welch(signal, 1 / BIN, nperseg=min(round(1 / BIN), len(signal)))
    inside = (frequency >= low) & (frequency < high)
    return float(density[inside].sum() * (frequency[1] - frequency[0]))


def interval_cv(index: np.ndarray, time: np.ndarray) -> float:
    """Return the mean coefficient of variation of the intervals of the cells that fire enough."""
    order = np.lexsort((time, index))
    cell, interval = index[order], np.diff(time[order])
    same = cell[1:] == cell[:-1]
    interval, owner = interval[same], cell[1:][same]
    if not len(interval):
        return float("nan")
    count = np.bincount(owner)
    enough = count >= FEWEST_INTERVALS
    mean = np.bincount(owner, interval)[enough] / count[enough]
    square = np.bincount(owner, interval**2)[enough] / count[enough]
    if not enough.any():
        return float("nan")
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean))
