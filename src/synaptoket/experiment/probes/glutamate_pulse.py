"""How strongly does the circuit answer a fixed amount of glutamate?

At the start of a trial the boutons of a fixed set of excitatory cells release once onto other
excitatory cells: the AMPA and NMDA conductances of these jump by what the spines that are present
carry. So the pulse arrives through structure and receptors only, and the answer depends on the
membranes, the block of NMDA receptors and the rest of the circuit. The releasing cells do not fire:
their spikes would excite PV cells, whose inhibition hides the answer (if a third of the cells fire
together, the others fire less in the next 50 ms).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...circuit.group import CircuitPlan
from ...parameters.errors import UserError
from ...results.schema import REAL, Variable
from ..assembly import recurrent_projection
from .probe import Probe, ProbedCircuit, Trial
from .transmission import transmission


@dataclass(frozen=True)
class GlutamatePulse(Probe):
    """A fixed pulse of glutamate from a share of the boutons on excitatory cells.

    Parameters
    ----------
    share : float
        Of the excitatory cells, whose boutons release.
    window : str
        After the pulse, in which spikes are counted.
    """

    share: float = 0.5
    window: str = "50 ms"

    kind = "glutamate_pulse"
    numbers = {"window": "second"}
    readouts = (
        Variable(
            "evoked_spikes", None, REAL, "1",
            "extra spikes of an excitatory cell after a glutamate pulse",
        ),
        Variable(
            "evoked_ampa", None, REAL, "nS",
            "AMPA conductance that a glutamate pulse opens in an excitatory cell",
        ),
    )  # fmt: skip

    def check(self) -> None:
        """Raise `UserError` if a parameter is out of range."""
        super().check()
        if not (isinstance(self.share, (int, float)) and 0 < self.share < 1):
            raise UserError(f"probes.{self.kind}.share = {self.share!r}: expected 0 to 1")

    def check_circuit(self, plan: CircuitPlan) -> None:
        """Raise `UserError` if the excitatory cells do not excite each other."""
        recurrent_projection(plan)

    def sources(self, circuit: ProbedCircuit) -> np.ndarray:
        """Return the cells whose boutons release."""
        order = np.random.default_rng([circuit.seed, 4]).permutation(circuit.size)
        return order[: max(round(self.share * circuit.size), 1)]

    def stimulus(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return the conductances that the released glutamate opens."""
        name = circuit.recurrent
        pre, post = circuit.contacts[name]
        released = np.isin(pre, self.sources(circuit))
        added = {}
        for receptor in ("ampa", "nmda"):
            opened = transmission(circuit, state, name, receptor)[released]
            added[f"{circuit.cells}.g_{receptor}"] = np.bincount(
                post[released], opened, circuit.size
            )
        return added

    def measure(self, circuit: ProbedCircuit, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return extra spikes and opened AMPA conductance of a cell that did not release."""
        others = np.ones(circuit.size, bool)
        others[self.sources(circuit)] = False
        window = self.value("window")

        def count(spikes) -> int:
            index, time = spikes[circuit.cells]
            return int(others[index[time < window]].sum())

        extra = [count(trial.evoked) - count(trial.rest) for trial in trials]
        opened = [
            (trial.added[f"{circuit.cells}.g_ampa"] * trial.before["ampa_available"])[others].mean()
            for trial in trials
        ]
        return {
            "evoked_spikes": np.mean(extra) / others.sum(),
            "evoked_ampa": np.mean(opened) * 1e9,
        }
