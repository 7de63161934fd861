"""How far a sweep is, from its folder alone, whoever drives it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ..progress import clock
from .folder import SweepFolder
from .table import rates

#: Seconds over which the speed is taken.
WINDOW = 600.0


@dataclass(frozen=True)
class Status:
    """Numbers of runs, and what is left.

    Attributes
    ----------
    total, done, running, failed, missing : int
        Missing are those that nobody has begun.
    left : float or None
        Seconds, at the speed of the last ten minutes; None if nothing runs.
    first_error : str
        Of the first failed run.
    """

    total: int
    done: int
    running: int
    failed: int
    missing: int
    left: float | None
    first_error: str = ""

    def __str__(self) -> str:
        left = f", {clock(self.left)} left" if self.left is not None else ""
        return (f"{self.total} runs: {self.done} done, {self.running} running, "
                f"{self.failed} failed, {self.missing} missing{left}")  # fmt: skip


def status(folder: str | Path) -> Status:
    """Return how far the sweep in a folder is; `UserError` if it holds none."""
    where = SweepFolder(folder)
    total = len(where.load().runs)
    done = where.done()
    running = where.running() - done
    failed = where.failed() - done - running
    missing = total - len(done) - len(running) - len(failed)
    first = where.error_file(min(failed)) if failed else None
    lines = first.read_text(encoding="utf-8").splitlines() if first else []
    message = f"run {first.stem}: {lines[0]} ({first})" if first and lines else ""
    left = _left(where, missing + len(running)) if running else None
    return Status(total, len(done), len(running), len(failed), missing, left, message)


def _left(where: SweepFolder, runs: int) -> float | None:
    now = time.time()
    recent = [(end, seconds) for end, seconds in rates(where) if now - end < WINDOW]
    if len(recent) < 2:
        return None
    span = now - min(end - seconds for end, seconds in recent)
    return runs * span / len(recent)
