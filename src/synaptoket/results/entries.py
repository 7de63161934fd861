"""Groups and datasets of an open HDF5 file, each of the kind that its reader expects.

``file[name]`` may be a group, a dataset or a named type. The functions here return the kind that
is wanted; for another kind they raise `TypeError`, which `sources.readable` turns into one line.
"""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np


def group_at(parent: h5py.Group, name: str) -> h5py.Group:
    """Return the group `name` of a file or group; KeyError or TypeError if there is none."""
    entry = parent[name]
    if not isinstance(entry, h5py.Group):
        raise TypeError(f"{name}: expected a group")
    return entry


def dataset_at(parent: h5py.Group, name: str) -> h5py.Dataset:
    """Return the dataset `name` of a file or group; KeyError or TypeError if there is none."""
    entry = parent[name]
    if not isinstance(entry, h5py.Dataset):
        raise TypeError(f"{name}: expected a dataset")
    return entry


def texts_at(parent: h5py.Group, name: str, rows: int | None = None) -> np.ndarray:
    """Return the first `rows` texts of a dataset (all by default): objects, shape (rows,)."""
    return texts(dataset_at(parent, name), rows)


def texts(dataset: h5py.Dataset, rows: int | None = None) -> np.ndarray:
    """Return the first `rows` texts of an open dataset (all by default): shape (rows,)."""
    return np.asarray(dataset.asstr()[:rows], dtype=object)


def names_in(group: h5py.Group) -> list[str]:
    """Return the names of the groups and datasets in a group, sorted as HDF5 does."""
    return [str(name) for name in group]


def axis_names(dataset: h5py.Dataset) -> list[str]:
    """Return the name of each axis of a dataset; an axis without a scale has an empty name."""
    return [_last_part(dimension[0].name) if len(dimension) else "" for dimension in dataset.dims]


def path_of(entry: h5py.Group | h5py.Dataset) -> str:
    """Return the path of a group or dataset within its file."""
    return str(entry.name)


def _last_part(path: Any) -> str:
    return str(path).rsplit("/", 1)[-1]
