"""One row for each run: the table of summary quantities of a sweep."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from ..results.attributes import read_scalar
from ..results.image import written_at_once
from ..results.sources import opened_table
from .folder import SweepFolder, replaced
from .plan import SweepPlan
from .record import Row, read_row


class Table:
    """Summary quantities of the runs that are done.

    Attributes
    ----------
    columns : dict of (key, arm) to ndarray, shape (runs of the plan,)
        NaN where a run has no such quantity, or is not done.
    at_least : dict of (key, arm) to ndarray of bool, shape (runs of the plan,)
        Where the record ended before the value was reached.
    told : dict of str to dict
        Of each key its ``unit`` and ``quantity``.
    rows : ndarray of bool, shape (runs of the plan,)
        Which runs are in the table.
    """

    def __init__(self, size: int):
        self.columns: dict[tuple[str, str], np.ndarray] = {}
        self.at_least: dict[tuple[str, str], np.ndarray] = {}
        self.told: dict[str, dict[str, str]] = {}
        self.rows = np.zeros(size, bool)

    def add(self, number: int, row: Row) -> None:
        """Add the summary of a run."""
        self.rows[number] = True
        for entry in row:
            name = entry["key"], entry["arm"]
            if name not in self.columns:
                self.columns[name] = np.full(len(self.rows), np.nan)
                self.told[entry["key"]] = {k: entry[k] for k in ("unit", "quantity")}
            self.columns[name][number] = entry["value"]
            if entry["at_least"]:
                short = self.at_least.setdefault(name, np.zeros(len(self.rows), bool))
                short[number] = True

    def save(self, path: Path, plan: SweepPlan) -> None:
        """Write the table: ``run``, ``point``, ``seed`` and ``values/<key>/<arm>``, row by row."""
        chosen = np.flatnonzero(self.rows)
        runs = np.array(plan.runs, int).reshape(-1, 2)[chosen]
        with replaced(path) as partial, written_at_once(partial) as file:
            file.attrs["told"] = json.dumps(self.told)
            packed = {"compression": "gzip", "shuffle": True} if len(chosen) else {}
            file.create_dataset("run", data=chosen, **packed)
            file.create_dataset("point", data=runs[:, 0], **packed)
            file.create_dataset("seed", data=runs[:, 1], **packed)
            for (key, arm), values in sorted(self.columns.items()):
                data = file.create_dataset(f"values/{key}/{arm}", data=values[chosen], **packed)
                data.attrs.update(self.told[key])
            for (key, arm), short in sorted(self.at_least.items()):
                file.create_dataset(f"at_least/{key}/{arm}", data=short[chosen], **packed)

    @classmethod
    def load(cls, path: Path, size: int) -> Table:
        """Return the table in a file, or an empty one if there is none that can be read."""
        table = cls(size)
        with suppress(UserError), opened_table(path) as file:
            told, numbers = json.loads(read_scalar(file.attrs, "told", "told")), file["run"][:]
            if len(numbers) and numbers[-1] >= size:
                return table
            for kind, store, empty in (("values", table.columns, np.nan),
                                       ("at_least", table.at_least, False)):  # fmt: skip
                for key, arms in file.get(kind, {}).items():
                    for arm, data in arms.items():
                        store[key, arm] = np.full(size, empty)
                        store[key, arm][numbers] = data[:]
            table.told, table.rows[numbers] = told, True
        return table


def collected(where: SweepFolder, plan: SweepPlan, done: set[int] | None = None) -> Table:
    """Return the table of all runs that are done, and bring the file up to date.

    Only the files of runs that the table lacks are read.
    """
    done = where.done() if done is None else done
    table = Table.load(where.table, len(plan.runs))
    known = [number for number in sorted(done) if number < len(table.rows)]
    missing = [number for number in known if not table.rows[number]]
    for number in missing:
        with suppress(UserError):
            table.add(number, read_row(where.run_file(number)))
    if missing or not where.table.is_file():
        with suppress(UserError):  # a folder of someone else's can be looked at, too
            table.save(where.table, plan)
    return table


def rates(where: SweepFolder) -> list[tuple[float, float]]:
    """Return when each run that was done ended, in seconds since 1970, and how long it took."""
    found: list[tuple[float, float]] = []
    for path in where.journal.glob("*.csv"):
        with suppress(OSError):
            for line in path.read_text().splitlines():
                parts: list[Any] = line.split(",")
                if len(parts) == 5 and parts[1] == "done":
                    began, seconds = float(parts[3]), float(parts[4])
                    found.append((began + seconds, seconds))
    return sorted(found)
