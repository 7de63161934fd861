"""The commands that simulate: ``run`` and ``timelapse``."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..experiment.run_options import TOLERANCE, EngineKind, Keep, RunOptions
from ..parameters import files
from ..parameters.errors import UserError
from ..parameters.overrides import parsed_overrides
from ..parameters.scripts import load_experiment
from .app import app
from .options import (
    All,
    RuleFiles,
    beginning_with,
    check_numbers,
    check_outputs,
    check_target,
    cores,
    destination,
    draw,
    interruptible,
    option,
    seed_numbers,
)

#: Options that both commands have.
ExperimentName = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="A script, or the name of one that ships.",
        autocompletion=beginning_with(files.experiment_names),
    ),
]
Jobs = Annotated[int | None, option("jobs")]
Neurons = Annotated[int | None, option("neurons")]
Settings = Annotated[list[str] | None, option("settings")]
Tolerance = Annotated[float, option("tolerance")]
Resume = Annotated[bool, option("resume")]
Overwrite = Annotated[bool, option("overwrite")]


@app.command()
def run(
    context: typer.Context,
    experiment: ExperimentName,
    seed: Annotated[int | None, typer.Option(help="One seed (default 1): one file.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 1 to N: a folder of files.")] = None,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    timelapse_scale: Annotated[float, option("timelapse_scale")] = 1.0,
    tolerance: Tolerance = TOLERANCE,
    out: Annotated[Path | None, option("out")] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the results into this file (.png, .pdf, .svg).")
    ] = None,
    circuit: Annotated[str | None, option("circuit")] = None,
    overlay: Annotated[str | None, option("overlay")] = None,
    sets: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER_OR_PATTERN", help="Also play each of several overlays: OUT/sets/<name>."
        ),
    ] = None,
    set_seeds: Annotated[
        int | None, typer.Option(help="Seeds 1 to N of each of the sets (default: all).")
    ] = None,
    rule: RuleFiles = None,
    engine: Annotated[EngineKind, option("engine")] = EngineKind.auto,
    start: Annotated[str | None, option("start")] = None,
    checkpoint_every: Annotated[int | None, option("checkpoint_every")] = None,
    keep: Annotated[Keep, option("keep")] = Keep.none,
    record_events: Annotated[bool, option("record_events")] = False,
    arms: Annotated[
        str | None, typer.Option(help="Play these arms only, 'a,b' (default: all).")
    ] = None,
    all_: All = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print phases, doses, time and disk space; start nothing."),
    ] = False,
) -> None:
    """Run an experiment: all its arms, for one seed or several."""
    path = files.experiment_path(experiment)
    numbers = seed_numbers(seed, seeds, start)
    counts = {"--jobs": jobs, "--neurons": neurons, "--seeds": seeds, "--set-seeds": set_seeds}
    check_numbers(counts | {"--checkpoint-every": checkpoint_every}, tolerance)
    settings = parsed_overrides(set_ or ())
    if not (math.isfinite(timelapse_scale) and timelapse_scale > 0):
        raise UserError(f"--timelapse-scale {timelapse_scale:g}: expected a number above zero")
    if circuit is not None:
        files.model_path("circuits", circuit)
    _check_sets(overlay, sets, set_seeds, out)
    several = seeds is not None or sets is not None
    target = destination(path.stem, numbers, several=several, out=out)
    check_target(target, several, resume, overwrite)
    started = start and start.rpartition(":")[0]
    read = [path, circuit, overlay, *(rule or ()), started]
    check_outputs(figure=figure, inputs=read, overwrite=overwrite)
    loaded = load_experiment(path)
    if arms is not None:
        loaded = loaded.with_arms([name.strip() for name in arms.split(",")])

    from ..experiment.progress import Progress
    from ..experiment.run import run as run_experiment

    options = RunOptions(
        seeds=numbers,
        jobs=jobs or cores(),
        neurons=neurons,
        settings=settings,
        timelapse_scale=timelapse_scale,
        tolerance=tolerance,
        out=target,
        resume=resume,
        overwrite=overwrite,
        circuit=circuit,
        overlay=overlay,
        rules=tuple(map(str, rule or ())),
        engine=engine.value,
        start=start,
        checkpoint_every=checkpoint_every,
        keep=keep.value,
        record_events=record_events,
        command=context.obj or context.command_path,
    )
    with interruptible(options.command):
        if dry_run:
            from ..experiment.forecast import forecast
            from ..experiment.prepare import prepare

            print(forecast(prepare(loaded, options), options, path.stem))
            return
        if sets is not None:
            from ..experiment.set_runs import run_on_sets

            fewer = None if set_seeds is None else range(1, set_seeds + 1)
            run_on_sets(loaded, options, sets, progress=Progress, script=path, seeds=fewer)
            _report([target], target, figure, all_)
            return
        paths = run_experiment(loaded, options, progress=Progress, script=path)
        _report(paths, target, figure, all_)


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
    check_numbers({"--jobs": jobs, "--neurons": neurons}, tolerance)
    settings = parsed_overrides(set_ or ())
    target = destination(f"{path.stem}_timelapse", (), several=True, out=out)
    check_target(target, True, resume, overwrite)
    check_outputs(table=table, inputs=[path, *(rule or ())], overwrite=overwrite)
    loaded = load_experiment(path)

    from ..analysis import convergence, convergence_json, convergence_table
    from ..experiment import timelapse_comparison as comparison
    from ..results import open_results
    from ..results.table_page import write_table

    options = RunOptions(
        seeds=tuple(range(1, seeds + 1)),
        jobs=jobs or cores(),
        neurons=neurons,
        settings=settings,
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
    errors = convergence(tree)
    comparison.record_error(paths, errors)
    print(convergence_json(errors) if json_ else convergence_table(errors))
    if table is not None:
        write_table(table, f"    {tree.attrs['command']}\n\n{convergence_table(errors, True)}")
    print(f"results: {target}", file=sys.stderr)


def _check_sets(
    overlay: str | None, sets: str | None, set_seeds: int | None, out: Path | None
) -> None:
    """Refuse an overlay that does not exist, and a file for the results of several sets."""
    if set_seeds is not None and sets is None:
        raise UserError("--set-seeds: of no sets; give --sets, too")
    if overlay is not None:
        files.model_path("hypotheses", overlay)
        if sets is not None:
            raise UserError("--overlay and --sets: give one of the two")
    if sets is not None and out is not None and out.suffix == ".h5":
        raise UserError(f"--out {out}: several sets are a folder, expected one; got a .h5")


def _report(paths: Sequence[Path], target: Path, figure: Path | None, whole: bool) -> None:
    from ..analysis import summary_table
    from ..results import open_results, open_sets

    tree, sets = open_results(paths), open_sets(target)
    print(summary_table(tree, sets, whole))
    print(f"\nresults: {target}")
    if figure is not None:
        draw(tree, figure, sets)
