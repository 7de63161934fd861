"""Irregularity and synchrony of spike trains."""

import numpy as np


def irregularity(
    index: np.ndarray, time: np.ndarray, size: int, duration: float, window: float = 0.05
) -> tuple[float, float]:
    """Return the coefficient of variation of intervals and the mean pairwise correlation.

    Parameters
    ----------
    index, time : ndarray, shape (spikes,)
        Neuron and time in seconds of each spike.
    size : int
        Number of neurons.
    duration : float
        Length of the recording in seconds.
    window : float
        Width of the counting window of the correlation, in seconds.

    Returns
    -------
    cv, correlation : float
        The mean CV over neurons with five spikes or more, and the mean correlation of spike
        counts over pairs of neurons that fire (nan if fewer than two do).

    >>> regular = np.tile(np.arange(0, 10, 0.1), 2)
    >>> cv, correlation = irregularity(np.repeat([0, 1], 100), regular, 2, 10.0)
    >>> round(cv, 3)
    0.0
    """
    cvs = []
    for neuron in range(size):
        intervals = np.diff(np.sort(time[index == neuron]))
        if len(intervals) >= 4:
            cvs.append(intervals.std() / intervals.mean())
    bins = max(int(round(duration / window)), 1)
    counts = np.zeros((size, bins))
    np.add.at(counts, (index, np.minimum((time / window).astype(int), bins - 1)), 1)
    spread = counts.std(axis=1)
    counts = (counts - counts.mean(axis=1, keepdims=True))[spread > 0] / spread[spread > 0, None]
    n = len(counts)
    if n < 2:
        return float(np.mean(cvs)) if cvs else np.nan, np.nan
    # The variance of the summed z-scores is n, plus the correlation of each ordered pair.
    correlation = (counts.sum(axis=0).var() - n) / (n * (n - 1))
    return float(np.mean(cvs)) if cvs else np.nan, float(correlation)
