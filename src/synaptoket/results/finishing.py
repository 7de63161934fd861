"""The last step of a run: the finished file is written in one piece and takes its final name.

A file that is still written is laid out to survive being killed (see `layout`); the finished one
to be read and kept: no room to spare, compressed, the states that are to stay inside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py

from .checkpoints import CheckpointFolder
from .destination import part_path
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
    """Write the finished form of an unfinished file under a temporary name, which is returned.

    Parameters
    ----------
    working : h5py.File
        The unfinished file, open.
    part : Path
        Its name.
    coordinates : Coordinates
        Names along the axes.
    attributes : mapping
        Further attributes of the root.
    keep : iterable of str
        States of the folder that go into the file.
    """
    folder = CheckpointFolder(part)
    target = folder.temporary("finished")
    with written_at_once(target) as file:
        set_attributes(file, {**working.attrs, **attributes, "complete": 1})
        for table, axes in coordinates.tables(arm_names(working)).items():
            rows = sound_rows(working[table])
            datasets = create_arm(file, table, axes, max(rows, 1), finished=True)
            for name, dataset in datasets.items():
                held = working[table][name]
                dataset.resize(rows, axis=0)
                write_rows(dataset, 0, held.asstr()[:rows] if name == "phase" else held[:rows])
        if coordinates.events:
            for arm in arm_names(working):
                write_events(file[arm], read_journal(folder, arm), coordinates.projections)
        states = file.create_group(CHECKPOINTS)
        for name in keep:
            folder.copy(name, states)
    return target


def publish(path: Path) -> None:
    """Give a finished file that still has the name of an unfinished one its own."""
    part = part_path(path)
    CheckpointFolder(part).remove()
    os.replace(part, path)


def settle(path: str | Path) -> None:
    """Do what is left to do if a run was killed between finishing its file and renaming it."""
    if is_complete(part_path(Path(path))):
        publish(Path(path))
