"""The rows of an experiment as plain arrays in memory, from which summaries are computed.

The rows come from the tree of result files, or from a run that wrote no file. A summary looks
them up some hundred times, which labelled arrays would make ten times as slow.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
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
    readers : mapping of str to callable
        For each variable the function that returns its values, shape (seed, time[, name]).
    """

    def __init__(
        self,
        times: np.ndarray,
        phases: Sequence[str],
        axes: Mapping[str, Sequence[str]],
        readers: Mapping[str, Callable[[], np.ndarray]],
    ):
        self.times, self.phases, self.axes = times, phases, axes
        self._readers = readers
        self._values: dict[str, np.ndarray] = {}

    def __contains__(self, variable: str) -> bool:
        return variable in self._readers

    def values(self, variable: str) -> np.ndarray:
        """Return a variable: shape (seed, time[, name]); KeyError if the arm lacks it."""
        if variable not in self._values:
            self._values[variable] = self._readers[variable]()
        return self._values[variable]

    def course(self, variable: str, axis: str | None = None, name: str | None = None) -> Course:
        """Return a variable over time; of a variable with an axis, the values of one name."""
        values = self.values(variable)
        if axis is not None:
            values = values[:, :, [*self.axes[axis]].index(str(name))]
        return Course(self.times, values)


class RowsByArm:
    """The rows of an experiment, arm by arm.

    Attributes
    ----------
    attrs : mapping
        ``protocol`` and ``doses`` as JSON text, as in a result file.
    children : dict of str to ArmRows
    """

    def __init__(self, attrs: Mapping[Any, Any], children: dict[str, ArmRows]):
        self.attrs, self.children = attrs, children

    def __getitem__(self, arm: str) -> ArmRows:
        return self.children[arm]


def rows_by_arm(source: xarray.DataTree | RowsByArm) -> RowsByArm:
    """Return the rows of a tree from `open_results`; a variable is read when it is looked up."""
    if isinstance(source, RowsByArm):
        return source
    return RowsByArm(source.attrs, {arm: _rows(node) for arm, node in source.children.items()})


def course(data: xarray.DataArray | Course) -> Course:
    """Return an array (seed, time) with its times."""
    return data if isinstance(data, Course) else Course(data["time"].values, data.values)


def _rows(node: xarray.DataTree) -> ArmRows:
    def reader(name: Hashable) -> Callable[[], np.ndarray]:
        return lambda: node.dataset[name].transpose("seed", "time", ...).values

    coordinates = node.coords
    axes = {
        axis: [str(name) for name in coordinates[axis].values]
        for axis in ("projection", "population")
        if axis in coordinates
    }
    phases: Any = coordinates["phase"].values if "phase" in coordinates else ()
    readers = {str(name): reader(name) for name in node.data_vars}
    return ArmRows(coordinates["time"].values, phases, axes, readers)
