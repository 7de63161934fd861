"""Lines that say which runs of a sweep are missing, have failed or have a damaged file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from .sweep_folder import SweepFolder
from .table import Table

#: How many ranges of numbers, and how many damaged files, a line names.
NAMED, NAMED_FILES = 8, 1


def missing_lines(where: SweepFolder, table: Table) -> list[str]:
    """Return a line each about runs that are missing, that failed, and whose file is damaged.

    Parameters
    ----------
    where : SweepFolder
    table : Table
        From `collected`.
    """
    total = len(table.rows)
    absent = {number for number in range(total) if not table.rows[number]} - set(table.damaged)
    failed = {number for number in where.failed() if number in absent}
    absent -= failed
    lines = []
    if absent:
        lines.append(
            f"{len(absent)} of {total} runs are missing: {named(absent)}; "
            "the command that began the sweep runs them"
        )
    if failed:
        lines.append(f"{len(failed)} of {total} runs failed: {named(failed)}; --retry repeats them")
    if table.damaged:
        first = list(table.damaged.values())[:NAMED_FILES]
        lines.append(
            f"{len(table.damaged)} of {total} runs have a damaged file and count as missing: "
            f"{named(table.damaged)} ({'; '.join(first)}); "
            "the command that began the sweep runs them again"
        )
    return lines


def named(numbers: Iterable[int]) -> str:
    """Return numbers in words, the first few ranges of them.

    >>> named([7, 3, 8, 9])
    '3, 7 to 9'
    """
    ordered = sorted(numbers)
    breaks = [at for at, (a, b) in enumerate(pairwise(ordered), 1) if b != a + 1]
    ranges = [ordered[i:j] for i, j in pairwise([0, *breaks, len(ordered)])]
    texts = [str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in ranges if r]
    return ", ".join(texts[:NAMED]) + (", …" if len(texts) > NAMED else "")
