"""The file of an unfinished run, ``<name>.h5.part``: create it, or reopen it to continue."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from .checkpoints import CheckpointFolder
from .destination import reason
from .entries import group_at, texts_at
from .image import written_at_once
from .layout import as_stored, create_arm, set_attributes
from .sameness import check_same_run
from .schema import AXES, SCHEMA_VERSION, Coordinates
from .sources import opened


def create_unfinished(
    part: Path,
    attributes: Mapping[str, Any],
    arms: Sequence[str],
    coordinates: Coordinates,
    rows: int,
    probe_rows: int,
) -> None:
    """Write an unfinished file without rows; it replaces one that exists, with its states.

    Parameters
    ----------
    part : Path
        The unfinished file.
    attributes : mapping
        Attributes of the root.
    arms : sequence of str
    coordinates : Coordinates
    rows, probe_rows : int
        Rows for which space is reserved in each arm and in each table of probes.

    Raises
    ------
    UserError
        If another process is writing the file.
    OSError
        If the operating system refuses.
    """
    if part.exists():
        refuse_if_in_use(part)
        part.unlink()
    states = CheckpointFolder(part)
    states.remove()
    new = states.temporary("new")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    defaults = {"created": now, "wall_seconds": np.nan, "timelapse_error": np.nan}
    fixed = {"schema_version": SCHEMA_VERSION, "complete": 0, "arms": list(arms)}
    with written_at_once(new) as file:
        set_attributes(file, {**defaults, **attributes, **fixed})
        for table, axes in coordinates.tables(arms).items():
            create_arm(file, table, axes, rows if axes is coordinates else max(probe_rows, 1))
    os.replace(new, part)  # so that no reader sees a half-written file


def reopen_unfinished(part: Path) -> h5py.File:
    """Open an unfinished file for writing.

    Raises
    ------
    UserError
        If another process is writing the file, or it is damaged or was not written by synaptoket.
    """
    refuse_if_in_use(part)
    try:
        with opened(part):  # inspects the whole file
            pass
        return h5py.File(part, "r+")
    except (OSError, UserError) as error:
        why = str(reason(error) if isinstance(error, OSError) else error)
        why = why.removeprefix(f"{part}: ")
        raise UserError(f"{part}: cannot be continued: {why}; --overwrite starts again") from None


def check_continuation(
    file: h5py.File,
    part: Path,
    attributes: Mapping[str, Any],
    arms: Sequence[str],
    coordinates: Coordinates,
) -> None:
    """Raise UserError unless an open unfinished file belongs to this run and has its datasets."""
    fixed = {"schema_version": SCHEMA_VERSION, "arms": list(arms)}
    check_same_run(file.attrs, as_stored({**attributes, **fixed}), part)
    _check_axes(file, part, arms, coordinates)
    _check_tables(file, part, coordinates.tables(arms))


def refuse_if_in_use(part: Path) -> None:
    """Raise UserError if another process has the file open for writing."""
    try:
        h5py.File(part, "r+").close()
    except BlockingIOError:
        raise UserError(f"{part}: another process is writing this file") from None
    except OSError:
        return


def _check_axes(file: h5py.File, part: Path, arms: Sequence[str], coordinates: Coordinates) -> None:
    """Raise UserError unless the arms of an unfinished file have the axes of this run."""
    for arm in arms:
        group = group_at(file, arm)
        for dimension in AXES:
            names = list(texts_at(group, dimension)) if dimension in group else []
            if names != coordinates.names(dimension):
                raise UserError(
                    f"{part}: {arm} has the {dimension} axis {names}, this run has "
                    f"{coordinates.names(dimension)}; --overwrite starts again"
                )


def _check_tables(file: h5py.File, part: Path, tables: Mapping[str, Coordinates]) -> None:
    """Raise UserError unless an unfinished file has every dataset that this version writes."""
    for table, axes in tables.items():
        names = [variable.name for variable in axes.variables()]
        missing = [name for name in names if f"{table}/{name}" not in file]
        if missing:
            raise UserError(
                f"{part}: {table} has no {missing[0]}, which this version writes; "
                "--overwrite starts again"
            )
