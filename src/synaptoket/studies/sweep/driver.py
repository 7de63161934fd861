"""The driver of a sweep: hands runs to the workers of a Dask cluster, collects their outcomes."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...parameters.errors import UserError
from .run_journal import write_error
from .run_task import DONE, FAILED, HELD, NO_TIME, Outcome, Task
from .sweep_folder import SweepFolder
from .sweep_plan import SweepPlan
from .sweep_worker import SweepWorker, perform_there
from .table import Table, collected

#: Seconds between two writings of the table, and before another attempt at a run that is held.
SAVED_EVERY, AGAIN = 60.0, 3.0

#: Runs that failed as the walltime was too short, after which a sweep stops if no run was done.
TOO_SHORT = 3

#: Batches of runs that are submitted at a time, for each worker; other runs wait in the driver.
AHEAD = 3

#: Seconds that a batch should take, and runs in it at most. To submit a run of 50 ms by itself
#: would cost a tenth of its time.
BATCH_SECONDS, BATCH = 1.0, 32


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
        Called with each line that the user must see.
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
        self.jobs = max(jobs, 1)
        self.sweep_worker = SweepWorker(str(where.path.resolve()), plan.digest)
        self.table: Table = collected(where, plan)
        self.counts: dict[str, int] = {DONE: 0, FAILED: 0}
        self.longest, self.too_short, self.saved = 0.0, 0, time.monotonic()
        self.seconds, self.batches = 0.0, 0

    def play(self, todo: list[int], progress: Any) -> dict[str, int]:
        """Do runs, and return how many ended how; `progress` is told of each."""
        plugin = self.sweep_worker
        self.client.register_plugin(plugin, name=plugin.name)
        try:
            self._play_all(deque(todo), progress)
        finally:
            self.table.save(self.where.table, self.plan)
            if self.client.cluster is None:  # these workers live on: the sweep leaves nothing there
                with suppress(OSError, TimeoutError, RuntimeError):
                    self.client.unregister_worker_plugin(plugin.name)
        return self.counts

    def _play_all(self, waiting: deque[int], progress: Any) -> None:
        later: deque[tuple[float, int]] = deque()  # when to try again, and which run
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        submitted: dict[Any, list[Task]] = {}
        while waiting or later or submitted:
            if self.stop.is_set():
                raise KeyboardInterrupt
            while later and (later[0][0] <= time.monotonic()):
                waiting.append(later.popleft()[1])
            while waiting and len(submitted) < AHEAD * self.jobs:
                size = self._batch(len(waiting))
                future, tasks = self._submit([waiting.popleft() for _ in range(size)])
                submitted[future] = tasks
                future.add_done_callback(ended.put)
            try:
                future = ended.get(timeout=1.0)
            except queue.Empty:
                continue
            tasks = submitted.pop(future)
            outcomes = self._outcomes(future, tasks)
            future.release()
            waiting.extendleft(task.number for task in reversed(tasks[len(outcomes) :]))
            for outcome in outcomes:
                if outcome.status in (DONE, FAILED):
                    self._take(outcome, progress)
                elif outcome.status == NO_TIME:
                    waiting.appendleft(outcome.number)
                else:
                    later.append((time.monotonic() + AGAIN, outcome.number))

    def _batch(self, waiting: int) -> int:
        """Return how many runs to hand out together; at the end fewer, so that all are busy."""
        ended = sum(self.counts.values())
        if not ended:
            return 1
        fitting = int(BATCH_SECONDS * ended / max(self.seconds, 1e-3))
        return max(1, min(fitting, BATCH, waiting // (2 * self.jobs)))

    def _submit(self, numbers: list[int]) -> tuple[Any, list[Task]]:
        runs = [self.plan.run(number) for number in numbers]
        tasks = [Task(run.number, run.seed, self.plan.settings(run.point)) for run in runs]
        self.batches += 1
        future = self.client.submit(
            perform_there,
            self.sweep_worker.name,
            tasks,
            self.longest,
            key=f"run-{numbers[0]}-{self.batches}-{self.plan.digest[:8]}-{id(self)}",
            pure=False,
        )
        return future, tasks

    def _outcomes(self, future: Any, tasks: list[Task]) -> list[Outcome]:
        """Return the outcomes of the runs of a batch that were begun.

        `UserError` if no run of the sweep can be done at all.
        """
        from distributed import KilledWorker

        if future.status == "finished":
            outcomes, worker, trouble = future.result()
            if trouble:
                raise UserError(trouble)
            if outcomes[-1].status == NO_TIME:  # nothing more for it: another job takes its place
                self.client.retire_workers([worker], close_workers=True)
            return outcomes
        if future.status == "cancelled" or isinstance(future.exception(), KilledWorker):
            return [Outcome(task.number, HELD) for task in tasks]
        error = future.exception()
        message = f"{type(error).__name__}: {error}"
        for task in tasks:
            write_error(self.where, self.plan, task, message)
        return [Outcome(task.number, FAILED, message=message) for task in tasks]

    def _take(self, outcome: Outcome, progress: Any) -> None:
        self.counts[outcome.status] += 1
        self.longest = max(self.longest, outcome.seconds)
        self.seconds += outcome.seconds
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
