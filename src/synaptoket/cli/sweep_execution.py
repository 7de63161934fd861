"""The steps of ``synaptoket sweep``: begin a sweep, hand out its runs, and report its state."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from ..parameters import files
from ..parameters.errors import UserError

if TYPE_CHECKING:
    from ..studies.sweep.certificates import Certificates
    from ..studies.sweep.start import Opened
    from ..studies.sweep.sweep_file import ClusterTable
    from ..studies.sweep.sweep_folder import SweepFolder


@dataclass(frozen=True)
class Place:
    """Where the runs of a sweep are played.

    Attributes
    ----------
    on : str
        ``"local"``, a scheduler or the address of a Dask cluster.
    workers : int
        At most.
    cluster : ClusterTable
    certificates : Certificates
        That workers show each other.
    """

    on: str
    workers: int
    cluster: ClusterTable
    certificates: Certificates


def say(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def system_errors_as_user_errors() -> Iterator[None]:
    """Turn an error of the file system into a `UserError`, which is printed as one line."""
    try:
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise UserError(f"{place}{error.strerror or error}") from error


def begin(
    opened: Opened, path: Path, command: str, retry: bool, part: tuple[int, int] = (1, 1)
) -> list[int]:
    """Write the plan, compile the circuits, and return the runs of a share that are left to do.

    Parameters
    ----------
    opened : Opened
    path : Path
        The file of the sweep.
    command : str
        For the record.
    retry : bool
        Repeat the runs that have failed.
    part : tuple of int
        Number of this share, and how many shares there are.
    """
    from ..studies.sweep.binaries import supply
    from ..studies.sweep.shards import share
    from ..studies.sweep.table import collected

    where, plan = opened.where, opened.plan
    if opened.fresh:
        where.save(plan, path.read_text(encoding="utf-8"), command)
    supply(opened.circuits, where.binaries, say)
    mine = set(share(range(len(plan.runs)), part))
    table = collected(where, plan)
    done = {number for number in mine if table.rows[number]}
    for problem in [table.damaged[number] for number in sorted(mine & table.damaged.keys())]:
        say(f"{problem}; it is done again")
    failed = (where.failed() & mine) - done
    if retry:
        for number in failed:
            where.error_file(number).unlink(missing_ok=True)
    elif failed:
        say(f"{len(failed)} runs have failed before; --retry repeats them")
    if done:
        say(f"{len(done)} of {len(mine)} runs are done already")
    return sorted(mine - done - (set() if retry else failed))


def drive(opened: Opened, path: Path, command: str, place: Place, retry: bool, stop: Event) -> int:
    """Play the runs that are left of a sweep with the workers of a Dask cluster."""
    from ..experiment.progress import Progress
    from ..studies.sweep.clusters import connected, dashboard
    from ..studies.sweep.driver import Driver
    from ..studies.sweep.lost_workers import forget

    with _alone(opened.where.path):
        todo = begin(opened, path, command, retry)
        where, plan = opened.where, opened.plan
        if not todo:
            return _end(where)
        workers = min(place.workers, len(todo))
        cluster = connected(place.on, workers, place.cluster, where.path, place.certificates)
        try:
            with cluster as client:
                say(f"dashboard: {dashboard(client, place.on)}")
                total, finished = len(plan.runs), len(plan.runs) - len(todo)
                with Progress(total, path.stem, done=finished, unit="runs") as bar:
                    Driver(where, plan, client, workers, say, stop).play(todo, bar)
        except KeyboardInterrupt:
            if place.on == "local":
                forget(where)
            raise
    return _end(where)


def work_share(opened: Opened, path: Path, command: str, shard: str, retry: bool) -> int:
    """Play one share of a sweep in this process."""
    from filelock import FileLock

    from ..studies.sweep.shards import parse_shard, play_share

    part = parse_shard(shard)
    opened.where.make()
    with FileLock(opened.where.path / ".begin.lock"):  # several shares begin at once
        todo = begin(opened, path, command, retry, part)
    counts = play_share(opened.where, opened.plan, todo, say)
    say(f"share {shard}: {counts['done']} done, {counts['failed']} failed")
    return _end(opened.where) if counts["no time"] else int(bool(counts["failed"]))


def _end(where: SweepFolder) -> int:
    """Print the state of the sweep; return 0 if every run is done, else 1."""
    from ..studies.sweep.status import status as status_of

    status = status_of(where.path)
    print(f"{status}\nresults: {files.display(where.path)}")
    for line in status.lines:
        print(line, file=sys.stderr)
    if status.first_error:
        print(f"first error: {status.first_error}", file=sys.stderr)
    return int(status.done < status.total)


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


def print_script(
    opened: Opened, path: Path, command: str, cluster: ClusterTable, shards: int
) -> None:
    """Make the folder ready, so that jobs only run, and print the script of a job array."""
    from ..studies.sweep.shards import slurm_array

    begin(opened, path, command, retry=False)
    target = opened.where.path.resolve()
    logs = target / "logs"
    sweep = opened.plan.sweep
    # A job starts where it was handed in: what lies there must not be imported (-P).
    words = [sys.executable, "-P", "-m", "synaptoket", "sweep", str(path.resolve())]
    words += ["--out", str(target), "--experiment", opened.plan.script]
    words += [word for rule in sweep.rules for word in ("--rule", rule)]
    print(slurm_array(words, shards, cluster, logs))
