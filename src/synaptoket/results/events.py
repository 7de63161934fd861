"""Formation and elimination synapse by synapse: written while a run goes on, and read back.

While a run goes on, the events of an arm are a plain file of fixed-size entries beside the
unfinished result file. Adding events moves nothing that was written before, so that a killed
process leaves at most its last entry incomplete. The finished file has the events as compressed
datasets, ``/<arm>/events/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError, nearest
from .checkpoints import CheckpointFolder
from .entries import dataset_at, group_at, texts_at
from .layout import arm_names, sound_rows
from .schema import EVENT, EVENT_VARIABLES, EVENTS, RECORDED
from .sources import PathLike, opened

# Events in one compressed chunk of a finished file.
CHUNK = 16384


class EventJournal:
    """The events of an unfinished run, one file for each arm.

    Parameters
    ----------
    folder : CheckpointFolder
        The folder of the files.
    arms : iterable of str
        The arms whose events are recorded; none without ``--record-events``.
    """

    def __init__(self, folder: CheckpointFolder, arms: Iterable[str]):
        self._folder = folder
        self._pending: dict[str, list[np.ndarray]] = {arm: [] for arm in arms}
        self._stored = {arm: len(read_journal(folder, arm)) for arm in self._pending}

    def add(self, arm: str, events: np.ndarray) -> None:
        """Add the events of one segment; they reach the disk at the next `write`."""
        if len(events):
            self._pending[arm].append(events.astype(EVENT, copy=False))

    def write(self) -> None:
        """Write the pending events, before the rows are written: each row then has its events."""
        for arm, pending in self._pending.items():
            if not pending:
                continue
            events = np.concatenate(pending)
            path = journal_path(self._folder, arm)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            with open(path, "r+b") as file:
                # The position is set: after a write that failed half-way, the next repeats it.
                file.seek(self._stored[arm] * EVENT.itemsize)
                file.write(events.tobytes())
            self._stored[arm] += len(events)
            self._pending[arm] = []

    def truncate(self, arm: str, hours: float) -> None:
        """Drop the events of an arm after a time, in hours."""
        if arm not in self._pending:
            return
        self.write()
        events = read_journal(self._folder, arm)[: self._stored[arm]]
        self._stored[arm] = int(np.searchsorted(events["time"], hours, side="right"))
        path = journal_path(self._folder, arm)
        if path.exists():
            with open(path, "r+b") as file:
                file.truncate(self._stored[arm] * EVENT.itemsize)

    def until(self, arm: str, hours: float) -> np.ndarray:
        """Return the written events of an arm up to a time, in hours."""
        if arm not in self._pending:
            return np.zeros(0, EVENT)
        events = read_journal(self._folder, arm)[: self._stored[arm]]
        return events[events["time"] <= hours]

    def counts(self) -> dict[str, int]:
        """Return how many events each arm has, pending ones included."""
        pending = {arm: sum(map(len, segments)) for arm, segments in self._pending.items()}
        return {arm: stored + pending[arm] for arm, stored in self._stored.items()}


def journal_path(folder: CheckpointFolder, arm: str) -> Path:
    """Return the file that holds the events of an arm while a run goes on."""
    return folder.folder / f"{arm}.{EVENTS}"


def read_journal(folder: CheckpointFolder, arm: str) -> np.ndarray:
    """Return the events of an arm of an unfinished run, without an incomplete last one."""
    path = journal_path(folder, arm)
    if not path.exists():
        return np.zeros(0, EVENT)
    raw = path.read_bytes()
    return np.frombuffer(raw, EVENT, len(raw) // EVENT.itemsize)


def write_events(group: h5py.Group, events: np.ndarray, projections: Iterable[str]) -> None:
    """Write events into the group of an arm: one dataset for each field, compressed."""
    table = group.create_group(EVENTS)
    datasets: dict[str, h5py.Dataset] = {}
    for variable in EVENT_VARIABLES:
        dataset = table.create_dataset(
            variable.name,
            data=np.ascontiguousarray(events[variable.name]),
            dtype=variable.dtype,
            maxshape=(None,),
            chunks=(CHUNK,),
            compression="gzip",
            shuffle=True,
        )
        dataset.attrs.update(units=variable.units, long_name=variable.long_name)
        datasets[variable.name] = dataset
    datasets["time"].make_scale("time")
    for variable in EVENT_VARIABLES[1:]:
        datasets[variable.name].dims[0].attach_scale(datasets["time"])
    # The CF conventions name the values of a dataset of flags in this way.
    names = list(projections)
    datasets["projection"].attrs["flag_values"] = np.arange(len(names), dtype="int16")
    datasets["projection"].attrs["flag_meanings"] = " ".join(names)


def stored_events(file: h5py.File, path: PathLike, arm: str) -> np.ndarray | None:
    """Return the events of an arm of an open result file; None if none were recorded."""
    if not has_events(file.attrs):
        return None
    group = group_at(file, arm)
    if EVENTS in group:
        table = group_at(group, EVENTS)
        events = np.zeros(dataset_at(table, "time").shape[0], EVENT)
        for variable in EVENT_VARIABLES:
            events[variable.name] = dataset_at(table, variable.name)[()]
        return events
    events = read_journal(CheckpointFolder(Path(path)), arm)
    rows = sound_rows(group)
    last = dataset_at(group, "time")[rows - 1] if rows else -np.inf
    return events[events["time"] <= last]


def has_events(attributes: Mapping[Any, Any]) -> bool:
    """Return whether the root attributes of a file say that events were recorded."""
    return attributes.get(RECORDED, "") == EVENTS


def read_events(path: PathLike, arm: str, projection: str | None = None) -> np.ndarray:
    """Return the formations and eliminations in an arm of a result file, in order.

    Parameters
    ----------
    path : str or Path
        A finished or unfinished file of a run with ``--record-events``.
    arm : str
    projection : str, optional
        Only the events of this projection.

    Returns
    -------
    ndarray, shape (events,)
        With the fields ``time`` (h), ``projection`` (index along the arm's axis), ``pre``,
        ``post`` (indices of cells) and ``formed`` (1, or 0 for an elimination).

    Raises
    ------
    UserError
        If there is no such file, arm or projection, or no events were recorded.
    """
    with opened(path) as file:
        arms = arm_names(file)
        if arm not in arms:
            raise UserError(f"{path}: no arm {arm!r}{nearest(arm, arms)}")
        names = list(texts_at(group_at(file, arm), "projection"))
        if projection is not None and projection not in names:
            raise UserError(f"{path}: no projection {projection!r}{nearest(projection, names)}")
        events = stored_events(file, path, arm)
    if events is None:
        raise UserError(
            f"{path}: no events: synaptoket run --record-events records formation and elimination"
        )
    if projection is None:
        return events
    return events[events["projection"] == names.index(projection)]
