"""Where runs are played: processes here, jobs of a cluster, or workers that are there already."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UserError, nearest
from .schema import ClusterTable

#: Schedulers of clusters: Dask's class for each, and the command that hands in a job.
SCHEDULERS = {
    "slurm": ("SLURMCluster", "sbatch"),
    "pbs": ("PBSCluster", "qsub"),
    "lsf": ("LSFCluster", "bsub"),
    "sge": ("SGECluster", "qsub"),
}

#: Workers that may die over a run before Dask gives it up; `deaths` decides earlier.
ALLOWED_FAILURES = 1000

#: What each job's standard error is called, where a running job can know it.
_LOGS = {"slurm": "$SLURM_JOB_NAME-$SLURM_JOB_ID.err", "lsf": "$LSB_JOBNAME-$LSB_JOBID.err"}


def check_place(on: str, cluster: ClusterTable) -> None:
    """Raise `UserError` if runs cannot be played there; nothing is started."""
    if on == "local" or re.fullmatch(r"(tcp|tls|ws|wss)://\S+:\d+", on):
        return
    if on not in SCHEDULERS:
        hint = nearest(on, [*SCHEDULERS, "local"])
        raise UserError(f"--on {on}: no such place{hint}; a Dask scheduler is tcp://HOST:PORT")
    seconds_of(cluster.walltime)
    megabytes(cluster.memory)
    command = SCHEDULERS[on][1]
    if shutil.which(command) is None:
        raise UserError(f"--on {on}: no {command} here; start it where jobs are handed in")
    if on == "slurm":
        _check_slurm(cluster.partition)


def _check_slurm(partition: str | None) -> None:
    try:
        answer = subprocess.run(
            ["sinfo", "--noheader", "--format=%R"], capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"--on slurm: Slurm does not answer: {error}") from None
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["no message"]
        raise UserError(f"--on slurm: Slurm does not answer: {lines[-1]}")
    known = answer.stdout.split()
    if partition is not None and partition not in known:
        raise UserError(f"--partition {partition}: no such partition{nearest(partition, known)}")


def seconds_of(walltime: str) -> int:
    """Return a walltime in seconds.

    >>> seconds_of("1:00:00"), seconds_of("10:00"), seconds_of("2-00:00:00")
    (3600, 600, 172800)
    """
    match = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d\d)", walltime.strip())
    if not match or (match[1] and not match[2]):
        raise UserError(f"--walltime {walltime}: expected hours:minutes:seconds, as in 1:30:00")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if not total:
        raise UserError(f"--walltime {walltime}: expected more than zero")
    return total


def megabytes(memory: str) -> int:
    """Return an amount of memory in MiB.

    >>> megabytes("2 GB")
    1907
    """
    from dask.utils import parse_bytes

    try:
        found = parse_bytes(memory) // 2**20
    except (ValueError, AttributeError):
        found = 0
    if found < 1:
        raise UserError(f"--memory {memory}: expected an amount of memory, as in 2 GB")
    return found


@contextmanager
def connected(on: str, jobs: int, cluster: ClusterTable, logs: Path) -> Iterator[Any]:
    """Start workers, or find them, and yield the Dask client.

    Parameters
    ----------
    on : str
        ``"local"``, the name of a cluster's scheduler, or the address of a Dask scheduler.
    jobs : int
        Processes here, or jobs at most.
    cluster : ClusterTable
        What each job asks for.
    logs : Path
        Where jobs write.
    """
    import dask
    from distributed import Client

    settings = {
        "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
        "distributed.scheduler.worker-saturation": 2.0,  # a next run waits at every worker
        "distributed.admin.tick.limit": "1m",
        "distributed.comm.retry.count": 3,
        # Dask's own look at what a worker does, every 10 ms, takes time from short runs
        "distributed.worker.profile.enabled": False,
        "distributed.admin.system-monitor.interval": "5s",
        # nor is memory given back to the system only to be asked for again by the next run
        "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 256 << 20,
    }
    with dask.config.set(settings):
        if "://" in on:
            try:
                client = Client(on, timeout="10s")
            except OSError as error:
                raise UserError(f"--on {on}: no Dask scheduler answers: {error}") from None
            with client:
                yield client
            return
        started = _local(jobs) if on == "local" else _jobs(on, jobs, cluster, logs)
        with started, Client(started) as client:
            yield client


def dashboard(client: Any, on: str) -> str:
    """Return the address of Dask's page; of a scheduler started here it is on this machine only."""
    if "://" in on:
        return client.dashboard_link
    return f"http://127.0.0.1:{client.cluster.scheduler_info['services']['dashboard']}/status"


def _local(jobs: int) -> Any:
    from distributed import LocalCluster

    with _interrupts_ignored():  # the workers inherit it: Ctrl-C is for the driver, which ends them
        return LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs="ERROR",
        )


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _jobs(on: str, jobs: int, cluster: ClusterTable, logs: Path) -> Any:
    import logging

    import dask_jobqueue

    logging.getLogger("distributed").setLevel(logging.ERROR)
    logs.mkdir(parents=True, exist_ok=True)
    name = f"synaptoket-{hashlib.sha256(str(logs.resolve()).encode()).hexdigest()[:8]}"
    if on == "slurm":  # jobs of a driver that was killed wait for it, and take the place of others
        subprocess.run(["scancel", f"--name={name}"], capture_output=True, check=False)
    kind = getattr(dask_jobqueue, SCHEDULERS[on][0])
    log = f"{logs.resolve()}/{_LOGS[on]}" if on in _LOGS else ""
    known = {"queue": cluster.partition, "account": cluster.account}
    started = kind(
        job_name=name,
        walltime=cluster.walltime,
        memory=f"{megabytes(cluster.memory)}MiB",
        cores=cluster.cores,
        processes=cluster.cores,
        nanny=cluster.cores > 1,
        interface=cluster.interface,
        python=sys.executable,
        death_timeout=120,
        local_directory=None,
        log_directory=str(logs.resolve()),
        # A job that began again would be a second worker of the same name.
        job_extra_directives=["--no-requeue"] * (on == "slurm") + list(cluster.options),
        job_script_prologue=[
            *cluster.prologue,
            "export SYNAPTOKET_JOB_START=$(date +%s)",
            f"export SYNAPTOKET_JOB_END=$((SYNAPTOKET_JOB_START + {seconds_of(cluster.walltime)}))",
            f"export SYNAPTOKET_JOB_LOG={log}",
        ],
        worker_extra_args=["--memory-limit", "0"],
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
        **{name: value for name, value in known.items() if value is not None},
    )
    # Most runs wait in the driver, where Dask does not see them: any that wait want all jobs.
    started.adapt(
        minimum_jobs=1, maximum_jobs=jobs, interval="2s", wait_count=15, target_duration="100 ms"
    )
    return started
