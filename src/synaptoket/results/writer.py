"""Write the result file of one run: one row for each arm and segment, and checkpoints.

The file is ``<name>.h5.part`` until the run is complete, then ``<name>.h5``. Rows wait in memory
until `ResultsFile.flush` writes them into reserved space and hands them to the operating system. A
process killed at any moment leaves a file that can be opened and holds every row flushed before.
Until the run is complete, states are files of their own beside the result file.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import printable
from .checkpoints import CheckpointFolder, check_name, read_attributes
from .destination import check_destination, part_path, reason
from .events import EventJournal
from .finishing import publish, write_finished
from .layout import CHUNK_ROWS
from .resumption import check_events, rows_digest, unusable_states
from .row_tables import RowTables
from .rows import check_advance, check_continuity, checked_row
from .schema import Coordinates, Row, State, probe_table
from .sealing import run_key
from .unfinished import check_continuation, create_unfinished, reopen_unfinished


class ResultsFile:
    """The result file of one run while it is written. Every method may be called by any thread.

    Open one with `create` and use it as a context manager. Leaving the ``with`` block writes the
    pending rows. If `complete` was called, the file then gets its final name; otherwise it remains
    ``.part``.

    Attributes
    ----------
    path : Path
        The finished file.
    notes : list of str
        Lines for the user about checkpoints of a continued run that cannot be used.
    """

    #: Whether an interrupted run can be resumed from its states.
    resumable = True

    def __init__(self, file: h5py.File, path: Path, arms: Sequence[str], coordinates: Coordinates):
        self.path = path
        self._file = file
        self._lock = threading.RLock()
        self._coordinates = coordinates
        self._states = CheckpointFolder(part_path(path))
        self._run = run_key(file.attrs)
        self.notes: list[str] = []
        # Set by `complete`: further attributes of the root, and the states that are kept.
        self._final_attributes: dict[str, Any] | None = None
        self._keep: list[str] = []
        self._tables = RowTables(file, coordinates.tables(arms))
        self._events = EventJournal(self._states, arms if coordinates.events else ())
        for arm in arms:
            self._events.truncate(arm, self._tables.last_time(arm))

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
        """Create the result file of a run, or reopen it to continue the run.

        Parameters
        ----------
        path : str or Path
            The finished file; a missing folder is created.
        attributes : mapping
            Attributes of the root; dictionaries and lists are stored as JSON text.
        arms : sequence of str
        coordinates : Coordinates
        overwrite : bool
            Start again although a finished or unfinished file exists. A finished file remains
            until the new one is complete.
        resume : bool
            Continue the unfinished file if there is one.
        rows, probe_rows : int
            How many rows an arm and the table of its probes will have; space is reserved for them.

        Raises
        ------
        UserError
            If `check_destination` refuses, another process is writing the file, the unfinished
            file belongs to another run, or the operating system refuses.
        """
        path = check_destination(path, overwrite, resume)
        part = part_path(path)
        continued = resume and part.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if continued:
                return cls._continue(path, attributes, arms, coordinates)
            create_unfinished(part, attributes, arms, coordinates, rows, probe_rows)
            return cls(h5py.File(part, "r+"), path, arms, coordinates)
        except OSError as error:
            if not continued:
                CheckpointFolder(part).remove()
            raise UserError(f"{part}: cannot be written: {reason(error)}") from None

    @classmethod
    def _continue(
        cls,
        path: Path,
        attributes: Mapping[str, Any],
        arms: Sequence[str],
        coordinates: Coordinates,
    ) -> ResultsFile:
        part = part_path(path)
        file = reopen_unfinished(part)
        try:
            check_continuation(file, part, attributes, arms, coordinates)
            continued = cls(file, path, arms, coordinates)
            check_events(continued._tables, continued._events, part)
            continued._drop_unusable()
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
            its length differs from that of its axis. Each is a defect of the simulation.
        """
        fields = dict(row if isinstance(row, Mapping) else vars(row))
        with self._lock:
            checked = checked_row(fields, self._coordinates, arm)
            check_continuity(checked, self._tables.last(arm), arm)
            if events is not None:
                self._events.add(arm, events)
            self._tables.add(arm, checked)

    def append_probes(self, arm: str, row: Mapping[str, Any]) -> None:
        """Add the measurements of an arm's probes at one time; they are flushed with the rows.

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
            checked = checked_row(row, self._tables.axes[table], table)
            check_advance(checked, self._tables.last(table), table)
            self._tables.add(table, checked)

    def flush(self) -> None:
        """Write the pending rows of all arms and hand the file to the operating system.

        Raises
        ------
        UserError
            If the operating system refuses, as on a full disk, or the file was deleted.
        """
        with self._lock, self._writing(part_path(self.path)):
            if not part_path(self.path).exists():
                raise UserError(f"{part_path(self.path)}: was deleted while the run was writing "
                                "it: run again")  # fmt: skip
            self._events.write()
            for table in self._tables:
                self._tables.write(table)
            self._file.flush()

    def rows(self, arm: str) -> int:
        """Return how many rows the arm has, pending ones included."""
        with self._lock:
            return self._tables.rows(arm)

    def times(self, arm: str) -> np.ndarray:
        """Return the times of the rows of an arm, in hours: shape (rows,)."""
        with self._lock:
            self._tables.write(arm)
            return self._tables.column(arm, "time")

    def truncate(self, arm: str, n_rows: int) -> None:
        """Drop all rows of an arm from row `n_rows` on, as when it resumes from a checkpoint.

        With `probe_table(arm)` for `arm`, the table of its probes is shortened in the same way.

        Raises
        ------
        ValueError
            If the arm has fewer rows.
        """
        with self._lock:
            self._tables.truncate(arm, n_rows)
            self._events.truncate(arm, self._tables.last_time(arm))

    def save_checkpoint(
        self,
        name: str,
        state: Mapping[str, Any],
        attributes: Mapping[str, Any] | None = None,
        compress: bool = True,
    ) -> None:
        """Store a state under a name; it replaces the state of that name.

        Parameters
        ----------
        name : str
        state : mapping of str to ndarray
        attributes : mapping, optional
            Anything that JSON can hold.
        compress : bool
            Whether the state is compressed; without compression it is larger and faster to save.

        Raises
        ------
        UserError
            If the state cannot be written, as on a full disk.
        ValueError
            If the name cannot be the name of a file.
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
            If the state is not the one that was saved.
        """
        if name not in self._states:
            raise KeyError(name)
        try:
            return self._states.state(name, self._run)
        except UserError as error:
            raise UserError(f"{self._states.folder}: checkpoint {name}: {error}") from None

    def checkpoints(self) -> dict[str, dict]:
        """Return the attributes of all checkpoints by their names."""
        return self._states.read_all(read_attributes)

    def rows_digest(self, arm: str, n_rows: int) -> str:
        """Return a hash of the first rows of an arm, with their probes and events.

        A state carries the hashes of its arms (its attribute ``record``). A run continues from a
        state only if the rows in the file still have these hashes.
        """
        with self._lock, self._writing(part_path(self.path)):
            self._events.write()
            return rows_digest(self._tables, self._events, arm, n_rows)

    def _drop_unusable(self) -> None:
        """Drop the states from which the run cannot continue, and note each of them."""
        unusable = unusable_states(self._states, self._run, self._tables, self.rows_digest)
        for name, why in unusable:
            self._states.drop(name)
            self.notes.append(
                f"{self._states.folder}: checkpoint {printable(name)}: {why}; not used, "
                "what it spares is played again"
            )

    def drop_checkpoint(self, name: str) -> None:
        """Delete a checkpoint, if it exists."""
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
            Checkpoints that the finished file holds; all by default.
        """
        with self._lock:
            self.flush()
            self._keep = [*(self.checkpoints() if keep is None else keep)]
            self._final_attributes = {**(attributes or {})}

    def close(self) -> None:
        """Write the pending rows and close the file; write the finished file of a complete run.

        Raises
        ------
        UserError
            If the operating system refuses, as on a full disk; the unfinished file and its states
            remain.
        """
        with self._lock, self._writing(self.path):
            if not self._file:
                return
            part, finished = part_path(self.path), None
            try:
                self.flush()
                if self._final_attributes is not None:
                    finished = write_finished(
                        self._file, part, self._coordinates, self._final_attributes, self._keep
                    )
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
        """Turn an error of the operating system or HDF5 into one line that says what to do."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise UserError(
                f"{where}: cannot be written: {reason(error)}; --resume then goes on from what "
                "was saved"
            ) from error
