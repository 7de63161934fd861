"""One row for each run: the table of summary quantities of a sweep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np

from ...parameters.errors import UserError
from ...results.attributes import read_scalar
from ...results.image import written_at_once
from ...results.sources import opened_table
from .run_summary import Row, read_row
from .sweep_folder import SweepFolder, replaced
from .sweep_plan import SweepPlan


class Table:
    """Summary quantities of the runs that are done.

    Attributes
    ----------
    columns : dict of (key, arm) to ndarray, shape (runs of the plan,)
        NaN where a run has no such quantity, or is not done.
    at_least : dict of (key, arm) to ndarray of bool, shape (runs of the plan,)
        Where the record ended before the value was reached.
    described : dict of str to dict
        Of each key its ``unit`` and ``quantity``.
    rows : ndarray of bool, shape (runs of the plan,)
        Which runs are in the table.
    marks : ndarray of int, shape (runs of the plan, 2)
        Size (bytes) and time of change (ns) of the file that each row was read from: a file with
        others is read again.
    damaged : dict of int to str
        For each run whose file has changed since it was written, the problem with the file.
    """

    def __init__(self, size: int):
        self.columns: dict[tuple[str, str], np.ndarray] = {}
        self.at_least: dict[tuple[str, str], np.ndarray] = {}
        self.described: dict[str, dict[str, str]] = {}
        self.rows = np.zeros(size, bool)
        self.marks = np.zeros((size, 2), np.int64)
        self.damaged: dict[int, str] = {}

    def add(self, number: int, row: Row) -> None:
        """Add the summary of a run; it replaces an earlier one of the same run."""
        if self.rows[number]:
            self.drop(number)
        self.rows[number] = True
        for entry in row:
            name = entry["key"], entry["arm"]
            if name not in self.columns:
                self.columns[name] = np.full(len(self.rows), np.nan)
                self.described[entry["key"]] = {k: entry[k] for k in ("unit", "quantity")}
            self.columns[name][number] = entry["value"]
            if entry["at_least"]:
                short = self.at_least.setdefault(name, np.zeros(len(self.rows), bool))
                short[number] = True

    def drop(self, number: int) -> None:
        """Forget a run."""
        self.rows[number], self.marks[number] = False, 0
        for values in self.columns.values():
            values[number] = np.nan
        for short in self.at_least.values():
            short[number] = False

    def save(self, path: Path, plan: SweepPlan) -> None:
        """Write the table: ``run``, ``point``, ``seed`` and ``values/<key>/<arm>``, row by row."""
        chosen = np.flatnonzero(self.rows)
        unmarked = chosen[~self.marks[chosen].any(axis=1)]
        if len(unmarked):
            marks = SweepFolder(path.parent).marks()
            for number in unmarked.tolist():
                self.marks[number] = marks.get(number, (0, 0))
        runs = np.array(plan.runs, np.int64).reshape(-1, 2)[chosen]

        with replaced(path) as partial, written_at_once(partial) as file:
            file.attrs["told"] = json.dumps(self.described)
            file.attrs["hash"] = self.digest()
            packed = {"compression": "gzip", "shuffle": True} if len(chosen) else {}
            file.create_dataset("run", data=chosen, **packed)
            file.create_dataset("point", data=runs[:, 0], **packed)
            file.create_dataset("seed", data=runs[:, 1], **packed)
            file.create_dataset("mark", data=self.marks[chosen], **packed)
            for (key, arm), values in sorted(self.columns.items()):
                data = file.create_dataset(f"values/{key}/{arm}", data=values[chosen], **packed)
                data.attrs.update(self.described[key])
            for (key, arm), short in sorted(self.at_least.items()):
                file.create_dataset(f"at_least/{key}/{arm}", data=short[chosen], **packed)

    def digest(self) -> str:
        """Return the hash of everything in the table."""
        chosen = np.flatnonzero(self.rows)
        hashed = hashlib.sha256(json.dumps(self.described, sort_keys=True).encode())
        for part in (chosen, self.marks[chosen]):
            hashed.update(np.ascontiguousarray(part, np.int64).data)
        for store, kind in ((self.columns, float), (self.at_least, bool)):
            for name, values in sorted(store.items()):
                hashed.update(json.dumps(name).encode())
                hashed.update(np.ascontiguousarray(values[chosen], kind).data)
        return hashed.hexdigest()

    @classmethod
    def load(cls, path: Path, size: int) -> Table:
        """Return the table in a file; an empty one if there is none, or it has been edited."""
        table = cls(size)
        try:
            with opened_table(path) as file:
                table._read(file)
                if read_scalar(file.attrs, "hash", "hash") == table.digest():
                    return table
        except UserError:
            pass
        return cls(size)

    def _read(self, file: h5py.File) -> None:
        self.described = json.loads(read_scalar(file.attrs, "told", "told"))
        if not all(
            text.isprintable() for texts in self.described.values() for text in texts.values()
        ):
            raise ValueError("expected one line of text about each quantity")
        runs, marks = _dataset(file, "run"), _dataset(file, "mark")
        if any(data.shape[:1] > (len(self.rows),) for data in (runs, marks)):
            raise ValueError("more rows than runs")
        numbers = runs[:]
        for kind, store, empty in (("values", self.columns, np.nan),
                                   ("at_least", self.at_least, False)):  # fmt: skip
            for key, arm, data in _columns(file, kind):
                if data.shape != numbers.shape:
                    raise ValueError("a column of another length")
                store[key, arm] = np.full(len(self.rows), empty)
                store[key, arm][numbers] = data[:]
        self.rows[numbers], self.marks[numbers] = True, marks[:]


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return a dataset of a group; `ValueError` if the group has something else there."""
    dataset = group[name]
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{name}: expected a dataset")
    return dataset


