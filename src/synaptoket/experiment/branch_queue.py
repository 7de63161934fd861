"""The order in which branches are played: a branch after the one that it parts from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait

from .arm_tree import Branch


class BranchQueue:
    """Plays the branches of a tree of arms for several seeds, some at a time.

    Parameters
    ----------
    play : callable
        Plays one branch of one seed. It looks at `stop` between segments, and returns when that is
        set.
    finish : callable
        Called with a seed when all its branches have been played.
    stop : threading.Event
        Set when a branch has failed or the run was interrupted.
    jobs : int
        Branches that are played at once.
    in_place : bool
        Play one branch after the other in the calling thread, for runs that need no orderly stop.
    """

    def __init__(
        self,
        play: Callable[[int, Branch], None],
        finish: Callable[[int], None],
        stop: threading.Event,
        jobs: int = 1,
        in_place: bool = False,
    ):
        self._play, self._finish, self._stop = play, finish, stop
        self._jobs, self._in_place = jobs, in_place
        self._pending: dict[Future, tuple[int, Branch]] = {}
        self._open: dict[int, int] = {}

    def run(self, seeds: Iterable[int], tree: Branch) -> None:
        """Play all branches of all seeds.

        Raises
        ------
        BaseException
            Whatever the first branch that failed has raised, or an interrupt, after the branches
            that were under way have stopped.
        """
        pool = _InPlace() if self._in_place else ThreadPoolExecutor(self._jobs)
        try:
            for seed in seeds:
                self._open[seed] = 0
                self._submit(pool, seed, tree)
            while self._pending:
                done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
                # in the order of submission, so that the first of several failures is raised
                for future in [future for future in self._pending if future in done]:
                    self._complete(pool, future)
        except BaseException:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        pool.shutdown()

    def _submit(self, pool: Executor, seed: int, branch: Branch) -> None:
        self._open[seed] += 1
        self._pending[pool.submit(self._played, seed, branch)] = (seed, branch)

    def _played(self, seed: int, branch: Branch) -> None:
        """Play a branch; if it fails, no other branch begins."""
        try:
            self._play(seed, branch)
        except BaseException:
            self._stop.set()
            raise

    def _complete(self, pool: Executor, future: Future) -> None:
        seed, branch = self._pending.pop(future)
        future.result()
        for child in branch.children:
            self._submit(pool, seed, child)
        self._open[seed] -= 1
        if not self._open[seed]:
            self._finish(seed)


class _InPlace(Executor):
    """Runs each task at once, in the calling thread."""

    def submit(self, call, /, *arguments, **named) -> Future:
        future: Future = Future()
        future.set_result(call(*arguments, **named))
        return future
