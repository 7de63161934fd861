"""Plays the runs of a sweep, one after another, in whatever process it is made.

From one run to the next it keeps what runs have in common: the plan, the experiment as it was
prepared for the last point, and the programs that are still alive.
"""

from __future__ import annotations

import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from typing import Any

from ...engine import Engine
from ...experiment.prepare import Prepared, prepare
from ...parameters.errors import EngineError, EngineKilled, UserError
from ...parameters.overrides import Override
from .binaries import provide
from .run_claim import MARGIN, claimed, job_seconds
from .run_journal import note, write_error
from .run_summary import Row, entries_of, keep, read_row
from .run_task import DONE, FAILED, HELD, NO_TIME, Outcome, Task
from .shared_programs import SharedPrograms, SharingEngine
from .sweep_folder import FolderError, SweepFolder, replaced
from .sweep_plan import SweepPlan
from .sweep_values import one_line


class RunPlayer:
    """Plays runs of one sweep; close it after use, and the programs that it has kept end.

    Parameters
    ----------
    where : SweepFolder
        Where the runs are kept; the compiled circuits are taken from there.
    plan : SweepPlan

    Raises
    ------
    UserError
        If the script of the experiment has changed since the sweep began.
    """

    def __init__(self, where: SweepFolder, plan: SweepPlan):
        self.where, self.plan = where, plan
        self.experiment = plan.experiment()
        self.programs = SharedPrograms()
        self._settings: tuple[Override, ...] | None = None
        self._ready: tuple[Prepared, Engine] | None = None

    @classmethod
    def open(cls, folder: str | Path, digest: str) -> RunPlayer:
        """Return a player of the sweep in a folder; `UserError` if its plan has another hash."""
        where = SweepFolder(folder)
        plan = where.load()
        if plan.digest != digest:
            raise UserError(f"{folder}: the plan has changed under a worker")
        return cls(where, plan)

    def __enter__(self) -> RunPlayer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the programs that are still alive."""
        self.programs.close()

    def perform(self, task: Task, expected: float = 0.0) -> Outcome:
        """Do one run unless it is done, and return how it ended, also if it failed.

        Parameters
        ----------
        task : Task
        expected : float
            Seconds that the run is expected to take.

        Raises
        ------
        FolderError
            If the folder of the sweep cannot be written.
        """
        known = self._known(task.number)
        if known is not None:
            return known
        left, job_length = job_seconds()
        if left < min(expected + MARGIN, 0.5 * job_length):  # in a fresh job any run may try
            return Outcome(task.number, NO_TIME)
        began = time.time()
        with claimed(self.where, task.number, job_length) as death:
            if death is None:
                return Outcome(task.number, HELD)
            if death.message:
                return self._failed(task, death.message, began)
            try:
                row = self.play(task)
            except EngineKilled as error:
                if error.signal == SIGTERM:  # the job is being ended: the run itself has no error
                    death.leave = True
                    return Outcome(task.number, HELD)
                return self._failed(task, str(error), began)
            except FolderError:  # not the run's fault, and no other run can be kept either
                raise
            except (UserError, EngineError) as error:
                return self._failed(task, str(error), began)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other runs go on
                message = f"{type(error).__name__}: {error}"
                return self._failed(task, message, began, traceback.format_exc())
        seconds = time.time() - began
        note(self.where, task, DONE, began, seconds)
        return Outcome(task.number, DONE, seconds, row)

    def play(self, task: Task) -> Row:
        """Play a run, keep what the sweep asks for, and return its summary."""
        from ...analysis import summary
        from ...experiment.progress import NoProgress
        from ...experiment.run import play, record
        from ...results import open_results

        plan, target = self.plan, self.where.run_file(task.number)
        name = Path(plan.script).stem
        prepared, engine = self.prepared(task)
        with tempfile.TemporaryDirectory(prefix="synaptoket-sweep-") as scratch:
            result_file = None
            out = Path(scratch) / f"{task.number:06d}.h5"
            options = plan.options(task.settings, task.seed, out)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if plan.sweep.keep == "files":
                    silent: Any = NoProgress
                    (result_file,) = play(prepared, options, name, silent, engine)
                    row = entries_of(summary(open_results(result_file)))
                else:
                    row = entries_of(summary(record(prepared, options, name, engine)))
            with replaced(target) as partial:
                keep(result_file, partial, plan, task.number, row)
        return row

    def prepared(self, task: Task) -> tuple[Prepared, Engine]:
        """Return the prepared experiment and the engine of a run's point; the last are kept."""
        options = self.plan.options(task.settings, task.seed, Path("run.h5"))
        if self._ready is None or self._settings != options.settings:
            self._ready = None
            prepared = prepare(self.experiment, options)
            prepared.warnings = ()
            binary = provide(prepared.plan, self.where.binaries)
            self._ready = prepared, SharingEngine(prepared.plan, binary, self.programs)
            self._settings = options.settings
        return self._ready

    def _known(self, number: int) -> Outcome | None:
        """Return how a run ended before, or None if it is still to do."""
        if self.where.run_file(number).is_file():
            with suppress(UserError):  # damaged since it was written: it is done again
                read_row(self.where.run_file(number), self.plan, number)
                return Outcome(number, DONE)
        error_file = self.where.error_file(number)
        if error_file.is_file():  # its worker was lost before it could answer
            text = error_file.read_text(encoding="utf-8", errors="replace")
            return Outcome(number, FAILED, message=one_line(text, 1000))
        return None

    def _failed(self, task: Task, message: str, began: float, trace: str = "") -> Outcome:
        seconds = time.time() - began
        write_error(self.where, self.plan, task, message, trace)
        note(self.where, task, FAILED, began, seconds)
        return Outcome(task.number, FAILED, seconds, message=message)
