"""Run an experiment: every arm, for every seed, with what arms share simulated once.

For each seed the arms form a tree. As long as arms meet the same drives they are one simulation;
where they part, the state is stored and each goes on from it with the same random numbers. A
branch of the tree is a task; `jobs` tasks run at once, whatever seed they belong to.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .engine import Engine
from .preparation import Prepared, RunOptions, prepare
from .progress import Progress
from .protocol import Experiment
from .results import check_destination, is_complete
from .session import Session


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
    return play(prepare(experiment, options), options, name, progress)


def play(
    prepared: Prepared,
    options: RunOptions,
    name: str = "experiment",
    progress: type[Progress] = Progress,
) -> list[Path]:
    """Play a prepared experiment and return the result files, one for each seed."""
    paths = {
        seed: options.out if options.out.suffix == ".h5" else options.out / f"seed_{seed}.h5"
        for seed in options.seeds
    }
    todo = {s: p for s, p in paths.items() if not (options.resume and is_complete(p))}
    for path in todo.values():
        check_destination(path, overwrite=options.overwrite, resume=options.resume)
    for text in prepared.warnings:
        print(f"warning: {text}", file=sys.stderr)
    if todo:
        engine = Engine(prepared.plan, options.engine, announce=print)
        Session(prepared, engine, options, name, todo).play(progress)
    return list(paths.values())


__all__ = ["RunOptions", "play", "prepare", "run"]
