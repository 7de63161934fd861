"""Play one branch segment by segment: rows, probes and states go to its file as they come."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Protocol

from ..circuit.connectivity import contacts
from ..circuit.initial import State, constants, variable_sizes
from ..circuit.numerics import SEGMENT
from ..engine import Engine
from ..engine.worker import Worker
from ..results.writer import ResultsFile
from .arm_tree import Branch
from .checkpoint_policy import KEEP, SavingClock, about, checkpoint_name, kind_of, latest_name
from .prepare import Prepared
from .prober import Prober
from .recorder import Recorder
from .resume_point import resume_point, state_before, state_to_play
from .run_files import Results
from .run_options import RunOptions
from .schedule import Schedule
from .seed_run import SeedRun


class SegmentReport(Protocol):
    """Takes note of each segment that was played; `Progress` does."""

    def advance(self, amount: float, phase: str, reached: float, length: float) -> None:
        """See `Progress.advance`."""


class SegmentPlayer:
    """Plays branches of a prepared experiment.

    Parameters
    ----------
    prepared, options
        The run.
    engine : Engine
        Makes the workers.
    report : SegmentReport
        Told after each segment.
    stop : threading.Event
        When it is set, a branch saves its state after the present segment and ends.
    """

    def __init__(
        self,
        prepared: Prepared,
        options: RunOptions,
        engine: Engine,
        report: SegmentReport,
        stop: threading.Event,
    ):
        self._prepared, self._options, self._engine = prepared, options, engine
        self._report, self._stop = report, stop

    def play(self, run: SeedRun, file: Results, branch: Branch) -> None:
        """Play one branch of one seed from the last state that is saved, and leave its end there.

        Raises
        ------
        UserError
            If the file cannot be written, or the state to start from is gone.
        EngineError
            If the circuit diverges or its program fails.
        """
        _, at = resume_point(file, branch)
        if at == branch.stop or self._stop.is_set():
            return
        name = state_before(file, branch)
        plan = self._prepared.plan
        state = state_to_play(self._prepared, run, file, branch, name) | constants(plan)
        # Without a saved state nothing vouches for the rows that are there, not even the first.
        sound_rows = 0 if name is None else at + 1
        for arm in branch.arms:
            if isinstance(file, ResultsFile) and file.rows(arm) > sound_rows:
                file.truncate(arm, sound_rows)
        prober = Prober(self._prepared, run, branch)
        prober.rewind(file, at)
        recorder = self._recorder(state, run)
        for arm in branch.arms:
            if file.rows(arm) == 0:
                file.append(arm, recorder.first_row(state, self._prepared.schedules[arm]))
        worker = self._engine.worker(run.connectivity_seed)
        try:
            worker.load(state)
            self._advance(worker, recorder, prober, run, file, branch, at)
        finally:
            worker.close()

    def _recorder(self, state: State, run: SeedRun) -> Recorder:
        """Return a recorder, which lists events if the options ask for them."""
        plan = self._prepared.plan
        if not self._options.record_events:
            return Recorder(plan, state)
        return Recorder(plan, state, contacts(plan.circuit, run.connectivity_seed))

    def _advance(
        self,
        worker: Worker,
        recorder: Recorder,
        prober: Prober,
        run: SeedRun,
        file: Results,
        branch: Branch,
        at: int,
    ) -> None:
        """Play the segments from `at` on."""
        schedules = self._prepared.schedules
        shared = schedules[branch.arms[0]]  # the arms of a branch have the same drives
        clock = SavingClock(self._options.checkpoint_every)
        while at < branch.stop:
            prober.prepare(worker, at)
            state = worker.advance(shared.segment(at), run.segment_seed(at))
            row = recorder.row(state, shared, at)
            for arm in branch.arms:
                row_of_arm = replace(row, **_concentrations(schedules[arm], at))
                file.append(arm, row_of_arm, recorder.events)
            at += 1
            prober.ask(worker, file, at)
            file.flush()
            reached, length = float(shared.time[at - 1]), float(shared.time[-1])
            self._report.advance(SEGMENT, shared.phase[at - 1], reached, length)
            stopping = self._stop.is_set()
            if kind_of(branch, shared, at) != "latest" or clock.due() or stopping:
                self._save(worker, run, file, branch, at)
                clock.reset()
            if stopping:
                return

    def _save(self, worker: Worker, run: SeedRun, file: Results, branch: Branch, at: int) -> None:
        """Save the state of a branch, small if it is to stay, and drop the one that it replaces."""
        schedule = self._prepared.schedules[branch.arms[0]]
        parts = branch.children and at == branch.stop
        if not file.resumable and not parts:
            return
        file.flush()  # if the file itself was deleted meanwhile, that is the error to tell
        state = _variables(worker.state(), self._prepared)
        attributes = about(branch, schedule, at, run.start_segment)
        if isinstance(file, ResultsFile):
            attributes["record"] = {arm: file.rows_digest(arm, at + 1) for arm in branch.arms}
        if attributes["kind"] == "latest":
            file.save_checkpoint(latest_name(branch), state, attributes, compress=False)
            return
        stays = attributes["kind"] in KEEP[self._options.keep]
        name = checkpoint_name(branch, schedule, at)
        file.save_checkpoint(name, state, attributes, compress=stays)
        file.drop_checkpoint(latest_name(branch))


def _variables(state: State, prepared: Prepared) -> State:
    """Return the state variables of a state, without the constants."""
    return {name: state[name] for name in variable_sizes(prepared.plan)}


def _concentrations(schedule: Schedule, index: int) -> dict[str, dict[str, float]]:
    """Return the recorded concentrations of an arm in a segment, in micromolar."""
    return {
        "plasma": {name: float(c[index]) * 1e3 for name, c in schedule.plasma.items()},
        "brain_free": {name: float(c[index]) * 1e3 for name, c in schedule.brain_free.items()},
    }
