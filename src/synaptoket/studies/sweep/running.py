"""One run of a sweep, in whatever process: played, summarised, and put where it belongs."""

from __future__ import annotations

import os
import platform
import shlex
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from signal import SIGTERM
from typing import Any

from ...parameters.errors import EngineError, EngineKilled, UserError
from .fields import one_line
from .folder import SIGN, FolderError, SweepFolder, replaced
from .lost_workers import Death, Marker, verdict
from .plan import Settings, SweepPlan, assignments
from .record import entries_of, keep, read_row

#: Outcomes of `perform`.
DONE, FAILED, HELD, NO_TIME = "done", "failed", "held", "no time"

#: Seconds at the end of a job that are not used.
MARGIN = 5.0

#: When this process' job ends, in seconds since 1970, and when it began.
ENDS, BEGAN = "SYNAPTOKET_JOB_END", "SYNAPTOKET_JOB_START"


@dataclass(frozen=True)
class Task:
    """What a worker is told: a run, its settings and its seed."""

    number: int
    seed: int
    settings: Settings


@dataclass
class Outcome:
    """What a worker answers.

    Attributes
    ----------
    number : int
    status : str
        `DONE`, `FAILED`, `HELD` (another worker is at it) or `NO_TIME` (the job ends too soon).
    seconds : float
        Wall time.
    row : list
        Of a run that was done now, the entries of its summary.
    message : str
        Why it failed.
    """

    number: int
    status: str
    seconds: float = 0.0
    row: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""


@lru_cache(maxsize=4)
def loaded(folder: str, digest: str) -> tuple[SweepFolder, SweepPlan, Any]:
    """Return folder, plan and experiment of a sweep, read once in a process."""
    where = SweepFolder(folder)
    plan = where.load()
    if plan.digest != digest:
        raise UserError(f"{folder}: the plan has changed under a worker")
    return where, plan, plan.experiment()


def perform(folder: str, digest: str, task: Task, expected: float = 0.0) -> Outcome:
    """Do one run unless it is done, and answer how it went; an error of the run is an answer, too.

    Parameters
    ----------
    folder, digest : str
        The sweep, and the hash of its plan.
    task : Task
    expected : float
        Seconds that the run is expected to take.
    """
    where, plan, experiment = loaded(folder, digest)
    if where.run_file(task.number).is_file():
        with suppress(UserError):  # damaged since it was written: it is done again
            read_row(where.run_file(task.number), plan, task.number)
            return Outcome(task.number, DONE)
    if where.error_file(task.number).is_file():  # its worker was lost before it could tell
        text = where.error_file(task.number).read_text(encoding="utf-8", errors="replace")
        message = one_line(text, 1000)
        return Outcome(task.number, FAILED, message=message)
    left, whole = job_seconds()
    if left < min(expected + MARGIN, 0.5 * whole):  # in a fresh job any run may try
        return Outcome(task.number, NO_TIME)
    began = time.time()
    with claimed(where, task.number, whole) as death:
        if death is None:
            return Outcome(task.number, HELD)
        if death.message:
            return _failed(where, plan, task, death.message, 0.0)
        try:
            row = played(where, plan, experiment, task)
        except EngineKilled as error:
            if error.signal == SIGTERM:  # the job is being ended: a death, not an error of the run
                death.leave = True
                return Outcome(task.number, HELD)
            return _failed(where, plan, task, str(error), time.time() - began)
        except FolderError:  # not the run's fault, and no other can be kept either
            raise
        except (UserError, EngineError) as error:
            return _failed(where, plan, task, str(error), time.time() - began)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other runs go on
            message = f"{type(error).__name__}: {error}"
            return _failed(where, plan, task, message, time.time() - began, traceback.format_exc())
    seconds = time.time() - began
    note(where, task, DONE, began, seconds)
    return Outcome(task.number, DONE, seconds, row)