def _columns(file: h5py.File, kind: str) -> Iterator[tuple[str, str, h5py.Dataset]]:
    """Yield key, arm and dataset of the columns of a kind, ``values`` or ``at_least``."""
    for key in list(_group(file, kind)) if kind in file else []:
        arms = _group(file, f"{kind}/{key}")
        for arm in map(str, arms):
            yield str(key), arm, _dataset(arms, arm)


def _group(file: h5py.File, name: str) -> h5py.Group:
    """Return a group of a file; `ValueError` if the file has something else there."""
    group = file[name]
    if not isinstance(group, h5py.Group):
        raise ValueError(f"{name}: expected a group")
    return group


def collected(where: SweepFolder, plan: SweepPlan) -> Table:
    """Return the table of all runs that are done, and bring the file up to date.

    A run's file is read only if the table lacks the run, or the file has changed since. A run whose
    file is gone or damaged is not done.
    """
    marks = {number: mark for number, mark in where.marks().items() if number < len(plan.runs)}
    table = Table.load(where.table, len(plan.runs))
    before = table.rows.copy()
    for number in set(np.flatnonzero(table.rows).tolist()) - marks.keys():
        table.drop(number)
    if not table.rows.any():
        table = Table(len(plan.runs))
    known = dict(zip(range(len(table.rows)), map(tuple, table.marks.tolist()), strict=True))
    for number in sorted(number for number, mark in marks.items() if known[number] != mark):
        try:
            table.add(number, read_row(where.run_file(number), plan, number))
            table.marks[number], before[number] = marks[number], False
        except UserError as error:
            table.drop(number)
            table.damaged[number] = str(error)
    if (before != table.rows).any() or not where.table.is_file():
        with suppress(UserError):  # a folder that belongs to somebody else is not written to
            table.save(where.table, plan)
    return table


def rates(where: SweepFolder) -> list[tuple[float, float]]:
    """Return when each run that was done ended, in seconds since 1970, and how long it took."""
    ended: list[tuple[float, float]] = []
    for path in where.journal.glob("*.csv"):
        with suppress(OSError, ValueError):
            if not path.is_file():  # reading from a pipe would never end
                continue
            for line in path.read_text().splitlines():
                parts = line.split(",")
                if len(parts) == 5 and parts[1] == "done":
                    with suppress(ValueError):
                        began, seconds = float(parts[3]), float(parts[4])
                        ended.append((began + seconds, seconds))
    return sorted(ended)
