"""The invariants of every result file, whatever was simulated, and a check of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import InvariantError
from .entries import axis_names, dataset_at, group_at, names_in, texts_at
from .events import stored_events
from .layout import arm_names, sound_rows, stored_variables
from .schema import EVENT_VARIABLES, EVENTS, FRACTIONS, PHASE, PROBES, TIME, VARIABLES
from .sources import opened

REQUIRED = (
    *("complete", "experiment", "seed", "neurons", "engine", "parameters", "protocol", "doses"),
    *("command", "versions", "created", "wall_seconds", "timelapse_error"),
)


def check_invariants(path: str | Path) -> None:
    """Raise unless every invariant holds in a result file.

    Every arm has all its datasets, with unit, meaning and named axes. Time starts at 0 and
    advances. Row 0 has nothing formed or eliminated. From row to row
    ``count(t) = count(t-1) + formed(t) - eliminated(t)``, exactly. No count is negative, nascent
    synapses are among those present, and fractions lie between 0 and 1. Events, if the file has
    them, add up to the numbers in the rows.

    Raises
    ------
    InvariantError
        For the first invariant that does not hold.
    UserError
        If the file is missing or is not a result file.
    """
    with opened(path) as file:
        missing = [name for name in REQUIRED if name not in file.attrs]
        _hold(not missing, f"{path}: root attributes missing: {', '.join(missing)}")
        _hold(bool(arm_names(file)), f"{path}: no arms")
        for arm in arm_names(file):
            group = group_at(file, arm)
            rows = sound_rows(group)  # the last row of an unfinished file may be half written
            if file.attrs["complete"]:
                rows = dataset_at(group, "time").shape[0]
            _hold(rows > 0, f"{path}: {arm}: no rows")
            _check_datasets(group, f"{path}: {arm}", bool(file.attrs["complete"]))
            _check_rows(group, rows, f"{path}: {arm}")
            events = stored_events(file, path, arm)
            if events is not None:
                _check_events(group, events, rows, f"{path}: {arm}/{EVENTS}")
            if PROBES in group:
                _check_probes(group_at(group, PROBES), f"{path}: {arm}/{PROBES}")


def _hold(condition: Any, message: str) -> None:
    if not condition:
        raise InvariantError(message)


def _check_datasets(group: h5py.Group, where: str, complete: bool) -> None:
    is_scale = "time" in group and dataset_at(group, "time").is_scale
    _hold(is_scale, f"{where}: time is not a dimension scale")
    rows = dataset_at(group, "time").shape[0]
    further = [v for v in stored_variables(group) if v not in VARIABLES]
    for variable in (TIME, PHASE, *VARIABLES, *further):
        name = variable.name
        if variable.dimension == "drug" and "drug" not in group:
            continue
        _hold(name in group, f"{where}: {name} is missing")
        dataset = dataset_at(group, name)
        same_length = dataset.shape[0] == rows or not complete
        _hold(same_length, f"{where}: {name} has {dataset.shape[0]} rows, not {rows}")
        for attribute in ("units", "long_name"):
            _hold(bool(dataset.attrs.get(attribute)), f"{where}: {name} has no {attribute}")
        _hold(dataset.attrs["units"] == variable.units, f"{where}: {name} is not in its unit")
        if variable is TIME:
            continue
        expected = ["time", *([variable.dimension] if variable.dimension else [])]
        axes = axis_names(dataset)
        _hold(axes == expected, f"{where}: {name} has the axes {axes}, not {expected}")


def _check_rows(group: h5py.Group, rows: int, where: str) -> None:
    time = dataset_at(group, "time")[:rows]
    _hold(time[0] == 0, f"{where}: time starts at {time[0]}, not 0")
    _every(np.diff(time) > 0, f"{where}: time does not advance", first=1)
    _every(texts_at(group, "phase", rows) != "", f"{where}: phase is empty")
    names = ("synapse_count", "formed", "eliminated", "nascent")
    count, formed, eliminated, nascent = (dataset_at(group, name)[:rows] for name in names)
    _every((formed[:1] == 0) & (eliminated[:1] == 0), f"{where}: something formed or eliminated")
    for name, values in (("formed", formed), ("eliminated", eliminated), ("nascent", nascent)):
        _every(values >= 0, f"{where}: {name} is negative")
    _every(count >= 0, f"{where}: synapse_count is negative")
    _every(nascent <= count, f"{where}: nascent is above synapse_count")
    expected = count[:-1] + formed[1:] - eliminated[1:]
    message = f"{where}: synapse_count is not the previous one plus formed minus eliminated"
    _every(count[1:] == expected, message, first=1)
    for name in FRACTIONS:
        values = dataset_at(group, name)[:rows]
        inside = np.isnan(values) | ((values >= -1e-12) & (values <= 1 + 1e-12))
        _every(inside, f"{where}: {name} is outside 0 to 1")


def _check_events(group: h5py.Group, events: np.ndarray, rows: int, where: str) -> None:
    """Check the events of an arm: each row and projection has as many as the row counts."""
    for variable in EVENT_VARIABLES if EVENTS in group else ():
        attributes = dataset_at(group_at(group, EVENTS), variable.name).attrs
        described = (attributes.get("units"), attributes.get("long_name")) == variable[3:]
        _hold(described, f"{where}: {variable.name} is without its unit or meaning")
    time = dataset_at(group, "time")[:rows]
    row = np.searchsorted(time, events["time"])
    known = (row < rows) & (time[np.minimum(row, rows - 1)] == events["time"])
    _every(known, f"{where}: time is that of no row")
    _every(np.diff(row) >= 0, f"{where}: time goes back", first=1)
    _every((events["formed"] | 1) == 1, f"{where}: formed is neither 0 nor 1")
    projections = dataset_at(group, "formed").shape[1]
    inside = (events["projection"] >= 0) & (events["projection"] < projections)
    _every(inside, f"{where}: projection is not on the axis")
    for name, kind in (("formed", 1), ("eliminated", 0)):
        of_kind = events["formed"] == kind
        counts = np.zeros((rows, projections), int)
        np.add.at(counts, (row[of_kind], events["projection"][of_kind]), 1)
        same = counts == dataset_at(group, name)[:rows]
        _every(same, f"{where}: the events of a row are not as many as {name}")


def _check_probes(group: h5py.Group, where: str) -> None:
    """Check the table of an arm's probes, whatever read-outs the experiment has chosen."""
    rows = sound_rows(group)
    advances = np.diff(dataset_at(group, "time")[:rows]) > 0
    _every(advances, f"{where}: time does not advance", first=1)
    _every(texts_at(group, "phase", rows) != "", f"{where}: phase is empty")
    for name in names_in(group):
        dataset = dataset_at(group, name)
        for attribute in ("units", "long_name"):
            _hold(bool(dataset.attrs.get(attribute)), f"{where}: {name} has no {attribute}")
        axes = axis_names(dataset)
        if not dataset.is_scale:
            _hold(axes[0] == "time" and "" not in axes, f"{where}: {name} has the axes {axes}")


def _every(holds: Any, message: str, first: int = 0) -> None:
    """Raise with the number of the first row in which the array `holds` is false."""
    rows = np.flatnonzero(~holds.all(axis=tuple(range(1, holds.ndim))))
    _hold(not len(rows), f"{message}, in row {first + rows[0] if len(rows) else 0}")