def played(where: SweepFolder, plan: SweepPlan, experiment: Any, task: Task) -> list[dict]:
    """Play a run, keep what is asked for, and return its summary."""
    from ...analysis import summary
    from ...experiment.progress import NoProgress
    from ...experiment.run import play, record
    from ...results import open_results

    name = Path(plan.script).stem
    prepared, engine = ready(str(where.path), plan, experiment, task)
    with tempfile.TemporaryDirectory(prefix="synaptoket-sweep-") as scratch:
        out = None
        options = plan.options(task.settings, task.seed, Path(scratch) / f"{task.number:06d}.h5")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if plan.sweep.keep == "files":
                (out,) = play(prepared, options, name, NoProgress, engine)
                row = entries_of(summary(open_results(out)))
            else:
                row = entries_of(summary(record(prepared, options, name, engine)))
        with replaced(where.run_file(task.number)) as partial:
            keep(out, partial, plan, task.number, row)
    return row


_READY: dict[tuple, tuple[Any, Any]] = {}


def ready(folder: str, plan: SweepPlan, experiment: Any, task: Task) -> tuple[Any, Any]:
    """Return the prepared experiment and the engine of a point; those of the last are kept."""
    from ...experiment.prepare import prepare
    from .binaries import provide
    from .programs import SharingEngine

    key = (folder, assignments(task.settings))
    if key not in _READY:
        _READY.clear()
        prepared = prepare(experiment, plan.options(task.settings, task.seed, Path("run.h5")))
        prepared.warnings = ()
        binary = provide(prepared.plan, SweepFolder(folder).binaries)
        _READY[key] = prepared, SharingEngine(prepared.plan, binary)
    return _READY[key]


@contextmanager
def claimed(where: SweepFolder, number: int, whole: float) -> Iterator[Death | None]:
    """Take a run: others see that a worker is at it, as long as this process gives signs of life.

    Yields what is known of earlier workers that died over it, or None if another is at it now.
    """
    marker = where.marker(number)
    death = verdict(where, number)
    if death is None:
        yield None
        return
    told = Marker(
        host=platform.node(),
        pid=os.getpid(),
        job=os.environ.get("SLURM_JOB_ID", ""),
        log=Path(os.environ.get("SYNAPTOKET_JOB_LOG", "")).name,
        deaths=death.count,
        started=time.time(),
        began=_time(BEGAN),
        whole=whole if whole < float("inf") else None,
    )
    with replaced(marker) as partial:
        partial.write_text(told.model_dump_json())
    ended = threading.Event()

    def alive() -> None:
        while not ended.wait(SIGN):
            with suppress(OSError):
                os.utime(marker)

    thread = threading.Thread(target=alive, daemon=True)
    thread.start()
    try:
        yield death
    finally:
        ended.set()
        thread.join()
        if not death.leave:
            marker.unlink(missing_ok=True)


def job_seconds() -> tuple[float, float]:
    """Return the seconds that are left of this process' job, and how many it had as a whole."""
    ends = _time(ENDS)
    if not ends:
        return float("inf"), float("inf")
    return ends - time.time(), ends - (_time(BEGAN) or ends)


def _time(name: str) -> float:
    """Return a time that the job's script has set, or zero."""
    text = os.environ.get(name) or "0"
    try:
        return float(text)
    except ValueError:
        raise UserError(f"{name}={text}: expected seconds since 1970, as from date +%s") from None


def _failed(
    where: SweepFolder, plan: SweepPlan, task: Task, message: str, seconds: float, trace: str = ""
) -> Outcome:
    write_error(where, plan, task, message, trace)
    note(where, task, FAILED, time.time() - seconds, seconds)
    return Outcome(task.number, FAILED, seconds, message=message)


def write_error(
    where: SweepFolder, plan: SweepPlan, task: Task, message: str, trace: str = ""
) -> None:
    """Write why a run failed and the command that repeats it; a full disk loses the note only."""
    with suppress(UserError), replaced(where.error_file(task.number)) as partial:
        text = f"{message}\n\n{repeating(plan, task)}\n"
        partial.write_text(text + (f"\n{trace}" if trace else ""), encoding="utf-8")


def repeating(plan: SweepPlan, task: Task) -> str:
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
