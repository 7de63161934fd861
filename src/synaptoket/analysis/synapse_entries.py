"""Entries of the summary about synapses: their number after stress and dose, births, receptors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..results.arm_rows import ArmRows, Course, RowsByArm
from .protocol_timeline import Timeline
from .reported_names import CONTROL, principal
from .statistics import (
    SAME,
    interval,
    reference,
    relative,
    relative_reading,
    smoothed,
    value_at,
)
from .summary_entry import Entry, entry_of

#: Percentage points of control; a smaller difference to the vehicle arm counts as none.
MARGIN = 1.0

#: Times after the dose at which synapses are counted: key, name and hours.
LATER = {"24h": ("24 h", 24), "48h": ("48 h", 48), "72h": ("72 h", 72),
         "7d": ("7 days", 168), "14d": ("14 days", 336)}  # fmt: skip


#: Windows after the dose in which births are counted, as ratio to the vehicle's: hours.
WINDOWS = ((3, 6), (12, 24))

#: Hours after the end of stress within which a dose counts as given at its end.
AT_END = 24.0


def synapse_entries(rows: RowsByArm, plan: Timeline) -> list[Entry]:
    """Return the entries about synapse counts and their AMPA receptors."""
    arms = [arm for arm in plan.arms if arm != CONTROL]
    if not arms:
        return []
    projection = principal(rows)
    count = {arm: percent_course(rows, arm, "synapse_count", projection) for arm in plan.arms}
    unit = f"% of {reference(rows)}"
    entries: list[Entry] = []
    gains: dict[str, np.ndarray] = {}
    stress = plan.phase("stress")
    if stress:
        for arm in arms:
            loss = 100 - value_at(count[arm], stress["end_h"])
            entries.append(entry_of("stress_loss", "loss at end of stress", arm, "%", loss))
    for arm in arms:
        start = (plan.infusion(arm) or (None,))[0]
        if start is None:
            continue
        for key, (label, hours) in LATER.items():
            values = value_at(count[arm], start + hours, slack=0.01 * hours)
            entries.append(
                entry_of(f"count_{key}", f"synapses {label} after dose", arm, unit, values)
            )
        vehicle = plan.vehicle(arm)
        if arm in plan.dosed and vehicle and vehicle != arm:
            entries += _against_vehicle(count[arm], count[vehicle], arm, start)
            entries += _transmitting_gains(rows, arm, vehicle, start)
            entries += _births_against_vehicle(rows[arm], rows[vehicle], arm, projection, start)
            gains[arm] = _gain(count[arm], count[vehicle], start, 24)
        entries += _later_doses(plan, count, arm, unit)
    entries += stress_end_shares(plan, gains)
    return entries + _restocking(rows, plan, projection, arms, unit)


def _later_doses(plan: Timeline, count: Mapping[str, Course], arm: str, unit: str) -> list[Entry]:
    """Return the count and the gain a day after the second dose of an arm, the third, and so on.

    Doses on one visit, such as sprays that are minutes apart, are one.
    """
    entries, vehicle = [], plan.vehicle(arm)
    for number, start in enumerate(plan.visits(arm)[1:], 2):
        values = value_at(count[arm], start + 24, slack=0.24)
        label = f"synapses 24 h after dose {number}"
        entries.append(entry_of(f"count_24h_dose{number}", label, arm, unit, values))
        if vehicle and vehicle != arm:
            gain = _gain(count[arm], count[vehicle], start, 24)
            label = f"gain at 24 h after dose {number}"
            entries.append(entry_of(f"gain_24h_dose{number}", label, arm, "points", gain))
    return entries


def stress_end_shares(plan: Timeline, gains: Mapping[str, np.ndarray]) -> list[Entry]:
    """Return the share of the gain that comes from the end of stress, one entry for each other arm.

    A dose that falls together with the end of stress gains G over its vehicle within 24 h. The
    same dose gains g in an arm that is dosed when the stress has been over for longer, or in which
    it goes on. The share is (G - g)/G, with the mean G over seeds below the line. A gain G of less
    than `MARGIN` has no shares.

    Parameters
    ----------
    plan : Timeline
    gains : mapping of str to ndarray (seed,)
        Gain at 24 h of each dosed arm over its own vehicle.
    """
    since = {arm: plan.since_stress(arm) for arm in plan.treated if arm in gains}
    stressed = {arm: hours for arm, hours in since.items() if hours is not None}
    at_end = min(stressed, key=stressed.__getitem__, default=None)
    if at_end is None or stressed[at_end] > AT_END:
        return []
    whole = float(interval(gains[at_end]).mean)
    return [
        entry_of(
            "stress_end_share",
            "gain from the end of stress",
            arm,
            "% of the gain",
            100 * (gains[at_end] - gains[arm]) / (whole if whole > MARGIN else np.nan),
        )
        for arm, hours in stressed.items()
        if plan.regimen(arm) == plan.regimen(at_end) and hours > stressed[at_end]
    ]


def _restocking(
    rows: RowsByArm, plan: Timeline, projection: str, arms: Sequence[str], unit: str
) -> list[Entry]:
    """Return the entries about receptors and births: established and new spines by themselves."""
    infusions = {arm: plan.infusion(arm) for arm in arms}
    starts = {arm: infusion[0] for arm, infusion in infusions.items() if infusion}
    entries = []
    for key, variable, quantity in (
        ("ampa", "ampa_content", "all spines"),
        ("ampa_established", "ampa_content_established", "established spines"),
    ):
        if not starts or variable not in rows[arms[0]]:
            continue
        for arm, start in starts.items():
            values = value_at(
                percent_course(rows, arm, variable, projection), start + 24, slack=0.24
            )
            label = f"{quantity}: AMPA at 24 h"
            entries.append(entry_of(f"{key}_24h", label, arm, unit, values))
    for arm, start in starts.items():
        values = born(rows[arm], projection, start, start + 24)
        label = "spines born within 24 h"
        entries.append(entry_of("born_24h", label, arm, "% of spines", values))
    for arm, start in starts.items():
        silent = rows[arm].course("silent_fraction", "projection", projection)
        values = 100 * value_at(silent, start + 24, slack=0.24)
        entries.append(entry_of("silent_24h", "silent spines 24 h after dose", arm, "%", values))
    return entries


def born(arm_rows: ArmRows, projection: str, start: float, end: float) -> np.ndarray:
    """Return the spines born between two hours in percent of those at the first hour: (seed,).

    The record may end earlier by up to a hundredth of the time between the two hours.
    """
    formed = arm_rows.course("formed", "projection", projection)
    total = Course(arm_rows.times, formed.values.astype(float).cumsum(axis=1))
    slack = 0.01 * (end - start)
    births = value_at(total, end, slack) - value_at(total, start)
    there = value_at(arm_rows.course("synapse_count", "projection", projection), start)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(there > 0, 100 * births / there, np.nan)


def _against_vehicle(treated: Course, vehicle: Course, arm: str, start: float) -> list[Entry]:
    """Return the entries about how far and how long an arm is above its vehicle arm."""
    days, open_end = days_above(treated, vehicle, start)
    return [
        *(
            entry_of(
                f"gain_{hours}h",
                f"gain over vehicle at {hours} h",
                arm,
                "points",
                _gain(treated, vehicle, start, hours),
            )
            for hours in (24, 72)
        ),
        entry_of("days_above_vehicle", "above vehicle by 1 point for", arm, "days", days, open_end),
    ]


def _transmitting_gains(rows: RowsByArm, arm: str, vehicle: str, start: float) -> list[Entry]:
    """Return the entries about the gain over the vehicle in spines that have AMPA receptors.

    New spines have none at first: they are in the count, and not here.
    """
    index = rows[arm].axes["projection"].index(principal(rows))

    def course(name: str) -> Course:
        percent = relative_reading(rows, name, _transmitting)
        return Course(rows[name].times, percent[:, :, index])

    own, other = course(arm), course(vehicle)
    return [
        entry_of(
            f"transmitting_gain_{key}",
            f"gain with AMPA receptors at {LATER[key][0]}",
            arm,
            "points",
            _gain(own, other, start, LATER[key][1]),
        )
        for key in ("24h", "48h", "72h", "7d")
    ]


def _transmitting(rows: ArmRows) -> np.ndarray:
    """Return the spines that have AMPA receptors: shape (seed, time, projection)."""
    return rows.values("synapse_count") * (1 - rows.values("silent_fraction"))


def _gain(treated: Course, vehicle: Course, start: float, hours: float) -> np.ndarray:
    """Return how far a count is above the vehicle's some hours after the dose: (seed,)."""
    slack = 0.01 * hours
    return value_at(treated, start + hours, slack) - value_at(vehicle, start + hours, slack)


