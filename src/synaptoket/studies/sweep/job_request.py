"""The request of a job, checked: names, times, amounts, and the lines that go into its script.

A text from a user is either quoted where a shell reads it, or must be a name without characters
that have a meaning to a shell or a scheduler.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ...parameters.errors import UserError
from .sweep_file import ClusterTable

#: Names of partitions, accounts and interfaces.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,:@+-]{0,99}")


def check_request(cluster: ClusterTable) -> None:
    """Raise `UserError` for a request that no job can make; nothing is started."""
    names = {"--partition": cluster.partition, "--account": cluster.account,
             "interface": cluster.interface}  # fmt: skip
    for option, name in names.items():
        if name is not None and not _NAME.fullmatch(name):
            raise UserError(f"{option} {name!r}: expected a name of letters, digits and _.,:@+-")
    seconds_of(cluster.walltime)
    megabytes(cluster.memory)
    for option, lines in (("--prologue", cluster.prologue), ("--job-option", cluster.options)):
        for line in lines:
            check_line(option, line)


def check_line(option: str, text: str) -> None:
    """Raise `UserError` for text that is not one visible line of a script."""
    if not text.isprintable():
        raise UserError(f"{option} {text!r}: expected one line without control characters")


def seconds_of(walltime: str) -> int:
    """Return a walltime in seconds.

    >>> seconds_of("1:00:00"), seconds_of("10:00"), seconds_of("2-00:00:00")
    (3600, 600, 172800)
    """
    match = re.fullmatch(r"(?:(\d{1,5})-)?(?:(\d{1,5}):)?(\d{1,5}):(\d\d)", walltime, re.ASCII)
    if not match or (match[1] and not match[2]):
        raise UserError(f"--walltime {walltime!r}: expected hours:minutes:seconds, as in 1:30:00")
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
        mebibytes = parse_bytes(memory) // 2**20
    except (ValueError, AttributeError, OverflowError):
        mebibytes = 0
    if mebibytes < 1:
        raise UserError(f"--memory {memory!r}: expected an amount of memory, as in 2 GB")
    return mebibytes


def directive_path(folder: Path, on: str) -> str:
    """Return a folder as a line for a scheduler names it, ``#SBATCH --output=…``.

    Slurm takes quotes there, as a shell does, and replaces the letter that follows a per cent sign.
    This has not been tried with other schedulers, so they are given no name that needs quotes.

    >>> directive_path(Path("/a b/50%"), "slurm")
    "'/a b/50%%'"
    """
    text = str(folder)
    check_line("--out", text)
    if on == "slurm":
        return shlex.quote(text.replace("\\", "\\\\").replace("%", "%%"))
    if shlex.quote(text) != text or "%" in text:
        raise UserError(f"--out {text}: {on} takes folders of letters, digits and _./-+@ only")
    return text


def job_times(walltime: str) -> list[str]:
    """Return the lines by which a job tells its processes when it began and when it ends."""
    return [
        "export SYNAPTOKET_JOB_START=$(date +%s)",
        f"export SYNAPTOKET_JOB_END=$((SYNAPTOKET_JOB_START + {seconds_of(walltime)}))",
    ]
