"""Find and open result files for reading: a file, an unfinished one, a folder of seeds, a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from ..errors import UserError
from .destination import part_path, reason
from .schema import SCHEMA_VERSION

PathLike = str | Path


def find_files(source: PathLike | Iterable[PathLike]) -> list[Path]:
    """Return the result files that `source` names.

    Parameters
    ----------
    source : path, or several
        A file ``.h5`` or ``.h5.part``, or a folder: then every finished file in it, and every
        unfinished one that has no finished one beside it.

    Raises
    ------
    UserError
        If a file is missing or a folder holds none.
    """
    if not isinstance(source, (str, Path)):
        files = [file for one in source for file in find_files(one)]
        if not files:
            raise UserError("no result file was named")
        return files
    path = Path(source)
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
    """Open a result file for reading, also one that another process is writing.

    Raises
    ------
    UserError
        If it is not a result file that this version reads.
    """
    try:
        file = _open(path)
    except OSError as error:
        raise UserError(f"{path}: not a readable result file: {reason(error)}") from None
    with file:
        version = file.attrs.get("schema_version")
        if version is None or "arms" not in file.attrs:
            raise UserError(f"{path}: an HDF5 file, but not one that synaptoket wrote")
        if version > SCHEMA_VERSION:
            raise UserError(
                f"{path}: schema_version = {version}: this synaptoket reads up to {SCHEMA_VERSION}"
            )
        yield file


def root_attributes(path: PathLike) -> dict[str, Any]:
    """Return the attributes of the root of a result file.

    Raises
    ------
    UserError
        If it is not a result file that this version reads.
    """
    with opened(path) as file:
        return dict(file.attrs)


def _open(path: PathLike) -> h5py.File:
    try:
        # No lock: the writer of an unfinished file holds one, and reading changes nothing.
        return h5py.File(path, "r", locking=False)
    except OSError as error:
        if "locking" not in str(error):
            raise
        # This very process has the file open, with a lock: HDF5 wants both the same way.
        return h5py.File(path, "r")
