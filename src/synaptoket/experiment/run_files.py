"""The result files of a run, one for each seed: opened together, each finished when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from ..circuit.rule_quantities import further_datasets
from ..parameters.errors import UserError
from ..pharmacology.exposure import species_names
from ..results.in_memory import ResultsInMemory
from ..results.schema import Coordinates
from ..results.writer import ResultsFile
from .checkpoint_policy import kept
from .prepare import Prepared
from .probes.probe_player import probe_points
from .recorder import vacant_elements
from .run_options import RunOptions

Results = ResultsFile | ResultsInMemory


class RunFiles:
    """What the seeds of a run record, in files or in memory. Used as a context manager.

    An exception closes the files that are open, unfinished: they can be resumed.

    Parameters
    ----------
    prepared, options
        The run.
    """

    def __init__(self, prepared: Prepared, options: RunOptions):
        self._prepared, self._options = prepared, options
        self._files: dict[int, Results] = {}
        self._began = time.monotonic()

    def open(self, seed: int, path: Path | None, attributes: Mapping[str, Any]) -> Results:
        """Open the file of a seed, new or to be continued.

        Parameters
        ----------
        seed : int
        path : Path or None
            Without one, what is recorded stays in memory.
        attributes : mapping
            Of its root.

        Raises
        ------
        UserError
            If the file cannot be written or continued.
        """
        arms, axes = list(self._prepared.experiment.arms), self._coordinates()
        if path is None:
            self._files[seed] = ResultsInMemory(attributes, arms, axes)
            return self._files[seed]
        schedule = self._prepared.schedules[arms[0]]
        file = ResultsFile.create(
            path,
            attributes,
            arms,
            axes,
            overwrite=self._options.overwrite,
            resume=self._options.resume,
            rows=1 + len(schedule.time),
            probe_rows=len(probe_points(schedule, self._prepared.experiment.probes)),
        )
        self._files[seed] = file
        for note in file.notes:
            print(f"note: {note}", file=sys.stderr)
        return file

    def _coordinates(self) -> Coordinates:
        circuit, probes = self._prepared.plan.circuit, self._prepared.experiment.probes
        return Coordinates(
            populations=list(circuit.populations),
            projections=list(circuit.projections),
            drugs=species_names(self._prepared.drugs),
            probes=probes.readouts() if probes else (),
            vacant=vacant_elements(self._prepared.plan),
            quantities=further_datasets(self._prepared.plan),
            events=self._options.record_events,
        )

    def __getitem__(self, seed: int) -> Results:
        return self._files[seed]

    def finish(self, seed: int) -> None:
        """Give the file of a seed its final name, with the checkpoints that stay in it."""
        file = self._files[seed]
        wall = time.monotonic() - self._began
        stay = kept(file.checkpoints(), self._options.keep)
        file.complete({"wall_seconds": wall}, keep=stay)
        file.close()

    def __enter__(self) -> RunFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            return
        for file in self._files.values():
            with suppress(UserError):  # `error` says already that, for example, the disk is full
                file.close()
