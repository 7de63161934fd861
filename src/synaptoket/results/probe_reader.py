"""Read what probes measured: one arm of several files as one dataset along `seed`.

There are some ten rows, so that everything is read at once. The time of a probe is called
`probe_time` here: in a tree a node and its child share their axes, and `time` is that of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from .layout import arm_names, meaning, sound_rows
from .schema import probe_table
from .sources import opened

if TYPE_CHECKING:
    import xarray

TIME = "probe_time"


def probe_dataset(arm: str, files: Mapping[int, Path]) -> xarray.Dataset | None:
    """Return the probes of an arm, or None without any.

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
        If two files have probes at other times.
    """
    import xarray

    read = {seed: _read(path, probe_table(arm)) for seed, path in files.items()}
    if not all(read.values()):
        return None
    longest = max(read, key=lambda seed: len(read[seed]["time"][2]))
    times = read[longest]["time"][2]
    for seed, found in read.items():
        own = found["time"][2]
        if not np.allclose(own, times[: len(own)], rtol=1e-9, atol=1e-9):
            raise UserError(f"{files[seed]}: the probes of {arm} are not at those times of others")
    coordinates: dict[str, Any] = {"seed": list(files)}
    variables: dict[str, Any] = {}
    for name, (axes, told, values) in read[longest].items():
        axes = tuple(TIME if axis == "time" else axis for axis in axes)
        if name == "time":
            coordinates[TIME] = (TIME, values, told)
        elif name == "phase" or axes == (name,):
            coordinates[name] = (axes, values, told)
        else:
            stacked = _stacked([found[name][2] for found in read.values()], len(times))
            variables[name] = (("seed", *axes), stacked, told)
    return xarray.Dataset(variables, coordinates)


def holds_probes(path: Path) -> bool:
    """Return whether a result file has what probes measured."""
    with opened(path) as file:
        tables = [probe_table(arm) for arm in arm_names(file)]
        return any(table in file and sound_rows(file[table]) for table in tables)


def _read(path: Path, table: str) -> dict[str, tuple[tuple[str, ...], dict, np.ndarray]]:
    """Return axes, attributes and values of every dataset of a table."""
    with opened(path) as file:
        if table not in file:
            return {}
        group, rows = file[table], sound_rows(file[table])
        return {name: _dataset(name, dataset, rows) for name, dataset in group.items()}


def _dataset(name: str, dataset: h5py.Dataset, rows: int):
    axes = tuple(dim[0].name.rsplit("/", 1)[-1] if len(dim) else name for dim in dataset.dims)
    values = dataset.asstr()[()].astype(str) if dataset.dtype.kind in "OS" else dataset[()]
    return axes, meaning(dataset), values[:rows] if axes[0] == "time" else values


def _stacked(values: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Return arrays as one, those with fewer rows ending in NaN."""
    whole = np.full((len(values), rows, *values[0].shape[1:]), np.nan)
    for stacked, own in zip(whole, values, strict=True):
        stacked[: len(own)] = own
    return whole
