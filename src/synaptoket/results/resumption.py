"""Whether an unfinished file fits together: its rows, its events and the states it resumes from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import printable
from .checkpoints import CheckpointFolder
from .events import EventJournal
from .row_tables import RowTables
from .schema import probe_table


def rows_digest(tables: RowTables, events: EventJournal, arm: str, rows: int) -> str:
    """Return a hash of the first rows of an arm, with their probes and events.

    Parameters
    ----------
    tables : RowTables
    events : EventJournal
        Without pending events.
    arm : str
    rows : int
        How many rows of the arm count.
    """
    digest = hashlib.sha256()
    until = -np.inf
    for table in (arm, probe_table(arm)):
        if table not in tables:
            continue
        tables.write(table)
        counted = min(rows, tables.rows(table))
        times = tables.column(table, "time", counted)
        if table == arm:
            until = times[-1] if counted else -np.inf
        else:
            counted = int(np.searchsorted(times, until, side="right"))
        for name in tables.columns(table):
            digest.update(f"{table}/{name} {counted}".encode())
            column = tables.column(table, name, counted)
            digest.update(np.ascontiguousarray(column).data)
    digest.update(events.until(arm, until).tobytes())
    return digest.hexdigest()


def unusable_states(
    states: CheckpointFolder, run: str, tables: RowTables, digest: Callable[[str, int], str]
) -> Iterator[tuple[str, str]]:
    """Yield the name of each state from which a run cannot continue, and the reason.

    Parameters
    ----------
    states : CheckpointFolder
    run : str
        Key of the run (`sealing.run_key`).
    tables : RowTables
    digest : callable
        Returns the hash of the first rows of an arm: ``digest(arm, rows)``.
    """
    for name in states.names():
        try:
            _, attributes = states.state(name, run)
        except UserError as error:
            yield name, str(error)
            continue
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            yield name, f"cannot be read: {' '.join(printable(error).split())}"
            continue
        rows = attributes.get("segment", 0) + 1
        for arm, saved_digest in attributes.get("record", {}).items():
            if arm in tables and tables.rows(arm) >= rows and digest(arm, rows) != saved_digest:
                yield name, f"the rows of {arm} are not those that led to it"
                break


def check_events(tables: RowTables, events: EventJournal, part: Path) -> None:
    """Raise UserError unless every change that the rows count has its event."""
    for arm, number in events.counts().items():
        changes = sum(int(tables.column(arm, name).sum()) for name in ("formed", "eliminated"))
        if number != changes:
            raise UserError(
                f"{part}: {arm} has {number} events, its rows tell of {changes}; "
                "--overwrite starts again"
            )
