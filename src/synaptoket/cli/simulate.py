"""The commands that simulate: ``run`` and ``timelapse``."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..parameters import files
from ..parameters.errors import UserError
from ..parameters.scripts import load_experiment
from .app import app
from .options import (
    TOLERANCE,
    check_numbers,
    check_outputs,
    check_target,
    cores,
    destination,
    draw,
    interruptible,
    seed_numbers,
)
from .rules import RuleFiles

#: Options that both commands have.
ExperimentName = Annotated[
    str, typer.Argument(metavar="EXPERIMENT", help="A script, or the name of one that ships.")
]
Jobs = Annotated[int | None, typer.Option(help="Processes at once (default: the cores there are).")]
Neurons = Annotated[int | None, typer.Option(help="Size of the circuit.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change any parameter; may be repeated."),
]
Tolerance = Annotated[
    float,
    typer.Option(
        help="Error of a slow process, of its largest response, at automatic time-lapses."
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace old results.")]


class Engine(StrEnum):
    """How a circuit is run."""

    auto = "auto"
    standalone = "standalone"
    runtime = "runtime"


class Keep(StrEnum):
    """Which checkpoints stay in a finished file."""

    phases = "phases"
    branches = "branches"
    none = "none"


@app.command()
def run(
    context: typer.Context,
    experiment: ExperimentName,
    seed: Annotated[int | None, typer.Option(help="One seed (default 1): one file.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 1 to N: a folder of files.")] = None,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    timelapse_scale: Annotated[
        float, typer.Option(help="0.5: half the hours of biology in a second of spiking.")
    ] = 1.0,
    tolerance: Tolerance = TOLERANCE,
    out: Annotated[
        Path | None, typer.Option(help="One seed: a file .h5. Several seeds: a folder.")
    ] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the results into this file (.png, .pdf, .svg).")
    ] = None,
    circuit: Annotated[
        str | None, typer.Option(help="Another circuit than the experiment's: a name or a .toml.")
    ] = None,
    rule: RuleFiles = None,
    engine: Annotated[
        Engine, typer.Option(help="standalone: compiled; runtime: without a compiler, slower.")
    ] = Engine.auto,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE:CHECKPOINT",
            help="Start from a state of another run (info lists them), or of each seed's in a "
            "folder.",
        ),
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(metavar="N", help="Save a state to resume from every N segments, too."),
    ] = None,
    keep: Annotated[
        Keep,
        typer.Option(
            "--keep-checkpoints", help="What stays in a finished file: ends of phases, of branches."
        ),
    ] = Keep.phases,
    record_events: Annotated[
        bool,
        typer.Option("--record-events", help="Record formation and elimination of each synapse."),
    ] = False,
) -> None:
    """Run an experiment: all its arms, for one seed or several."""
    path = files.experiment_path(experiment)
    numbers = seed_numbers(seed, seeds, start)
    counts = {"--jobs": jobs, "--neurons": neurons, "--seeds": seeds}
    check_numbers(counts | {"--checkpoint-every": checkpoint_every}, tolerance, set_)
    if not (math.isfinite(timelapse_scale) and timelapse_scale > 0):
        raise UserError(f"--timelapse-scale {timelapse_scale:g}: expected a number above zero")
    if circuit is not None:
        files.model_path("circuits", circuit)
    target = destination(path.stem, numbers, several=seeds is not None, out=out)
    check_target(target, seeds is not None, resume, overwrite)
    started = start and start.rpartition(":")[0]
    read = [path, circuit, *(rule or ()), started]
    check_outputs(figure=figure, inputs=read, overwrite=overwrite)
    loaded = load_experiment(path)

    from ..experiment.progress import Progress
    from ..experiment.run import RunOptions
    from ..experiment.run import run as run_experiment

    options = RunOptions(
        seeds=numbers,
        jobs=jobs or cores(),
        neurons=neurons,
        settings=tuple(set_ or ()),
        timelapse_scale=timelapse_scale,
        tolerance=tolerance,
        out=target,
        resume=resume,
        overwrite=overwrite,
        circuit=circuit,
        rules=tuple(map(str, rule or ())),
        engine=engine.value,
        start=start,
        checkpoint_every=checkpoint_every,
        keep=keep.value,
        record_events=record_events,
        command=context.obj or context.command_path,
    )
    with interruptible(options.command):
        paths = run_experiment(loaded, options, progress=Progress, script=path)
        _report(paths, target, figure)


@app.command()
def timelapse(
    context: typer.Context,
    experiment: ExperimentName,
    arm: Annotated[
        str | None, typer.Option(help="The arm (default: the one with the fewest doses).")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Seeds 1 to N, two or more.")] = 5,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    rule: RuleFiles = None,
    phases: Annotated[
        str | None, typer.Option(help="Phases to compare, 'a,b' (default: from the first effect).")
    ] = None,
    tolerance: Tolerance = TOLERANCE,
    out: Annotated[Path | None, typer.Option(help="A folder.")] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    table: Annotated[Path | None, typer.Option(help="Also write the table, as Markdown.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Measure the error of the time-lapse: an arm at 1, 1/2 and 1/4 of it, over several seeds."""
    path = files.experiment_path(experiment)
    if seeds < 2:
        raise UserError(f"--seeds {seeds}: expected 2 or more: one seed has no interval")
    check_numbers({"--jobs": jobs, "--neurons": neurons}, tolerance, set_)
    target = destination(f"{path.stem}_timelapse", (), several=True, out=out)
    check_target(target, True, resume, overwrite)
    check_outputs(table=table, inputs=[path, *(rule or ())], overwrite=overwrite)
    loaded = load_experiment(path)

    from ..analysis import convergence, convergence_json, convergence_table
    from ..experiment import timelapse_comparison as comparison
    from ..experiment.run import RunOptions
    from ..results import open_results
    from ..results.table_page import write_table

    options = RunOptions(
        seeds=tuple(range(1, seeds + 1)),
        jobs=jobs or cores(),
        neurons=neurons,
        settings=tuple(set_ or ()),
        tolerance=tolerance,
        out=target,
        resume=resume,
        overwrite=overwrite,
        rules=tuple(map(str, rule or ())),
        keep="none",
        command=context.obj or context.command_path,
    )
    chosen = [name.strip() for name in phases.split(",")] if phases else []
    with interruptible(options.command):
        paths = comparison.compare(loaded, options, arm, chosen, script=path)
    tree = open_results(paths)
    found = convergence(tree)
    comparison.record_error(paths, found)
    print(convergence_json(found) if json_ else convergence_table(found))
    if table is not None:
        write_table(table, f"    {tree.attrs['command']}\n\n{convergence_table(found, True)}")
    print(f"results: {target}", file=sys.stderr)


def _report(paths: Sequence[Path], target: Path, figure: Path | None) -> None:
    from ..analysis import summary_table
    from ..results import open_results

    tree = open_results(paths)
    print(summary_table(tree))
    print(f"\nresults: {target}")
    if figure is not None:
        draw(tree, figure)
