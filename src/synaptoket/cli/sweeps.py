"""The commands for many runs: ``sweep``, ``status`` and ``sensitivity``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UserError
from .app import app
from .options import check_figure, cores, interruptible

if TYPE_CHECKING:
    from ..sweep.folder import SweepFolder
    from ..sweep.opening import Opened
    from ..sweep.schema import ClusterTable

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")]


@app.command()
def sweep(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="SWEEP", help="A file .toml, or the name of one that ships.")
    ],
    out: Annotated[Path | None, typer.Option(help="A folder (default: results/<SWEEP>).")] = None,
    on: Annotated[
        str, typer.Option(help="local; slurm, pbs, lsf, sge; or tcp://HOST:PORT of Dask.")
    ] = "local",
    jobs: Annotated[
        int | None, typer.Option(help="Processes here (default: the cores), or jobs at most.")
    ] = None,
    partition: Annotated[str | None, typer.Option(help="Of the cluster.")] = None,
    account: Annotated[str | None, typer.Option(help="That the jobs are charged to.")] = None,
    walltime: Annotated[str | None, typer.Option(help="Of each job, as in 1:30:00.")] = None,
    memory: Annotated[str | None, typer.Option(help="Of each job, as in '2 GB'.")] = None,
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
    from ..sweep.clusters import check_place
    from ..sweep.opening import opened
    from ..sweep.schema import load_sweep, sweep_path

    path = sweep_path(name)
    asked = load_sweep(path)
    flags = {"partition": partition, "account": account, "walltime": walltime, "memory": memory,
             "jobs": jobs}  # fmt: skip
    given = {key: value for key, value in flags.items() if value is not None}
    for option, value in (("--jobs", jobs), ("--shards", shards)):
        if value is not None and value < 1:
            raise UserError(f"{option} {value}: expected 1 or more")
    cluster = asked.cluster.model_copy(update=given)
    target = out or Path("results") / path.stem
    if script is not None:
        if script != "slurm":
            raise UserError(f"--script {script}: expected slurm")
        _print_script(opened(asked, target, extend), path, context.obj or "", cluster, shards)
        return
    check_place(on, cluster)
    workers = (jobs or cores()) if on == "local" else cluster.jobs
    found = opened(asked, target, extend)
    if dry_run:
        from ..sweep.estimate import estimate

        print(estimate(found, workers, _say))
        return
    command = context.obj or context.command_path
    with interruptible(command, resume=()) as stop:
        if shard is not None:
            status = _share(found, path, command, shard, retry)
        else:
            status = _drive(found, path, command, on, workers, cluster, retry, stop)
    raise typer.Exit(status)


@app.command()
def status(folder: Folder) -> None:
    """Print how far a sweep is: runs done, running, failed, missing, and the time left."""
    from ..sweep.status import status as status_of

    found = status_of(folder)
    print(found)
    if found.first_error:
        print(f"first error: {found.first_error}")


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
) -> None:
    """Print which parameters decide an outcome, of a sweep with a design morris or saltelli."""
    from ..results.destination import check_folder

    if figure is not None:
        check_figure(figure)
    if table is not None:
        check_folder(table)
    from ..results.text_table import aligned, markdown, write_table
    from ..sweep import tornado
    from ..sweep.grid import Grid
    from ..sweep.sensitivity import sensitivity as indices

    grid = Grid(folder, at or ())
    results = indices(grid, outcome or ())
    told = [(tornado.heading(found), *tornado.cells(found)) for found in results]
    if json_:
        print(tornado.sensitivity_json(results))
    else:
        print("\n\n".join(f"{title}\n{aligned(head, rows)}" for title, head, rows in told))
    if table is not None:
        parts = [f"**{title}**\n\n{markdown(head, rows)}" for title, head, rows in told]
        write_table(table, "\n\n".join(parts))
        _say(f"table: {table}")
    if figure is not None:
        from ..figures import save

        save(tornado.tornado(grid, results), figure, tornado.WIDTH_PIXELS)
        _say(f"figure: {figure}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _begin(
    found: Opened, path: Path, command: str, retry: bool, part: tuple[int, int] = (1, 1)
) -> list[int]:
    """Write the plan, compile what has to be, and return the runs of a share that are to do."""
    from ..sweep.binaries import supply
    from ..sweep.shards import share

    where, plan = found.where, found.plan
    if found.fresh:
        where.save(plan, path.read_text(encoding="utf-8"), command)
    supply(found.circuits, where.binaries, _say)
    mine = set(share(range(len(plan.runs)), part))
    done = where.done() & mine
    failed = (where.failed() & mine) - done
    if retry:
        for number in failed:
            where.error_file(number).unlink(missing_ok=True)
    elif failed:
        _say(f"{len(failed)} runs have failed before; --retry repeats them")
    if done:
        _say(f"{len(done)} of {len(mine)} runs are done already")
    return sorted(mine - done - (set() if retry else failed))


def _drive(
    found: Opened,
    path: Path,
    command: str,
    on: str,
    workers: int,
    cluster: ClusterTable,
    retry: bool,
    stop: Event,
) -> int:
    """Do what is to be done of a sweep with the workers of a Dask cluster."""
    from ..progress import Progress
    from ..sweep.clusters import connected, dashboard
    from ..sweep.deaths import forget
    from ..sweep.driver import Driver
    from ..sweep.table import collected

    with _alone(found.where.path):
        todo = _begin(found, path, command, retry)
        where, plan = found.where, found.plan
        if not todo:
            collected(where, plan)
            return _end(where)
        workers = min(workers, len(todo))
        try:
            with connected(on, workers, cluster, where.path / "logs") as client:
                _say(f"dashboard: {dashboard(client, on)}")
                total, finished = len(plan.runs), len(plan.runs) - len(todo)
                with Progress(total, path.stem, done=finished, unit="runs") as bar:
                    Driver(where, plan, client, workers, _say, stop).play(todo, bar)
        except KeyboardInterrupt:
            if on == "local":
                forget(where)
            raise
    return _end(where)


def _share(found: Opened, path: Path, command: str, shard: str, retry: bool) -> int:
    """Do one share of a sweep in this process."""
    from filelock import FileLock

    from ..sweep.shards import parse_shard, play_share

    chosen = parse_shard(shard)
    found.where.path.mkdir(parents=True, exist_ok=True)
    with FileLock(found.where.path / ".begin.lock"):  # several shares begin at once
        todo = _begin(found, path, command, retry, chosen)
    counts = play_share(found.where, found.plan, todo, _say)
    _say(f"share {shard}: {counts['done']} done, {counts['failed']} failed")
    return _end(found.where) if counts["no time"] else int(bool(counts["failed"]))


def _end(where: SweepFolder) -> int:
    """Say how the sweep stands; 0 if every run is done, else 1."""
    from ..sweep.status import status as status_of

    found = status_of(where.path)
    print(f"{found}\nresults: {where.path}")
    if found.first_error:
        print(f"first error: {found.first_error}", file=sys.stderr)
    return int(found.done < found.total)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Refuse to drive a sweep that another process drives."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".driver.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise UserError(f"{folder}: another process is driving this sweep") from None
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()


def _print_script(
    found: Opened, path: Path, command: str, cluster: ClusterTable, shards: int
) -> None:
    """Make the folder ready, so that jobs only run, and print the script of a job array."""
    from ..sweep.shards import slurm_array

    _begin(found, path, command, retry=False)
    target = found.where.path.resolve()
    logs = target / "logs"
    logs.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "synaptoket", "sweep", str(path.resolve()), "--out", str(target)]
    print(slurm_array(words, shards, cluster, str(logs)))
