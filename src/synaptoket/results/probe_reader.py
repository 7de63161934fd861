"""Read the measurements of probes: one arm of several files as one dataset along `seed`.

A table of probes has some ten rows, so that all of it is read at once. The time of a probe is
named `probe_time` in the tree, because a node and its child share their axes, and `time` is the
time of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import h5py
import numpy as np

from ..parameters.errors import UserError
from .entries import axis_names, dataset_at, group_at, names_in, texts
from .layout import arm_names, meaning, sound_rows
from .schema import probe_table
from .sources import opened

if TYPE_CHECKING:
    import xarray

TIME = "probe_time"


class Column(NamedTuple):
    """A dataset of a table of probes: names of its axes, its unit and meaning, its values."""

    axes: tuple[str, ...]
    attributes: dict[str, str]
    values: np.ndarray


def probe_dataset(arm: str, files: Mapping[int, Path]) -> xarray.Dataset | None:
    """Return the probes of an arm, or None if a file has none.

    Parameters
    ----------
    arm : str
    files : mapping of int to Path
        The file of each seed.

    Returns
    -------
    xarray.Dataset
        One variable for each read-out: (seed, probe_time[, population]); `phase` is a coordinate
        along `probe_time` (h). Rows that an unfinished file does not have yet are NaN.

    Raises
    ------
    UserError
        If two files have probes at different times.
    """
    import xarray

    tables = {seed: _read(path, probe_table(arm)) for seed, path in files.items()}
    if not all(tables.values()):
        return None
    longest = max(tables.values(), key=lambda table: len(table["time"].values))
    times = longest["time"].values
    for seed, table in tables.items():
        seed_times = table["time"].values
        if not np.allclose(seed_times, times[: len(seed_times)], rtol=1e-9, atol=1e-9):
            raise UserError(f"{files[seed]}: the probes of {arm} are not at those times of others")
    coordinates: dict[str, Any] = {"seed": list(files)}
    variables: dict[str, Any] = {}
    for name, column in longest.items():
        axes = tuple(TIME if axis == "time" else axis for axis in column.axes)
        if name == "time":
            coordinates[TIME] = (TIME, column.values, column.attributes)
        elif name == "phase" or axes == (name,):
            coordinates[name] = (axes, column.values, column.attributes)
        else:
            stacked = _stacked([table[name].values for table in tables.values()], len(times))
            variables[name] = (("seed", *axes), stacked, column.attributes)
    return xarray.Dataset(variables, coordinates)


def holds_probes(path: Path) -> bool:
    """Return whether a result file has measurements of probes."""
    with opened(path) as file:
        tables = [probe_table(arm) for arm in arm_names(file)]
        return any(table in file and sound_rows(group_at(file, table)) for table in tables)


def _read(path: Path, table: str) -> dict[str, Column]:
    """Return every dataset of a table by its name; nothing if the file has no such table."""
    with opened(path) as file:
        if table not in file:
            return {}
        group = group_at(file, table)
        rows = sound_rows(group)
        return {name: _column(name, dataset_at(group, name), rows) for name in names_in(group)}


def _column(name: str, dataset: h5py.Dataset, rows: int) -> Column:
    axes = tuple(axis or name for axis in axis_names(dataset))
    values = texts(dataset).astype(str) if dataset.dtype.kind in "OS" else dataset[()]
    return Column(axes, meaning(dataset), values[:rows] if axes[0] == "time" else values)


def _stacked(arrays: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Return arrays stacked along a new first axis; shorter ones end in NaN."""
    stacked = np.full((len(arrays), rows, *arrays[0].shape[1:]), np.nan)
    for target, array in zip(stacked, arrays, strict=True):
        target[: len(array)] = array
    return stacked
