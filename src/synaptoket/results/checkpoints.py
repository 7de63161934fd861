"""States of the simulation on disk, bit for bit, and the folder that collects them in a run.

A state is a dictionary of arrays; on disk it is an HDF5 group with one dataset for each array.
Integers are stored in the smallest type that holds them, zeros and ones as single bits. While a run
goes on, each state is a file of its own in a folder beside the result file. The file is written
under a temporary name and then renamed, so that a process killed in the middle leaves the previous
state whole. Each state carries a hash (`sealing`), which is compared when the state is read.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import threading
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np

from ..parameters.errors import UserError
from .attributes import read_scalar
from .entries import group_at, path_of
from .image import written_at_once
from .inspection import Inspection, forbid_plugins
from .schema import STATE, State
from .sealing import CONTENTS, SEAL, check_seal, contents, seal

T = TypeVar("T")

_ATTRIBUTE = "attributes"


def plain(value: Any) -> Any:
    """Return a NumPy scalar or array as a Python value that JSON can hold.

    Raises
    ------
    TypeError
        If `value` is neither.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{value!r} cannot be written as JSON")


def write_state(
    group: h5py.Group,
    state: Mapping[str, Any],
    attributes: Mapping,
    compress: bool,
    name: str = "",
    run: str = "",
) -> None:
    """Write every array of `state` into `group`, from which `read_state` returns the same bits.

    Parameters
    ----------
    group : h5py.Group
        An empty group.
    state : mapping of str to array
    attributes : mapping
        Anything that JSON can hold.
    compress : bool
        Whether large arrays are compressed.
    name, run : str
        Name of the state and key of its run (`run_key`); both become part of the hash.
    """
    arrays = {key: np.asarray(value) for key, value in state.items()}
    document = json.dumps(dict(attributes), default=plain)
    group.attrs[_ATTRIBUTE] = document
    group.attrs[CONTENTS] = contents(arrays)
    group.attrs[SEAL] = seal(name, run, document, arrays)
    for key, array in arrays.items():
        packed, original = _packed(array)
        if compress and packed.size > 1:  # HDF5 refuses filters on scalars and empty arrays
            dataset = group.create_dataset(
                key,
                packed.shape,
                packed.dtype,
                chunks=packed.shape,
                compression="gzip",
                shuffle=True,
            )
            dataset.id.write_direct_chunk((0,) * packed.ndim, _compressed(packed))
        else:
            dataset = group.create_dataset(key, data=packed)
        for attribute, value in original.items():
            dataset.attrs[attribute] = value


