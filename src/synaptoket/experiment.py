"""Run an experiment: every arm, for every seed, with what arms share simulated once.

For each seed the arms form a tree. As long as arms meet the same drives they are one simulation;
where they part, the state is stored and each goes on from it with the same random numbers. A
branch of the tree is a task; `jobs` tasks run at once, whatever seed they belong to.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import settings
from .circuit.initial import initial_state
from .circuit.plan import SEGMENT, CircuitPlan, plan
from .circuit.schema import circuit_tree, load_circuit
from .engine import Engine
from .errors import UserError, nearest
from .library import display, model_path, read_toml
from .pharmacology import Dose, load_drug
from .pharmacology.drug import Drug
from .pharmacology.exposure import species_names
from .progress import Progress
from .protocol import Arm, Experiment, Phase, Schedule, schedule
from .provenance import provenance, to_toml
from .record import Recorder
from .results import Coordinates, ResultsFile, check_destination, is_complete

#: Wall seconds between two checkpoints to resume from.
CHECKPOINT_EVERY = 20.0


@dataclass(frozen=True)
class RunOptions:
    """How to run: the options of the command line.

    Parameters
    ----------
    seeds : tuple of int
        One file each.
    out : Path
        A file (ends in ``.h5``: one seed), or a folder.
    jobs : int
        Simulations at once.
    neurons : int, optional
        Size of the circuit in place of its file's.
    settings : tuple of str
        ``"dotted.name=value"``, each.
    timelapse_scale : float
        Factor on the time-lapse of every phase.
    resume, overwrite : bool
        Continue an unfinished file; replace one.
    circuit : str, optional
        Another circuit than the experiment's.
    engine : {"auto", "standalone", "runtime"}
        See `Engine`.
    command : str
        What the user typed, for the record.
    """

    seeds: tuple[int, ...]
    out: Path
    jobs: int = 1
    neurons: int | None = None
    settings: tuple[str, ...] = ()
    timelapse_scale: float = 1.0
    resume: bool = False
    overwrite: bool = False
    circuit: str | None = None
    engine: str = "auto"
    command: str = ""


@dataclass
class Prepared:
    """An experiment with every setting applied and checked, before anything is compiled."""

    experiment: Experiment
    plan: CircuitPlan
    drugs: dict[str, Drug]
    schedules: dict[str, Schedule]
    parameters: dict[str, Any]


@dataclass
class Branch:
    """Arms that are one simulation from segment `start` to `stop`, and what comes after."""

    arms: list[str]
    start: int
    stop: int
    children: list[Branch] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name for the branch's checkpoints."""
        return f"{self.arms[0]}-{self.start}"

    def segments(self) -> int:
        """Return the number of segments of the branch and of all that follow."""
        return self.stop - self.start + sum(child.segments() for child in self.children)


def run(
    experiment: Experiment,
    options: RunOptions,
    progress: type[Progress] = Progress,
    script: str | Path | None = None,
) -> list[Path]:
    """Run an experiment and return the result files, one for each seed.

    Parameters
    ----------
    experiment : Experiment
        Phases and arms.
    options : RunOptions
        Seeds, size, destination, changed parameters.
    progress : type
        What shows how far the run is.
    script : str or Path, optional
        The script that defines the experiment; its name is the experiment's.

    Raises
    ------
    UserError
        For wrong input; nothing has been compiled or written by then.
    """
    name = Path(script).stem if script else "experiment"
    prepared = prepare(experiment, options)
    paths = {
        seed: options.out if options.out.suffix == ".h5" else options.out / f"seed_{seed}.h5"
        for seed in options.seeds
    }
    todo = {s: p for s, p in paths.items() if not (options.resume and is_complete(p))}
    for path in todo.values():
        check_destination(path, overwrite=options.overwrite, resume=options.resume)
    if todo:
        engine = Engine(prepared.plan, options.engine, announce=print)
        _Session(prepared, engine, options, name, todo).play(progress)
    return list(paths.values())


def prepare(experiment: Experiment, options: RunOptions) -> Prepared:
    """Apply all settings to the experiment, its drugs and its circuit, and check everything."""
    experiment = replace(experiment, circuit=options.circuit or experiment.circuit)
    drug_settings: dict[str, dict[str, Any]] = {name: {} for name in experiment.drugs()}
    circuit_settings: dict[tuple[str, ...], Any] = {}
    for text in options.settings:
        dotted, value = settings.parse_assignment(text)
        if dotted[0] in drug_settings:
            experiment = _set_dose(experiment, dotted, value, drug_settings)
        elif dotted[0] == "phases":
            experiment = _set_phase(experiment, dotted, value)
        elif dotted == ("body_weight",):
            experiment = replace(experiment, body_weight=str(value))
        else:
            circuit_settings[dotted] = value
    experiment.check()
    drugs = {name: load_drug(name, overrides) for name, overrides in drug_settings.items()}
    circuit = load_circuit(experiment.circuit, circuit_settings, options.neurons)
    made = plan(circuit)
    schedules = {
        name: schedule(experiment, arm, drugs, options.timelapse_scale)
        for name, arm in experiment.arms.items()
    }
    parameters = _parameters(experiment, circuit_settings, drug_settings, options)
    return Prepared(experiment, made, drugs, schedules, parameters)


