"""The simulations of a finding on the circuit, as its read-outs see them.

Read-outs read the rows of the result files. From the checkpoints they read the spikes of single
cells and the ages of single spines, which no row holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.reported_names import principal
from ...circuit.initial import State
from ...experiment.phase import phase_label
from ...results import open_results
from ...results.states import load_state

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Run:
    """A finding's simulations: the result files, one a seed, and their rows as one tree.

    `projection` is the one whose synapses come and go.
    """

    files: tuple[Path, ...]
    tree: xarray.DataTree
    projection: str

    @classmethod
    def open(cls, files: Sequence[Path]) -> Run:
        """Open result files, ordered by seed."""
        tree = open_results(list(files))
        paths = tuple(Path(str(path)) for path in tree.dataset["file"].values)
        return cls(paths, tree, principal(tree))

    def arm(self, name: str) -> xarray.Dataset:
        """Return the rows of an arm, variable by variable: (seed, time, ...)."""
        import xarray

        node = self.tree[name]
        assert isinstance(node, xarray.DataTree)
        return node.dataset

    def phases(self, arm: str) -> list[str]:
        """Return the phases of an arm, in their order."""
        return list(dict.fromkeys(self.arm(arm)["phase"].values))

    def rows(self, arm: str, phase: str) -> np.ndarray:
        """Return which rows of an arm belong to a phase: booleans of shape (time,)."""
        return np.asarray(self.arm(arm)["phase"].values == phase)

    def lengths(self, arm: str) -> np.ndarray:
        """Return the hours that each row stands for: shape (time,); none for the initial state."""
        times = self.arm(arm)["time"].values
        return np.diff(times, prepend=times[:1])

    def mean(self, arm: str, phase: str, variable: str) -> np.ndarray:
        """Return the mean of a variable over the time of a phase: shape (seed, ...)."""
        values = np.moveaxis(self.arm(arm)[variable].values, 1, -1)
        return self.mean_over(arm, self.rows(arm, phase), values)

    def mean_over(self, arm: str, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return the mean of values (..., time) over the time of some rows, booleans (time,)."""
        hours = np.where(rows, self.lengths(arm), 0.0)
        return values[..., hours > 0] @ hours[hours > 0] / hours.sum()

    def count(self, arm: str) -> xarray.DataArray:
        """Return the synapses of the plastic projection: (seed, time)."""
        return self.arm(arm)["synapse_count"].sel(projection=self.projection).astype(float)

    def states(self, arm: str, phase: str) -> Iterator[State]:
        """Yield the state of each seed at the end of a phase."""
        for file in self.files:
            yield load_state(file, f"{arm}@{phase_label(phase)}").state
