"""Notes on a run beside its result: why it failed, how to repeat it, a line of the journal."""

from __future__ import annotations

import os
import platform
import shlex
from contextlib import suppress

from ...parameters.errors import UserError
from .run_task import Task
from .sweep_folder import SweepFolder, replaced
from .sweep_plan import SweepPlan, assignments


def write_error(
    where: SweepFolder, plan: SweepPlan, task: Task, message: str, trace: str = ""
) -> None:
    """Write why a run failed and the command that repeats it; a full disk loses the note only."""
    with suppress(UserError), replaced(where.error_file(task.number)) as partial:
        text = f"{message}\n\n{repeating_command(plan, task)}\n"
        partial.write_text(text + (f"\n{trace}" if trace else ""), encoding="utf-8")


def repeating_command(plan: SweepPlan, task: Task) -> str:
    """Return the command that plays a run by itself."""
    sweep = plan.sweep
    words = ["synaptoket", "run", plan.script, "--seed", str(task.seed)]
    words += ["--neurons", str(sweep.neurons)] if sweep.neurons else []
    words += ["--circuit", sweep.circuit] if sweep.circuit else []
    for text in assignments(sweep.set | task.settings):
        words += ["--set", text]
    for rule in sweep.rules:
        words += ["--rule", rule]
    if sweep.timelapse_scale != 1:
        words += ["--timelapse-scale", str(sweep.timelapse_scale)]
    words += ["--tolerance", str(sweep.tolerance), "--out", f"run_{task.number:06d}.h5"]
    return shlex.join(words)


def note(where: SweepFolder, task: Task, status: str, began: float, seconds: float) -> None:
    """Add a line to this process' journal: run, status, host, start and wall seconds."""
    path = where.journal / f"{platform.node()}-{os.getpid()}.csv"
    line = f"{task.number},{status},{platform.node()},{began:.3f},{seconds:.3f}\n"
    with suppress(OSError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o666), "a", encoding="utf-8") as file:
            file.write(line)