def read_state(
    group: h5py.Group, name: str = "", run: str = "", sealed: bool = True
) -> tuple[State, dict]:
    """Return the arrays of a state and its attributes.

    Parameters
    ----------
    group : h5py.Group
        A group that has passed `Inspection.state`.
    name, run : str
        The name under which the state was saved, and the `run_key` of its file.
    sealed : bool
        Whether the state must carry a hash; files of schema_version 1 have none.

    Raises
    ------
    UserError
        If the state is not the one that was saved.
    """
    state: State = {}

    def collect(key: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            state[key] = _unpacked(item)

    group.visititems(collect)
    if sealed:
        stored = {key: read_scalar(group.attrs, key, key) for key in (CONTENTS, SEAL)
                  if key in group.attrs}  # fmt: skip
        check_seal(name, run, read_scalar(group.attrs, _ATTRIBUTE, _ATTRIBUTE), state, stored)
    return state, read_attributes(group)


#: The type that each attribute of a state must have, if the state has it.
_TYPES = {"arms": list, "phase": str, "hours": (int, float), "hormone": (int, float),
          "segment": int, "played": int, "kind": str, "record": dict}  # fmt: skip


def read_attributes(group: h5py.Group) -> dict:
    """Return the attributes of a state without reading its arrays.

    Raises
    ------
    UserError
        If they cannot be read, or one has a wrong type.
    """
    try:
        attributes = json.loads(read_scalar(group.attrs, _ATTRIBUTE, _ATTRIBUTE))
    except (KeyError, ValueError, RecursionError, TypeError):
        raise UserError("its attributes cannot be read") from None
    if not isinstance(attributes, dict):
        raise UserError("its attributes cannot be read")
    for name, kind in _TYPES.items():
        if name in attributes and not isinstance(attributes[name], kind):
            raise UserError(f"{name} = {str(attributes[name])[:60]!r}: of the wrong type")
    if not all(isinstance(arm, str) for arm in attributes.get("arms", ())):
        raise UserError("arms: expected names")
    return attributes


def stored_size(group: h5py.Group) -> int:
    """Return the bytes that the arrays of a state take on disk."""
    sizes: list[int] = []

    def collect(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(item.id.get_storage_size())

    group.visititems(collect)
    return sum(sizes)


def digest(state: Mapping[str, np.ndarray]) -> str:
    """Return a short text that two states share only if they are the same bits."""
    sums = hashlib.sha256()
    for name in sorted(state):
        sums.update(name.encode())
        sums.update(np.ascontiguousarray(state[name]).data)
    return sums.hexdigest()[:16]


def _packed(array: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Return an array as it is stored, and the attributes from which `_unpacked` restores it."""
    if array.dtype.kind not in "biu" or array.size < 2:
        return array, {}
    low, high = array.min(), array.max()
    if low >= 0 and high <= 1:
        return np.packbits(array.astype(bool)), {"dtype": array.dtype.str, "bits": array.shape}
    smallest = np.result_type(np.min_scalar_type(low), np.min_scalar_type(high))
    if smallest.kind in "iu" and smallest.itemsize < array.itemsize:
        return array.astype(smallest), {"dtype": array.dtype.str}
    return array, {}


def _compressed(array: np.ndarray) -> bytes:
    """Return an array as HDF5's filters shuffle and gzip would store it.

    The low bytes of numbers hardly repeat, the high bytes mostly do. Run-length encoding therefore
    takes half the time of gzip's fastest level and compresses better.
    """
    planes = np.ascontiguousarray(array).view(np.uint8).reshape(array.size, array.itemsize).T
    stream = zlib.compressobj(1, strategy=zlib.Z_RLE)
    return stream.compress(np.ascontiguousarray(planes).data) + stream.flush()


def _unpacked(dataset: h5py.Dataset) -> np.ndarray:
    """Return the array that `_packed` stored; UserError if its attributes do not fit."""
    values = np.asarray(dataset[()])
    if "bits" in dataset.attrs:
        stored_shape: Any = dataset.attrs["bits"]
        shape = tuple(int(n) for n in np.atleast_1d(stored_shape))
        count = math.prod(shape)
        if values.dtype != np.uint8 or min(shape) < 0 or -(-count // 8) != values.size:
            raise UserError(f"{dataset.name}: not as many bits as its shape says")
        values = np.unpackbits(values, count=count).reshape(shape)
    if "dtype" in dataset.attrs:
        kind = np.dtype(read_scalar(dataset.attrs, "dtype", path_of(dataset)))
        if kind.kind not in "biuf" or kind.itemsize > 8:
            raise UserError(f"{dataset.name}: the type {kind} is not one of numbers")
        values = values.astype(kind)
    return values


class CheckpointFolder:
    """The states of an unfinished run, each in a file of its own.

    Parameters
    ----------
    part : Path
        The unfinished result file, ``x.h5.part``; the folder is ``x.h5.part.checkpoints``.
    """

    def __init__(self, part: Path):
        self.folder = part.with_name(part.name + ".checkpoints")

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.h5"

    def __contains__(self, name: str) -> bool:
        return self._file(name).is_file()

    def names(self) -> list[str]:
        """Return the names of the states that were written to the end."""
        return sorted(path.name.removesuffix(".h5") for path in self.folder.glob("*.h5"))

    def save(
        self,
        name: str,
        state: Mapping[str, Any],
        attributes: Mapping,
        compress: bool,
        run: str = "",
    ) -> None:
        """Write a state of the run `run`; it replaces the state of that name in a single step."""
        # Each thread has its own temporary file, in case two threads save the same state.
        temporary = self.temporary(f"{name}.{threading.get_ident()}")
        try:
            with written_at_once(temporary) as file:
                group = file.create_group(STATE)
                write_state(group, state, attributes, compress, name, run)
            os.replace(temporary, self._file(name))
        finally:
            temporary.unlink(missing_ok=True)

    def temporary(self, name: str) -> Path:
        """Return a path for a file that is written and then renamed; create the folder."""
        # The parent is not created: if a user deletes it during a run, it stays deleted.
        self.folder.mkdir(exist_ok=True)
        return self.folder / f"{name}.tmp"

    def read(self, name: str, reader: Callable[[h5py.Group], T]) -> T:
        """Return the result of calling `reader` with the group of a state."""
        path = self._file(name)
        forbid_plugins()
        with h5py.File(path, "r", locking=False) as file:
            Inspection(path).state_file(file)
            return reader(group_at(file, STATE))

    def state(self, name: str, run: str, sealed: bool = True) -> tuple[State, dict]:
        """Return the arrays and attributes of a state, see `read_state`."""
        return self.read(name, lambda group: read_state(group, name, run, sealed))

    def read_all(self, reader: Callable[[h5py.Group], T]) -> dict[str, T]:
        """Return the result of `reader` for each state that can be read, by name."""
        results = {}
        for name in self.names():
            # A state that is damaged, or that a running simulation has just dropped, is left out.
            with suppress(OSError, KeyError, UserError):
                results[name] = self.read(name, reader)
        return results

    def copy(self, name: str, parent: h5py.Group) -> None:
        """Copy a state into a group of a result file."""
        with h5py.File(self._file(name), "r") as file:
            file.copy(STATE, parent, name)

    def drop(self, name: str) -> None:
        """Delete a state, if it is there."""
        self._file(name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the folder and its files."""
        shutil.rmtree(self.folder, ignore_errors=True)


def check_name(name: str) -> str:
    """Return `name` if it can name both a file and an HDF5 group, else raise ValueError."""
    if not re.fullmatch(r"\w[\w@.+-]*", name):
        raise ValueError(
            f"checkpoint {name!r}: expected letters, digits, '_', '-', '+', '@' and '.'"
        )
    return name
