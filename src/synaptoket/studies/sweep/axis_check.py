"""Everything that can be wrong with a sweep, found before anything starts."""

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

#: Values of an axis that are tried.
TRIED = 32


def with_parameters(plan: SweepPlan, experiment: Experiment) -> SweepPlan:
    """Return the plan with the parameters that all of its runs share."""
    shared = _prepared(plan, experiment, {}, "sweep")
    return replace(plan, parameters=to_toml(shared.parameters))


def circuits_of(plan: SweepPlan, experiment: Experiment) -> list[CircuitPlan]:
    """Try every value of every axis, and return the circuits that have to be compiled.

    Each value is tried with the first of the other axes; of a long axis `TRIED` that are spread.

    Raises
    ------
    UserError
        If an axis names an unknown parameter or holds a value that is none; it names the axis.
    """
    circuits: dict[str, CircuitPlan] = {}
    kinds: list[list[Settings]] = []  # of each axis one place for each circuit it leads to
    first = {k: v for axis in plan.axes for k, v in axis.settings[0].items()}
    for axis in plan.axes:
        seen: dict[str, Settings] = {}
        for place in _tried(axis):
            chosen = axis.settings[place]
            where = f"axes.{axis.name}" if axis.name != "sample" else "design"
            made = _prepared(plan, experiment, first | chosen, where).plan
            key = code_key(made)
            circuits.setdefault(key, made)
            seen.setdefault(key, chosen)
        kinds.append(list(seen.values()))
    if not plan.axes:
        made = _prepared(plan, experiment, {}, "sweep").plan
        circuits[code_key(made)] = made
    if sum(len(kind) > 1 for kind in kinds) > 1:
        for places in itertools.product(*kinds):
            chosen = {k: v for settings in places for k, v in settings.items()}
            made = _prepared(plan, experiment, chosen, "axes").plan
            circuits.setdefault(code_key(made), made)
    return list(circuits.values())


def _prepared(plan: SweepPlan, experiment: Experiment, chosen: Settings, where: str) -> Prepared:
    try:
        return prepare(experiment, plan.options(chosen, plan.runs[0][1], Path("run.h5")))
    except UserError as error:
        settings = ", ".join(assignments(chosen)) if len(chosen) < 4 else f"{len(chosen)} settings"
        message = str(error).removeprefix("--set ")
        raise UserError(f"{where}{f' ({settings})' if settings else ''}: {message}") from None


def _tried(axis: Axis) -> Iterator[int]:
    """Return the places of an axis that are tried: all of a short one, else some that are spread.

    Every point of a design has all its parameters, so that the ends show what is wrong with any.
    """
    some = 2 if axis.name == "sample" else TRIED
    yield from sorted({round(place) for place in np.linspace(0, len(axis) - 1, some)})
