"""Workers that died over a run, and the causes of their deaths.

A killed worker cannot say why. Its marker stays, and the log of its job holds the messages of the
cluster. From these the next worker that takes the run can distinguish a run that will always be
killed, for its memory or its time, from a machine that was lost.
"""

from __future__ import annotations

import os
import platform
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from .sweep_folder import SIGN, STALE, SweepFolder

#: Deaths after which a run counts as failed, whatever they came from.
ALLOWED = 5

#: Bytes at the end of a log that are looked at.
TAIL = 20_000

_MEMORY = re.compile(
    r"oom[-_ ]?kill|out[ _]of[ _]memory|exceed\w* (job |step )?memory|memory limit|"
    r"job killed: \w*mem|TERM_MEMLIMIT", re.IGNORECASE)  # fmt: skip
_TIME = re.compile(
    r"due to time limit|walltime.{0,40}exceed|exceeded.{0,20}walltime|TERM_RUNLIMIT|h_rt",
    re.IGNORECASE)  # fmt: skip


class Marker(BaseModel):
    """The file that a worker keeps while it plays a run.

    Attributes
    ----------
    host, job : str
        Its machine, and its job of the cluster if it has one.
    pid : int
    log : str
        The name of its job's log in the sweep's ``logs/``.
    deaths : int
        Workers that have died over the run before.
    started, began : float
        When the run and the job began, in seconds since 1970.
    whole : float or None
        Seconds that the job had, if they are limited.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    host: Annotated[str, Field(max_length=200)]
    pid: Annotated[int, Field(ge=1, lt=2**31)]
    job: Annotated[str, Field(max_length=200)]
    log: Annotated[str, Field(max_length=200)]
    deaths: Annotated[int, Field(ge=0, le=ALLOWED)]
    started: Annotated[float, Field(allow_inf_nan=False)]
    began: Annotated[float, Field(allow_inf_nan=False)]
    whole: Annotated[float, Field(allow_inf_nan=False)] | None

    @classmethod
    def read(cls, path: Path) -> Marker:
        """Return the marker in a file; `ValueError` if it is no marker, or a symbolic link."""
        if path.is_symlink():
            raise ValueError("a symbolic link")
        marker = cls.model_validate_json(path.read_bytes())
        if not (marker.host + marker.log).isprintable() or marker.log != Path(marker.log).name:
            raise ValueError("expected plain names")
        return marker


@dataclass
class Death:
    """The earlier deaths over a run.

    Attributes
    ----------
    count : int
        Workers that have died over it.
    message : str
        Why the run must not be tried again; "" if it may be.
    leave : bool
        Set when this worker dies over the run, too, so that its marker stays.
    """

    count: int = 0
    message: str = ""
    leave: bool = False


def verdict(where: SweepFolder, number: int) -> Death | None:
    """Return the earlier deaths over a run, or None if a worker is playing it now."""
    path = where.marker(number)
    try:
        marker = Marker.read(path)
        touched = path.stat().st_mtime
    except (OSError, ValueError):
        return Death()
    if _lives(marker, touched):
        return None
    count = marker.deaths + 1
    log = where.path / "logs" / marker.log if marker.log else None
    reason = cause(log_tail(log))
    if reason == "memory":
        return Death(count, "out of memory: its job was killed for it; ask for more with --memory")
    if marker.whole:
        ends = marker.began + marker.whole
        fresh = marker.started < ends - marker.whole / 2
        if fresh and (reason == "time" or touched > ends - SIGN):
            had = f"{ends - marker.started:.0f} s"
            return Death(
                count,
                "the walltime is too short for one run: it was not done in the "
                f"{had} that its job had left; ask for more with --walltime",
            )
    if count >= ALLOWED:
        shown = f" ({log})" if log else ""
        return Death(
            count,
            f"{count} workers died over it, the last on {marker.host}; "
            f"the log of its job may tell why{shown}",
        )
    return Death(count)


def forget(where: SweepFolder) -> None:
    """Remove the markers of workers on this machine that ended when their driver was stopped."""
    for path in (where.path / "running").glob("*.json"):
        with suppress(OSError, ValueError):
            marker = Marker.read(path)
            here = marker.host == platform.node() and not marker.job
            if here and not _lives(marker, path.stat().st_mtime):
                path.unlink()


def _lives(marker: Marker, touched: float) -> bool:
    """Return whether the worker of a marker still gives signs of life."""
    if marker.host == platform.node():
        if marker.pid == os.getpid():
            return False
        try:
            os.kill(marker.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return time.time() - touched < STALE


def log_tail(path: Path | None) -> str:
    """Return the end of a job's log, or nothing."""
    if path is None or path.is_symlink() or not path.is_file():
        return ""
    try:
        with open(path, "rb") as file:
            file.seek(max(path.stat().st_size - TAIL, 0))
            return file.read(TAIL).decode(errors="replace")
    except OSError:
        return ""


def cause(log: str) -> str:
    """Return ``"memory"``, ``"time"`` or nothing.

    >>> cause("slurmstepd: error: *** JOB 3 ON n1 CANCELLED AT 10:00 DUE TO TIME LIMIT ***")
    'time'
    >>> cause("slurmstepd: error: Detected 1 oom_kill event in StepId=3.batch.")
    'memory'
    """
    if _MEMORY.search(log):
        return "memory"
    return "time" if _TIME.search(log) else ""
