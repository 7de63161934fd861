"""Read-outs of activity: rates of populations and of single cells, one value for each seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...analysis.reported_names import EXCITATORY
from ...circuit.numerics import SEGMENT
from .network_run import Run

#: Hours of the running mean from which a half-time is read.
SMOOTHING = 0.25

#: A change of a rate by this share of it is none.
ROUNDING = 1e-9


def change(run: Run, arm: str, against: str, phase: str, variable: str) -> np.ndarray:
    """Return the mean of a variable over a phase, relative to another arm's, in percent."""
    treated, twin = (run.mean(name, phase, variable) for name in (arm, against))
    return 100 * (treated / twin - 1)


def change_of_peak(
    run: Run, arm: str, peak: Sequence[str], against: str, phase: str, variable: str
) -> np.ndarray:
    """Return `change` of an arm in percent of the largest among other arms; NaN if none rose."""
    top = np.max([change(run, other, against, phase, variable) for other in peak], axis=0)
    ratio = 100 * change(run, arm, against, phase, variable) / np.where(top > 0, top, 1)
    return np.where(top > 0, ratio, np.nan)


def share_changed(
    run: Run, arm: str, populations: Sequence[str], sign: int, before: str, after: str
) -> np.ndarray:
    """Return the percentage of cells whose rate in a phase is above (1) or below (-1) another's.

    Cells of the same rate count for neither side.
    """
    spikes, seconds = _spikes(run, arm, populations, (before, after))
    was, now = spikes / seconds[:, None, None]
    return 100 * (sign * (now - was) > 0).mean(axis=1)


def _spikes(
    run: Run, arm: str, populations: Sequence[str], phases: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the spikes of each cell in some phases, and the seconds of spiking of each phase.

    Shapes (phase, seed, cell) and (phase,).
    """
    order = run.phases(arm)
    earlier = {p: order[: order.index(p)][-1:] for p in phases}  # none before the first
    needed = {*phases, *(name for names in earlier.values() for name in names)}
    counts = {p: np.array(_spike_counts(run, arm, populations, p)) for p in needed}
    spikes = [counts[p] - (counts[earlier[p][0]] if earlier[p] else 0.0) for p in phases]
    seconds = [SEGMENT * run.rows(arm, p).sum() for p in phases]
    return np.array(spikes), np.array(seconds)


def _spike_counts(run: Run, arm: str, populations: Sequence[str], phase: str) -> list[np.ndarray]:
    """Return for each seed the spikes of every cell up to the end of a phase: shape (cells,)."""
    return [
        np.concatenate([state[f"{name}.spike_count"].astype(float) for name in populations])
        for state in run.states(arm, phase)
    ]


def lag(
    run: Run, arm: str, populations: Sequence[str], before: str, phases: Sequence[str]
) -> np.ndarray:
    """Return how many minutes before pyramidal cells rise the cells of `populations` fall.

    Rise and fall are timed at half of the change, in a running mean. The change is that from the
    mean of the phase `before` to the mean of the last of `phases`. NaN where pyramidal cells do not
    rise or the others do not fall.
    """
    node = run.arm(arm)
    sizes = _sizes(run, arm)
    times = node["time"].values
    during = np.isin(node["phase"].values, list(phases))
    start = times[run.rows(arm, before)][-1]
    lags = []
    for seed in range(len(run.files)):
        half = []
        for names, sign in (((EXCITATORY,), 1), (populations, -1)):
            weights = np.array([sizes[name] for name in names], float)
            rates = node["rate"].sel(population=list(names)).values[seed] @ weights / weights.sum()
            rest = run.mean_over(arm, run.rows(arm, before), rates)
            end = run.mean_over(arm, run.rows(arm, phases[-1]), rates)
            course = _running_mean(times[during], sign * (rates[during] - rest))
            top = sign * (end - rest)
            reached = course >= top / 2
            changed = top > ROUNDING * rest
            half.append(times[during][np.argmax(reached)] - start if changed else np.nan)
        lags.append(60 * (half[0] - half[1]))
    return np.array(lags)


def _running_mean(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of `values` within `SMOOTHING` hours around each time."""
    near = np.abs(times[:, None] - times[None, :]) <= SMOOTHING / 2
    return near @ values / near.sum(axis=1)


def _sizes(run: Run, arm: str) -> dict[str, int]:
    first = next(run.states(arm, run.phases(arm)[-1]))
    names = run.arm(arm)["population"].values
    return {str(name): len(first[f"{name}.v"]) for name in names}


def rate_percent(
    run: Run, arm: str, against: str, populations: Sequence[str], phase: str
) -> np.ndarray:
    """Return the mean rate of the cells of some populations, in percent of another arm's."""
    sizes = _sizes(run, arm)
    weights = np.array([sizes[name] for name in populations], float)
    rates = []
    for name in (arm, against):
        rate = run.arm(name)["rate"].sel(population=list(populations)).values @ weights
        rates.append(run.mean_over(name, run.rows(name, phase), rate))
    return np.where(rates[1] > 0, 100 * rates[0] / np.where(rates[1] > 0, rates[1], 1), np.nan)


def log_rate_deviation(
    run: Run, arm: str, populations: Sequence[str], before: str, after: str
) -> np.ndarray:
    """Return the standard deviation over cells of the logarithm of their rates, free of noise.

    A cell that fires n spikes in T seconds has the log rate x = ln((n + 1/2)/T). In one window the
    variance of x is that of the rates and the noise of counting, about <1/n>. The noise of two
    windows is independent, so that it drops out of the covariance over cells:

        sigma^2 = cov(x_before, x_after)

    NaN where no cell fires; zero where cells differ by no more than the noise.

    Parameters
    ----------
    run, arm
        The run, and which arm of it.
    populations : sequence of str
        Whose cells are taken together.
    before, after : str
        Two phases in which the same cells are counted: the windows.
    """
    spikes, seconds = _spikes(run, arm, populations, (before, after))
    logs = np.log((spikes + 0.5) / seconds[:, None, None])
    first, second = logs - logs.mean(axis=2, keepdims=True)
    covariance = (first * second).sum(axis=1) / (first.shape[1] - 1)
    fires = spikes.sum(axis=(0, 2)) > 0
    return np.where(fires, np.sqrt(np.maximum(covariance, 0.0)), np.nan)


def log_normal_advantage(
    run: Run, arm: str, populations: Sequence[str], before: str, after: str
) -> np.ndarray:
    """Return how much better a log-normal than a normal distribution describes the cells' rates.

    The difference of the largest log likelihoods, in nats per cell, of the rates r over two phases:

        ln s_r - ln s_x - <x>,   x = ln r,   s the standard deviation over cells

    Above zero, the log-normal is the better one. NaN where no cell fires, or all fire alike.
    """
    spikes, seconds = _spikes(run, arm, populations, (before, after))
    rates = (spikes.sum(axis=0) + 0.5) / seconds.sum()
    logs = np.log(rates)
    spread, log_spread = rates.std(axis=1), logs.std(axis=1)
    apart = (spikes.sum(axis=(0, 2)) > 0) & (log_spread > 1e-9)
    ratio = np.where(apart, spread, 1.0) / np.where(apart, log_spread, 1.0)
    return np.where(apart, np.log(ratio) - logs.mean(axis=1), np.nan)
