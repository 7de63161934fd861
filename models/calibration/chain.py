"""Scores the constants of the chain from spikes to synapses by the findings F10 and F11.

What imaging says of the turnover of spines is solved in closed form (`spines.turnover`); with it,
the protocols of the findings are played for one seed. Their read-outs should lie in the middle nine
tenths of the accepted ranges, so that the interval over seeds has some room. Nothing else is
scored: not the duration of the gain, not F9, not births by the hour, not the patient.
"""

import shutil
import tempfile
from pathlib import Path

from spines import turnover

from synaptoket.experiment.progress import NoProgress
from synaptoket.parameters.hypotheses import Hypothesis
from synaptoket.studies.findings import Conditions, evaluate, load_finding

FINDINGS = ("F10", "F11")

#: Coarser than in a run: twice as many candidates in the same time.
TOLERANCE = 0.2

#: The cost of a candidate for which there is no turnover as published.
IMPOSSIBLE = 1e3


class ChainBench:
    """Tries out constants of the rules, each candidate with the protocols of `FINDINGS`.

    Parameters are those of `spiking.Bench`, but that the seeds played are 1 to `seed`.
    """

    def __init__(self, circuit: str, overrides: dict, neurons: int, seed: int):
        self.circuit, self.neurons, self.seeds = circuit, neurons, seed
        self.overrides = {".".join(key): value for key, value in overrides.items()}
        self._folder = Path(tempfile.mkdtemp(prefix="synaptoket-chain-"))

    def try_out(self, candidate: dict[str, str | float]) -> tuple[float, dict[str, float]]:
        """Return the cost of a candidate and its read-outs by name.

        The turnover that follows from constants of `spine_stages` in closed form is added to it.
        """
        values = {**self.overrides, **candidate}
        changed = {tuple(name.split(".")): value for name, value in values.items()}
        if any(name.startswith("rules.spine_stages.") for name in candidate):
            try:
                candidate |= turnover(self.circuit, changed)
            except ValueError:
                return IMPOSSIBLE, {}
        overlay = Hypothesis(
            name="candidate", title="", claim="", source="", set={**values, **candidate}
        )
        conditions = Conditions(
            self._folder,
            circuit=self.circuit,
            hypothesis=overlay,
            seeds=self.seeds,
            neurons=self.neurons,
            tolerance=TOLERANCE,
            overwrite=True,
        )
        cost, found = 0.0, {}
        for name in FINDINGS:
            for seen in evaluate(load_finding(name), conditions, NoProgress).observations:
                low, high = seen.readout.range
                found[f"{name} {seen.readout.key}"] = seen.mean
                cost += _outside(seen.mean, low, high) ** 2
        return cost, found

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _outside(value: float, low: float, high: float, margin: float = 0.05) -> float:
    """Return how far a value lies outside the middle of a range, in tenths of its width.

    >>> _outside(0.5, 0.0, 1.0), round(_outside(1.05, 0.0, 1.0), 6)
    (0.0, 1.0)
    """
    if value != value:
        return 10.0
    width = high - low
    if width == float("inf"):
        width = abs(high if low == float("-inf") else low) or 1.0
    low, high = low + margin * width, high - margin * width
    return min(10 * max(low - value, value - high, 0.0) / width, 10.0)
