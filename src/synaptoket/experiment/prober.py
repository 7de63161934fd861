"""Assembly and probes in a run: when they are due in a branch, and where the answers go."""

from __future__ import annotations

from ..circuit.connectivity import contacts
from ..engine.worker import Worker
from ..results.schema import probe_table
from ..results.writer import ResultsFile
from .arm_tree import Branch
from .assembly import Assembly
from .prepare import Prepared
from .probes import ProbedCircuit
from .probes.probe_player import probe_points, probed
from .run_files import Results
from .schedule import Schedule
from .seed_run import SeedRun


class Prober:
    """Stores the assembly and plays the probes of one branch of one seed.

    Parameters
    ----------
    prepared : Prepared
        The run.
    run : SeedRun
        The seed.
    branch : Branch
    """

    def __init__(self, prepared: Prepared, run: SeedRun, branch: Branch):
        experiment = prepared.experiment
        self.branch, self._run = branch, run
        self.schedule: Schedule = prepared.schedules[branch.arms[0]]
        self.assembly, self.probes = experiment.assembly, experiment.probes
        self.points = probe_points(self.schedule, self.probes)
        if self.assembly is None and self.probes is None:
            return
        # The members of the assembly follow from the contacts, which belong to the state.
        seed = run.connectivity_seed
        drawn = contacts(prepared.plan.circuit, seed)
        self.circuit = ProbedCircuit(prepared.plan, drawn, seed, self.assembly or Assembly())

    def prepare(self, worker: Worker, at: int) -> None:
        """Store the assembly, if segment `at` is the first of the phase that stores it."""
        if self.assembly is None or self.assembly.stored not in self.schedule.phase:
            return
        if at == self.schedule.phase.index(self.assembly.stored):
            plan, drawn, seed = self.circuit.plan, self.circuit.contacts, self.circuit.seed
            worker.load(self.assembly.imprint(plan, drawn, worker.arrays, seed))

    def ask(self, worker: Worker, file: Results, at: int) -> None:
        """Play the probes, if any are due after `at` segments; add a row to each arm."""
        if self.probes is None or at not in self.points:
            return
        drives, played = self.schedule.segment(at - 1), self._run.start_segment + at
        answers = probed(worker, self.probes, self.circuit, drives, self._run.seed, played)
        time, phase = float(self.schedule.time[at - 1]) / 3600, self.schedule.phase[at - 1]
        for arm in self.branch.arms:
            file.append_probes(arm, {"time": time, "phase": phase, **answers})

    def rewind(self, file: Results, at: int) -> None:
        """Drop what was measured after `at` segments, as when a branch resumes from there."""
        if self.probes is None:
            return
        kept = sum(point <= at for point in self.points)
        for arm in self.branch.arms:
            if isinstance(file, ResultsFile) and file.rows(probe_table(arm)) > kept:
                file.truncate(probe_table(arm), kept)
