"""Groups, datasets and dimension scales of a result file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5o, h5s

from ..parameters.errors import UserError
from ..parameters.printable import printable
from .attributes import read_scalar
from .checkpoints import plain
from .schema import (
    AXES,
    PHASE,
    PHASE_BYTES,
    REAL,
    TIME,
    VACANT,
    VARIABLES,
    Coordinates,
    Variable,
    vacant_variable,
)

# Rows that are allotted at once where nobody says how many an arm will have.
CHUNK_ROWS = 64

TEXT = h5py.string_dtype("utf-8")
# While a file is written its text has a fixed length: other text lies in a heap of its own, which
# a kill in the middle of a flush can leave unreadable.
WORKING_TEXT = h5py.string_dtype("utf-8", PHASE_BYTES)


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


def create_arm(
    file: h5py.File, arm: str, coordinates: Coordinates, rows: int, finished: bool = False
) -> dict[str, h5py.Dataset]:
    """Create the group of one arm with its axes as dimension scales; return its datasets.

    The table of an arm's probes is made in the same way.

    Parameters
    ----------
    rows : int
        How many rows the arm will have. Of an unfinished file their place is allotted here and
        now, so that adding a row moves nothing on disk: where chunks were allotted in a flush, a
        kill in its middle left one file in some dozens unreadable.
    finished : bool
        Compressed, with text of any length.
    """
    group = file.create_group(arm)
    time = _create(group, TIME, (), rows, finished)
    time.make_scale("time")
    axes = {}
    for dimension, meaning in AXES.items():
        names = coordinates.names(dimension)
        if names:
            axes[dimension] = group.create_dataset(dimension, data=names, dtype=TEXT)
            axes[dimension].attrs.update(units="1", long_name=meaning)
            axes[dimension].make_scale(dimension)
    datasets = {"phase": _create(group, PHASE, (), rows, finished)}
    datasets["phase"].dims[0].attach_scale(time)
    for variable in coordinates.variables():
        width = (len(axes[variable.dimension]),) if variable.dimension else ()
        dataset = _create(group, variable, width, rows, finished)
        dataset.dims[0].attach_scale(time)
        if variable.dimension:
            dataset.dims[1].attach_scale(axes[variable.dimension])
        datasets[variable.name] = dataset
    return {**datasets, "time": time}


def _create(
    group: h5py.Group, variable: Variable, width: tuple[int, ...], rows: int, finished: bool
) -> h5py.Dataset:
    text = TEXT if finished else WORKING_TEXT
    dataset = group.create_dataset(
        variable.name,
        shape=(1, *width),
        maxshape=(None, *width),
        chunks=(rows, *width),
        dtype=text if variable.dtype == "str" else variable.dtype,
        # A row that a killed process did not get to write is then seen as missing.
        fillvalue=np.nan if variable.dtype == "float64" else None,
        # Not in an unfinished file: a chunk keeps its place when it is rewritten.
        compression="gzip" if finished else None,
    )
    if not finished:
        dataset[...] = dataset.fillvalue  # allots the chunk
    dataset.attrs.update(units=variable.units, long_name=variable.long_name)
    return dataset


def write_rows(dataset: h5py.Dataset, first: int, rows: Sequence[Any]) -> None:
    """Write rows from row `first` on into a dataset that is long enough."""
    if dataset.dtype.kind in "OS":
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


def held_variables(group: h5py.Group) -> list[Variable]:
    """Return the datasets of an arm but for time and phase.

    Vacant elements and the quantities of its circuit's rules come last.
    """
    known = [v for v in VARIABLES if v.name in group]
    vacant = [vacant_variable(name) for name in group if name.endswith(VACANT)]
    names = {TIME.name, PHASE.name, *AXES, *(v.name for v in (*known, *vacant))}
    others = (_quantity(group, str(name)) for name in group if name not in names)
    return [*known, *vacant, *(variable for variable in others if variable is not None)]


def _quantity(group: h5py.Group, name: str) -> Variable | None:
    """Return a dataset that has the form of a rule's quantity; None for anything else."""
    dataset = group.get(name)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype != REAL:
        return None
    if dataset.ndim not in (1, 2) or (dataset.maxshape or (0,))[0] is not None:
        return None
    axes = [str(dim[0].name).rsplit("/", 1)[-1] if len(dim) else "" for dim in dataset.dims]
    dimension = axes[1] if dataset.ndim == 2 else None
    if axes[0] != TIME.name or dimension not in (None, *AXES):
        return None
    if dimension is not None:
        names = group.get(dimension)
        if not isinstance(names, h5py.Dataset) or names.shape != dataset.shape[1:]:
            return None
    if not {"units", "long_name"} <= dataset.attrs.keys():
        return None
    return Variable(name, dimension, REAL, *meaning(dataset).values())


def sound_rows(group: h5py.Group) -> int:
    """Return how many rows of an arm are whole: present in every dataset, with a time.

    Those of its probes, a group within, are counted by themselves.
    """
    rows = min(_lengths(group))
    times = group["time"][:rows]
    sound = np.isfinite(times)
    sound[1:] &= np.diff(times) > 0
    return rows if sound.all() else int(np.argmin(sound))


def _lengths(group: h5py.Group) -> Iterator[int]:
    """Yield the rows of each dataset of a group that may grow.

    By h5py's classes this takes six times as long: two thirds of the time of opening a file.
    """
    for name in group.id:
        entry = h5o.open(group.id, name)
        if isinstance(entry, h5d.DatasetID):
            space = entry.get_space()
            if (space.get_simple_extent_dims(maxdims=True) or (0,))[0] == h5s.UNLIMITED:
                yield space.get_simple_extent_dims()[0]


def meaning(dataset: h5py.Dataset) -> dict[str, str]:
    """Return the unit and the meaning of a dataset."""
    return {name: printable(read_scalar(dataset.attrs, name, f"{dataset.name}: {name}"))
            for name in ("units", "long_name")}  # fmt: skip


def check_axes(file: h5py.File, part: Path, arms: Sequence[str], coordinates: Coordinates) -> None:
    """Raise UserError unless the arms of an unfinished file have the axes of this run."""
    for arm in arms:
        for dimension in AXES:
            names = [n.decode() for n in file[arm][dimension]] if dimension in file[arm] else []
            if names != coordinates.names(dimension):
                raise UserError(
                    f"{part}: {arm} has the {dimension} axis {names}, this run has "
                    f"{coordinates.names(dimension)}; --overwrite starts again"
                )
