"""Entries of the summary about the hours around the dose: glutamate and firing rates."""

from __future__ import annotations

from ..results.arm_rows import RowsByArm
from .acute_response import Response, response
from .protocol_timeline import Timeline
from .reported_names import EXCITATORY
from .summary_entry import Entry, entry_of

#: Hours after an antagonist's dose in which its largest effect on the rate is looked for.
ANTAGONISED = 1.0


def antagonist_entries(rows: RowsByArm, plan: Timeline) -> list[Entry]:
    """Return the lowest rate of pyramidal cells in the first hour of each antagonist, of rest.

    It is the lowest running mean of three rows, rest the mean of the 24 h before.
    """
    entries = []
    for arm in plan.arms:
        if EXCITATORY not in rows[arm].axes["population"]:
            continue
        rate = rows[arm].course("rate", "population", EXCITATORY)
        for dose in plan.antagonists(arm):
            drug, start = dose["drug"], dose["start_h"]
            lowest = 100 + response(rate, start, start + ANTAGONISED).extreme(-1)
            quantity = f"{EXCITATORY} under {drug}, least"
            entries.append(
                entry_of(f"{EXCITATORY}_under_{drug}", quantity, arm, "% of rest", lowest)
            )
    return entries


def acute_entries(rows: RowsByArm, plan: Timeline, arm: str) -> list[Entry]:
    """Return the entries about the hours around the dose in one arm."""
    infusion, vehicle = plan.infusion(arm), plan.vehicle(arm)
    if infusion is None:
        return []
    arm_rows = rows[arm]
    twin = rows[vehicle] if vehicle and vehicle != arm else None

    def change(variable: str, *place: str) -> Response:
        other = None if twin is None else twin.course(variable, *place)
        return response(arm_rows.course(variable, *place), *infusion, other)

    glutamate = change("glutamate")
    back, open_end = glutamate.hours_until_back()
    entries = [
        entry_of("glutamate_peak", "glutamate, peak in infusion", arm, "%", glutamate.extreme(1)),
        entry_of("glutamate_back", "glutamate back within 10 % after", arm, "h", back, open_end),
    ]
    populations = arm_rows.axes["population"]
    if EXCITATORY not in populations:
        return entries
    rates = {p: change("rate", "population", p) for p in populations}
    rise = 60 * rates[EXCITATORY].half_time(1)
    name = EXCITATORY
    entries += [
        entry_of(
            f"{name}_peak", f"{name} rate, peak in infusion", arm, "%", rates[name].extreme(1)
        ),
        entry_of(f"{name}_half", f"{name} rise, half-time", arm, "min", rise),
    ]
    for name in populations:
        if name == EXCITATORY:
            continue
        fall = 60 * rates[name].half_time(-1)
        trough = rates[name].extreme(-1)
        entries += [
            entry_of(f"{name}_trough", f"{name} rate, trough in infusion", arm, "%", trough),
            entry_of(f"{name}_half", f"{name} fall, half-time", arm, "min", fall),
            entry_of(
                f"{name}_lag", f"{EXCITATORY} rise after {name} fall", arm, "min", rise - fall
            ),
        ]
    return entries
