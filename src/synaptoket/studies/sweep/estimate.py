"""Estimates of the time and disk space of a sweep, from a pilot run that is timed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ...experiment.forecast import in_words
from ...experiment.progress import clock
from .binaries import supply
from .run_player import RunPlayer
from .run_task import Task
from .start import Opened
from .sweep_folder import SweepFolder

#: Bytes that programs take, for each circuit.
PROGRAM = 3_000_000


def estimate(opened: Opened, jobs: int, tell) -> str:
    """Return in words how many points and runs there are, and the time and disk they need.

    The middle point is run once, in a folder that is gone afterwards.
    """
    import xarray  # noqa: F401 - imported before the pilot run is timed

    plan = opened.plan
    done = opened.where.done()
    todo = len(plan.runs) - len(done)
    number = len(plan.runs) // 2
    run = plan.run(number)
    task = Task(number, run.seed, plan.settings(run.point))
    with tempfile.TemporaryDirectory(prefix="synaptoket-pilot-") as scratch:
        where = SweepFolder(Path(scratch))
        where.make()
        supply(opened.circuits, where.binaries, tell)
        with RunPlayer(where, plan) as player:
            player.prepared(task)
            began = time.monotonic()
            player.play(task)
            seconds = time.monotonic() - began
        size = where.run_file(number).stat().st_size
    axes = " × ".join(f"{axis.name} ({len(axis)})" for axis in plan.axes)
    disk = size * len(plan.runs) + PROGRAM * max(len(opened.circuits), 1)
    lines = [
        f"points: {len(plan.points)}" + (f" = {axes}" if axes else ""),
        f"runs: {len(plan.runs)}" + (f", of which {len(done)} are done" if done else ""),
        f"time: {clock(todo * seconds / jobs)} with {jobs} processes ({seconds:.2f} s a run, "
        "from one pilot run)",
        f"disk: {in_words(disk)} ({in_words(size)} a run)",
    ]
    return "\n".join(lines)
