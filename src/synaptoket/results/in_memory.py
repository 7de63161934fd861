"""The rows of one run in memory, for runs that write no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from .arm_rows import ArmRows, RowsByArm
from .rows import check_advance, check_continuity, checked_row
from .schema import Coordinates, Row, State, probe_table


class ResultsInMemory:
    """The rows and states of a run in this process; the class has the methods of `ResultsFile`.

    Rows are checked as in `ResultsFile`. A run that ends early is lost and cannot be resumed.

    Parameters
    ----------
    attributes : mapping
        Root attributes, as a result file has them.
    arms : sequence of str
    coordinates : Coordinates
    """

    #: Whether an interrupted run can be resumed from its states.
    resumable = False

    def __init__(
        self, attributes: Mapping[str, Any], arms: Sequence[str], coordinates: Coordinates
    ):
        self.attributes, self.arms, self.coordinates = dict(attributes), list(arms), coordinates
        self._tables = coordinates.tables(arms)
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in self._tables}
        self._states: dict[str, tuple[State, dict]] = {}

    def append(
        self, arm: str, row: Row | Mapping[str, Any], events: np.ndarray | None = None
    ) -> None:
        """Add the row of one segment; ValueError if it does not follow from the one before."""
        fields = dict(row if isinstance(row, Mapping) else vars(row))
        checked = checked_row(fields, self.coordinates, arm)
        check_continuity(checked, self._last(arm), arm)
        self._rows[arm].append(checked)

    def append_probes(self, arm: str, row: Mapping[str, Any]) -> None:
        """Add the measurements of an arm's probes at one time."""
        table = probe_table(arm)
        checked = checked_row(row, self._tables[table], table)
        check_advance(checked, self._last(table), table)
        self._rows[table].append(checked)

    def _last(self, table: str) -> dict[str, Any] | None:
        return self._rows[table][-1] if self._rows[table] else None

    def flush(self) -> None:
        """Do nothing: in memory no row is pending."""

    def rows(self, arm: str) -> int:
        """Return how many rows an arm has."""
        return len(self._rows[arm])

    def save_checkpoint(
        self,
        name: str,
        state: State,
        attributes: Mapping[str, Any] | None = None,
        compress: bool = True,
    ) -> None:
        """Keep a state for the branches that start from it."""
        self._states[name] = state, dict(attributes or {})

    def load_checkpoint(self, name: str) -> tuple[State, dict]:
        """Return the arrays and attributes of a state; KeyError if there is none."""
        return self._states[name]

    def checkpoints(self) -> dict[str, dict]:
        """Return the attributes of all states by their names."""
        return {name: attributes for name, (_, attributes) in self._states.items()}

    def drop_checkpoint(self, name: str) -> None:
        """Forget a state, if it is there."""
        self._states.pop(name, None)

    def complete(
        self, attributes: Mapping[str, Any] | None = None, keep: Sequence[str] | None = None
    ) -> None:
        """Add the final attributes of the root."""
        self.attributes |= attributes or {}

    def close(self) -> None:
        """Forget the states; the rows stay."""
        self._states.clear()

    def rows_by_arm(self) -> RowsByArm:
        """Return the rows of all arms, with one seed along the first axis."""
        return RowsByArm(self.attributes, {arm: self._arm(arm) for arm in self.arms})

    def _arm(self, arm: str) -> ArmRows:
        rows = self._rows[arm]

        def column(name: str) -> np.ndarray:
            return np.stack([row[name] for row in rows])[None]

        return ArmRows(
            np.array([row["time"] for row in rows]),
            [row["phase"] for row in rows],
            {axis: self.coordinates.names(axis) for axis in ("projection", "population")},
            {v.name: partial(column, v.name) for v in self.coordinates.variables()},
        )
