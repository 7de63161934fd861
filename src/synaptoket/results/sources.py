"""Find and open result files for reading: a finished or unfinished file, a folder, or a list."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py

from ..parameters.errors import EngineError, InvariantError, UserError
from ..parameters.printable import printable
from .attributes import checked_attributes
from .destination import checked_name, part_path, reason
from .inspection import Inspection, forbid_plugins
from .schema import SCHEMA_VERSION

PathLike = str | Path


def find_files(source: PathLike | Iterable[PathLike]) -> list[Path]:
    """Return the result files that `source` names.

    Parameters
    ----------
    source : path, or several
        A file ``.h5`` or ``.h5.part``, or a folder. A folder stands for every finished file in it,
        and for every unfinished file without a finished one beside it.

    Raises
    ------
    UserError
        If a file is missing or a folder holds none.
    """
    if not isinstance(source, (str, Path)):
        files = [file for each in source for file in find_files(each)]
        if not files:
            raise UserError("no result file was named")
        return files
    path = checked_name(source)
    if path.is_dir():
        finished = {*path.glob("*.h5")}
        parts = [p for p in path.glob("*.h5.part") if p.with_suffix("") not in finished]
        if not finished and not parts:
            raise UserError(f"{path}: this folder holds no result file (*.h5)")
        return sorted([*finished, *parts])
    if not path.exists():
        part = part_path(path)
        hint = f"; the unfinished {part.name} exists" if part.exists() else ""
        raise UserError(f"{path}: no such file or folder{hint}")
    return [path]


@contextmanager
def opened(path: PathLike) -> Iterator[h5py.File]:
    """Open a result file for reading, even if another process is writing it.

    The whole file is inspected before any of it is read, see `Inspection`. An error of HDF5 or of a
    reader within the ``with`` block becomes a `UserError` of one line.

    Raises
    ------
    UserError
        If the file is not a result file that this version reads.
    """
    path = checked_name(path)
    with readable(path):
        file = _open(path)
    with file, readable(path):
        status = os.stat(path)
        _inspect(path, (status.st_ino, status.st_mtime_ns, status.st_size))
        yield file


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the errors of reading a foreign or damaged file into a `UserError` of one line."""
    try:
        yield
    except (UserError, EngineError, InvariantError):
        raise
    except OSError as error:
        raise UserError(f"{path}: not a readable result file: {reason(error)}") from error
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError,
            ValueError) as error:  # fmt: skip
        why = " ".join(printable(error).split())[:200]
        raise UserError(f"{path}: the file is damaged or being written: {why}") from error


@lru_cache(maxsize=1024)
def _inspect(path: Path, signature: tuple[int, ...]) -> None:
    """Refuse a file that this package has not written; repeat that only if `signature` changes."""
    forbid_plugins()
    with _open(path) as file:
        if "schema_version" not in file.attrs or "arms" not in file.attrs:
            raise UserError(f"{path}: an HDF5 file, but not one that synaptoket wrote")
        try:
            attributes = checked_attributes(file)
        except UserError as error:
            raise UserError(f"{path}: {error}") from None
        version = attributes["schema_version"]
        if version > SCHEMA_VERSION:
            raise UserError(
                f"{path}: schema_version = {version}: this synaptoket reads up to {SCHEMA_VERSION}"
            )
        Inspection(path).file(file, json.loads(attributes["arms"] or "[]"))


@contextmanager
def opened_table(path: PathLike) -> Iterator[h5py.File]:
    """Open an HDF5 file of numbers and groups for reading, such as the table of a sweep.

    Raises
    ------
    UserError
        If the file cannot be read, or holds anything else.
    """
    path = Path(path)
    forbid_plugins()
    with readable(path):
        file = _open(path)
    with file, readable(path):
        Inspection(path).state(file)
        yield file


def root_attributes(path: PathLike) -> dict[str, Any]:
    """Return the attributes of the root of a result file.

    Raises
    ------
    UserError
        If the file is not a result file that this version reads.
    """
    with opened(path) as file:
        return dict(file.attrs)


def is_complete(path: PathLike) -> bool:
    """Return whether `path` is a finished result file."""
    try:
        return bool(root_attributes(path).get("complete", False))
    except UserError:
        return False


def _open(path: PathLike) -> h5py.File:
    if os.path.exists(path) and not os.path.isfile(path):  # opening a pipe would block
        raise UserError(f"{path}: expected a file, this is a folder, device or pipe")
    try:
        # No lock: the writer of an unfinished file holds one, and reading changes nothing.
        return h5py.File(path, "r", locking=False)
    except OSError as error:
        if "locking" not in str(error):
            raise
        # This process has the file open with a lock, and HDF5 requires both to use one.
        return h5py.File(path, "r")
