"""The quantities that the rules of a circuit record: their datasets, and their values in a row.

A variable with a `Recording` is recorded. Every circuit records the signals that all result files
have (`results.schema.SIGNALS`): one of cells as its mean over the first population that has it, and
NaN if none of the circuit's rules has the variable.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..parameters.errors import UserError
from ..results.schema import (
    AXES,
    EVENTS,
    PHASE,
    PROBES,
    REAL,
    SIGNALS,
    TIME,
    VACANT,
    VARIABLES,
    Variable,
)
from .group import CircuitPlan
from .initial import State

_TAKEN = {TIME.name, PHASE.name, PROBES, EVENTS, *AXES, *(v.name for v in VARIABLES)}
_TAKEN -= SIGNALS.keys()


class RuleQuantity(NamedTuple):
    """A recorded variable: its dataset, and the factor from its SI value to the dataset's unit."""

    dataset: Variable
    scale: float

    def value(self, plan: CircuitPlan, state: State) -> float | dict[str, float]:
        """Return the value in a row: one number, or the means of groups by the groups' names."""
        name, dimension = self.dataset.name, self.dataset.dimension
        if dimension is None:
            group = next((g for g in plan.groups() if f"{g}.{name}" in state), "neuropil")
            return _mean(group, name, state) * self.scale
        groups = plan.populations if dimension == "population" else plan.projections
        return {group: _mean(group, name, state) * self.scale for group in groups}


def rule_quantities(plan: CircuitPlan) -> list[RuleQuantity]:
    """Return the quantities that a circuit records, the signals of every file first.

    Raises
    ------
    UserError
        If a rule records a variable whose name stands for something else in result files.
    """
    quantities = {
        name: RuleQuantity(Variable(name, None, REAL, signal.unit, signal.long_name), signal.scale)
        for name, signal in SIGNALS.items()
    }
    for group, group_plan in plan.groups().items():
        for name, variable in group_plan.variables.items():
            recording = variable.recording
            if recording is None:
                continue
            unit, long_name = recording.unit, recording.long_name
            dimension = None if name in SIGNALS else _dimension(plan, group)
            dataset = Variable(name, dimension, REAL, unit, long_name)
            quantity = RuleQuantity(dataset, recording.scale)
            same_name = quantities.setdefault(name, quantity)
            if name in _TAKEN or name.endswith(VACANT) or same_name != quantity:
                raise UserError(
                    f"{plan.circuit.where}: {_owner(plan, name, group)} records the variable "
                    f"{name!r}: result files have another quantity of that name; expected another "
                    "name of the variable"
                )
    return list(quantities.values())


def further_datasets(plan: CircuitPlan) -> list[Variable]:
    """Return the datasets of rules that this circuit's files have and not every file."""
    return [q.dataset for q in rule_quantities(plan) if q.dataset.name not in SIGNALS]


def _dimension(plan: CircuitPlan, group: str) -> str | None:
    if group in plan.populations:
        return "population"
    return "projection" if group in plan.projections else None


def _owner(plan: CircuitPlan, variable: str, group: str) -> str:
    """Return the table of the rule that declares a variable, else the group that has it."""
    for joined in plan.rules.all:
        if any(variable in part.variables for part in joined.rule.parts.values()):
            return f"{joined.key}: the rule {joined.rule.name}"
    return f"a rule of {group}"


def _mean(group: str, name: str, state: State) -> float:
    """Return the mean of a variable over a group, or over its present synapses; NaN of none."""
    if f"{group}.{name}" not in state:
        return float("nan")
    values = state[f"{group}.{name}"]
    if f"{group}.present" in state:
        values = values[state[f"{group}.present"] > 0]
    return float(values.mean(dtype=np.float64)) if len(values) else float("nan")
