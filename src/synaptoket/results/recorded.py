"""The rows of an experiment as plain arrays in memory: what a summary is computed from.

They come from the tree of result files, or from a run that was never written to one. They are
looked up some hundred times for a summary, which labelled arrays would make ten times as slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import xarray


class Course(NamedTuple):
    """One quantity of one arm over time.

    Attributes
    ----------
    times : ndarray, shape (time,)
        In hours.
    values : ndarray, shape (seed, time)
    """

    times: np.ndarray
    values: np.ndarray


class ArmRows:
    """The rows of one arm.

    Parameters
    ----------
    times : ndarray, shape (time,)
        In hours.
    phases : sequence of str
        One for each row.
    axes : mapping of str to sequence of str
        The names along ``"projection"`` and ``"population"``.
    held : mapping of str to callable
        For each variable what returns its values, shape (seed, time[, name]).
    """

    def __init__(
        self,
        times: np.ndarray,
        phases: Sequence[str],
        axes: Mapping[str, Sequence[str]],
        held: Mapping[str, Callable[[], np.ndarray]],
    ):
        self.times, self.phases, self.axes = times, phases, axes
        self._held = held
        self._read: dict[str, np.ndarray] = {}

    def __contains__(self, variable: str) -> bool:
        return variable in self._held

    def values(self, variable: str) -> np.ndarray:
        """Return a variable: shape (seed, time[, name]); KeyError if there is none such."""
        if variable not in self._read:
            self._read[variable] = self._held[variable]()
        return self._read[variable]

    def course(self, variable: str, axis: str | None = None, name: str | None = None) -> Course:
        """Return a variable over time, of one name along an axis if it has one."""
        values = self.values(variable)
        if axis is not None:
            values = values[:, :, list(self.axes[axis]).index(name)]
        return Course(self.times, values)


class Recorded:
    """What an experiment recorded, arm by arm.

    Attributes
    ----------
    attrs : mapping
        ``protocol`` and ``doses`` as JSON text, as a result file has them.
    children : dict of str to ArmRows
    """

    def __init__(self, attrs: Mapping[str, Any], children: dict[str, ArmRows]):
        self.attrs, self.children = attrs, children

    def __getitem__(self, arm: str) -> ArmRows:
        return self.children[arm]


def recorded(source: xarray.DataTree | Recorded) -> Recorded:
    """Return the rows of a tree from `open_results`; a variable is read when it is looked up."""
    if isinstance(source, Recorded):
        return source
    return Recorded(source.attrs, {arm: _rows(node) for arm, node in source.children.items()})


def course(data: xarray.DataArray | Course) -> Course:
    """Return an array (seed, time) with its times."""
    return data if isinstance(data, Course) else Course(data["time"].values, data.values)


def _rows(node: xarray.DataTree) -> ArmRows:
    def reader(name: str) -> Callable[[], np.ndarray]:
        return lambda: node[name].transpose("seed", "time", ...).values

    axes = {
        axis: [str(name) for name in node[axis].values]
        for axis in ("projection", "population")
        if axis in node.coords
    }
    phases = node["phase"].values if "phase" in node.coords else ()
    return ArmRows(node["time"].values, phases, axes, {str(n): reader(n) for n in node.data_vars})
