"""The state of a sweep, read from its folder alone, whoever drives it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...experiment.progress import clock
from .missing import missing_lines
from .sweep_folder import SweepFolder
from .sweep_values import one_line
from .table import collected, rates

#: Seconds over which the speed is taken.
WINDOW = 600.0


@dataclass(frozen=True)
class Status:
    """Numbers of runs, and the time left.

    Attributes
    ----------
    total, done, running, failed, missing : int
        Numbers of runs; `missing` ones have not been begun.
    left : float or None
        Seconds, at the speed of the last ten minutes; None if nothing runs.
    first_error : str
        Of the first failed run.
    lines : tuple of str
        About runs that are missing, failed, or damaged.
    """

    total: int
    done: int
    running: int
    failed: int
    missing: int
    left: float | None
    first_error: str = ""
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        left = f", {clock(self.left)} left" if self.left is not None else ""
        return (f"{self.total} runs: {self.done} done, {self.running} running, "
                f"{self.failed} failed, {self.missing} missing{left}")  # fmt: skip


def status(folder: str | Path) -> Status:
    """Return how far the sweep in a folder is; `UserError` if it holds none."""
    where = SweepFolder(folder)
    plan = where.load()
    total = len(plan.runs)
    table = collected(where, plan)
    done = set(np.flatnonzero(table.rows).tolist())
    running = {number for number in where.running() if number < total} - done
    failed = {number for number in where.failed() if number < total} - done - running
    missing = total - len(done) - len(running) - len(failed)
    message = _first_error(where, min(failed)) if failed else ""
    left = _left(where, missing + len(running)) if running else None
    lines = () if running else tuple(missing_lines(where, table))  # workers may still play them
    return Status(total, len(done), len(running), len(failed), missing, left, message, lines)


def _first_error(where: SweepFolder, number: int) -> str:
    path = where.error_file(number)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            line = one_line(file.readline(4000), 1000)
    except OSError:
        return ""
    return f"run {path.stem}: {line} ({path})"


def _left(where: SweepFolder, runs: int) -> float | None:
    now = time.time()
    recent = [(end, seconds) for end, seconds in rates(where) if now - end < WINDOW]
    if len(recent) < 2:
        return None
    span = now - min(end - seconds for end, seconds in recent)
    return runs * span / len(recent)