def _births_against_vehicle(
    treated: ArmRows, vehicle: ArmRows, arm: str, projection: str, start: float
) -> list[Entry]:
    """Return the entries about births in `WINDOWS`, each relative to the vehicle's in that time."""
    entries = []
    for first, last in WINDOWS:
        own, other = (
            born(one, projection, start + first, start + last) for one in (treated, vehicle)
        )
        ratio = np.divide(own, other, out=np.full(len(own), np.nan), where=other > 0)
        label = f"births {first} to {last} h after"
        entries.append(entry_of(f"births_{first}_{last}h", label, arm, "of vehicle's", ratio))
    return entries


def days_above(treated: Course, vehicle: Course, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the days from the dose for which the count stays above that of the vehicle arm.

    "Above" means by more than `MARGIN` percent of control, in the running mean of three rows of the
    difference, seed by seed, from 24 h after the dose on; 0 if the count is not above at 24 h.

    Returns
    -------
    days : ndarray, shape (seed,)
    open_end : ndarray of bool, shape (seed,)
        True where the record ends while the count is still above.
    """
    times, seeds = treated.times, len(treated.values)
    late = times >= start + 24 - SAME
    days, open_end = np.full(seeds, np.nan), np.zeros(seeds, bool)
    for seed in range(seeds):
        other = np.interp(times, vehicle.times, vehicle.values[seed])
        difference = treated.values[seed] - other
        known = late & np.isfinite(difference)
        if not known.any():
            continue
        centres, smooth = smoothed(times[known], difference[known])
        lost = smooth <= MARGIN
        open_end[seed] = not lost.any()
        end = times[known][-1] if open_end[seed] else centres[np.argmax(lost)]
        days[seed] = 0.0 if lost[0] else (end - start) / 24
    return days, open_end


def percent_course(rows: RowsByArm, arm: str, variable: str, projection: str) -> Course:
    """Return a quantity of a projection in percent of control, over time."""
    values = relative(rows, arm, variable)
    return Course(rows[arm].times, values[:, :, rows[arm].axes["projection"].index(projection)])
