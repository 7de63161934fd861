"""States of the simulation on disk, bit for bit: branch points, and the point to resume from.

A state is a dictionary of arrays. A branch point lies inside the result file. A *rolling*
checkpoint, overwritten again and again, is a file of its own beside it, written under a
temporary name and then renamed: a process killed in the middle leaves the previous one whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

State = dict[str, np.ndarray]

_ATTRIBUTE = "attributes"


def plain(value: Any) -> Any:
    """Return a NumPy scalar or array as the plain Python value that JSON can hold."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{value!r} cannot be written as JSON")


def write_state(group: h5py.Group, state: Mapping[str, Any], attributes: Mapping, compress: bool):
    """Write every array of `state` into `group`, keeping its dtype and shape."""
    group.attrs[_ATTRIBUTE] = json.dumps(dict(attributes), default=plain)
    for name, value in state.items():
        array = np.asarray(value)
        # HDF5 refuses filters on scalars and has nothing to compress in an empty array.
        filters = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
        group.create_dataset(name, data=array, **(filters if compress and array.size > 1 else {}))


def read_state(group: h5py.Group) -> tuple[State, dict]:
    """Return the arrays of a checkpoint and its attributes."""
    state: State = {}

    def collect(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            state[name] = np.asarray(item[()])

    group.visititems(collect)
    return state, json.loads(group.attrs[_ATTRIBUTE])


class RollingCheckpoints:
    """The folder of rolling checkpoints beside an unfinished result file.

    Parameters
    ----------
    part : Path
        The unfinished file, ``x.h5.part``; the folder is ``x.h5.part.checkpoints``.
    """

    def __init__(self, part: Path):
        self.folder = part.with_name(part.name + ".checkpoints")

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.h5"

    def names(self) -> list[str]:
        """Return the names of the checkpoints that are whole."""
        return sorted(path.stem for path in self.folder.glob("*.h5"))

    def save(self, name: str, state: Mapping[str, Any], attributes: Mapping) -> None:
        """Write a checkpoint, replacing the one of that name in a single step."""
        self.folder.mkdir(exist_ok=True)
        # A name for each thread: two that save the same checkpoint do not share a file.
        temporary = self.folder / f"{name}.{threading.get_ident()}.tmp"
        try:
            with h5py.File(temporary, "w") as file:
                # Uncompressed: it is written often and soon replaced, so speed counts, not size.
                write_state(file, state, attributes, compress=False)
            os.replace(temporary, self._file(name))
        finally:
            temporary.unlink(missing_ok=True)

    def load(self, name: str) -> tuple[State, dict]:
        """Return the arrays and attributes of a checkpoint."""
        with h5py.File(self._file(name), "r") as file:
            return read_state(file)

    def remove(self) -> None:
        """Delete the folder and what is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def check_name(name: str) -> str:
    """Return `name` if it can name both a file and an HDF5 group, else raise ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", name):
        raise ValueError(f"checkpoint {name!r}: expected letters, digits, '_', '-', '+' and '.'")
    return name