_DOSE_KEYS = {"dose": "amount", "amount": "amount", "route": "route", "start": "start",
              "duration": "duration", "phase": "phase"}  # fmt: skip


def _set_dose(experiment: Experiment, dotted, value, drug_settings) -> Experiment:
    """Change a dose of a drug in every arm that gives it, or a number of the drug's file."""
    drug, *rest = dotted
    if len(rest) != 1 or rest[0] not in _DOSE_KEYS:
        tree = read_toml(model_path("drugs", drug))
        where = display(model_path("drugs", drug))
        known = {".".join(names): None for names in (n.split(".") for n in settings.names(tree))}
        if ".".join(rest) not in known:
            hint = nearest(".".join(rest), [*known, *_DOSE_KEYS])
            raise UserError(f"--set {'.'.join(dotted)}: {where} has no such parameter{hint}")
        drug_settings[drug][".".join(rest)] = value
        return experiment

    def changed(dose: Dose) -> Dose:
        return replace(dose, **{_DOSE_KEYS[rest[0]]: value}) if dose.drug == drug else dose

    try:
        arms = {
            name: replace(arm, doses=tuple(changed(dose) for dose in arm.doses))
            for name, arm in experiment.arms.items()
        }
    except UserError as error:
        raise UserError(f"--set {'.'.join(dotted)}={value}: {error}") from None
    return replace(experiment, arms=arms)


def _set_phase(experiment: Experiment, dotted, value) -> Experiment:
    """Change the duration, time-lapse or stress of a phase."""
    names = [phase.name for phase in experiment.phases]
    keys = ("duration", "timelapse", "stress")
    if len(dotted) != 3 or dotted[1] not in names or dotted[2] not in keys:
        valid = [f"phases.{name}.{key}" for name in names for key in keys]
        hint = nearest(".".join(dotted), valid)
        raise UserError(f"--set {'.'.join(dotted)}: no such parameter{hint}")
    _, name, key = dotted
    phases = tuple(
        replace(phase, **{key: value}) if phase.name == name else phase
        for phase in experiment.phases
    )
    return replace(experiment, phases=phases)


def _parameters(experiment: Experiment, circuit_settings, drug_settings, options) -> dict[str, Any]:
    """Return every parameter of the run as one tree of tables."""
    path = model_path("circuits", experiment.circuit)
    tree = circuit_tree(path)
    for dotted, value in circuit_settings.items():
        settings.apply(tree, dotted, value, display(path))
    if options.neurons is not None:
        tree["neurons"] = options.neurons
    drugs = {}
    for name, overrides in drug_settings.items():
        drugs[name] = deepcopy(read_toml(model_path("drugs", name)))
        for dotted, value in overrides.items():
            settings.apply(drugs[name], dotted, value, name)
    receptor = read_toml(model_path("receptors", "nmda"))
    return {
        "timelapse_scale": options.timelapse_scale,
        "body_weight": experiment.body_weight,
        "phases": {p.name: {k: v for k, v in asdict(p).items() if k != "name"}
                   for p in experiment.phases},
        "circuit": tree,
        "receptors": {"nmda": receptor},
        "drugs": drugs,
    }  # fmt: skip


def branches(schedules: Mapping[str, Schedule], arms: list[str], start: int = 0) -> Branch:
    """Return the tree of arms: a branch for each stretch that some arms share.

    Arms are together as long as every drive is the same, bit for bit.
    """
    total = len(schedules[arms[0]].time)
    stop = total
    for arm in arms[1:]:
        for name, values in schedules[arms[0]].drives.items():
            differs = np.any(values[start:stop] != schedules[arm].drives[name][start:stop], axis=1)
            if differs.any():
                stop = start + int(np.argmax(differs))
    branch = Branch(arms, start, stop)
    if stop < total:
        groups: dict[bytes, list[str]] = {}
        for arm in arms:
            fed = schedules[arm].segment(stop)
            key = b"".join(fed[name].tobytes() for name in sorted(fed))
            groups.setdefault(key, []).append(arm)
        branch.children = [branches(schedules, group, stop) for group in groups.values()]
    return branch


def segment_seed(seed: int, index: int) -> int:
    """Return the seed of a segment's random numbers: the same in every arm of a run."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


class _Session:
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


__all__ = ["Arm", "Dose", "Experiment", "Phase", "RunOptions", "prepare", "run"]
