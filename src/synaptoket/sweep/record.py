"""The file that is kept of one run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py

from ..errors import UserError
from ..results.attributes import read_scalar
from ..results.image import changed_at_once, written_at_once
from .plan import SweepPlan, assignments

#: Attribute of a run's file that holds its summary.
SUMMARY = "summary"

Row = list[dict[str, Any]]


def entries_of(summary: Sequence[dict[str, Any]]) -> Row:
    """Return a summary of one seed as plain entries: key, arm, unit, quantity, value, at_least."""
    kept = ("key", "arm", "unit", "quantity", "at_least")
    return [{k: e[k] for k in kept} | {"value": float(e["values"][0])} for e in summary]


def keep(played: Path | None, target: Path, plan: SweepPlan, task: Any, row: Row) -> None:
    """Write what is kept of a run: its whole result file with the summary, or the summary alone.

    A file of the summary alone depends on nothing but the run: the same bytes wherever it ran.
    """
    begun = written_at_once(target) if played is None else changed_at_once(played, target)
    with begun as file:
        told = {"run": task.number, "seed": task.seed,
                "settings": json.dumps(assignments(task.settings)),
                "experiment": Path(plan.script).stem}  # fmt: skip
        for name, value in told.items():
            if name not in file.attrs:
                file.attrs[name] = value
        file.attrs[SUMMARY] = json.dumps(row)


def read_row(path: Path) -> Row:
    """Return the summary in the file of a run."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return json.loads(read_scalar(file.attrs, SUMMARY, SUMMARY))
    except (OSError, KeyError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not the file of a run of a sweep: {error}") from None
