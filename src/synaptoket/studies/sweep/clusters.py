"""Where runs are played: processes here, jobs of a cluster, or workers that are there already."""

from __future__ import annotations

import logging
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...parameters.errors import UserError, nearest
from . import cluster_jobs
from .cluster_jobs import SCHEDULERS
from .job_request import check_request
from .sweep_file import ClusterTable

if TYPE_CHECKING:
    from distributed import Security

    from .certificates import Certificates

#: Workers that may die over a run before Dask gives it up; `lost_workers` decides earlier.
ALLOWED_FAILURES = 1000

#: Dask's configuration for a sweep.
SETTINGS = {
    "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
    "distributed.scheduler.worker-saturation": 2.0,  # a next run waits at every worker
    "distributed.admin.tick.limit": "1m",
    "distributed.comm.retry.count": 3,
    # Dask's profiler samples a worker every 10 ms, which takes time from short runs
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    # keep freed memory in the process, for the next run
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 256 << 20,
    # The page is open to every user of this machine, so it only shows the state of the sweep. The
    # proxy to other ports and the interfaces for programs are left out.
    "distributed.scheduler.http.routes": [
        "distributed.http.scheduler.info",
        "distributed.http.health",
        "distributed.http.statics",
    ],
    "distributed.worker.http.routes": [],
}


def check_place(on: str, cluster: ClusterTable) -> None:
    """Raise `UserError` if runs cannot be played there; nothing is started."""
    check_request(cluster)
    if on == "local" or re.fullmatch(r"(tcp|tls|ws|wss)://\S+:\d+", on):
        return
    if on not in SCHEDULERS:
        hint = nearest(on, [*SCHEDULERS, "local"])
        raise UserError(f"--on {on}: no such place{hint}; a Dask scheduler is tls://HOST:PORT")
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


@contextmanager
def connected(
    on: str,
    jobs: int,
    cluster: ClusterTable,
    folder: Path,
    certificates: Certificates | None = None,
) -> Iterator[Any]:
    """Start workers, or find them, and yield the Dask client.

    Scheduler and workers refuse anyone who lacks the certificates of the sweep.

    Parameters
    ----------
    on : str
        ``"local"``, the name of a cluster's scheduler, or the address of a Dask scheduler.
    jobs : int
        Processes here, or jobs at most.
    cluster : ClusterTable
        The request of each job.
    folder : Path
        Of the sweep: where jobs write their logs, and find the certificates.
    own : Certificates, optional
        Of the user, in place of those that are made for the sweep.
    """
    import dask.config
    from distributed import Client

    from . import tls
    from .certificates import Certificates

    certificates = certificates or Certificates()
    settings = SETTINGS | (cluster_jobs.settings(on) if on in SCHEDULERS else {})
    with dask.config.set(settings), ExitStack() as stack:
        if "://" in on:
            security = tls.elsewhere(certificates, on)
            try:
                client = Client(on, timeout="10s", security=security)
            except (OSError, ValueError) as error:
                problem = str(error).splitlines()[0]
                raise UserError(f"--on {on}: no Dask scheduler answers: {problem}") from None
        elif on == "local":
            started = stack.enter_context(_local(jobs, tls.here(certificates)))
            client = Client(started)
        else:
            security = stack.enter_context(tls.for_jobs(certificates, folder))
            dask_cluster = cluster_jobs.started(on, jobs, cluster, folder / "logs", security)
            client = Client(stack.enter_context(dask_cluster))
        yield stack.enter_context(client)


def dangers(on: str) -> str:
    """Return in a line what is dangerous about a place; "" if nothing."""
    if not on.startswith(("tcp://", "ws://")):
        return ""
    return (
        f"warning: --on {on}: without TLS, whoever reaches the ports of this scheduler and of its "
        "workers runs code as their user and as you; tls://HOST:PORT takes certificates"
    )


def dashboard(client: Any, on: str) -> str:
    """Return the address of Dask's page; of a scheduler started here it is on this machine only."""
    if "://" in on:
        return client.dashboard_link
    return f"http://127.0.0.1:{client.cluster.scheduler_info['services']['dashboard']}/status"


def _local(jobs: int, security: Security) -> Any:
    from distributed import LocalCluster

    with _interrupts_ignored():  # the workers inherit it: Ctrl-C is for the driver, which ends them
        return LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,  # the answer of a run has its errors
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
