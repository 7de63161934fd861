"""What an experiment found, quantity by quantity and arm by arm, as data and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..results.arm_rows import ArmRows, Course, RowsByArm, rows_by_arm
from ..results.text_table import aligned, markdown
from .function import function_table
from .response import Response, response
from .statistics import CONTROL, SAME, before, interval, reference, relative, smoothed, value_at
from .timeline import Timeline, timeline

if TYPE_CHECKING:
    import xarray

EXCITATORY = "pyramidal"

# Percentage points of control; a smaller difference to the vehicle arm counts as none.
MARGIN = 1.0

Entry = dict[str, Any]


def summary(tree: xarray.DataTree | RowsByArm) -> list[Entry]:
    """Return what the experiment found, one entry for each quantity and arm.

    Parameters
    ----------
    tree : xarray.DataTree or RowsByArm
        From `open_results`, or what a run has just recorded.

    Returns
    -------
    list of dict
        ``key`` and ``quantity`` (short and long name), ``arm``, ``unit``, ``values`` (one for each
        seed), ``mean``, ``low`` and ``high`` (95 % interval over seeds; NaN for one seed), ``n``
        (seeds with a value), ``at_least`` (true if the record ended before the value was reached,
        in at least one seed). Quantities that the record does not reach are left out.

    Notes
    -----
    Synapses are those of the first projection of which some come and go. Changes of glutamate and
    rates are extremes, during the infusion, of the running mean of three rows, relative to the
    mean of the 24 h before the dose in the same arm.

    Without any dose and without a phase of stress, it is what there is at the end: synapses of each
    projection of which some come and go, and firing rates in the last phase.
    """
    rows, plan = rows_by_arm(tree), timeline(tree)
    if not plan.doses and plan.phase("stress") is None:
        return [entry for entry in _ends(rows, plan) if entry["n"]]
    entries: list[Entry] = []
    entries += _structure(rows, plan)
    for arm in plan.treated:
        entries += _acute(rows, plan, arm)
    entries = [entry for entry in entries if entry["n"]]
    order = list(dict.fromkeys(entry["key"] for entry in entries))
    return sorted(entries, key=lambda entry: order.index(entry["key"]))


def lookup(entries: Sequence[Entry], key: str, arm: str) -> Entry:
    """Return the entry of a quantity and an arm; KeyError if there is none."""
    for entry in entries:
        if entry["key"] == key and entry["arm"] == arm:
            return entry
    raise KeyError(f"{key} of {arm}")


def _entry(
    key: str, quantity: str, arm: str, unit: str, values: np.ndarray, at_least: Any = False
) -> Entry:
    mean, low, high, n = (float(x) for x in interval(values))
    return {
        "key": key, "quantity": quantity, "arm": arm, "unit": unit, "values": np.asarray(values),
        "mean": mean, "low": low, "high": high, "n": int(n), "at_least": bool(np.any(at_least)),
    }  # fmt: skip


def principal(tree: xarray.DataTree | RowsByArm) -> str:
    """Return the projection whose synapses are reported: the first of which some come and go.

    Where nothing does, in any arm or seed, it is the first.
    """
    first = next(iter(rows_by_arm(tree).children.values())).axes["projection"][0]
    return next(iter(moving(tree)), first)


def moving(tree: xarray.DataTree | RowsByArm) -> list[str]:
    """Return the projections of which some synapses come and go, in any arm or seed."""
    found: set[str] = set()
    names: list[str] = []
    for arm in rows_by_arm(tree).children.values():
        if "projection" not in arm.axes:
            continue
        names = list(arm.axes["projection"])
        turnover = arm.values("formed") + arm.values("eliminated")
        found |= {names[i] for i in np.flatnonzero((turnover > 0).any(axis=(0, 1)))}
    return [name for name in names if name in found]


def _percent(rows: RowsByArm, arm: str, variable: str, projection: str) -> Course:
    """Return a quantity of a projection in percent of control, over time."""
    values = relative(rows, arm, variable)
    return Course(rows[arm].times, values[:, :, rows[arm].axes["projection"].index(projection)])


def _ends(rows: RowsByArm, plan: Timeline) -> list[Entry]:
    """Return the entries about the end of each arm: synapse counts, firing rates.

    Counts of an arm other than the control are in percent of it, unless it has none.
    """
    entries = []
    for name in moving(rows):
        label = f"synapses {name}, at the end"
        percent = []
        for arm, own in rows.children.items():
            values = own.course("synapse_count", "projection", name).values[:, -1]
            if CONTROL in rows.children and arm != CONTROL:
                share = _percent(rows, arm, "synapse_count", name).values[:, -1]
                if np.isfinite(share).any():
                    unit = f"% of {CONTROL}"
                    percent.append(_entry(f"end_percent_{name}", label, arm, unit, share))
                    continue
            entries.append(_entry(f"end_{name}", label, arm, "synapses", values))
        entries += percent
    for population in next(iter(rows.children.values())).axes["population"]:
        label = f"rate of {population}, last phase"
        for arm, own in rows.children.items():
            values = _last_rate(own, plan, population)
            entries.append(_entry(f"rate_{population}", label, arm, "Hz", values))
    return entries


def _last_rate(own: ArmRows, plan: Timeline, population: str) -> np.ndarray:
    """Return the mean rate of a population in the phase that an arm is in at last: (seed,)."""
    end = float(own.times[-1])
    phase = plan.phase(str(own.phases[-1]))
    start = phase["start_h"] if phase else 0.0
    return before(own.course("rate", "population", population), end, end - start)


LATER = {"24h": ("24 h", 24), "48h": ("48 h", 48), "72h": ("72 h", 72),
         "7d": ("7 days", 168), "14d": ("14 days", 336)}  # fmt: skip


def _structure(rows: RowsByArm, plan: Timeline) -> list[Entry]:
    """Return the entries about synapse counts and their AMPA receptors."""
    arms = [arm for arm in plan.arms if arm != CONTROL]
    if not arms:
        return []
    projection = principal(rows)
    count = {arm: _percent(rows, arm, "synapse_count", projection) for arm in plan.arms}
    unit = f"% of {reference(rows)}"
    entries = []
    stress = plan.phase("stress")
    if stress:
        for arm in arms:
            loss = 100 - value_at(count[arm], stress["end_h"])
            entries.append(_entry("stress_loss", "loss at end of stress", arm, "%", loss))
    for arm in arms:
        start = (plan.infusion(arm) or (None,))[0]
        if start is None:
            continue
        for key, (label, hours) in LATER.items():
            values = value_at(count[arm], start + hours, slack=0.01 * hours)
            entries.append(
                _entry(f"count_{key}", f"synapses {label} after dose", arm, unit, values)
            )
        vehicle = plan.vehicle(arm)
        if arm in plan.treated and vehicle and vehicle != arm:
            entries += _against_vehicle(count[arm], count[vehicle], arm, start, unit)
    return entries + _restocking(rows, plan, projection, arms, unit)


def _restocking(
    rows: RowsByArm, plan: Timeline, projection: str, arms: Sequence[str], unit: str
) -> list[Entry]:
    """Return the entries that keep receptors in old spines and the birth of new ones apart."""
    infusions = {arm: plan.infusion(arm) for arm in arms}
    starts = {arm: infusion[0] for arm, infusion in infusions.items() if infusion}
    entries = []
    for key, variable, quantity in (
        ("ampa", "ampa_content", "AMPA content"),
        ("ampa_established", "ampa_content_established", "AMPA content, established spines"),
    ):
        if not starts or variable not in rows[arms[0]]:
            continue
        for arm, start in starts.items():
            values = value_at(_percent(rows, arm, variable, projection), start + 24, slack=0.24)
            label = f"{quantity} 24 h after dose"
            entries.append(_entry(f"{key}_24h", label, arm, unit, values))
    for arm, start in starts.items():
        values = born(rows[arm], projection, start, start + 24)
        label = "spines born within 24 h of dose"
        entries.append(_entry("born_24h", label, arm, "% of spines at dose", values))
    for arm, start in starts.items():
        silent = rows[arm].course("silent_fraction", "projection", projection)
        values = 100 * value_at(silent, start + 24, slack=0.24)
        entries.append(_entry("silent_24h", "silent spines 24 h after dose", arm, "%", values))
    return entries


def born(own: ArmRows, projection: str, start: float, end: float) -> np.ndarray:
    """Return the spines born between two hours in percent of those there at first: (seed,).

    Up to a hundredth of the time between the two hours the record may fall short.
    """
    formed = own.course("formed", "projection", projection)
    total = Course(own.times, formed.values.astype(float).cumsum(axis=1))
    slack = 0.01 * (end - start)
    births = value_at(total, end, slack) - value_at(total, start)
    there = value_at(own.course("synapse_count", "projection", projection), start)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(there > 0, 100 * births / there, np.nan)


def _against_vehicle(
    treated: Course, vehicle: Course, arm: str, start: float, unit: str
) -> list[Entry]:
    gain = value_at(treated, start + 24, 0.24) - value_at(vehicle, start + 24, 0.24)
    days, open_end = days_above(treated, vehicle, start)
    points = "points, " + unit
    return [
        _entry("gain_24h", "gain over vehicle at 24 h", arm, points, gain),
        _entry("days_above_vehicle", "above vehicle by 1 point for", arm, "days", days, open_end),
    ]


def days_above(treated: Course, vehicle: Course, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the days from the dose for which the count stays above that of the vehicle arm.

    Above is by more than `MARGIN` percent of control, in the running mean of three rows of the
    difference, seed by seed and from 24 h after the dose on; 0 if it is not above by then.

    Returns
    -------
    days : ndarray, shape (seed,)
    open_end : ndarray of bool, shape (seed,)
        True where the record ends before.
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


def _acute(rows: RowsByArm, plan: Timeline, arm: str) -> list[Entry]:
    """Return the entries about the hours around the dose in one arm."""
    infusion, vehicle = plan.infusion(arm), plan.vehicle(arm)
    if infusion is None:
        return []
    own = rows[arm]
    twin = rows[vehicle] if vehicle and vehicle != arm else None

    def change(variable: str, *place: str) -> Response:
        other = None if twin is None else twin.course(variable, *place)
        return response(own.course(variable, *place), *infusion, other)

    glutamate = change("glutamate")
    back, open_end = glutamate.hours_until_back()
    entries = [
        _entry("glutamate_peak", "glutamate, peak in infusion", arm, "%", glutamate.extreme(1)),
        _entry("glutamate_back", "glutamate back within 10 % after", arm, "h", back, open_end),
    ]
    populations = own.axes["population"]
    if EXCITATORY not in populations:
        return entries
    rates = {p: change("rate", "population", p) for p in populations}
    rise = 60 * rates[EXCITATORY].half_time(1)
    name = EXCITATORY
    entries += [
        _entry(f"{name}_peak", f"{name} rate, peak in infusion", arm, "%", rates[name].extreme(1)),
        _entry(f"{name}_half", f"{name} rise, half-time", arm, "min", rise),
    ]
    for name in populations:
        if name == EXCITATORY:
            continue
        fall = 60 * rates[name].half_time(-1)
        trough = rates[name].extreme(-1)
        entries += [
            _entry(f"{name}_trough", f"{name} rate, trough in infusion", arm, "%", trough),
            _entry(f"{name}_half", f"{name} fall, half-time", arm, "min", fall),
            _entry(f"{name}_lag", f"{EXCITATORY} rise after {name} fall", arm, "min", rise - fall),
        ]
    return entries


HEADER = ("quantity", "arm", "unit", "mean", "95 % interval", "n")


def _cells(entries: Sequence[Entry]) -> list[list[str]]:
    """Return the rows of the table; arms with the same values, as twins have, share one row."""
    rows: list[list[str]] = []
    for key in dict.fromkeys(entry["key"] for entry in entries):
        group = [entry for entry in entries if entry["key"] == key]
        first = group[0]
        same = [np.array_equal(e["values"], first["values"], equal_nan=True) for e in group]
        shared = len(group) > 1 and all(same)
        for entry in group[:1] if shared else group:
            arm = f"all {len(group)} arms" if shared else entry["arm"]
            mean = f"{'≥ ' if entry['at_least'] else ''}{entry['mean']:.1f}"
            bounds = f"{entry['low']:.1f} to {entry['high']:.1f}" if entry["n"] >= 2 else "-"
            quantity = entry["quantity"] if entry is first else ""
            rows.append([quantity, arm, entry["unit"], mean, bounds, str(entry["n"])])
    return rows


def summary_table(tree: xarray.DataTree) -> str:
    """Return the summary, with what probes found, as lined-up text for a terminal."""
    cells = _cells(summary(tree))
    table = aligned(HEADER, cells, indent="", left=3) if cells else ""
    return "\n\n".join(part for part in (table, function_table(tree)) if part)


def summary_markdown(tree: xarray.DataTree) -> str:
    """Return the summary as a Markdown table, and another of what probes found."""
    cells = _cells(summary(tree))
    table = markdown(HEADER, cells, left=3) if cells else ""
    return "\n\n".join(part for part in (table, function_table(tree, True)) if part)
