"""What a segment leaves in the result file: counts and means of the state, nothing else.

A row is a pure function of the state before and after a segment. Each potential synapse counts
its births, so that one that came and went in between is counted too. Where it is asked for, each
of these formations and eliminations is told as an event.
"""

from __future__ import annotations

import numpy as np

from ..circuit.connectivity import Contacts
from ..circuit.group import CircuitPlan
from ..circuit.initial import State
from ..circuit.numerics import SEGMENT
from ..circuit.rule_quantities import rule_quantities
from ..results import Row
from ..results.schema import EVENT, VACANT
from .event_order import event_list
from .schedule import Schedule

#: A spine younger than this is nascent (Holtmaat 2005: most that pass it persist).
NASCENT_AGE = 4 * 86400.0
#: A spine with less AMPA content than this, in units of a mean spine, is silent.
SILENT_CONTENT = 0.1


def changes(
    was: np.ndarray, births_before: np.ndarray, present: np.ndarray, births: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many contacts each potential synapse has formed and lost between two states.

    >>> arrays = ([1, 0, 0, 3], [0, 0, 127, 5], [0, 1, 0, 2], [0, 1, -128, 5])
    >>> [c.tolist() for c in changes(*(np.array(a, np.int8) for a in arrays))]
    [[0, 1, 1, 0], [1, 0, 1, 1]]
    """
    formed = np.subtract(births, births_before, dtype=np.int16) & 255  # a byte that wraps around
    return formed, formed - np.subtract(present, was, dtype=np.int16)


def vacant_elements(plan: CircuitPlan) -> list[str]:
    """Return the variables of neurons that count vacant elements; most circuits have none."""
    names = (name for group in plan.populations.values() for name in group.variables)
    return list(dict.fromkeys(name for name in names if name.endswith(VACANT)))


#: What is recorded of synapses that do not come and go, and what no rule moves.
_STRUCTURE = {
    "synapse_count": 0,
    "formed": 0,
    "eliminated": 0,
    "nascent": 0,
    "ampa_content": 1.0,
    "ampa_content_established": 1.0,
    "spine_size_mean": 1.0,
    "silent_fraction": 0.0,
}


class Recorder:
    """Turns states into rows for one arm or for several that are still one.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    state : dict of str to ndarray
        The state before the next segment.
    contacts : dict of str to (pre, post), optional
        With these, `events` lists what came and went in the segment of the last row.
    """

    def __init__(self, plan: CircuitPlan, state: State, contacts: Contacts | None = None):
        self._plan = plan
        self._contacts = contacts
        self._vacant = vacant_elements(plan)
        self._quantities = rule_quantities(plan)
        self.events: np.ndarray | None = None
        self._remember(state)

    def first_row(self, state: State, schedule: Schedule) -> Row:
        """Return the row of the initial state: time zero, nothing formed or eliminated."""
        zero = dict.fromkeys(schedule.plasma, 0.0)
        first = schedule.phase[0], schedule.timelapse[0], schedule.first_hormone
        return self._row(state, 0.0, *first, zero, zero, {})

    def row(self, state: State, schedule: Schedule, index: int) -> Row:
        """Return the row of segment `index`, whose final state is `state`."""
        spikes = {
            name: int(state[f"{name}.spike_count"].sum(dtype=np.int64)) - count
            for name, count in self._spikes.items()
        }
        row = self._row(
            state,
            float(schedule.time[index]),
            schedule.phase[index],
            float(schedule.timelapse[index]),
            float(schedule.drives["stress_hormone"][index].mean()),
            {name: values[index] for name, values in schedule.plasma.items()},
            {name: values[index] for name, values in schedule.brain_free.items()},
            spikes,
        )
        if self._contacts is not None:
            self.events = self._events(state, row.time)
        self._remember(state)
        return row

    def _events(self, state: State, hours: float) -> np.ndarray:
        """Return the events of a segment, ordered by projection and potential synapse."""
        assert self._contacts is not None
        by_projection = [np.zeros(0, EVENT)]
        for number, name in enumerate(self._plan.projections):
            if name not in self._structure:
                continue
            was, _ = self._structure[name]
            own = event_list(was, *self._changes(name, state), *self._contacts[name])
            own["projection"] = number
            by_projection.append(own)
        events = np.concatenate(by_projection)
        events["time"] = hours
        return events

    def _changes(self, name: str, state: State) -> tuple[np.ndarray, np.ndarray]:
        was, counted = self._structure[name]
        return changes(was, counted, state[f"{name}.present"], state[f"{name}.births"])

    def _remember(self, state: State) -> None:
        populations, projections = self._plan.populations, self._plan.projections
        self._spikes = {
            name: int(state[f"{name}.spike_count"].sum(dtype=np.int64)) for name in populations
        }
        self._structure = {
            name: (state[f"{name}.present"].copy(), state[f"{name}.births"].copy())
            for name in projections
            if f"{name}.present" in state
        }

    def _row(self, state, time, phase, timelapse, hormone, plasma, brain, spikes) -> Row:
        plan = self._plan
        structure = {name: self._projection(name, state) for name in plan.projections}
        columns = {
            key: {name: values[key] for name, values in structure.items()} for key in _STRUCTURE
        }
        return Row(
            time=time / 3600,
            phase=phase,
            rate={
                name: spikes.get(name, 0) / group.size / SEGMENT
                for name, group in plan.populations.items()
            },
            nmda_block={name: self._block(name, state) for name in plan.populations},
            vacant={name: self._vacancies(name, state) for name in self._vacant},
            quantities={q.dataset.name: q.value(plan, state) for q in self._quantities},
            plasma={name: value * 1e3 for name, value in plasma.items()},
            brain_free={name: value * 1e3 for name, value in brain.items()},
            stress_hormone=hormone,
            timelapse=timelapse / 3600,
            **columns,
        )

    def _projection(self, name: str, state: State) -> dict[str, float]:
        """Return counts and means over the synapses of a projection that are present."""
        size = self._plan.projections[name].size
        if name not in self._structure:
            return {**_STRUCTURE, "synapse_count": size}
        formed, eliminated = self._changes(name, state)
        contacts = state[f"{name}.present"]
        there = np.flatnonzero(contacts > 0)
        nascent = state[f"{name}.age"][there] < NASCENT_AGE
        result: dict[str, float] = {
            "synapse_count": int(contacts.sum(dtype=np.int64)),
            "formed": int(formed.sum(dtype=np.int64)),
            "eliminated": int(eliminated.sum(dtype=np.int64)),
            "nascent": int(nascent.sum()),
        }
        if f"{name}.ampa_content" in state:
            content = state[f"{name}.ampa_content"][there]
            result |= {
                "ampa_content": _mean(content),
                # Restocking alone: a spine born meanwhile would lower the mean of all.
                "ampa_content_established": _mean(content[~nascent]),
                "silent_fraction": _mean(content < SILENT_CONTENT),
            }
        if f"{name}.log_size" in state:
            result["spine_size_mean"] = _mean(np.exp(state[f"{name}.log_size"][there]))
        return {**_STRUCTURE, **result}

    def _vacancies(self, element: str, state: State) -> dict[str, float]:
        """Return the vacant elements of a kind in each population; NaN where it has none."""
        return {
            name: float(state[f"{name}.{element}"].sum(dtype=np.float64))
            if f"{name}.{element}" in state
            else np.nan
            for name in self._plan.populations
        }

    def _block(self, name: str, state: State) -> float:
        """Return the mean blocked fraction of a population's NMDA receptors; NaN without any."""
        if f"{name}.nmda_lost" not in state:
            return 0.0 if f"{name}.g_nmda" in state else np.nan
        return float(state[f"{name}.nmda_lost"].mean())


def _mean(values: np.ndarray) -> float:
    """Return the mean; of nothing NaN."""
    return float(values.mean()) if len(values) else np.nan
