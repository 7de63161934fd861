"""One share of a sweep in this process, without any scheduler: for job arrays."""

from __future__ import annotations

import re
import shlex
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from ...parameters.errors import UserError
from .job_request import directive_path, job_times, megabytes
from .run_player import RunPlayer
from .run_task import DONE, FAILED, HELD, NO_TIME, Task
from .sweep_file import ClusterTable
from .sweep_folder import SweepFolder
from .sweep_plan import SweepPlan


def parse_shard(text: str) -> tuple[int, int]:
    """Return which share of how many, both from 1.

    >>> parse_shard("3/40")
    (3, 40)
    """
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, re.ASCII)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UserError(f"--shard {text!r}: expected a share of how many, such as 3/40")
    return int(match[1]), int(match[2])


def share(todo: Iterable[int], shard: tuple[int, int]) -> list[int]:
    """Return the runs of a share: every n-th by its number, so that all shares are of one length.

    >>> share([0, 1, 2, 3, 4, 6], (1, 2))
    [0, 2, 4, 6]
    """
    return [number for number in todo if number % shard[1] == shard[0] - 1]


def play_share(
    where: SweepFolder, plan: SweepPlan, todo: list[int], tell: Callable[[str], None]
) -> dict[str, int]:
    """Do runs one after another in this process, and return how many ended how."""
    with RunPlayer.open(where.path, plan.digest) as player:
        return _play_all(player, todo, tell)


def _play_all(player: RunPlayer, todo: list[int], tell: Callable[[str], None]) -> dict[str, int]:
    waiting = deque(todo)
    counts: dict[str, int] = {DONE: 0, FAILED: 0, NO_TIME: 0}
    longest, held_in_turn = 0.0, 0
    while waiting:
        number = waiting.popleft()
        run = player.plan.run(number)
        task = Task(number, run.seed, player.plan.settings(run.point))
        outcome = player.perform(task, longest)
        if outcome.status == HELD:
            waiting.append(number)
            held_in_turn += 1
            if held_in_turn >= len(waiting):  # other workers are playing all runs that are left
                time.sleep(2.0)
            continue
        held_in_turn = 0
        if outcome.status == NO_TIME:
            counts[NO_TIME] = 1 + len(waiting)
            tell(f"{counts[NO_TIME]} runs are left to another job: the time of this one ends")
            break
        counts[outcome.status] += 1
        longest = max(longest, outcome.seconds)
        if outcome.status == FAILED:
            tell(f"run {number} failed: {outcome.message}")
    return counts


def slurm_array(command: list[str], shards: int, cluster: ClusterTable, logs: Path) -> str:
    """Return a job-array script for Slurm that does a sweep in so many shares."""
    directives = {"job-name": "synaptoket", "array": f"1-{shards}", "ntasks": 1, "cpus-per-task": 1,
             "time": cluster.walltime, "mem": f"{megabytes(cluster.memory)}M",
             "partition": cluster.partition, "account": cluster.account,
             "output": f"{directive_path(logs, 'slurm')}/array-%A_%a.log"}  # fmt: skip
    log = '"array-${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.log"'
    lines = ["#!/bin/bash"]
    lines += [
        f"#SBATCH --{name}={value}" for name, value in directives.items() if value is not None
    ]
    lines += [f"#SBATCH {option}" for option in cluster.options]
    lines += ["", *cluster.prologue, *job_times(cluster.walltime)]
    lines += [
        f"export SYNAPTOKET_JOB_LOG={shlex.quote(str(logs))}/{log}",
        f"{shlex.join(command)} --shard ${{SLURM_ARRAY_TASK_ID}}/{shards}",
    ]
    return "\n".join(lines)
