"""Write the result file of one run: one row for each arm and segment, and checkpoints.

The file is ``<name>.h5.part`` until the run is complete, then ``<name>.h5``. Rows wait in memory
until `ResultsFile.flush`, which writes them into places allotted beforehand and hands them to the
operating system: a process killed at any moment leaves a file that opens and holds every row
flushed before. States are files of their own beside it until the run is complete.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import printable
from .checkpoints import CheckpointFolder, State, check_name, read_attributes
from .destination import check_destination, part_path, reason
from .events import EventJournal
from .finishing import publish, write_finished
from .image import written_at_once
from .layout import (
    CHUNK_ROWS,
    as_stored,
    check_axes,
    create_arm,
    set_attributes,
    sound_rows,
    write_rows,
)
from .rows import check_advance, check_continuity, checked_row
from .sameness import check_same_run
from .schema import SCHEMA_VERSION, Coordinates, Row, probe_table
from .sealing import run_key
from .sources import opened


class ResultsFile:
    """The result file of one run while it is written. Every method may be called by any thread.

    Make one with `create`, use it as a context manager. Leaving the ``with`` block writes what is
    pending; if `complete` was called the file gets its final name, else it stays ``.part``.
    """

    #: Whether a run that was stopped goes on from here.
    resumable = True

    def __init__(self, file: h5py.File, path: Path, arms: Sequence[str], coordinates: Coordinates):
        self.path = path
        self._file = file
        self._lock = threading.RLock()
        self._tables = coordinates.tables(arms)
        self._coordinates = coordinates
        self._states = CheckpointFolder(part_path(path))
        self._run = run_key(file.attrs)
        #: What a user should know of how the file was found.
        self.notes: list[str] = []
        self._pending: dict[str, list[dict[str, Any]]] = {table: [] for table in self._tables}
        self._stored = {table: sound_rows(file[table]) for table in self._tables}
        self._last_words: dict[str, Any] | None = None
        self._keep: list[str] = []
        # Looked up once: by name each time, a flush would spend most of its time searching.
        # Time comes last: a row is there when its time is.
        self._datasets = {
            table: {
                name: file[table][name]
                for name in ("phase", *(v.name for v in axes.variables()), "time")
            }
            for table, axes in self._tables.items()
        }
        for table in self._tables:
            self._resize(table, self._stored[table])
        self._last = {table: self._last_row(table) for table in self._tables}
        self._events = EventJournal(self._states, arms if coordinates.events else ())
        for arm in arms:
            self._events.truncate(arm, self._last[arm]["time"] if self._last[arm] else -np.inf)

    @classmethod
    def create(
        cls,
        path: str | Path,
        attributes: Mapping[str, Any],
        arms: Sequence[str],
        coordinates: Coordinates,
        overwrite: bool = False,
        resume: bool = False,
        rows: int = CHUNK_ROWS,
        probe_rows: int = CHUNK_ROWS,
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
        rows, probe_rows : int
            How many rows an arm, and the table of its probes, will have: their place is allotted
            at once.

        Raises
        ------
        UserError
            If `check_destination` refuses, another process is writing the file, or the
            unfinished run is not this one.
        """
        path = check_destination(path, overwrite, resume)
        part = part_path(path)
        states = CheckpointFolder(part)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if part.exists() and resume:
                return cls._continue(path, attributes, arms, coordinates)
            if part.exists():
                _refuse_if_in_use(part)
                part.unlink()
            states.remove()
            fresh = states.temporary("new")
            with written_at_once(fresh) as file:
                cls._begin(file, attributes, arms, coordinates, rows, probe_rows)
            os.replace(fresh, part)  # under its name it is never seen half made
            return cls(h5py.File(part, "r+"), path, arms, coordinates)
        except OSError as error:
            states.remove()
            raise UserError(f"{part}: cannot be written: {reason(error)}") from None

    @staticmethod
    def _begin(
        file: h5py.File,
        attributes: Mapping[str, Any],
        arms: Sequence[str],
        coordinates: Coordinates,
        rows: int,
        probe_rows: int,
    ) -> None:
        """Write attributes, groups and the place of all rows into a new file."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        defaults = {"created": now, "wall_seconds": np.nan, "timelapse_error": np.nan}
        fixed = {"schema_version": SCHEMA_VERSION, "complete": 0, "arms": list(arms)}
        set_attributes(file, {**defaults, **attributes, **fixed})
        for table, axes in coordinates.tables(arms).items():
            create_arm(file, table, axes, rows if axes is coordinates else max(probe_rows, 1))

    @classmethod
    def _continue(cls, path, attributes, arms, coordinates) -> ResultsFile:
        part = part_path(path)
        _refuse_if_in_use(part)
        try:
            with opened(part):  # looks at all of it: it may be damaged, or somebody else's
                pass
            file = h5py.File(part, "r+")
        except (OSError, UserError) as error:
            why = reason(error) if isinstance(error, OSError) else error
            why = str(why).removeprefix(f"{part}: ")
            raise UserError(
                f"{part}: cannot be continued: {why}; --overwrite starts again"
            ) from None
        try:
            fixed = {"schema_version": SCHEMA_VERSION, "arms": list(arms)}
            check_same_run(file.attrs, as_stored({**attributes, **fixed}), part)
            check_axes(file, part, arms, coordinates)
            _check_tables(file, part, coordinates.tables(arms))
            continued = cls(file, path, arms, coordinates)
            continued._check_events()
            continued._drop_unsound()
            return continued
        except BaseException:
            file.close()
            raise

    def append(
        self, arm: str, row: Row | Mapping[str, Any], events: np.ndarray | None = None
    ) -> None:
        """Add the row of one segment, and its events; they reach the disk at the next `flush`.

        Raises
        ------
        ValueError
            If time does not advance, the counts do not add up, a value is missing or unknown, or
            has another length than its axis: a defect of the simulation, not of the input.
        """
        given = dict(row if isinstance(row, Mapping) else vars(row))
        with self._lock:
            checked = checked_row(given, self._coordinates, arm)
            check_continuity(checked, self._last[arm], arm)
            if events is not None:
                self._events.add(arm, events)
            self._pending[arm].append(checked)
            self._last[arm] = checked

    def append_probes(self, arm: str, row: Mapping[str, Any]) -> None:
        """Add what the probes of an arm measured at one moment; it is flushed with the rows.

        Parameters
        ----------
        arm : str
        row : mapping
            ``time`` (h), ``phase`` and a value for each read-out, in its unit.

        Raises
        ------
        ValueError
            If time does not advance or a value is missing, unknown or of another length.
        """
        table = probe_table(arm)
        with self._lock:
            checked = checked_row(row, self._tables[table], table)
            check_advance(checked, self._last[table], table)
            self._pending[table].append(checked)
            self._last[table] = checked

    def flush(self) -> None:
        """Write the pending rows of all arms and hand the file to the operating system.

        Raises
        ------
        UserError
            If that fails, as on a full disk.
        """
        with self._lock, self._writing(part_path(self.path)):
            if not part_path(self.path).exists():
                raise UserError(f"{part_path(self.path)}: was deleted while the run was writing "
                                "it: run again")  # fmt: skip
            self._events.write()
            for arm in self._pending:
                self._write_pending(arm)
            self._file.flush()

    def rows(self, arm: str) -> int:
        """Return how many rows the arm has, pending ones included."""
        with self._lock:
            return self._stored[arm] + len(self._pending[arm])

    def times(self, arm: str) -> np.ndarray:
        """Return the times of the rows of an arm, in hours: shape (rows,)."""
        with self._lock:
            self._write_pending(arm)
            return self._datasets[arm]["time"][: self._stored[arm]]

    def truncate(self, arm: str, n_rows: int) -> None:
        """Drop all rows of an arm from row `n_rows` on, as when it resumes from a checkpoint.

        A table of probes, `probe_table(arm)`, is shortened in the same way.
        """
        with self._lock:
            self._write_pending(arm)
            if not 0 <= n_rows <= self._stored[arm]:
                raise ValueError(f"{arm}: cannot keep {n_rows} of {self._stored[arm]} rows")
            self._resize(arm, n_rows)
            if n_rows == 0:
                self._datasets[arm]["time"][:] = np.nan
            self._stored[arm] = n_rows
            self._last[arm] = self._last_row(arm)
            self._events.truncate(arm, self._last[arm]["time"] if n_rows else -np.inf)

    def save_checkpoint(
        self,
        name: str,
        state: Mapping[str, Any],
        attributes: Mapping[str, Any] | None = None,
        compress: bool = True,
    ) -> None:
        """Store a state under a name, replacing the one of that name.

        Parameters
        ----------
        name : str
        state : mapping of str to ndarray
        attributes : mapping, optional
            Anything that JSON can hold.
        compress : bool
            Small, or, for one that is soon replaced, fast.

        Raises
        ------
        UserError
            If it cannot be written, as on a full disk.
        """
        check_name(name)
        with self._writing(self._states.folder):
            self._states.save(name, state, attributes or {}, compress, self._run)

    def load_checkpoint(self, name: str) -> tuple[State, dict]:
        """Return the arrays and attributes of a checkpoint.

        Raises
        ------
        KeyError
            If there is no checkpoint of that name.
        UserError
            If it is not what was saved.
        """
        if name not in self._states:
            raise KeyError(name)
        try:
            return self._states.state(name, self._run)
        except UserError as error:
            raise UserError(f"{self._states.folder}: checkpoint {name}: {error}") from None

    def checkpoints(self) -> dict[str, dict]:
        """Return the attributes of all checkpoints by their names."""
        return self._states.all(read_attributes)

    def record(self, arm: str, n_rows: int) -> str:
        """Return a hash of the first rows of an arm, with their probes and events.

        A state carries those of its arms, so that a run does not go on after rows that are not
        those which led to it.
        """
        with self._lock, self._writing(part_path(self.path)):
            self._events.write()
            sums = hashlib.sha256()
            for table in (arm, probe_table(arm)):
                if table not in self._tables:
                    continue
                self._write_pending(table)
                rows = min(n_rows, self._stored[table])
                if table == arm:
                    until = self._datasets[arm]["time"][rows - 1] if rows else -np.inf
                else:
                    times = self._datasets[table]["time"][:rows]
                    rows = int(np.searchsorted(times, until, side="right"))
                for name in sorted(self._datasets[table]):
                    sums.update(f"{table}/{name} {rows}".encode())
                    sums.update(np.ascontiguousarray(self._datasets[table][name][:rows]))
            sums.update(self._events.until(arm, until).tobytes())
            return sums.hexdigest()

    def _drop_unsound(self) -> None:
        """Drop states that are not what was saved, or whose rows are not; note each."""
        for name in self._states.names():
            why = self._unsound(name)
            if why:
                self._states.drop(name)
                self.notes.append(
                    f"{self._states.folder}: checkpoint {printable(name)}: {why}; not used, "
                    "what it spares is played again"
                )

    def _unsound(self, name: str) -> str:
        """Return why a state cannot be gone on from; nothing if it can."""
        try:
            _, told = self._states.state(name, self._run)
        except UserError as error:
            return str(error)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            return f"cannot be read: {' '.join(printable(error).split())}"
        for arm, held in told.get("record", {}).items():
            rows = told.get("segment", 0) + 1
            if arm in self._tables and self.rows(arm) >= rows and self.record(arm, rows) != held:
                return f"the rows of {arm} are not those that led to it"
        return ""

    def drop_checkpoint(self, name: str) -> None:
        """Delete a checkpoint, if it is there."""
        self._states.drop(name)

    def complete(
        self, attributes: Mapping[str, Any] | None = None, keep: Sequence[str] | None = None
    ) -> None:
        """Mark the run as complete: `close` then writes the finished file.

        Parameters
        ----------
        attributes : mapping, optional
            Further attributes of the root.
        keep : sequence of str, optional
            Checkpoints that the finished file holds; all.
        """
        with self._lock:
            self.flush()
            self._keep = [*(self.checkpoints() if keep is None else keep)]
            self._last_words = {**(attributes or {})}

    def close(self) -> None:
        """Write what is pending and close; of a complete run, write the finished file.

        Raises
        ------
        UserError
            If that fails, as on a full disk; the unfinished file and its states stay.
        """
        with self._lock, self._writing(self.path):
            if not self._file:
                return
            part, finished = part_path(self.path), None
            try:
                self.flush()
                if self._last_words is not None:
                    words, keep = self._last_words, self._keep
                    finished = write_finished(self._file, part, self._coordinates, words, keep)
            finally:
                self._file.close()
            if finished is not None:
                os.replace(finished, part)
                publish(self.path)

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def _writing(self, where: Path) -> Iterator[None]:
        """Turn what the operating system or HDF5 refuses into one line that says how to go on."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise UserError(
                f"{where}: cannot be written: {reason(error)}; --resume then goes on from what "
                "was saved"
            ) from error

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
        # Never to nothing, which would give up the allotted place: a row without time is none.
        for dataset in self._datasets[arm].values():
            dataset.id.set_extent((max(n_rows, 1), *dataset.shape[1:]))

    def _check_events(self) -> None:
        """Raise UserError unless every change that the rows tell of is an event."""
        for arm, found in self._events.counts().items():
            rows, held = self._stored[arm], self._datasets[arm]
            told = int(held["formed"][:rows].sum() + held["eliminated"][:rows].sum())
            if found != told:
                raise UserError(
                    f"{part_path(self.path)}: {arm} has {found} events, its rows tell of {told}; "
                    "--overwrite starts again"
                )

    def _last_row(self, arm: str) -> dict[str, Any] | None:
        if not self._stored[arm]:
            return None
        last, held = self._stored[arm] - 1, self._datasets[arm]
        return {name: held[name][last] for name in ("time", "synapse_count") if name in held}


def _check_tables(file: h5py.File, part: Path, tables: Mapping[str, Coordinates]) -> None:
    """Raise UserError unless an unfinished file has every dataset that this version writes."""
    for table, axes in tables.items():
        missing = [
            v.name for v in axes.variables() if table not in file or v.name not in file[table]
        ]
        if missing:
            raise UserError(
                f"{part}: {table} has no {missing[0]}, which this version writes; "
                "--overwrite starts again"
            )


def _refuse_if_in_use(part: Path) -> None:
    """Raise UserError if another process has the file open for writing."""
    try:
        h5py.File(part, "r+").close()
    except BlockingIOError:
        raise UserError(f"{part}: another process is writing this file") from None
    except OSError:
        return
