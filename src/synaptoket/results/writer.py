"""Write the result file of one run: one row for each arm and segment, and checkpoints.

The file is ``<name>.h5.part`` until the run is complete, then ``<name>.h5``. Rows wait in memory
until `ResultsFile.flush`, which writes them and hands everything to the operating system: the
file on disk changes only in those milliseconds, so a process killed at any other moment leaves a
file that opens and holds every row flushed before.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import UserError
from .checkpoints import RollingCheckpoints, State, check_name, read_state, write_state
from .destination import check_destination, part_path, reason
from .layout import as_stored, check_same_run, create_arm, set_attributes, sound_rows, write_rows
from .rows import check_continuity, checked_row
from .schema import CHECKPOINTS, SCHEMA_VERSION, Coordinates, Row


class ResultsFile:
    """The result file of one run while it is written. Every method may be called by any thread.

    Make one with `create`, use it as a context manager. Leaving the ``with`` block writes what is
    pending; if `complete` was called the file gets its final name, else it stays ``.part``.
    """

    def __init__(self, file: h5py.File, path: Path, arms: Sequence[str], coordinates: Coordinates):
        self.path = path
        self._file = file
        self._lock = threading.RLock()
        self._coordinates = coordinates
        self._rolling = RollingCheckpoints(part_path(path))
        self._pending: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
        self._stored = {arm: sound_rows(file[arm]) for arm in arms}
        self._complete = False
        # Looked up once: by name each time, a flush would spend most of its time searching.
        # Time comes last: a row is there when its time is.
        names = ("phase", *(v.name for v in coordinates.variables()), "time")
        self._datasets = {arm: {name: file[arm][name] for name in names} for arm in arms}
        for arm in arms:
            self._resize(arm, self._stored[arm])
        self._last = {arm: self._last_row(arm) for arm in arms}

    @classmethod
    def create(
        cls,
        path: str | Path,
        attributes: Mapping[str, Any],
        arms: Sequence[str],
        coordinates: Coordinates,
        overwrite: bool = False,
        resume: bool = False,
    ) -> ResultsFile:
        """Open the result file of a run for writing, new or to be continued.

        Parameters
        ----------
        path : str or Path
            The finished file; the folder is made when it is missing.
        attributes : mapping
            Attributes of the root; dictionaries and lists are stored as JSON text.
        arms : sequence of str
        coordinates : Coordinates
        overwrite : bool
            Start again although a finished or unfinished file exists. The finished one stays
            until the new one is complete.
        resume : bool
            Continue the unfinished file if there is one.

        Raises
        ------
        UserError
            If `check_destination` refuses, another process is writing the file, or the
            unfinished run is not this one.
        """
        path = check_destination(path, overwrite, resume)
        part = part_path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if part.exists() and resume:
                return cls._continue(path, attributes, arms, coordinates)
            if part.exists():
                _refuse_if_in_use(part)
                part.unlink()
            RollingCheckpoints(part).remove()
            file = h5py.File(part, "x")
        except OSError as error:
            raise UserError(f"{part}: cannot be written: {reason(error)}") from None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        defaults = {"created": now, "wall_seconds": np.nan, "timelapse_error": np.nan}
        fixed = {"schema_version": SCHEMA_VERSION, "complete": 0, "arms": list(arms)}
        set_attributes(file, {**defaults, **attributes, **fixed})
        for arm in arms:
            create_arm(file, arm, coordinates)
        file.create_group(CHECKPOINTS)
        file.flush()
        return cls(file, path, arms, coordinates)

    @classmethod
    def _continue(cls, path, attributes, arms, coordinates) -> ResultsFile:
        part = part_path(path)
        _refuse_if_in_use(part)
        try:
            file = h5py.File(part, "r+")
        except OSError as error:
            raise UserError(
                f"{part}: cannot be continued: {reason(error)}; --overwrite starts again"
            ) from None
        try:
            wanted = {**as_stored(attributes), "schema_version": SCHEMA_VERSION}
            check_same_run(file, part, wanted, arms, coordinates)
            return cls(file, path, arms, coordinates)
        except BaseException:
            file.close()
            raise

    def append(self, arm: str, row: Row | Mapping[str, Any]) -> None:
        """Add the row of one segment; it reaches the disk at the next `flush`.

        Raises
        ------
        ValueError
            If time does not advance, the counts do not add up, a value is missing or unknown, or
            has another length than its axis: a defect of the simulation, not of the input.
        """
        given = asdict(row) if is_dataclass(row) else dict(row)
        with self._lock:
            checked = checked_row(given, self._coordinates, arm)
            check_continuity(checked, self._last[arm], arm)
            self._pending[arm].append(checked)
            self._last[arm] = checked

    def flush(self) -> None:
        """Write the pending rows of all arms and hand the file to the operating system.

        Raises
        ------
        UserError
            If that fails, as on a full disk.
        """
        with self._lock:
            try:
                for arm in self._pending:
                    self._write_pending(arm)
                self._file.flush()
            except OSError as error:
                part = part_path(self.path)
                raise UserError(f"{part}: cannot be written: {reason(error)}") from None

    def rows(self, arm: str) -> int:
        """Return how many rows the arm has, pending ones included."""
        with self._lock:
            return self._stored[arm] + len(self._pending[arm])

    def times(self, arm: str) -> np.ndarray:
        """Return the times of the rows of an arm, in hours: shape (rows,)."""
        with self._lock:
            self._write_pending(arm)
            return self._datasets[arm]["time"][:]

    def truncate(self, arm: str, n_rows: int) -> None:
        """Drop all rows of an arm from row `n_rows` on, as when it resumes from a checkpoint."""
        with self._lock:
            self._write_pending(arm)
            if not 0 <= n_rows <= self._stored[arm]:
                raise ValueError(f"{arm}: cannot keep {n_rows} of {self._stored[arm]} rows")
            self._resize(arm, n_rows)
            self._stored[arm] = n_rows
            self._last[arm] = self._last_row(arm)

    def save_checkpoint(
        self,
        name: str,
        state: Mapping[str, Any],
        attrs: Mapping[str, Any] | None = None,
        rolling: bool = False,
    ) -> None:
        """Store a state under a name, replacing the one of that name.

        Parameters
        ----------
        name : str
        state : mapping of str to ndarray
        attrs : mapping, optional
            Anything that JSON can hold.
        rolling : bool
            Store it beside the file until the run is complete: fast, and safe against a kill.
        """
        check_name(name)
        if rolling:
            self._rolling.save(name, state, attrs or {})
            return
        with self._lock:
            parent = self._file.require_group(CHECKPOINTS)
            if name in parent:
                del parent[name]
            write_state(parent.create_group(name), state, attrs or {}, compress=True)
            self.flush()

    def load_checkpoint(self, name: str) -> tuple[State, dict]:
        """Return the arrays and attributes of a checkpoint, rolling or not.

        Raises
        ------
        KeyError
            If there is no checkpoint of that name.
        """
        with self._lock:
            if name in self._rolling.names():
                return self._rolling.load(name)
            return read_state(self._file[CHECKPOINTS][name])

    def checkpoints(self) -> list[str]:
        """Return the names of all checkpoints, rolling ones included."""
        with self._lock:
            return sorted({*self._file.get(CHECKPOINTS, {}), *self._rolling.names()})

    def complete(self, attributes: Mapping[str, Any] | None = None) -> None:
        """Mark the run as complete; `close` then gives the file its final name."""
        with self._lock:
            self.flush()
            set_attributes(self._file, {**(attributes or {}), "complete": 1})
            self._complete = True

    def close(self) -> None:
        """Write what is pending, close, and rename the file if the run is complete."""
        with self._lock:
            if not self._file:
                return
            self.flush()
            self._file.close()
            if self._complete:
                os.replace(part_path(self.path), self.path)
                self._rolling.remove()

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write_pending(self, arm: str) -> None:
        rows, first = self._pending[arm], self._stored[arm]
        if not rows:
            return
        self._resize(arm, first + len(rows))
        for name, dataset in self._datasets[arm].items():
            write_rows(dataset, first, [row[name] for row in rows])
        # An interrupt before this line leaves the rows pending: the next flush repeats it all.
        self._stored[arm] = first + len(rows)
        self._pending[arm] = []

    def _resize(self, arm: str, n_rows: int) -> None:
        for dataset in self._datasets[arm].values():
            dataset.id.set_extent((n_rows, *dataset.shape[1:]))

    def _last_row(self, arm: str) -> dict[str, Any] | None:
        if not self._stored[arm]:
            return None
        return {name: self._datasets[arm][name][-1] for name in ("time", "synapse_count")}


def _refuse_if_in_use(part: Path) -> None:
    """Raise UserError if another process has the file open for writing."""
    try:
        h5py.File(part, "r+").close()
    except BlockingIOError:
        raise UserError(f"{part}: another process is writing this file") from None
    except OSError:
        return
