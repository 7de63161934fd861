"""The last step of a run: the finished file is written in one piece and takes its final name.

An unfinished file is arranged to survive a killed process (see `layout`). The finished file is
arranged for reading: it is compressed, has no spare rows, and contains the states that are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from .checkpoints import CheckpointFolder
from .destination import part_path
from .entries import dataset_at, group_at, texts
from .events import read_journal, write_events
from .image import written_at_once
from .layout import arm_names, create_arm, set_attributes, sound_rows, write_rows
from .schema import CHECKPOINTS, Coordinates
from .sources import is_complete


def write_finished(
    working: h5py.File,
    part: Path,
    coordinates: Coordinates,
    attributes: Mapping[str, Any],
    keep: Iterable[str],
) -> Path:
    """Write the finished form of an unfinished file; return the temporary path of the new file.

    Parameters
    ----------
    working : h5py.File
        The unfinished file, open.
    part : Path
        The path of the unfinished file.
    coordinates : Coordinates
        Names along the axes.
    attributes : mapping
        Further attributes of the root.
    keep : iterable of str
        Names of the states that go into the file.
    """
    folder = CheckpointFolder(part)
    target = folder.temporary("finished")
    with written_at_once(target) as file:
        set_attributes(file, {**working.attrs, **attributes, "complete": 1})
        for table, axes in coordinates.tables(arm_names(working)).items():
            source = group_at(working, table)
            rows = sound_rows(source)
            datasets = create_arm(file, table, axes, max(rows, 1), finished=True)
            for name, dataset in datasets.items():
                stored = dataset_at(source, name)
                dataset.resize(rows, axis=0)
                write_rows(dataset, 0, _column(stored, name, rows))
        if coordinates.events:
            for arm in arm_names(working):
                events = read_journal(folder, arm)
                write_events(group_at(file, arm), events, coordinates.projections)
        states = file.create_group(CHECKPOINTS)
        for name in keep:
            folder.copy(name, states)
    return target


def _column(stored: h5py.Dataset, name: str, rows: int) -> np.ndarray:
    """Return the first rows of a dataset of an unfinished file."""
    return texts(stored, rows) if name == "phase" else stored[:rows]


def publish(path: Path) -> None:
    """Rename a finished file from the name of an unfinished one to its final name."""
    part = part_path(path)
    CheckpointFolder(part).remove()
    os.replace(part, path)


def settle(path: str | Path) -> None:
    """Rename a finished file if its run was killed before it could."""
    if is_complete(part_path(Path(path))):
        publish(Path(path))
