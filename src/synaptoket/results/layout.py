"""Groups, datasets and dimension scales of a result file, and the check of one to continue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import UserError
from .checkpoints import plain
from .schema import AXES, IDENTITY, LONG, PHASE, TIME, Coordinates, Variable

# Rows in one chunk: some kilobytes, so that a flush rewrites little.
CHUNK_ROWS = 64

TEXT = h5py.string_dtype("utf-8")


def as_stored(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as HDF5 holds them: containers as JSON text, truth as 0 or 1."""
    stored = {}
    for name, value in attributes.items():
        if isinstance(value, (dict, list, tuple)):
            value = json.dumps(value, default=plain)
        elif isinstance(value, (bool, np.bool_)):
            value = int(value)
        stored[name] = "" if value is None else value
    return stored


def set_attributes(file: h5py.File, attributes: Mapping[str, Any]) -> None:
    """Set attributes of the root of a result file."""
    for name, value in as_stored(attributes).items():
        file.attrs[name] = value


def create_arm(file: h5py.File, arm: str, coordinates: Coordinates) -> None:
    """Create the group of one arm with its axes as dimension scales and its empty datasets."""
    group = file.create_group(arm)
    time = _create(group, TIME, ())
    time.make_scale("time")
    axes = {}
    for dimension, meaning in AXES.items():
        names = coordinates.names(dimension)
        if names:
            axes[dimension] = group.create_dataset(dimension, data=names, dtype=TEXT)
            axes[dimension].attrs.update(units="1", long_name=meaning)
            axes[dimension].make_scale(dimension)
    _create(group, PHASE, ()).dims[0].attach_scale(time)
    for variable in coordinates.variables():
        width = (len(axes[variable.dimension]),) if variable.dimension else ()
        dataset = _create(group, variable, width)
        dataset.dims[0].attach_scale(time)
        if variable.dimension:
            dataset.dims[1].attach_scale(axes[variable.dimension])


def _create(group: h5py.Group, variable: Variable, width: tuple[int, ...]) -> h5py.Dataset:
    # Not compressed, on purpose: a chunk then keeps its place when it is rewritten. Compressed, 8
    # of 40 files could not be read after a kill in the middle of a flush; and it saves a third.
    dataset = group.create_dataset(
        variable.name,
        shape=(0, *width),
        maxshape=(None, *width),
        chunks=(CHUNK_ROWS, *width),
        dtype=TEXT if variable.dtype == "str" else variable.dtype,
        # A row that a killed process allotted but did not write is then seen as missing.
        fillvalue=np.nan if variable.dtype == "float64" else None,
    )
    dataset.attrs.update(units=variable.units, long_name=variable.long_name)
    return dataset


def write_rows(dataset: h5py.Dataset, first: int, rows: Sequence[Any]) -> None:
    """Write rows from row `first` on into a dataset that is long enough."""
    if dataset.dtype == TEXT:
        dataset[first:] = rows
        return
    values = np.ascontiguousarray(rows, dataset.dtype)
    # Slicing costs h5py several times as much as the write, and there are some 90 in a flush.
    selection = dataset.id.get_space()
    selection.select_hyperslab((first, *(0,) * (values.ndim - 1)), values.shape)
    dataset.id.write(h5py.h5s.create_simple(values.shape), selection, values)


def arm_names(file: h5py.File) -> list[str]:
    """Return the arms of a result file, in the order they were declared."""
    return [arm for arm in json.loads(file.attrs.get("arms", "[]")) if arm in file]


def sound_rows(group: h5py.Group) -> int:
    """Return how many rows of an arm are whole: present in every dataset, with a time."""
    datasets = [d for d in group.values() if d.maxshape and d.maxshape[0] is None]
    rows = min(d.shape[0] for d in datasets)
    times = group["time"][:rows]
    sound = np.isfinite(times)
    sound[1:] &= np.diff(times) > 0
    return rows if sound.all() else int(np.argmin(sound))


def check_same_run(
    file: h5py.File,
    part: Path,
    attributes: Mapping[str, Any],
    arms: Sequence[str],
    coordinates: Coordinates,
) -> None:
    """Raise UserError if the unfinished file belongs to another run than the one asked for."""
    for name in ("schema_version", "seed", "engine", *IDENTITY):
        if name in attributes and file.attrs.get(name) != attributes[name]:
            raise UserError(
                f"{part}: {_difference(name, file.attrs.get(name), attributes[name])}; "
                "--overwrite starts again"
            )
    stored_arms = arm_names(file)
    if sorted(stored_arms) != sorted(arms):
        raise UserError(
            f"{part}: its arms are {', '.join(stored_arms)}, this run has {', '.join(arms)}; "
            "--overwrite starts again"
        )
    for arm in arms:
        for dimension in AXES:
            names = [n.decode() for n in file[arm][dimension]] if dimension in file[arm] else []
            if names != coordinates.names(dimension):
                raise UserError(
                    f"{part}: {arm} has the {dimension} axis {names}, this run has "
                    f"{coordinates.names(dimension)}; --overwrite starts again"
                )


def _difference(name: str, stored: Any, wanted: Any) -> str:
    if name in LONG:
        return f"its {name} is not the {name} of this run"
    return f"{name} = {stored}: expected {wanted}, as this run has"
