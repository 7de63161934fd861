"""One call of `run`: result files, tasks, checkpoints, and an orderly end when it is stopped."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .branching import Branch, branches
from .circuit.initial import initial_state
from .circuit.plan import SEGMENT
from .engine import Engine
from .pharmacology import Dose
from .pharmacology.exposure import species_names
from .preparation import Prepared, RunOptions
from .progress import Progress
from .protocol import Schedule
from .provenance import provenance, to_toml
from .record import Recorder
from .results import Coordinates, ResultsFile

#: Wall seconds between two checkpoints to resume from.
CHECKPOINT_EVERY = 20.0


def segment_seed(seed: int, index: int) -> int:
    """Return the seed of a segment's random numbers: the same in every arm of a run."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


class Session:
    """One call of `run`: its files, its tasks and what it takes to stop them in good order."""

    def __init__(self, prepared: Prepared, engine: Engine, options: RunOptions, name: str, todo):
        self.prepared, self.engine, self.options, self.name = prepared, engine, options, name
        self.todo = todo
        self.tree = branches(prepared.schedules, list(prepared.schedules))
        self.files: dict[int, ResultsFile] = {}
        self.began = time.monotonic()
        self.stop = threading.Event()
        self.pending: dict[Future, tuple[int, Branch]] = {}

    def play(self, progress: type[Progress]) -> None:
        """Play all branches of all seeds."""
        open_tasks = dict.fromkeys(self.todo, 0)
        total = self.tree.segments() * SEGMENT * len(self.todo)
        # Brian2's runtime mode keeps its objects in this process, one simulation at a time.
        jobs = self.options.jobs if self.engine.kind == "standalone" else 1
        pool = ThreadPoolExecutor(jobs)
        try:
            for seed, path in self.todo.items():
                self.files[seed] = self._open(seed, path)
            done = sum(self._resumed(seed, self.tree) for seed in self.todo) * SEGMENT
            with progress(total, self.name, done=done) as self.bar:
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
                            wall = time.monotonic() - self.began
                            self.files[seed].complete({"wall_seconds": wall})
                            self.files[seed].close()
        finally:
            self.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for file in self.files.values():
                file.close()

    def _submit(self, pool, seed: int, branch: Branch, open_tasks: dict[int, int]) -> None:
        self.pending[pool.submit(self._play, seed, branch)] = (seed, branch)
        open_tasks[seed] += 1

    def _open(self, seed: int, path: Path) -> ResultsFile:
        circuit, experiment = self.prepared.plan.circuit, self.prepared.experiment
        starts = experiment.starts()
        weight = experiment.weight()
        attributes = provenance() | {
            "experiment": self.name,
            "seed": seed,
            "neurons": circuit.neurons,
            "engine": self.engine.kind,
            "command": self.options.command,
            "timelapse_error": self.prepared.timelapse_error,
            "timelapse_error_source": "bound",
            "parameters": to_toml(self.prepared.parameters),
            "changed": dict(text.split("=", 1) for text in self.options.settings),
            "protocol": json.dumps(
                [
                    {
                        "name": phase.name,
                        "start_h": starts[phase.name] / 3600,
                        "end_h": (starts[phase.name] + phase.seconds()) / 3600,
                        "stress": phase.stress,
                    }
                    for phase in experiment.phases
                ]
            ),
            "doses": json.dumps(
                [
                    _described(name, dose, starts, weight)
                    for name, arm in experiment.arms.items()
                    for dose in arm.doses
                ]
            ),
        }
        return ResultsFile.create(
            path,
            attributes,
            list(experiment.arms),
            Coordinates(
                populations=list(circuit.populations),
                projections=list(circuit.projections),
                drugs=species_names(self.prepared.drugs),
            ),
            overwrite=self.options.overwrite,
            resume=self.options.resume,
        )

    def _resumed(self, seed: int, branch: Branch) -> int:
        """Return how many segments of a branch and its children need not be played again."""
        done = min(self.files[seed].rows(arm) for arm in branch.arms) - 1
        own = max(min(done, branch.stop) - branch.start, 0)
        return own + sum(self._resumed(seed, child) for child in branch.children)

    def _start(self, seed: int, branch: Branch) -> tuple[int, dict]:
        """Return the segment from which a branch is to be played, and the state there."""
        file = self.files[seed]
        saved = file.checkpoints()
        if f"end-{branch.name}" in saved:
            return branch.stop, {}
        if branch.name in saved:
            state, attributes = file.load_checkpoint(branch.name)
            return attributes["segment"], state
        for parent in self._ancestors(self.tree, branch):
            state, _ = file.load_checkpoint(f"end-{parent.name}")
            return branch.start, state
        state = initial_state(self.prepared.plan, seed)
        return 0, state

    def _ancestors(self, tree: Branch, branch: Branch) -> list[Branch]:
        """Return the branch's parent, in a list, or none for the root."""
        if branch in tree.children:
            return [tree]
        return [found for child in tree.children for found in self._ancestors(child, branch)]

    def _play(self, seed: int, branch: Branch) -> None:
        """Play one branch and leave its final state for its children."""
        file, schedules = self.files[seed], self.prepared.schedules
        at, state = self._start(seed, branch)
        first = schedules[branch.arms[0]]
        if not state or self.stop.is_set():
            return
        for arm in branch.arms:
            if file.rows(arm) > at + 1:
                file.truncate(arm, at + 1)
        recorder = Recorder(self.prepared.plan, state)
        for arm in branch.arms:
            if file.rows(arm) == 0:
                file.append(arm, recorder.first_row(state, first))
        worker = self.engine.worker(seed)
        try:
            worker.load(state)
            self._advance(worker, recorder, seed, branch, at)
        finally:
            worker.close()

    def _advance(self, worker, recorder: Recorder, seed: int, branch: Branch, at: int) -> None:
        file, schedules = self.files[seed], self.prepared.schedules
        first = schedules[branch.arms[0]]
        saved = time.monotonic()
        while at < branch.stop:
            state = worker.advance(first.segment(at), segment_seed(seed, at))
            row = recorder.row(state, first, at)
            for arm in branch.arms:
                own = schedules[arm]
                file.append(arm, replace(row, **_concentrations(own, at)))
            file.flush()
            at += 1
            self.bar.advance(SEGMENT, first.phase[at - 1], float(first.time[at - 1]) / 86400)
            late = time.monotonic() - saved > CHECKPOINT_EVERY
            if at < branch.stop and (late or self.stop.is_set()):
                file.save_checkpoint(branch.name, worker.state(), {"segment": at}, rolling=True)
                saved = time.monotonic()
            if self.stop.is_set():
                return
        state = worker.state() if branch.children else {"segment": np.array([at])}
        kept = {"segment": at, "hours": float(first.time[at - 1]) / 3600, "arms": branch.arms}
        file.save_checkpoint(f"end-{branch.name}", state, kept, rolling=not branch.children)


def _concentrations(own: Schedule, index: int) -> dict[str, dict[str, float]]:
    """Return the recorded concentrations of an arm, in micromolar."""
    return {
        key: {name: float(values[index]) * 1e3 for name, values in getattr(own, key).items()}
        for key in ("plasma", "brain_free")
    }


def _described(arm: str, dose: Dose, starts: dict[str, float], weight: float) -> dict[str, Any]:
    resolved = dose.resolve(starts.get(dose.phase, 0.0), weight)
    return {
        "arm": arm,
        "drug": dose.drug,
        "amount": str(dose.amount),
        "route": dose.route,
        "start_h": resolved.start / 3600,
        "duration_h": resolved.duration / 3600,
    }
