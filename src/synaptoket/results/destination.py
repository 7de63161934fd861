"""Where a result file goes: its name while unfinished, and whether it may be written there."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..errors import UserError


def part_path(path: Path) -> Path:
    """Return the name of the file while its run is unfinished.

    >>> part_path(Path("results/x.h5")).name
    'x.h5.part'
    """
    return path.with_name(path.name + ".part")


def check_destination(path: str | Path, overwrite: bool = False, resume: bool = False) -> Path:
    """Return `path` if a run may write its results there; write nothing.

    Called before anything is compiled or simulated, so that a run of hours is not lost.

    Parameters
    ----------
    path : str or Path
        The finished file, ``results/x.h5``.
    overwrite, resume : bool
        Whether an existing file may be replaced, or an unfinished one continued.

    Raises
    ------
    UserError
        If the name does not end in ``.h5``, a file exists that may not be replaced, or the
        folder cannot be written.
    """
    path = Path(path)
    if path.suffix != ".h5":
        raise UserError(f"{path}: expected the name of a result file to end in .h5")
    check_folder(path)
    if path.is_dir():
        raise UserError(f"{path}: expected the name of a file, this is a folder")
    if overwrite:
        return path
    if resume and part_path(path).exists():  # perhaps of a run that was to replace a finished file
        return path
    if path.exists():
        raise UserError(f"{path}: exists already; --overwrite replaces it")
    if part_path(path).exists():
        raise UserError(
            f"{part_path(path)}: holds an unfinished run; "
            "--resume continues it, --overwrite starts again"
        )
    return path


def check_folder(path: Path) -> None:
    """Raise UserError unless the folder of `path` can be written, or be made."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"{path}: {folder} is a file, expected a folder that can be written")
    try:
        # Trying is the only test that also knows read-only and full file systems.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{path}: the folder {folder} cannot be written: {reason(error)}") from None


def reason(error: OSError) -> str:
    """Return why the operating system or HDF5 refused, on one line."""
    return (error.strerror or str(error)).splitlines()[0]
