"""What ``synaptoket sweep`` does: begin a sweep, hand out its runs, and say how it stands."""

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
    """Where runs are played, by whom at most, and who may speak to them."""

    on: str
    workers: int
    cluster: ClusterTable
    certificates: Certificates


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """Turn what the file system refuses into one line; the rest has its own."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        raise UserError(f"{what}{error.strerror or error}") from error


def begin(
    found: Opened, path: Path, command: str, retry: bool, part: tuple[int, int] = (1, 1)
) -> list[int]:
    """Write the plan, compile what has to be, and return the runs of a share that are to do."""
    from ..studies.sweep.binaries import supply
    from ..studies.sweep.shards import share
    from ..studies.sweep.table import collected

    where, plan = found.where, found.plan
    if found.fresh:
        where.save(plan, path.read_text(encoding="utf-8"), command)
    supply(found.circuits, where.binaries, say)
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


def drive(found: Opened, path: Path, command: str, place: Place, retry: bool, stop: Event) -> int:
    """Do what is to be done of a sweep with the workers of a Dask cluster."""
    from ..experiment.progress import Progress
    from ..studies.sweep.clusters import connected, dashboard
    from ..studies.sweep.driver import Driver
    from ..studies.sweep.lost_workers import forget

    with _alone(found.where.path):
        todo = begin(found, path, command, retry)
        where, plan = found.where, found.plan
        if not todo:
            return _end(where)
        workers = min(place.workers, len(todo))
        started = connected(place.on, workers, place.cluster, where.path, place.certificates)
        try:
            with started as client:
                say(f"dashboard: {dashboard(client, place.on)}")
                total, finished = len(plan.runs), len(plan.runs) - len(todo)
                with Progress(total, path.stem, done=finished, unit="runs") as bar:
                    Driver(where, plan, client, workers, say, stop).play(todo, bar)
        except KeyboardInterrupt:
            if place.on == "local":
                forget(where)
            raise
    return _end(where)


def work_share(found: Opened, path: Path, command: str, shard: str, retry: bool) -> int:
    """Do one share of a sweep in this process."""
    from filelock import FileLock

    from ..studies.sweep.shards import parse_shard, play_share

    chosen = parse_shard(shard)
    found.where.make()
    with FileLock(found.where.path / ".begin.lock"):  # several shares begin at once
        todo = begin(found, path, command, retry, chosen)
    counts = play_share(found.where, found.plan, todo, say)
    say(f"share {shard}: {counts['done']} done, {counts['failed']} failed")
    return _end(found.where) if counts["no time"] else int(bool(counts["failed"]))


def _end(where: SweepFolder) -> int:
    """Say how the sweep stands; 0 if every run is done, else 1."""
    from ..studies.sweep.status import status as status_of

    found = status_of(where.path)
    print(f"{found}\nresults: {files.display(where.path)}")
    for line in found.lines:
        print(line, file=sys.stderr)
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


def print_script(
    found: Opened, path: Path, command: str, cluster: ClusterTable, shards: int
) -> None:
    """Make the folder ready, so that jobs only run, and print the script of a job array."""
    from ..studies.sweep.shards import slurm_array

    begin(found, path, command, retry=False)
    target = found.where.path.resolve()
    logs = target / "logs"
    sweep = found.plan.sweep
    # A job starts where it was handed in: what lies there must not be imported (-P).
    words = [sys.executable, "-P", "-m", "synaptoket", "sweep", str(path.resolve())]
    words += ["--out", str(target), "--experiment", found.plan.script]
    words += [word for rule in sweep.rules for word in ("--rule", rule)]
    print(slurm_array(words, shards, cluster, logs))
