"""Hand the runs of a sweep to the workers of a Dask cluster, and take in what comes back."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

from ..errors import UserError
from .folder import SweepFolder
from .plan import SweepPlan
from .running import DONE, FAILED, HELD, NO_TIME, Outcome, Task, perform, write_error
from .table import Table, collected

#: Seconds between two writings of the table, and between two attempts at a run others are at.
SAVED_EVERY, AGAIN = 60.0, 3.0

#: Seconds that a worker has to come to an end when what started it is gone.
GRACE = 10.0

#: Runs for whose length the walltime was too short, with none that was done, after which to stop.
TOO_SHORT = 3

#: Runs that are with the cluster at a time, for each worker: the rest waits here.
AHEAD = 3


class Driver:
    """One call of ``synaptoket sweep``.

    Parameters
    ----------
    where, plan
        The sweep.
    client : distributed.Client
    jobs : int
        Workers at most.
    tell : callable
        Told a line about what a user has to know.
    stop : threading.Event
        Set from elsewhere to end it.
    """

    def __init__(
        self,
        where: SweepFolder,
        plan: SweepPlan,
        client: Any,
        jobs: int,
        tell: Callable[[str], None],
        stop: threading.Event,
    ):
        self.where, self.plan, self.client, self.tell, self.stop = where, plan, client, tell, stop
        self.ahead = AHEAD * max(jobs, 1)
        self.table: Table = collected(where, plan)
        self.counts = dict.fromkeys((DONE, FAILED), 0)
        self.longest, self.too_short, self.saved = 0.0, 0, time.monotonic()
        self.attempts: dict[int, int] = {}

    def play(self, todo: list[int], progress: Any) -> dict[str, int]:
        """Do runs, and return how many ended how; `progress` is told of each."""
        waiting, later = deque(todo), deque()
        ended: queue.SimpleQueue = queue.SimpleQueue()
        open_runs: dict[Any, Task] = {}
        try:
            while waiting or later or open_runs:
                if self.stop.is_set():
                    raise KeyboardInterrupt
                while later and (later[0][0] <= time.monotonic()):
                    waiting.append(later.popleft()[1])
                while waiting and len(open_runs) < self.ahead:
                    future, task = self._submit(waiting.popleft())
                    open_runs[future] = task
                    future.add_done_callback(ended.put)
                try:
                    future = ended.get(timeout=1.0)
                except queue.Empty:
                    continue
                task = open_runs.pop(future)
                outcome = self._outcome(future, task)
                future.release()
                if outcome.status in (DONE, FAILED):
                    self._take(outcome, progress)
                elif outcome.status == NO_TIME:
                    waiting.appendleft(task.number)
                else:
                    later.append((time.monotonic() + AGAIN, task.number))
        finally:
            self.table.save(self.where.table, self.plan)
        return self.counts

    def _submit(self, number: int) -> tuple[Any, Task]:
        run = self.plan.run(number)
        task = Task(number, run.seed, self.plan.settings(run.point))
        attempt = self.attempts[number] = self.attempts.get(number, 0) + 1
        future = self.client.submit(
            perform_there,
            str(self.where.path.resolve()),
            self.plan.digest,
            task,
            self.longest,
            key=f"run-{number}-{attempt}-{self.plan.digest[:8]}-{id(self)}",
            pure=False,
        )
        return future, task

    def _outcome(self, future: Any, task: Task) -> Outcome:
        """Return what became of a run, whatever way it came back."""
        from distributed import KilledWorker

        if future.status == "finished":
            outcome, worker = future.result()
            if outcome.status == NO_TIME:  # nothing more for it: another job takes its place
                self.client.retire_workers([worker], close_workers=True)
            return outcome
        if future.status == "cancelled":
            return Outcome(task.number, HELD)
        error = future.exception()
        if isinstance(error, KilledWorker):
            return Outcome(task.number, HELD)
        message = f"{type(error).__name__}: {error}"
        message = str(error) if isinstance(error, UserError) else message
        write_error(self.where, self.plan, task, message)
        return Outcome(task.number, FAILED, message=message)

    def _take(self, outcome: Outcome, progress: Any) -> None:
        self.counts[outcome.status] += 1
        self.longest = max(self.longest, outcome.seconds)
        if outcome.status == FAILED:
            self.tell(f"run {outcome.number} failed: {outcome.message}")
            self.too_short += "walltime is too short" in outcome.message
        elif outcome.row:
            self.table.add(outcome.number, outcome.row)
        progress.report(1, f"{self.counts[FAILED]} failed" if self.counts[FAILED] else "")
        if time.monotonic() - self.saved > SAVED_EVERY:
            self.table.save(self.where.table, self.plan)
            self.saved = time.monotonic()
        if self.too_short >= TOO_SHORT and not self.counts[DONE]:
            raise UserError(f"stopped: {outcome.message}")


def perform_there(folder: str, digest: str, task: Task, expected: float) -> tuple[Outcome, str]:
    """Do a run in a worker, and say in which."""
    from distributed import get_worker

    _end_with_parent()
    return perform(folder, digest, task, expected), get_worker().address


@cache
def _end_with_parent() -> None:
    """From now on end this process some time after the one that started it: job script or driver.

    A worker that is asked to end while it runs something may wait for ever.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2.0)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
