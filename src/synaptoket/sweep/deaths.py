"""What is known of the workers that died over a run, from what they left behind.

A worker that is killed cannot say why. Its marker stays, and the log of its job holds what the
cluster wrote there. So the next worker that takes the run can tell a run that will always be
killed, for its memory or its time, from a machine that was lost.
"""

from __future__ import annotations

import json
import os
import platform
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .folder import SIGN, STALE, SweepFolder

#: Deaths after which a run counts as failed, whatever they came from.
ALLOWED = 5

_MEMORY = re.compile(
    r"oom[-_ ]?kill|out[ _]of[ _]memory|exceed\w* (job |step )?memory|memory limit|"
    r"job killed: \w*mem|TERM_MEMLIMIT", re.IGNORECASE)  # fmt: skip
_TIME = re.compile(
    r"due to time limit|walltime.{0,40}exceed|exceeded.{0,20}walltime|TERM_RUNLIMIT|h_rt",
    re.IGNORECASE)  # fmt: skip


@dataclass
class Death:
    """What is known of the deaths over a run.

    Attributes
    ----------
    count : int
        Workers that have died over it.
    message : str
        Why it must not be tried again, if so.
    leave : bool
        Set when this worker dies over it, too: its marker is to stay.
    """

    count: int = 0
    message: str = ""
    leave: bool = False


def verdict(where: SweepFolder, number: int) -> Death | None:
    """Return what is known of earlier deaths over a run, or None if a worker is at it now."""
    marker = where.marker(number)
    try:
        told = json.loads(marker.read_text())
        touched = marker.stat().st_mtime
    except (OSError, ValueError):
        return Death()
    if _lives(told, touched):
        return None
    count = told["deaths"] + 1
    reason = cause(log_tail(told["log"]))
    if reason == "memory":
        return Death(count, "out of memory: its job was killed for it; ask for more with --memory")
    if told["whole"]:
        ends = told["began"] + told["whole"]
        fresh = told["started"] < ends - told["whole"] / 2
        if fresh and (reason == "time" or touched > ends - SIGN):
            had = f"{ends - told['started']:.0f} s"
            return Death(
                count,
                "the walltime is too short for one run: it was not done in the "
                f"{had} that its job had left; ask for more with --walltime",
            )
    if count >= ALLOWED:
        log = f" ({told['log']})" if told["log"] else ""
        return Death(
            count,
            f"{count} workers died over it, the last on {told['host']}; "
            f"the log of its job may tell why{log}",
        )
    return Death(count)


def forget(where: SweepFolder) -> None:
    """Forget the workers on this machine that have ended: whoever started them has stopped them."""
    for marker in (where.path / "running").glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            told = json.loads(marker.read_text())
            here = told["host"] == platform.node() and not told["job"]
            if here and not _lives(told, marker.stat().st_mtime):
                marker.unlink()


def _lives(told: dict, touched: float) -> bool:
    """Return whether the worker of a marker still gives signs of life."""
    if told["host"] == platform.node():
        if told["pid"] == os.getpid():
            return False
        try:
            os.kill(told["pid"], 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return time.time() - touched < STALE


def log_tail(path: str) -> str:
    """Return the end of a job's log, or nothing."""
    try:
        return Path(path).read_bytes()[-20000:].decode(errors="replace") if path else ""
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
