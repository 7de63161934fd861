"""The values of every axis, tried on the experiment before anything starts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...circuit.group import CircuitPlan
from ...engine.binary import code_key
from ...experiment.prepare import Prepared, prepare
from ...experiment.protocol import Experiment
from ...parameters.errors import UserError
from ...results.provenance import to_toml
from .axes import Axis
from .sweep_plan import Settings, SweepPlan, assignments

#: Values of a long axis that are tried.
TRIED = 32


def with_parameters(plan: SweepPlan, experiment: Experiment) -> SweepPlan:
    """Return the plan with the parameters that all of its runs share."""
    shared = _prepared(plan, experiment, {}, "sweep")
    return replace(plan, parameters=to_toml(shared.parameters))


def circuits_of(plan: SweepPlan, experiment: Experiment) -> list[CircuitPlan]:
    """Try every value of every axis, and return the circuits that have to be compiled.

    Each value is tried with the first values of the other axes. Of an axis with more than `TRIED`
    values, so many are tried, spread over the axis.

    Raises
    ------
    UserError
        If an axis names an unknown parameter or holds an invalid value; the message names the axis.
    """
    circuits: dict[str, CircuitPlan] = {}
    kinds: list[list[Settings]] = []  # of each axis, one place for each circuit that it leads to
    first = {k: v for axis in plan.axes for k, v in axis.settings[0].items()}
    for axis in plan.axes:
        seen: dict[str, Settings] = {}
        for place in _tried(axis):
            chosen = axis.settings[place]
            where = f"axes.{axis.name}" if axis.name != "sample" else "design"
            circuit = _prepared(plan, experiment, first | chosen, where).plan
            key = code_key(circuit)
            circuits.setdefault(key, circuit)
            seen.setdefault(key, chosen)
        kinds.append(list(seen.values()))
    if not plan.axes:
        circuit = _prepared(plan, experiment, {}, "sweep").plan
        circuits[code_key(circuit)] = circuit
    if sum(len(kind) > 1 for kind in kinds) > 1:
        for places in itertools.product(*kinds):
            chosen = {k: v for settings in places for k, v in settings.items()}
            circuit = _prepared(plan, experiment, chosen, "axes").plan
            circuits.setdefault(code_key(circuit), circuit)
    return list(circuits.values())


def _prepared(plan: SweepPlan, experiment: Experiment, chosen: Settings, where: str) -> Prepared:
    try:
        return prepare(experiment, plan.options(chosen, plan.runs[0][1], Path("run.h5")))
    except UserError as error:
        settings = ", ".join(assignments(chosen)) if len(chosen) < 4 else f"{len(chosen)} settings"
        message = str(error).removeprefix("--set ")
        raise UserError(f"{where}{f' ({settings})' if settings else ''}: {message}") from None


def _tried(axis: Axis) -> Iterator[int]:
    """Yield the places of an axis that are tried: all of a short axis, else some of them, spread.

    Every point of a design sets all of its parameters, so its two ends show an error in any.
    """
    some = 2 if axis.name == "sample" else TRIED
    yield from sorted({round(place) for place in np.linspace(0, len(axis) - 1, some)})
