"""Workers that are jobs of a cluster's scheduler, by `dask_jobqueue`."""

from __future__ import annotations

import hashlib
import logging
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .job_request import directive_path, job_times, megabytes
from .sweep_file import ClusterTable

if TYPE_CHECKING:
    from distributed import Security

#: Schedulers of clusters: Dask's class for each, and the command that hands in a job.
SCHEDULERS = {
    "slurm": ("SLURMCluster", "sbatch"),
    "pbs": ("PBSCluster", "qsub"),
    "lsf": ("LSFCluster", "bsub"),
    "sge": ("SGECluster", "qsub"),
}

#: The name of each job's standard error, on schedulers that tell it to the running job.
_LOGS = {"slurm": "$SLURM_JOB_NAME-$SLURM_JOB_ID.err", "lsf": "$LSB_JOBNAME-$LSB_JOBID.err"}

#: The lines that name the logs in a folder.
_DIRECTIVES = {
    "slurm": ["--error={folder}/%x-%j.err", "--output={folder}/%x-%j.out", "--no-requeue"],
    "lsf": ["-e {folder}/{name}-%J.err", "-o {folder}/{name}-%J.out"],
    "pbs": ["-e {folder}/", "-o {folder}/"],
    "sge": ["-e {folder}/", "-o {folder}/"],
}


def settings(on: str) -> dict[str, Any]:
    """Return changes of Dask's configuration: `_DIRECTIVES` name the logs, not Dask."""
    return {f"jobqueue.{on}.log-directory": None}


def started(on: str, jobs: int, cluster: ClusterTable, logs: Path, security: Security) -> Any:
    """Return a cluster that hands in jobs while there is work.

    Parameters
    ----------
    on : str
        One of `SCHEDULERS`.
    jobs : int
        At most.
    cluster : ClusterTable
        The request of each job; it has passed `check_request`.
    logs : Path
        Where jobs write.
    security : Security
        From `tls.for_jobs`.
    """
    import dask_jobqueue

    logging.getLogger("distributed").setLevel(logging.ERROR)
    logs.mkdir(parents=True, exist_ok=True)
    folder = directive_path(logs, on)
    name = f"synaptoket-{hashlib.sha256(str(logs.resolve()).encode()).hexdigest()[:8]}"
    if on == "slurm":  # jobs of a killed driver wait for it, and take the place of others
        subprocess.run(["scancel", f"--name={name}"], capture_output=True, check=False)
    kind = getattr(dask_jobqueue, SCHEDULERS[on][0])
    known = {"queue": cluster.partition, "account": cluster.account}
    if on in ("lsf", "sge"):  # where accounts are called projects
        known["project"] = known.pop("account")
    dask_cluster = kind(
        job_name=name,
        walltime=cluster.walltime,
        memory=f"{megabytes(cluster.memory)}MiB",
        cores=cluster.cores,
        processes=cluster.cores,
        nanny=cluster.cores > 1,
        interface=cluster.interface,
        # A job starts in the folder of its submission, from which nothing must be imported (-P).
        python=f"{shlex.quote(sys.executable)} -P",
        death_timeout=120,
        local_directory=None,
        # `--no-requeue`: a Slurm job that began again would be a second worker of the same name.
        job_extra_directives=[
            *(line.format(folder=folder, name=name) for line in _DIRECTIVES[on]),
            *cluster.options,
        ],
        job_script_prologue=[
            *cluster.prologue,
            'export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES="[]"',  # no page of its own
            *job_times(cluster.walltime),
            f"export SYNAPTOKET_JOB_LOG={_log(on, logs)}",
        ],
        worker_extra_args=["--memory-limit", "0", "--no-dashboard"],
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
        security=security,
        protocol="tls://",
        **{name: value for name, value in known.items() if value is not None},
    )
    # Most runs wait in the driver, unseen by Dask, so that any waiting run must ask for all jobs.
    dask_cluster.adapt(
        minimum_jobs=1, maximum_jobs=jobs, interval="2s", wait_count=15, target_duration="100 ms"
    )
    return dask_cluster


def _log(on: str, logs: Path) -> str:
    """Return the name of a job's own log as its shell reads it."""
    return f'{shlex.quote(str(logs.resolve()))}/"{_LOGS[on]}"' if on in _LOGS else ""
