"""The commands for many runs: ``sweep``, ``status`` and ``sensitivity``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..parameters.errors import UserError
from .app import app
from .options import RuleFiles, check_outputs, cores, files_of, interruptible
from .sweep_execution import (
    Place,
    drive,
    print_script,
    say,
    system_errors_as_user_errors,
    work_share,
)

#: Processes, jobs or shares at most.
MOST = 100_000

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")]


@app.command()
def sweep(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="SWEEP", help="A file .toml, or the name of one that ships.")
    ],
    out: Annotated[Path | None, typer.Option(help="A folder (default: results/<SWEEP>).")] = None,
    experiment: Annotated[
        str | None, typer.Option(metavar="NAME_OR_FILE", help="In place of the one in the file.")
    ] = None,
    rule: RuleFiles = None,
    on: Annotated[
        str, typer.Option(help="local; slurm, pbs, lsf, sge; or tls://HOST:PORT of Dask.")
    ] = "local",
    jobs: Annotated[
        int | None, typer.Option(help="Processes here (default: the cores), or jobs at most.")
    ] = None,
    partition: Annotated[str | None, typer.Option(help="Of the cluster.")] = None,
    account: Annotated[str | None, typer.Option(help="That the jobs are charged to.")] = None,
    walltime: Annotated[str | None, typer.Option(help="Of each job, as in 1:30:00.")] = None,
    memory: Annotated[str | None, typer.Option(help="Of each job, as in '2 GB'.")] = None,
    prologue: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="Of each job's shell, before the work; repeatable."),
    ] = None,
    job_option: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="For the cluster's scheduler; repeatable."),
    ] = None,
    tls_ca: Annotated[
        Path | None, typer.Option(help="Authority of your own certificates (PEM) for Dask.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Your certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print points, runs, time and disk; start nothing.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Also repeat what has failed.")] = False,
    extend: Annotated[
        bool, typer.Option("--extend", help="Add the points and seeds that are new in the file.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="K/N", help="One share of N, here, without a scheduler.")
    ] = None,
    script: Annotated[
        str | None, typer.Option(help="Print a job-array script: slurm.", metavar="slurm")
    ] = None,
    shards: Annotated[int, typer.Option(help="With --script: jobs of the array.")] = 40,
) -> None:
    """Run an experiment at every point of a sweep; again, to go on where it was left."""
    from ..studies.sweep.certificates import Certificates
    from ..studies.sweep.clusters import check_place, dangers
    from ..studies.sweep.job_request import check_request
    from ..studies.sweep.start import opened
    from ..studies.sweep.sweep_file import load_sweep, sweep_path

    with system_errors_as_user_errors():
        path = sweep_path(name)
        sweep_file = load_sweep(path, experiment, rule or ())
        flags = {"partition": partition, "account": account, "walltime": walltime,
                 "memory": memory, "jobs": jobs, "prologue": prologue,
                 "options": job_option}  # fmt: skip
        changes = {key: value for key, value in flags.items() if value is not None}
        for option, value in (("--jobs", jobs), ("--shards", shards)):
            if value is not None and not 1 <= value <= MOST:
                raise UserError(f"{option} {value}: expected 1 to {MOST}")
        cluster = sweep_file.cluster.model_copy(update=changes)
        target = (out or Path("results") / path.stem).expanduser().absolute()
        if script is not None:
            if script != "slurm":
                raise UserError(f"--script {script}: expected slurm")
            check_request(cluster)
            checked = opened(sweep_file, target, extend)
            print_script(checked, path, context.obj or "", cluster, shards)
            return
        check_place(on, cluster)
        certificates = Certificates(tls_ca, tls_cert, tls_key)
        certificates.check()
        workers = (jobs or cores()) if on == "local" else cluster.jobs
        checked = opened(sweep_file, target, extend)
        if dry_run:
            from ..studies.sweep.estimate import estimate

            print(estimate(checked, workers, say))
            return
        if dangers(on) and shard is None:
            say(dangers(on))
        command = context.obj or context.command_path
        with interruptible(command, resume=()) as stop:
            if shard is not None:
                result = work_share(checked, path, command, shard, retry)
            else:
                place = Place(on, workers, cluster, certificates)
                result = drive(checked, path, command, place, retry, stop)
    raise typer.Exit(result)


@app.command()
def status(folder: Folder) -> None:
    """Print how far a sweep is: runs done, running, failed, missing, and the time left."""
    from ..studies.sweep.status import status as status_of

    with system_errors_as_user_errors():
        state = status_of(folder)
    print(state)
    for line in state.lines:
        print(line)
    if state.first_error:
        print(f"first error: {state.first_error}")


@app.command()
def sensitivity(
    folder: Folder,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY[:ARM]", help="Repeatable (default: counts, glutamate)."),
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="AXIS=VALUE", help="Hold another axis; repeatable.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    table: Annotated[Path | None, typer.Option(help="Also write the table, as Markdown.")] = None,
    figure: Annotated[Path | None, typer.Option(help="Also draw bars: .png, .pdf, .svg.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace files that synaptoket did not write.")
    ] = False,
) -> None:
    """Print which parameters decide an outcome, of a sweep with a design morris or saltelli."""
    check_outputs(figure=figure, table=table, inputs=files_of(folder), overwrite=overwrite)
    from ..results.table_page import write_table
    from ..results.text_table import aligned, markdown
    from ..studies.sweep import sensitivity_bars
    from ..studies.sweep.grid import Grid
    from ..studies.sweep.sensitivity import sensitivity as indices

    with system_errors_as_user_errors():
        grid = Grid(folder, at or ())
    for line in grid.missing:
        say(line)
    results = indices(grid, outcome or ())
    tables = [
        (sensitivity_bars.heading(result), *sensitivity_bars.cells(result)) for result in results
    ]
    if json_:
        print(sensitivity_bars.sensitivity_json(results))
    else:
        print("\n\n".join(f"{title}\n{aligned(head, rows)}" for title, head, rows in tables))
    if table is not None:
        parts = [f"**{title}**\n\n{markdown(head, rows)}" for title, head, rows in tables]
        write_table(table, "\n\n".join(parts))
        say(f"table: {table}")
    if figure is not None:
        from ..analysis.figures.saving import save

        save(sensitivity_bars.tornado(grid, results), figure, sensitivity_bars.WIDTH_PIXELS)
        say(f"figure: {figure}")
