"""How do the cells of one population answer a volley of spikes in the fibres of another?

At the start of a trial a fixed share of the source cells fires one spike together: a Schaffer
volley, if CA3 cells are the source and CA1 cells the target. Their spikes take every path that the
circuit has, so that the answer of the target holds the inhibition that the volley recruits.

Two kinds of read-outs, as in a slice. The *synaptic* ones (the field potential's slope) are worked
out at the moment of the volley: for each target cell the conductance that the spikes of the volley
open at their synapses onto it, without anything that other cells do after. The *population spike*
is counted: target cells that fire within a window, less those that fire in the same trial without a
volley. Target cells that are in the volley themselves are left out of both.

There is no second pulse: a segment cannot be interrupted, and without short-term plasticity
(no shipped circuit of cells and spines has it) only inhibition and refractoriness would set a
paired-pulse ratio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...circuit.group import CircuitPlan
from ...parameters.errors import UserError, nearest
from ...results.schema import REAL, Variable
from .probe import Probe, ProbedCircuit, Trial
from .transmission import in_cells, transmission

#: How far above its threshold (V) a cell of the volley is lifted: it fires within the first step.
LIFT = 0.02

#: Keeps the choice of cells apart from those of other probes and of the assembly.
STREAM = 6


@dataclass(frozen=True)
class EvokedResponse(Probe):
    """A synchronous volley of one population onto another.

    Parameters
    ----------
    source, target : str
        Populations. A projection of `source` onto `target` must be in the circuit; the two may be
        the same population.
    share : float
        Of the source cells, that fire together. A larger share holds the cells of a smaller one.
    window : str
        After the volley, in which a target cell must fire to count.
    """

    source: str
    target: str
    share: float = 0.5
    window: str = "15 ms"

    kind = "evoked_response"
    numbers = {"window": "second"}
    readouts = (
        Variable(
            "epsp_slope", None, REAL, "mV/ms",
            "initial slope of the AMPA potential of a target cell after a volley",
        ),
        Variable(
            "volley_ampa", None, REAL, "nS",
            "AMPA conductance that a volley opens in a target cell, without what is blocked",
        ),
        Variable(
            "volley_nmda", None, REAL, "nS",
            "NMDA conductance that a volley opens in a target cell, without what Mg and drugs shut",
        ),
        Variable(
            "population_spike", None, REAL, "1",
            "share of target cells that fire after a volley, less that without",
        ),
    )  # fmt: skip

    def check(self) -> None:
        """Raise `UserError` if a parameter is out of range."""
        super().check()
        share = self.share
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share <= 1:
            raise UserError(f"probes.{self.kind}.share = {share!r}: expected above 0, up to 1")

    def check_circuit(self, plan: CircuitPlan) -> None:
        """Raise `UserError` if the circuit has no such populations or no such projection."""
        where = f"{plan.circuit.where}: probes.{self.kind}"
        for key in ("source", "target"):
            name = getattr(self, key)
            if name not in plan.populations:
                hint = nearest(str(name), plan.populations)
                raise UserError(f"{where}.{key} = {name!r}: expected a population{hint}")
        if not self.projections(plan):
            reached = [p.target for p in plan.projections.values() if p.source == self.source]
            raise UserError(
                f"{where}: no projection of {self.source} onto {self.target}; expected a target "
                f"that {self.source} projects onto{nearest(self.target, reached)}"
            )
        if self.source == self.target and self._count(plan.populations[self.source].size) == (
            plan.populations[self.source].size
        ):
            raise UserError(
                f"{where}.share = {self.share!r}: every {self.source} cell is in the volley; "
                "expected less, so that some are left to answer"
            )

    def projections(self, plan: CircuitPlan) -> list[str]:
        """Return the projections of the source onto the target."""
        ends = (self.source, self.target)
        return [name for name, p in plan.projections.items() if (p.source, p.target) == ends]

    def volley(self, circuit: ProbedCircuit) -> np.ndarray:
        """Return whether each source cell fires in the volley: shape (source cells,)."""
        size = circuit.plan.populations[self.source].size
        fires = np.zeros(size, bool)
        order = np.random.default_rng([circuit.seed, STREAM]).permutation(size)
        fires[order[: self._count(size)]] = True
        return fires

    def _count(self, size: int) -> int:
        return max(round(self.share * size), 1)

    def answering(self, circuit: ProbedCircuit) -> np.ndarray:
        """Return whether each target cell is read out: shape (target cells,)."""
        if self.source == self.target:
            return ~self.volley(circuit)
        return np.ones(circuit.plan.populations[self.target].size, bool)

    def stimulus(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return what lifts the cells of the volley above their threshold, refractory or not."""
        fires = self.volley(circuit)
        potential, left = (state[f"{self.source}.{n}"] for n in ("v", "refractory_left"))
        lifted = state[f"{self.source}.threshold"][0] + LIFT - potential
        return {
            f"{self.source}.v": np.where(fires, lifted, 0.0),
            f"{self.source}.refractory_left": np.where(fires, -np.maximum(left, 0.0), 0.0),
        }

    def observe(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return what the volley opens in each target cell: siemens, and the slope in V/s.

        NaN if the membrane of the target has no such receptors.
        """
        target = circuit.plan.populations[self.target]
        if "g_ampa" not in target.variables:
            nothing = np.full(target.size, np.nan)
            return dict.fromkeys(("ampa", "nmda", "slope"), nothing)
        ampa = self._opened(circuit, state, "ampa") * in_cells(target, state, "ampa_available")
        nmda = self._opened(circuit, state, "nmda") * in_cells(target, state, "nmda_unblocked")
        drive = in_cells(target, state, "(excitatory_reversal - v)/capacitance")
        return {"ampa": ampa, "nmda": nmda, "slope": ampa * drive}

    def _opened(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray], receptor: str
    ) -> np.ndarray:
        """Return the conductance that the volley opens in each target cell, in siemens."""
        fires = self.volley(circuit)
        opened = np.zeros(circuit.plan.populations[self.target].size)
        for name in self.projections(circuit.plan):
            pre, post = circuit.contacts[name]
            weights = transmission(circuit, state, name, receptor) * fires[pre]
            opened += np.bincount(post, weights, len(opened))
        return opened

    def measure(self, circuit: ProbedCircuit, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return the means over target cells and trials."""
        answering, window = self.answering(circuit), self.value("window")

        def firing(spikes) -> float:
            index, time = spikes[self.target]
            fired = np.zeros(len(answering), bool)
            fired[index[time < window]] = True
            return float(fired[answering].mean())

        def mean(name: str) -> float:
            return float(np.mean([trial.before[name][answering].mean() for trial in trials]))

        return {
            "epsp_slope": mean("slope"),  # V/s are mV/ms
            "volley_ampa": 1e9 * mean("ampa"),
            "volley_nmda": 1e9 * mean("nmda"),
            "population_spike": np.mean([firing(t.evoked) - firing(t.rest) for t in trials]),
        }
