"""Does half of a stored assembly bring back the other half?

A puff of glutamate opens AMPA and NMDA receptors of half of the members, which fire a burst; it
reaches the other half through the circuit alone. A cell is recruited if it fires in the window; the
share that fires in the same trial without the puff is subtracted, because some cells fire anyway.
Completion is the recruited share of the unstimulated members, less that of the cells outside the
assembly. Persistence is the time after the puff for which the rate of the unstimulated members,
less their rate at rest, exceeds that of the other cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...circuit.group import CircuitPlan
from ...circuit.numerics import SEGMENT
from ...results.schema import REAL, Variable
from ..assembly import recurrent_projection
from .probe import Probe, ProbedCircuit, Trial

#: Bin (s) of the running rate, and how far (Hz) that of members must be above that of others:
#: about half the rate of a cell at rest, and more than twice the noise of ten trials.
BIN, MARGIN = 0.05, 1.0
#: Step (s) of the running rate.
STEP = 0.01


@dataclass(frozen=True)
class PatternCompletion(Probe):
    """A cue to half of the assembly of the experiment.

    Parameters
    ----------
    ampa, nmda : str
        Conductances that the puff opens in each stimulated cell; they decay as after any release.
    window : str
        After the onset of the puff, in which a cell must fire to count; the puff is over then.
    """

    ampa: str = "100 nS"
    nmda: str = "200 nS"
    window: str = "100 ms"

    kind = "pattern_completion"
    numbers = {"ampa": "siemens", "nmda": "siemens", "window": "second"}
    readouts = (
        Variable(
            "completion", None, REAL, "1",
            "share of unstimulated members that a cue recruits, less that of other cells",
        ),
        Variable(
            "members_recruited", None, REAL, "1",
            "share of unstimulated members that fire after a cue, less that without",
        ),
        Variable(
            "others_recruited", None, REAL, "1",
            "share of cells outside the assembly that fire after a cue, less that without",
        ),
        Variable(
            "persistence", None, REAL, "s",
            "time for which unstimulated members fire more than others after a cue has ended",
        ),
    )  # fmt: skip

    def check_circuit(self, plan: CircuitPlan) -> None:
        """Raise `UserError` if the excitatory cells do not excite each other."""
        recurrent_projection(plan)

    def halves(self, circuit: ProbedCircuit) -> tuple[np.ndarray, np.ndarray]:
        """Return the stimulated and the unstimulated half of the members."""
        members = circuit.assembly.members(circuit.size, circuit.seed)
        half = len(members) // 2
        return members[:half], members[half:]

    def stimulus(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return the conductances that the puff opens."""
        puffed = np.zeros(circuit.size)
        puffed[self.halves(circuit)[0]] = 1.0
        return {
            f"{circuit.cells}.g_{receptor}": puffed * self.value(receptor)
            for receptor in ("ampa", "nmda")
        }

    def measure(self, circuit: ProbedCircuit, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return how the cue changes the firing of unstimulated members and of other cells."""
        cued, uncued = self.halves(circuit)
        others = np.setdiff1d(np.arange(circuit.size), np.concatenate([cued, uncued]))
        window = self.value("window")
        evoked = [trial.evoked[circuit.cells] for trial in trials]
        rest = [trial.rest[circuit.cells] for trial in trials]

        def recruited(cells: np.ndarray) -> float:
            with_cue, without = (
                np.mean([np.isin(cells, index[time < window]).mean() for index, time in spikes])
                for spikes in (evoked, rest)
            )
            return float(with_cue - without)

        def excess(cells: np.ndarray) -> np.ndarray:
            return running_rate(evoked, cells) - running_rate(rest, cells).mean()

        members, outside = recruited(uncued), recruited(others)
        above = excess(uncued) - excess(others)
        return {
            "completion": members - outside,
            "members_recruited": members,
            "others_recruited": outside,
            "persistence": time_above(above[round(window / STEP) :]),
        }


def running_rate(spikes: Sequence[tuple[np.ndarray, np.ndarray]], cells: np.ndarray) -> np.ndarray:
    """Return the mean rate of some cells over trials, in Hz, in bins that begin every `STEP`."""
    steps = round(SEGMENT / STEP)
    counts = np.zeros(steps)
    for index, time in spikes:
        chosen = time[np.isin(index, cells)]
        counts += np.bincount((chosen / STEP).astype(int), minlength=steps)[:steps]
    width = round(BIN / STEP)
    inside = np.convolve(counts, np.ones(width), "valid")
    return inside / (len(spikes) * len(cells) * BIN)


def time_above(excess: np.ndarray) -> float:
    """Return the seconds until a running difference of rates first falls to `MARGIN`.

    >>> time_above(np.array([5.0, 3.0, 0.5, 4.0]))
    0.02
    """
    below = np.flatnonzero(excess <= MARGIN)
    return float(STEP * (below[0] if len(below) else len(excess)))
