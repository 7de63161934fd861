"""The part of a sweep that lives in a Dask worker: its `RunPlayer`, from start to end.

The driver hands a `SweepWorker` to the cluster, which gives every worker a copy: those that are
there, and those that come later. `perform_there` finds it by its name.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from typing import Any

from distributed import WorkerPlugin, get_worker

from ...parameters.errors import UserError
from .run_player import RunPlayer
from .run_task import DONE, FAILED, Outcome, Task

#: Seconds that a worker has to come to an end when its parent process is gone.
GRACE = 10.0

#: The thread of a worker's process that watches the parent process.
WATCHER = "synaptoket-parent-watcher"


class SweepWorker(WorkerPlugin):
    """Keeps the `RunPlayer` of a sweep in a Dask worker.

    Parameters
    ----------
    folder : str
        The sweep's.
    digest : str
        The hash of its plan.

    Attributes
    ----------
    name : str
        By which a worker knows it; the same sweep has the same name.
    """

    def __init__(self, folder: str, digest: str):
        self.folder, self.digest = folder, digest
        where = hashlib.sha256(folder.encode()).hexdigest()
        self.name = f"synaptoket-{digest[:16]}-{where[:16]}"
        self._player: RunPlayer | None = None

    def setup(self, worker: Any) -> None:
        """Prepare the process of a worker; the sweep is opened with the first run."""
        # A worker that ends while it calls its scheduler would say so, with a traceback.
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
        _end_with_parent()

    def teardown(self, worker: Any) -> None:
        """End the programs that the player has kept."""
        if self._player is not None:
            self._player.close()

    def player(self) -> RunPlayer:
        """Return the player; `UserError` if the folder of the sweep is gone, or has changed."""
        if self._player is None:
            self._player = RunPlayer.open(self.folder, self.digest)
        return self._player

    def perform(self, tasks: list[Task], expected: float) -> tuple[list[Outcome], str]:
        """Do runs until one cannot be done here.

        Parameters
        ----------
        tasks : list of Task
        expected : float
            Seconds that each run is expected to take.

        Returns
        -------
        outcomes : list of Outcome
            Of the runs that were begun.
        trouble : str
            Why no run of the sweep can be done: its folder is gone, or changed. "" otherwise.
        """
        outcomes: list[Outcome] = []
        for task in tasks:
            try:
                outcomes.append(self.player().perform(task, expected))
            except UserError as error:
                return outcomes, str(error)
            if outcomes[-1].status not in (DONE, FAILED):
                break
        return outcomes, ""


def perform_there(name: str, tasks: list[Task], expected: float) -> tuple[list[Outcome], str, str]:
    """Do runs in the Dask worker that calls this; see `SweepWorker.perform`.

    Parameters
    ----------
    name : str
        Of the `SweepWorker`.
    tasks, expected
        As for `SweepWorker.perform`.

    Returns
    -------
    outcomes : list of Outcome
    address : str
        Of the worker.
    trouble : str
    """
    worker = get_worker()
    plugin = worker.plugins[name]
    assert isinstance(plugin, SweepWorker)
    outcomes, trouble = plugin.perform(tasks, expected)
    return outcomes, worker.address, trouble


def _end_with_parent() -> None:
    """From now on end this process some time after its parent process: job script or driver.

    A worker that is asked to end while it runs something may wait for ever. One thread watches for
    all sweeps of a process, to the end of the process.
    """
    if any(thread.name == WATCHER for thread in threading.enumerate()):
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2.0)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=watch, name=WATCHER, daemon=True).start()
