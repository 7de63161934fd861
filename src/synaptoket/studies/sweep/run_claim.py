"""The claim of a worker on a run, and the time that the worker's job has left."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...parameters.errors import UserError
from .lost_workers import Death, Marker, verdict
from .sweep_folder import SIGN, SweepFolder, replaced

#: Seconds at the end of a job that are not used.
MARGIN = 5.0

#: Environment variables with the end and the beginning of this process' job, in seconds since 1970.
ENDS, BEGAN = "SYNAPTOKET_JOB_END", "SYNAPTOKET_JOB_START"


@contextmanager
def claimed(where: SweepFolder, number: int, job_length: float) -> Iterator[Death | None]:
    """Claim a run: other workers leave it alone as long as this process gives signs of life.

    Parameters
    ----------
    where : SweepFolder
    number : int
        The run.
    job_length : float
        Seconds that this process' job has as a whole; infinite outside a job.

    Yields
    ------
    Death or None
        What is known of earlier workers that died over the run; None if another worker is playing
        it now.
    """
    marker = where.marker(number)
    death = verdict(where, number)
    if death is None:
        yield None
        return
    claim = Marker(
        host=platform.node(),
        pid=os.getpid(),
        job=os.environ.get("SLURM_JOB_ID", ""),
        log=Path(os.environ.get("SYNAPTOKET_JOB_LOG", "")).name,
        deaths=death.count,
        started=time.time(),
        began=_seconds(BEGAN),
        whole=job_length if job_length < float("inf") else None,
    )
    with replaced(marker) as partial:
        partial.write_text(claim.model_dump_json())
    ended = threading.Event()

    def give_signs() -> None:
        while not ended.wait(SIGN):
            with suppress(OSError):
                os.utime(marker)

    thread = threading.Thread(target=give_signs, daemon=True)
    thread.start()
    try:
        yield death
    finally:
        ended.set()
        thread.join()
        if not death.leave:
            marker.unlink(missing_ok=True)


def job_seconds() -> tuple[float, float]:
    """Return the seconds that this process' job has left, and its length; infinite without one."""
    ends = _seconds(ENDS)
    if not ends:
        return float("inf"), float("inf")
    return ends - time.time(), ends - (_seconds(BEGAN) or ends)


def _seconds(name: str) -> float:
    """Return a time that the job's script has put into the environment, or zero."""
    text = os.environ.get(name) or "0"
    try:
        return float(text)
    except ValueError:
        raise UserError(f"{name}={text}: expected seconds since 1970, as from date +%s") from None
