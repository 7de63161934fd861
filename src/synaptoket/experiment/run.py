"""Run an experiment: every arm, for every seed, with the shared part of arms simulated once.

For each seed the arms form a tree. Arms with the same drives are one simulation; where their drives
part, the state is saved, and each goes on from it with the same random numbers. A branch of the
tree is a task; `jobs` tasks of any seeds run at once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..engine import Engine
from ..parameters.errors import UserError
from ..parameters.printable import printable
from ..pharmacology.dose import described
from ..results.arm_rows import RowsByArm
from ..results.destination import check_destination, check_no_input, part_path
from ..results.finishing import settle
from ..results.in_memory import ResultsInMemory
from ..results.layout import as_stored
from ..results.sameness import check_same_run
from ..results.sources import is_complete, root_attributes
from .prepare import Prepared, prepare
from .progress import NoProgress, Progress, ProgressType
from .protocol import Experiment
from .run_attributes import run_attributes, summarised_attributes
from .run_options import RunOptions
from .seed_run import SeedRun
from .session import play_seeds
from .start_state import StartingPoint, starting_point


def run(
    experiment: Experiment,
    options: RunOptions,
    progress: ProgressType = Progress,
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
        Shows how far the run is.
    script : str or Path, optional
        The script that defines the experiment; its name is the experiment's.

    Raises
    ------
    UserError
        For wrong input; nothing has been compiled or written by then.
    """
    name = Path(script).stem if script else "experiment"
    prepared = prepare(experiment, options)
    doses = described(prepared.experiment.doses(), prepared.experiment.weight())
    return play(prepared, options, name, progress, heading=doses)


def play(
    prepared: Prepared,
    options: RunOptions,
    name: str = "experiment",
    progress: ProgressType = Progress,
    engine: Engine | None = None,
    heading: str = "",
) -> list[Path]:
    """Play a prepared experiment and return the result files, one for each seed.

    Parameters
    ----------
    prepared, options
        The run.
    name : str
        Of the experiment.
    progress : type
        Shows how far the run is.
    engine : Engine, optional
        One for this plan; without it, one is made.
    heading : str
        A line to print once everything has proved right.
    """
    paths = {
        seed: options.out if options.out.suffix == ".h5" else options.out / f"seed_{seed}.h5"
        for seed in options.seeds
    }
    runs, attributes, notes, hormones = {}, {}, {}, {}
    for seed in paths:
        runs[seed], start = _seed_run(seed, prepared, options)
        hormones[seed] = start.hormone if start else 0.0
        notes |= dict.fromkeys(start.notes if start else ())
        attributes[seed] = run_attributes(prepared, options, name, runs[seed], start)
    _feed(prepared, hormones)
    todo = {s: p for s, p in paths.items() if not (options.resume and _done(p, attributes[s]))}
    for path in todo.values():
        check_destination(path, overwrite=options.overwrite, resume=options.resume)
    sources = {attributes[seed].get("start_file") or None for seed in paths}
    for path in todo.values():
        for written in (path, part_path(path)):
            check_no_input(written, sources)
    if heading:
        print(heading, flush=True)
    for note in notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    for text in prepared.warnings:
        print(f"warning: {text}", file=sys.stderr)
    if todo:
        engine = engine or Engine(prepared.plan, options.engine, announce=print)
        runs = {seed: runs[seed] for seed in todo}
        play_seeds(prepared, options, engine, runs, todo, attributes, progress, name)
    return list(paths.values())


def record(
    prepared: Prepared, options: RunOptions, name: str = "experiment", engine: Engine | None = None
) -> RowsByArm:
    """Play a prepared experiment with one seed, and return its rows; no file is written.

    Parameters
    ----------
    prepared, options
        The run, with one seed and from a fresh state; options about files are not used.
    name : str
        Of the experiment.
    engine : Engine, optional
        One for this plan; without it, one is made.
    """
    (seed,) = options.seeds
    engine = engine or Engine(prepared.plan, options.engine, announce=print)
    runs = {seed: SeedRun.fresh(seed)}
    attributes = {seed: summarised_attributes(prepared, name, runs[seed])}
    files = play_seeds(prepared, options, engine, runs, {seed: None}, attributes, NoProgress, name)
    rows = files[seed]
    assert isinstance(rows, ResultsInMemory)
    return rows.rows_by_arm()


def _seed_run(
    seed: int, prepared: Prepared, options: RunOptions
) -> tuple[SeedRun, StartingPoint | None]:
    """Return the run of a seed, and the state of another run that it starts from, if any."""
    if not options.start:
        return SeedRun.fresh(seed), None
    point = starting_point(options.start, seed, prepared)
    return SeedRun.from_point(seed, options.start, point), point


def _feed(prepared: Prepared, hormones: Mapping[int, float]) -> None:
    """Let the stress hormone go on from where it is in the states that the seeds start from."""
    first, *others = dict.fromkeys(hormones.values())
    if others:
        raise UserError(
            f"--from: states with a stress hormone of {first:.3g} and of {others[0]:.3g}: expected "
            "one protocol, as seeds are one experiment"
        )
    for schedule in prepared.schedules.values():
        if schedule.first_hormone != first:
            schedule.feed(prepared.hormone, first)


def _done(path: Path, attributes: dict[str, Any]) -> bool:
    """Return whether nothing is left to do; refuse to continue the file of another run."""
    settle(path)
    part = part_path(path)
    for file in (part, path):
        if file.exists():
            check_same_run(root_attributes(file), as_stored(attributes), file)
            return file == path and is_complete(path)
    return False


__all__ = ["RunOptions", "play", "prepare", "record", "run"]
