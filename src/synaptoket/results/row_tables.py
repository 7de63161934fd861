"""The tables of rows in an unfinished file: the rows of each arm, and of each arm's probes.

A row waits in memory until it is written into space that was reserved when the file was created.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import numpy as np

from .entries import dataset_at, group_at
from .layout import sound_rows, write_rows
from .rows import Checked
from .schema import Coordinates


class RowTables:
    """The stored and the pending rows of every table of one unfinished file.

    Parameters
    ----------
    file : h5py.File
        The file, open for writing. Rows that are not whole are dropped.
    axes : mapping of str to Coordinates
        Datasets and axes of each table, from `Coordinates.tables`.
    """

    def __init__(self, file: h5py.File, axes: Mapping[str, Coordinates]):
        self.axes = axes
        self._pending: dict[str, list[Checked]] = {table: [] for table in axes}
        groups = {table: group_at(file, table) for table in axes}
        self._stored = {table: sound_rows(group) for table, group in groups.items()}
        # Looked up once: by name each time, a flush would spend most of its time searching.
        # Time comes last, because a row counts as written when its time is.
        self._datasets = {
            table: {
                name: dataset_at(groups[table], name)
                for name in ("phase", *(v.name for v in coordinates.variables()), "time")
            }
            for table, coordinates in axes.items()
        }
        for table, rows in self._stored.items():
            self._resize(table, rows)
        self._last = {table: self._last_stored(table) for table in axes}

    def __contains__(self, table: str) -> bool:
        return table in self.axes

    def __iter__(self) -> Iterator[str]:
        return iter(self.axes)

    def add(self, table: str, row: Checked) -> None:
        """Add a row that was checked; it is pending until `write`."""
        self._pending[table].append(row)
        self._last[table] = row

    def last(self, table: str) -> Checked | None:
        """Return the last row, pending ones included; of a stored row its time and counts."""
        return self._last[table]

    def last_time(self, table: str) -> float:
        """Return the time of the last row in hours; minus infinity if there is no row."""
        last = self._last[table]
        return -np.inf if last is None else float(last["time"])

    def rows(self, table: str) -> int:
        """Return the number of rows, pending ones included."""
        return self._stored[table] + len(self._pending[table])

    def write(self, table: str) -> None:
        """Write the pending rows of a table."""
        rows, first = self._pending[table], self._stored[table]
        if not rows:
            return
        self._resize(table, first + len(rows))
        for name, dataset in self._datasets[table].items():
            write_rows(dataset, first, [row[name] for row in rows])
        # After an interrupt before this line the rows are still pending: the next write repeats.
        self._stored[table] = first + len(rows)
        self._pending[table] = []

    def column(self, table: str, name: str, rows: int | None = None) -> np.ndarray:
        """Return the first stored rows (all by default) of a dataset: shape (rows, ...)."""
        return self._datasets[table][name][: self._stored[table] if rows is None else rows]

    def columns(self, table: str) -> list[str]:
        """Return the names of the datasets of a table, sorted."""
        return sorted(self._datasets[table])

    def truncate(self, table: str, rows: int) -> None:
        """Drop all rows of a table from row number `rows` on.

        Raises
        ------
        ValueError
            If the table has fewer rows.
        """
        self.write(table)
        if not 0 <= rows <= self._stored[table]:
            raise ValueError(f"{table}: cannot keep {rows} of {self._stored[table]} rows")
        self._resize(table, rows)
        if rows == 0:
            self._datasets[table]["time"][:] = np.nan
        self._stored[table] = rows
        self._last[table] = self._last_stored(table)

    def _resize(self, table: str, rows: int) -> None:
        # One row always stays, because HDF5 would give up the reserved space of an empty dataset.
        # A row without a time does not count.
        for dataset in self._datasets[table].values():
            dataset.id.set_extent((max(rows, 1), *dataset.shape[1:]))

    def _last_stored(self, table: str) -> dict[str, Any] | None:
        if not self._stored[table]:
            return None
        datasets, row = self._datasets[table], self._stored[table] - 1
        names = [name for name in ("time", "synapse_count") if name in datasets]
        return {name: datasets[name][row] for name in names}
