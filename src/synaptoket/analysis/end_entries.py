"""Entries of the summary of an experiment without dose and stress: what there is at its end."""

from __future__ import annotations

import numpy as np

from ..results.arm_rows import ArmRows, RowsByArm
from .protocol_timeline import Timeline
from .reported_names import CONTROL, moving
from .statistics import before
from .summary_entry import Entry, entry_of
from .synapse_entries import percent_course


def end_entries(rows: RowsByArm, plan: Timeline) -> list[Entry]:
    """Return the entries about the end of each arm: synapse counts, firing rates.

    Counts of an arm other than the control are in percent of the control's, unless there is none.
    """
    entries = []
    for name in moving(rows):
        label = f"synapses {name}, at the end"
        percent = []
        for arm, arm_rows in rows.children.items():
            values = arm_rows.course("synapse_count", "projection", name).values[:, -1]
            if CONTROL in rows.children and arm != CONTROL:
                share = percent_course(rows, arm, "synapse_count", name).values[:, -1]
                if np.isfinite(share).any():
                    unit = f"% of {CONTROL}"
                    percent.append(entry_of(f"end_percent_{name}", label, arm, unit, share))
                    continue
            entries.append(entry_of(f"end_{name}", label, arm, "synapses", values))
        entries += percent
    for population in next(iter(rows.children.values())).axes["population"]:
        label = f"rate of {population}, last phase"
        for arm, arm_rows in rows.children.items():
            values = _last_rate(arm_rows, plan, population)
            entries.append(entry_of(f"rate_{population}", label, arm, "Hz", values))
    return entries


def _last_rate(arm_rows: ArmRows, plan: Timeline, population: str) -> np.ndarray:
    """Return the mean rate of a population in the last phase of an arm: (seed,)."""
    end = float(arm_rows.times[-1])
    phase = plan.phase(str(arm_rows.phases[-1]))
    start = phase["start_h"] if phase else 0.0
    return before(arm_rows.course("rate", "population", population), end, end - start)
