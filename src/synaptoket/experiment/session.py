"""One call of `run`: result files, tasks, checkpoints, and an orderly end when it is stopped."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..circuit.connectivity import contacts
from ..circuit.identity import misfit
from ..circuit.initial import State, constants, initial_state, variable_sizes
from ..circuit.numerics import SEGMENT
from ..engine import Engine
from ..parameters.errors import UserError
from ..pharmacology.exposure import species_names
from ..results import Coordinates, ResultsFile, ResultsInMemory
from .arm_tree import Branch, branches
from .checkpoint_policy import (
    KEEP,
    SavingClock,
    about,
    checkpoint_name,
    kept,
    kind_of,
    last_saved,
    latest_name,
)
from .prepare import Prepared, RunOptions
from .prober import Prober
from .probes.probe_player import probe_points
from .progress import Progress
from .recorder import Recorder, vacant_elements
from .schedule import Schedule
from .start_state import starting_point


def segment_seed(seed: int, index: int) -> int:
    """Return the seed of a segment's random numbers: the same in every arm of a run."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


class _InPlace(Executor):
    """Does what is submitted at once, in this thread: nobody is to stop it between segments."""

    def submit(self, call, /, *given, **named) -> Future:
        future: Future = Future()
        future.set_result(call(*given, **named))
        return future


