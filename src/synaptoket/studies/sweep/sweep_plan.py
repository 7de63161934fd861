"""The numbered list of runs that a sweep file stands for, and how it may grow."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ...experiment.protocol import Experiment
from ...experiment.run_options import RunOptions
from ...parameters.errors import UserError
from ...parameters.files import display, experiment_path, root
from ...parameters.overrides import Override
from ...parameters.scripts import load_experiment
from .axes import Axis, axes_of
from .plan_check import digest_of
from .sweep_file import RUNS_AT_MOST, SweepFile
from .sweep_values import Value

Settings = dict[str, Value]


@dataclass(frozen=True)
class Run:
    """One run of a sweep: its number, its point and its seed."""

    number: int
    point: int
    seed: int


@dataclass(frozen=True)
class SweepPlan:
    """A sweep, spelled out.

    Attributes
    ----------
    sweep : SweepFile
        The sweep as its file describes it.
    script : str
        The experiment: the name of one that ships, or the path of a script.
    script_hash : str
        SHA-256 of its text, and of those of the rules.
    axes : list of Axis
    points : list of tuple of int
        The place on each axis of every point, in order.
    runs : list of (point, seed)
        In order: a run's number is its place here, and stays when the sweep is extended.
    parameters : str
        Every parameter of a run without the axes' settings, as TOML.
    """

    sweep: SweepFile
    script: str
    script_hash: str
    axes: list[Axis]
    points: list[tuple[int, ...]]
    runs: list[tuple[int, int]]
    parameters: str = ""

    def run(self, number: int) -> Run:
        """Return a run by its number."""
        return Run(number, *self.runs[number])

    def settings(self, point: int) -> Settings:
        """Return the parameters that a point sets, besides those that are the same everywhere."""
        chosen: Settings = {}
        for axis, place in zip(self.axes, self.points[point], strict=True):
            chosen |= axis.settings[place]
        return chosen

    def labels(self, point: int) -> dict[str, Value]:
        """Return the label of a point on each axis."""
        places = zip(self.axes, self.points[point], strict=True)
        return {axis.name: axis.labels[place] for axis, place in places}

    def options(self, settings: Settings, seed: int, out: Path) -> RunOptions:
        """Return the options of the run with these settings and seed."""
        sweep = self.sweep
        return RunOptions(
            seeds=(seed,),
            out=out,
            neurons=sweep.neurons,
            settings=tuple(
                Override.of(name, value) for name, value in (sweep.set | settings).items()
            ),
            timelapse_scale=sweep.timelapse_scale,
            tolerance=sweep.tolerance,
            circuit=sweep.circuit,
            rules=tuple(sweep.rules),
            keep="none",
        )

    def experiment(self) -> Experiment:
        """Load the experiment; `UserError` if its script has changed or lacks an arm."""
        path = experiment_path(self.script)
        if script_hash(path, self.sweep.rules) != self.script_hash:
            raise UserError(f"{display(path)}, or a rule, has changed since the sweep began")
        return chosen_arms(load_experiment(path), self.sweep)

    @cached_property
    def digest(self) -> str:
        """The hash of everything that decides the results."""
        return digest_of(self.tree())

    def tree(self) -> dict[str, Any]:
        """Return the plan as JSON holds it."""
        return {
            "sweep": self.sweep.model_dump(mode="json", exclude={"cluster"}),
            "script": self.script,
            "script_hash": self.script_hash,
            "axes": [[a.name, a.labels, a.settings] for a in self.axes],
            "points": [list(places) for places in self.points],
            "runs": [list(run) for run in self.runs],
            "parameters": self.parameters,
        }

    @classmethod
    def from_tree(cls, tree: dict[str, Any]) -> SweepPlan:
        """Return the plan that `tree` was made of."""
        return cls(
            SweepFile.model_validate(tree["sweep"]), tree["script"], tree["script_hash"],
            [Axis(*axis) for axis in tree["axes"]],
            [tuple(places) for places in tree["points"]],
            [(point, seed) for point, seed in tree["runs"]],
            tree["parameters"],
        )  # fmt: skip


def make_plan(sweep: SweepFile) -> SweepPlan:
    """Return the plan of a sweep file: the product of its axes, each point with every seed."""
    path = experiment_path(sweep.experiment)
    experiment = chosen_arms(load_experiment(path), sweep)
    seeds = sweep.seed_numbers()
    _check_size([table.places() for table in sweep.axes.values()], len(seeds))
    axes = axes_of(sweep, sweep.circuit or experiment.circuit)
    lengths = [len(axis) for axis in axes]
    _check_size(lengths, len(seeds))
    points = list(itertools.product(*(range(length) for length in lengths)))
    runs = [(point, seed) for point in range(len(points)) for seed in seeds]
    ships = path.resolve().parent == (root() / "experiments").resolve()
    script = path.stem if ships else str(path.resolve())
    return SweepPlan(sweep, script, script_hash(path, sweep.rules), axes, points, runs)


def _check_size(lengths: list[int], seeds: int) -> None:
    """Refuse more runs than fit into memory, before any is spelled out."""
    runs = math.prod(lengths) * seeds
    if runs > RUNS_AT_MOST:
        shown = " x ".join(str(length) for length in (*lengths, seeds))
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        raise UserError(
            f"the sweep has {shown} = {runs:.6g} runs (axes x seeds), expected at most "
            f"{RUNS_AT_MOST}"
        )


def chosen_arms(experiment: Experiment, sweep: SweepFile) -> Experiment:
    """Return the experiment with the arms that the sweep asks for."""
    if sweep.arms is None:
        return experiment
    for name in sweep.arms:
        if name not in experiment.arms:
            raise UserError(f"arms: {name!r}: expected {', '.join(experiment.arms)}")
    return replace(experiment, arms={name: experiment.arms[name] for name in sweep.arms})


def script_hash(path: Path, rules: Sequence[str] = ()) -> str:
    """Return the hash of the programs that decide a sweep: its script, and its rules."""
    try:
        texts = [Path(file).read_bytes() for file in (path, *rules)]
    except OSError as error:
        raise UserError(f"{error.filename}: cannot be read: {error.strerror}") from None
    hashes = [hashlib.sha256(text).hexdigest() for text in texts]
    return hashes[0] if not rules else hashlib.sha256("".join(hashes).encode()).hexdigest()


def assignments(settings: Settings) -> tuple[str, ...]:
    """Return settings as a reader sees them, written as after ``--set``.

    >>> assignments({"a.b": True, "c": "1 ms"})
    ('a.b=true', 'c=1 ms')
    """
    return tuple(Override.of(name, value).text for name, value in settings.items())


def difference(old: SweepPlan, new: SweepPlan) -> str:
    """Return in words how two plans differ, besides runs that only one has; "" if they do not.

    A run is known by its settings and its seed, so axes may be written in another way.
    """
    mine, theirs = (plan.sweep.model_dump(mode="json", exclude=_MOVABLE) for plan in (old, new))
    for key, value in mine.items():
        if theirs[key] != value:
            return f"{key} was {_short(value)}, is {_short(theirs[key])}"
    if old.script_hash != new.script_hash:
        rules = " or a rule" if new.sweep.rules else ""
        return f"the experiment {display(old.script)}{rules} has another text"
    if old.parameters != new.parameters:
        return f"a model's parameters: {_first_line(old.parameters, new.parameters)}"
    names = [[axis.name for axis in plan.axes] for plan in (old, new)]
    if names[0] != names[1]:
        return f"axes were {', '.join(names[0])}, are {', '.join(names[1])}"
    return ""


_MOVABLE = {"seeds", "axes", "design", "cluster"}


def extended(old: SweepPlan, new: SweepPlan) -> SweepPlan:
    """Return a plan with all runs of both; those of `old` keep their numbers.

    Raises
    ------
    UserError
        If `new` lacks a run of `old`: then it is another sweep.
    """
    keys, before = _point_keys(new), _point_keys(old)
    wanted = {(keys[point], seed): (point, seed) for point, seed in new.runs}
    known = {(before[point], seed) for point, seed in old.runs}
    lost = [(point, seed) for point, seed in old.runs if (before[point], seed) not in wanted]
    if lost:
        point, seed = lost[0]
        raise UserError(
            f"{len(lost)} runs of the sweep are missing from the file, the first with "
            f"{', '.join(assignments(old.settings(point))) or 'no settings'} and seed {seed}"
        )
    fresh = [run for key, run in wanted.items() if key not in known]
    places = dict(zip(keys, new.points, strict=True))
    points = [places[key] for key in before]
    index = {place: point for point, place in enumerate(points)}
    runs = list(old.runs)
    for point, seed in fresh:
        place = new.points[point]
        if place not in index:
            index[place] = len(points)
            points.append(place)
        runs.append((index[place], seed))
    return replace(new, points=points, runs=runs)


def _point_keys(plan: SweepPlan) -> list[tuple[str, int]]:
    """Return a key for each point: its settings, and how many earlier points have the same ones.

    A design with few levels may contain a point more than once.
    """
    seen: Counter[str] = Counter()
    keys = []
    for point in range(len(plan.points)):
        text = json.dumps(plan.settings(point), sort_keys=True)
        keys.append((text, seen[text]))
        seen[text] += 1
    return keys


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _first_line(old: str, new: str) -> str:
    before, after = set(old.splitlines()), set(new.splitlines())
    lines: Sequence[str] = [line for line in new.splitlines() if line not in before]
    lines = lines or [line for line in old.splitlines() if line not in after]
    return lines[0] if lines else "another order"
