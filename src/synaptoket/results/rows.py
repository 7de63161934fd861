"""Checks of a row before it is written; a wrong row is a defect of the simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .schema import PHASE_BYTES, Coordinates, Variable

Checked = dict[str, Any]


def checked_row(row: Mapping[str, Any], coordinates: Coordinates, arm: str) -> Checked:
    """Return a row as arrays with the types and lengths of the file's datasets.

    Parameters
    ----------
    row : mapping
        The fields of `Row`.
    coordinates : Coordinates
    arm : str
        Name of the arm or table, for messages.

    Raises
    ------
    ValueError
        If a field is missing or unknown, its length differs from that of its axis, or a count is
        not a whole number.
    """
    fields = {**row, **row.get("vacant", {}), **row.get("quantities", {})}
    for container in ("vacant", "quantities"):
        fields.pop(container, None)
    variables = coordinates.variables()
    expected = {"time", "phase", *(v.name for v in variables)}
    # Without drugs, the two fields of drugs have no axis, and a row may leave them out.
    optional = set() if coordinates.drugs else {"plasma", "brain_free"}
    wrong = (fields.keys() ^ expected) - optional
    if wrong:
        raise ValueError(f"{arm}: row with missing or unknown fields: {', '.join(sorted(wrong))}")
    if len(str(fields["phase"]).encode()) > PHASE_BYTES:
        raise ValueError(f"{arm}: phase {fields['phase']!r}: longer than {PHASE_BYTES} bytes")
    checked: Checked = {"time": float(fields["time"]), "phase": str(fields["phase"])}
    for variable in variables:
        checked[variable.name] = _values(variable, fields[variable.name], coordinates, arm)
    return checked


def _values(variable: Variable, value: Any, coordinates: Coordinates, arm: str) -> np.ndarray:
    names = coordinates.names(variable.dimension) if variable.dimension else None
    if names is not None and isinstance(value, Mapping):
        value = [value[name] for name in names]
    array = np.asarray(value)
    if array.shape != (() if names is None else (len(names),)):
        raise ValueError(
            f"{arm}: {variable.name} has the shape {array.shape}, not one value a name"
        )
    if not np.can_cast(array.dtype, variable.dtype, "same_kind"):
        raise ValueError(f"{arm}: {variable.name} is {array.dtype}, expected {variable.dtype}")
    return array.astype(variable.dtype)


def check_continuity(row: Checked, last: Checked | None, arm: str) -> None:
    """Raise ValueError unless `row` follows from the row before, or is the initial state."""
    if last is None:
        if row["time"] != 0 or row["formed"].any() or row["eliminated"].any():
            raise ValueError(f"{arm}: row 0 must be the state at time 0, nothing formed or lost")
        return
    check_advance(row, last, arm)
    expected = last["synapse_count"] + row["formed"] - row["eliminated"]
    if (row["synapse_count"] != expected).any():
        raise ValueError(
            f"{arm}: synapse_count at {row['time']} h is not that of the row before "
            "plus formed minus eliminated"
        )


def check_advance(row: Checked, last: Checked | None, table: str) -> None:
    """Raise ValueError unless the time of a row is after that of the row before."""
    if last is not None and not row["time"] > last["time"]:
        raise ValueError(f"{table}: time goes from {last['time']} h to {row['time']} h")
