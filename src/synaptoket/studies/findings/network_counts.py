"""Read-outs of synapse counts and of births, one value for each seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .network_run import Run

if TYPE_CHECKING:
    import xarray

#: Hours by which times may be wrong.
ROUNDING = 1e-6


def least_excess(run: Run, arm: str, against: str, after: str, hours: float = 24.0) -> np.ndarray:
    """Return the smallest daily excess of synapses over another arm, in percent.

    From `hours` after the end of the phase `after` to the end of the record, day by day.
    """
    times = run.arm(arm)["time"].values
    start = times[run.rows(arm, after)][-1] + hours
    days = np.floor((times - start) / 24).astype(int)
    counts = run.count(arm).values, _at(times, run.count(against))
    excess = []
    for day in np.unique(days[days >= 0]):
        treated, twin = (run.mean_over(arm, days == day, values) for values in counts)
        excess.append(100 * (treated / twin - 1))
    return np.min(excess, axis=0)


def largest_percent(run: Run, arms: Sequence[str], against: str, after: str) -> np.ndarray:
    """Return the most synapses that any of some arms has, in percent of another arm's.

    Of all rows after the end of the phase `after`; each row counts, so a short peak does, too.
    """
    highest = []
    for arm in arms:
        times = run.arm(arm)["time"].values
        later = times > times[run.rows(arm, after)][-1]
        twin = _at(times, run.count(against))
        highest.append((run.count(arm).values / twin)[:, later].max(axis=1))
    return 100 * np.max(highest, axis=0)


def largest_drift(run: Run, arm: str, before: str, phases: Sequence[str]) -> np.ndarray:
    """Return how far the count of an arm strays from what it was, in percent of that.

    The largest distance, up or down, of a daily mean within `phases` from the mean of the last
    day of the phase `before`.
    """
    times, counts = run.arm(arm)["time"].values, run.count(arm).values
    start = times[run.rows(arm, before)][-1]
    was = run.mean_over(arm, (times > start - 24) & (times <= start), counts)
    inside = np.isin(run.arm(arm)["phase"].values, list(phases))
    days = np.floor((times - start - ROUNDING) / 24)
    daily = [run.mean_over(arm, inside & (days == day), counts) for day in np.unique(days[inside])]
    return 100 * np.abs(np.array(daily) / was - 1).max(axis=0)


def loss(run: Run, arm: str, against: str, phase: str) -> np.ndarray:
    """Return the synapses that an arm lacks at the end of a phase, in percent of another's."""
    return 100 - percent(run, arm, against, phase)


def percent(run: Run, arm: str, against: str, phase: str, span: float = 6.0) -> np.ndarray:
    """Return synapses in percent of another arm's, mean of the last `span` hours of a phase."""
    ends = []
    for name in (arm, against):
        times = run.arm(name)["time"].values
        end = times[run.rows(name, phase)][-1]
        inside = run.rows(name, phase) & (times > end - span)
        ends.append(run.mean_over(name, inside, run.count(name).values))
    return 100 * ends[0] / ends[1]


def percent_difference(
    run: Run, arm: str, vehicle: str, against: str, phase: str, span: float = 6.0
) -> np.ndarray:
    """Return how many points of `percent` an arm has more than its vehicle."""
    own, twin = (percent(run, name, against, phase, span) for name in (arm, vehicle))
    return own - twin


def blocked_gain(
    run: Run, arm: str, blocked: str, vehicle: str, against: str, phase: str
) -> np.ndarray:
    """Return the gain over the vehicle of an arm with antagonist, in percent of that without.

    NaN where there is no gain without the antagonist.
    """
    base = percent(run, vehicle, against, phase)
    gain, left = (percent(run, name, against, phase) - base for name in (arm, blocked))
    return np.where(gain > 0, 100 * left / np.where(gain > 0, gain, 1), np.nan)


def recovered(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return by how many percent a deficit shrinks from the end of one phase to another's."""
    first, last = (loss(run, arm, against, phase) for phase in (before, after))
    return np.where(first > 0, 100 * (1 - last / np.where(first > 0, first, 1)), np.nan)


def births_ratio(run: Run, arm: str, against: str, phases: Sequence[str]) -> np.ndarray:
    """Return the synapses that an arm forms in some phases over those that another forms.

    All that are formed count, also those that are lost again within the phases. NaN where the other
    arm forms none.
    """
    treated, twin = (_births(run, name, phases) for name in (arm, against))
    return np.where(twin > 0, treated / np.where(twin > 0, twin, 1), np.nan)


def births_ratio_rise(
    run: Run, arm: str, against: str, earlier: Sequence[str], later: Sequence[str]
) -> np.ndarray:
    """Return by how much `births_ratio` is larger in the phases `later` than in those `earlier`."""
    return births_ratio(run, arm, against, later) - births_ratio(run, arm, against, earlier)


def _births(run: Run, arm: str, phases: Sequence[str]) -> np.ndarray:
    """Return the synapses that an arm forms in some phases: shape (seed,)."""
    inside = np.isin(run.arm(arm)["phase"].values, list(phases))
    formed = run.arm(arm)["formed"].sel(projection=run.projection).values
    return formed[:, inside].sum(axis=1).astype(float)


def births_variation(run: Run, arm: str, phases: Sequence[str]) -> np.ndarray:
    """Return the coefficient of variation of daily births over some phases that follow each other.

    Births are taken as counted: 1/sqrt(N) of it is the noise of counting N births a day. The
    births of a row are spread evenly over it; an incomplete last day is left out. NaN with rows
    longer than a day, which would even out what they should show, with less than two days, or
    without births.
    """
    node = run.arm(arm)
    rows = np.flatnonzero(np.isin(node["phase"].values, list(phases)))
    begins = max(rows[0] - 1, 0)  # the row before ends where the phases begin
    times = node["time"].values[begins : rows[-1] + 1]
    formed = node["formed"].sel(projection=run.projection).values[:, begins : rows[-1] + 1]
    total = np.cumsum(formed.astype(float), axis=1)
    edges = np.arange(times[0], times[-1] + ROUNDING, 24.0)
    if len(edges) < 3 or np.diff(times).max() > 24 + ROUNDING:
        return np.full(len(total), np.nan)
    daily = np.diff([np.interp(edges, times, course) for course in total], axis=1)
    mean = daily.mean(axis=1)
    return np.where(mean > 0, daily.std(axis=1, ddof=1) / np.where(mean > 0, mean, 1), np.nan)


def _at(times: np.ndarray, data: xarray.DataArray) -> np.ndarray:
    """Return the course of each seed at other times: shape (seed, time)."""
    recorded = data["time"].values
    return np.stack([np.interp(times, recorded, course) for course in data.values])
