"""The file of one run: its summary, and a hash by which an edit is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py

from ...parameters.errors import UserError
from ...parameters.files import display
from ...results.attributes import read_scalar
from ...results.image import changed_at_once, written_at_once
from ...results.inspection import forbid_plugins
from .sweep_plan import SweepPlan, assignments
from .sweep_values import one_line

#: Attribute of a run's file that holds its summary.
SUMMARY = "summary"

#: Attribute that holds the hash of the summary and of the identity of the run.
HASH = "summary_hash"

#: The keys of a summary for each quantity, and their types.
KINDS: dict[str, Any] = {"key": str, "arm": str, "unit": str, "quantity": str,
                         "value": (int, float), "at_least": bool}  # fmt: skip

Row = list[dict[str, Any]]


def entries_of(summary: Sequence[dict[str, Any]]) -> Row:
    """Return a summary of one seed as plain entries: key, arm, unit, quantity, value, at_least."""
    copied = ("key", "arm", "unit", "quantity", "at_least")
    return [{k: e[k] for k in copied} | {"value": float(e["values"][0])} for e in summary]


def identity_of(plan: SweepPlan, number: int) -> dict[str, Any]:
    """Return the attributes by which the file of a run says which run it is."""
    run = plan.run(number)
    return {"run": number, "seed": run.seed,
            "settings": json.dumps(assignments(plan.settings(run.point))),
            "experiment": Path(plan.script).stem}  # fmt: skip


def keep(played: Path | None, target: Path, plan: SweepPlan, number: int, row: Row) -> None:
    """Write the file of a run: its whole result file with the summary, or the summary alone.

    A file that holds the summary alone depends on nothing but the run: it has the same bytes
    wherever the run was played.
    """
    identity, summary = identity_of(plan, number), json.dumps(row)
    begun = written_at_once(target) if played is None else changed_at_once(played, target)
    with begun as file:
        for name, value in identity.items():
            if name not in file.attrs:
                file.attrs[name] = value
        file.attrs[SUMMARY] = summary
        file.attrs[HASH] = _hash(identity, summary)


def read_row(path: Path, plan: SweepPlan, number: int) -> Row:
    """Return the summary in the file of a run.

    Raises
    ------
    UserError
        If the file cannot be read, is that of another run, or its summary has been edited.
    """
    try:
        if path.is_symlink():
            raise ValueError("it leads elsewhere")
        forbid_plugins()
        with h5py.File(path, "r", locking=False) as file:
            identity = identity_of(plan, number)
            for name, value in identity.items():
                if read_scalar(file.attrs, name, name) != value:
                    raise ValueError(f"its {name} is that of another run")
            summary = str(read_scalar(file.attrs, SUMMARY, SUMMARY))
            # files of earlier versions have no hash
            stored_hash = read_scalar(file.attrs, HASH, HASH) if HASH in file.attrs else None
            if stored_hash not in (None, _hash(identity, summary)):
                raise ValueError("its summary has been edited")
            return _checked(json.loads(summary))
    except (OSError, LookupError, ValueError, TypeError, RuntimeError, UserError) as error:
        problem = one_line(str(error))
        raise UserError(f"{display(path)}: not the file of run {number}: {problem}") from None


def _hash(identity: dict[str, Any], summary: str) -> str:
    return hashlib.sha256(json.dumps([identity, summary], sort_keys=True).encode()).hexdigest()


def _checked(row: Any) -> Row:
    """Return a row whose entries are of the right kinds; `ValueError` if not."""
    if not isinstance(row, list):
        raise ValueError("expected a list of quantities")
    for entry in row:
        if not isinstance(entry, dict) or set(entry) != KINDS.keys():
            raise ValueError(f"a quantity: expected {', '.join(KINDS)}")
        for name, kind in KINDS.items():
            if not isinstance(entry[name], kind):
                raise ValueError(f"a quantity: {name}: not of the right kind")
        for name in ("key", "arm"):  # groups of the table
            if not entry[name].isprintable() or set(entry[name]) <= {"."} or "/" in entry[name]:
                raise ValueError(f"a quantity: {name}: expected a name")
        if not (entry["unit"] + entry["quantity"]).isprintable():
            raise ValueError("a quantity: expected one line of text")
    return row
