"""Probes in a run: what is asked of which branch when, and where the answers go."""

from __future__ import annotations

import json
from typing import Any

from ..circuit.connectivity import contacts
from ..results import ResultsFile
from ..results.schema import probe_table
from .arm_tree import Branch
from .assembly import Assembly
from .prepare import Prepared
from .probes import ProbedCircuit
from .probes.probe_player import probe_points, probed
from .schedule import Schedule


class Prober:
    """Stores the assembly and plays the probes of one branch of one seed.

    Parameters
    ----------
    prepared : Prepared
        The run.
    attributes : dict
        Of the seed's file.
    branch : Branch
    """

    def __init__(self, prepared: Prepared, attributes: dict[str, Any], branch: Branch):
        experiment = prepared.experiment
        self.branch = branch
        self.seed, self.before = attributes["seed"], attributes["start_segment"]
        self.schedule: Schedule = prepared.schedules[branch.arms[0]]
        self.assembly, self.probes = experiment.assembly, experiment.probes
        self.points = probe_points(self.schedule, self.probes)
        if self.assembly is None and self.probes is None:
            return
        # Which cells belong together is a matter of the contacts: of the state, not of the run.
        wiring = json.loads(attributes["circuit"])["connectivity_seed"]
        drawn = contacts(prepared.plan.circuit, wiring)
        self.circuit = ProbedCircuit(prepared.plan, drawn, wiring, self.assembly or Assembly())

    def prepare(self, worker: Any, at: int) -> None:
        """Store the assembly, if segment `at` is the first of the phase in which it is to be."""
        if self.assembly is None or self.assembly.stored not in self.schedule.phase:
            return
        if at == self.schedule.phase.index(self.assembly.stored):
            own = self.circuit
            state = worker.arrays
            worker.load(self.assembly.imprint(own.plan, own.contacts, state, own.seed))

    def ask(self, worker: Any, file: ResultsFile, at: int) -> None:
        """Play the probes, if any are due after `at` segments; add a row to each arm."""
        if at not in self.points:
            return
        fed = self.schedule.segment(at - 1)
        told = probed(worker, self.probes, self.circuit, fed, self.seed, self.before + at)
        time, phase = float(self.schedule.time[at - 1]) / 3600, self.schedule.phase[at - 1]
        for arm in self.branch.arms:
            file.append_probes(arm, {"time": time, "phase": phase, **told})

    def rewind(self, file: ResultsFile, at: int) -> None:
        """Drop what was measured after `at` segments, as when a branch resumes from there."""
        if self.probes is None:
            return
        for arm in self.branch.arms:
            kept = sum(point <= at for point in self.points)
            if file.rows(probe_table(arm)) > kept:
                file.truncate(probe_table(arm), kept)