class Session:
    """One call of `run`: its files, its tasks and what it takes to stop them in good order.

    Parameters
    ----------
    prepared, engine, options
        What is to be run, and how.
    todo : dict of int to Path or None
        The file of each seed; None leaves what it records in memory.
    attributes : dict of int to dict
        Attributes of each file, from `run_attributes`.
    """

    def __init__(
        self,
        prepared: Prepared,
        engine: Engine,
        options: RunOptions,
        todo: dict[int, Path | None],
        attributes: dict[int, dict[str, Any]],
    ):
        self.prepared, self.engine, self.options = prepared, engine, options
        self.todo, self.attributes = todo, attributes
        self.tree = branches(prepared.schedules, list(prepared.schedules))
        self.files: dict[int, ResultsFile | ResultsInMemory] = {}
        self.began = time.monotonic()
        self.stop = threading.Event()
        self.pending: dict[Future, tuple[int, Branch]] = {}

    def play(self, progress: type[Progress]) -> None:
        """Play all branches of all seeds."""
        open_tasks = dict.fromkeys(self.todo, 0)
        total = self.tree.segments() * SEGMENT * len(self.todo)
        # Brian2's runtime mode keeps its objects in this process, one simulation at a time.
        jobs = self.options.jobs if self.engine.kind == "standalone" else 1
        in_place = jobs == 1 and all(path is None for path in self.todo.values())
        pool = _InPlace() if in_place else ThreadPoolExecutor(jobs)
        try:
            for seed, path in self.todo.items():
                self.files[seed] = self._open(seed, path)
            done = sum(self._resumed(seed, self.tree) for seed in self.todo) * SEGMENT
            label = self.attributes[next(iter(self.todo))]["experiment"]
            with progress(total, label, done=done) as self.bar:
                for seed in self.todo:
                    self._submit(pool, seed, self.tree, open_tasks)
                while self.pending:
                    finished, _ = wait(self.pending, return_when=FIRST_COMPLETED)
                    for future in finished:
                        seed, branch = self.pending.pop(future)
                        future.result()
                        for child in branch.children:
                            self._submit(pool, seed, child, open_tasks)
                        open_tasks[seed] -= 1
                        if not open_tasks[seed]:
                            self._complete(self.files[seed])
        except BaseException:
            self.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for file in self.files.values():
                with suppress(UserError):  # of a full disk the first word is enough
                    file.close()
            raise
        pool.shutdown()

    def _submit(self, pool, seed: int, branch: Branch, open_tasks: dict[int, int]) -> None:
        self.pending[pool.submit(self._play, seed, branch)] = (seed, branch)
        open_tasks[seed] += 1

    def _complete(self, file: ResultsFile | ResultsInMemory) -> None:
        wall = time.monotonic() - self.began
        file.complete({"wall_seconds": wall}, keep=kept(file.checkpoints(), self.options.keep))
        file.close()

    def _open(self, seed: int, path: Path | None) -> ResultsFile | ResultsInMemory:
        circuit, experiment = self.prepared.plan.circuit, self.prepared.experiment
        arms = list(experiment.arms)
        probes, schedule = experiment.probes, self.prepared.schedules[arms[0]]
        attributes = {**self.attributes[seed], "engine": self.engine.kind}
        coordinates = Coordinates(
            populations=list(circuit.populations),
            projections=list(circuit.projections),
            drugs=species_names(self.prepared.drugs),
            probes=probes.readouts() if probes else (),
            vacant=vacant_elements(self.prepared.plan),
            events=self.options.record_events,
        )
        if path is None:
            return ResultsInMemory(attributes, arms, coordinates)
        file = ResultsFile.create(
            path,
            attributes,
            arms,
            coordinates,
            overwrite=self.options.overwrite,
            resume=self.options.resume,
            rows=1 + len(schedule.time),
            probe_rows=len(probe_points(schedule, probes)),
        )
        for note in file.notes:
            print(f"note: {note}", file=sys.stderr)
        return file

    def _found(self, seed: int, branch: Branch) -> tuple[str | None, int]:
        """Return the last state of a branch, and the segment from which it is to be played."""
        file = self.files[seed]
        rows = min(file.rows(arm) for arm in branch.arms)
        return last_saved(file.checkpoints(), branch, rows)

    def _resumed(self, seed: int, branch: Branch) -> int:
        """Return how many segments of a branch and its children need not be played again."""
        _, at = self._found(seed, branch)
        if at < branch.stop:
            return at - branch.start
        return at - branch.start + sum(self._resumed(seed, child) for child in branch.children)

    def _first_state(self, seed: int) -> State:
        """Return the state that a seed starts from: a fresh one, or one of another run."""
        if self.options.start is None:
            return initial_state(self.prepared.plan, seed)
        return starting_point(self.options.start, seed, self.prepared).state

    def _state(self, seed: int, branch: Branch, name: str | None) -> State:
        """Return the state of a name, which must be whole; without a name, the first of all."""
        if name is None and branch.start == 0:
            return self._first_state(seed)
        try:
            state = self.files[seed].load_checkpoint(name)[0]
        except KeyError:
            arms = ", ".join(branch.arms)
            raise UserError(
                f"{self.todo[seed]}: the state from which {arms} go on was deleted during the "
                "run; --resume plays again what led to it"
            ) from None
        wrong = misfit(self.prepared.plan, state)
        if wrong:
            raise UserError(
                f"{self.todo[seed]}: checkpoint {name}: {wrong}; --overwrite starts again"
            )
        return state

    def _play(self, seed: int, branch: Branch) -> None:
        """Play one branch, from the last state there is, and leave its final state."""
        file = self.files[seed]
        name, at = self._found(seed, branch)
        if at == branch.stop or self.stop.is_set():
            return
        if name is None and branch.parent is not None:
            name, _ = self._found(seed, branch.parent)
        state = {**self._state(seed, branch, name), **constants(self.prepared.plan)}
        # Without a state nothing vouches for the rows that are there, not even the first.
        sound = 0 if name is None else at + 1
        for arm in branch.arms:
            if file.rows(arm) > sound:
                file.truncate(arm, sound)
        prober = Prober(self.prepared, self.attributes[seed], branch)
        prober.rewind(file, at)
        circuit = json.loads(self.attributes[seed]["circuit"])
        recorder = self._recorder(state, circuit["connectivity_seed"])
        for arm in branch.arms:
            if file.rows(arm) == 0:
                own = self.prepared.schedules[arm]
                file.append(arm, recorder.first_row(state, own))
        worker = self.engine.worker(circuit["connectivity_seed"])
        try:
            worker.load(state)
            self._advance(worker, recorder, prober, seed, branch, at)
        finally:
            worker.close()

    def _recorder(self, state: State, wiring: int) -> Recorder:
        """Return what makes rows of states, and lists of events if they were asked for."""
        plan = self.prepared.plan
        wanted = self.options.record_events
        return Recorder(plan, state, contacts(plan.circuit, wiring) if wanted else None)

    def _advance(
        self, worker, recorder: Recorder, prober: Prober, seed: int, branch: Branch, at: int
    ) -> None:
        file, schedules = self.files[seed], self.prepared.schedules
        before = self.attributes[seed]["start_segment"]
        first = schedules[branch.arms[0]]
        clock = SavingClock(self.options.checkpoint_every)
        while at < branch.stop:
            prober.prepare(worker, at)
            state = worker.advance(first.segment(at), segment_seed(seed, before + at))
            row = recorder.row(state, first, at)
            for arm in branch.arms:
                own = schedules[arm]
                row_of_arm = replace(row, **_concentrations(own, at))
                file.append(arm, row_of_arm, recorder.events)
            at += 1
            prober.ask(worker, file, at)
            file.flush()
            reached, length = float(first.time[at - 1]), float(first.time[-1])
            self.bar.advance(SEGMENT, first.phase[at - 1], reached, length)
            if kind_of(branch, first, at) != "latest" or clock.due() or self.stop.is_set():
                self._save(worker, seed, branch, at)
                clock.reset()
            if self.stop.is_set():
                return

    def _save(self, worker, seed: int, branch: Branch, at: int) -> None:
        """Save the state of a branch, small if it is to stay, and drop what it replaces."""
        file, schedule = self.files[seed], self.prepared.schedules[branch.arms[0]]
        if not file.resumable and not (branch.children and at == branch.stop):
            return
        state = worker.state()
        state = {name: state[name] for name in variable_sizes(self.prepared.plan)}
        told = about(branch, schedule, at, self.attributes[seed]["start_segment"])
        if file.resumable:
            told["record"] = {arm: file.rows_digest(arm, at + 1) for arm in branch.arms}
        latest = latest_name(branch)
        if told["kind"] == "latest":
            file.save_checkpoint(latest, state, told, compress=False)
            return
        stays = told["kind"] in KEEP[self.options.keep]
        name = checkpoint_name(branch, schedule, at)
        file.save_checkpoint(name, state, told, compress=stays)
        file.drop_checkpoint(latest)


def _concentrations(own: Schedule, index: int) -> dict[str, dict[str, float]]:
    """Return the recorded concentrations of an arm, in micromolar."""
    return {
        key: {name: float(values[index]) * 1e3 for name, values in getattr(own, key).items()}
        for key in ("plasma", "brain_free")
    }
