"""The summary quantities of a sweep over its axes, and the choice of those to show."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...parameters.errors import UserError, nearest
from ...parameters.overrides import parse_value
from .axes import Axis, coordinate
from .missing import missing_lines
from .reader import run_numbers
from .sweep_folder import SweepFolder
from .table import collected

#: Quantities that are shown by default.
HEADLINE = ("count_24h", "count_14d", "gain_24h", "glutamate_peak")

#: Quantities that only an arm with a drug has.
DRUGGED = ("glutamate_peak", "gain_24h")


@dataclass(frozen=True)
class Dimension:
    """An axis as a figure shows it.

    Attributes
    ----------
    name, label : str
        As in the file; as a reader writes it; each with the unit.
    values : list
        Numbers if they are quantities of one kind, else text.
    """

    name: str
    label: str
    values: list[Any]

    @property
    def numeric(self) -> bool:
        return all(isinstance(value, float) for value in self.values)

    def texts(self) -> list[str]:
        """Return what each place is called."""
        return [f"{v:.3g}" if isinstance(v, float) else str(v) for v in self.values]

    def logarithmic(self) -> bool:
        """Return whether the places are more evenly spaced in the logarithm.

        >>> Dimension("a", "a", [0.1, 0.3, 1.0, 3.0]).logarithmic()
        True
        >>> Dimension("a", "a", [3.0, 7.0, 14.0, 21.0]).logarithmic()
        False
        """
        if not self.numeric or len(self.values) < 3 or min(self.values) <= 0:
            return False
        places = np.sort(self.values)
        plain, ratios = np.diff(places), np.diff(np.log(places))
        wide = places[-1] / places[0] >= 5
        return bool(wide and ratios.std() / ratios.mean() < plain.std() / plain.mean())


class Grid:
    """The results of a sweep, over the axes that are not held at one place.

    Parameters
    ----------
    folder : str or Path
        Of a sweep, finished or not.
    at : sequence of str
        ``AXIS=VALUE``: the place at which an axis is held.

    Attributes
    ----------
    plan : SweepPlan
    axes : list of Axis
        Those left.
    held : dict of str to str
        The value at which each other axis is held.
    seeds : list of int
    runs : tuple of int
        How many of those looked at are done, and how many there are.
    missing : list of str
        A line each about runs that are missing, failed, or damaged.

    Raises
    ------
    UserError
        If the folder holds no sweep, or no such axis or value.
    """

    def __init__(self, folder: str | Path, at: Sequence[str] = ()):
        where = SweepFolder(folder)
        self.plan = where.load()
        self.table = collected(where, self.plan)
        self.missing = missing_lines(where, self.table)
        self.seeds = list(dict.fromkeys(seed for _, seed in self.plan.runs))
        index = run_numbers(self.plan, self.seeds)
        self.held: dict[str, str] = {}
        chosen: list[Any] = [slice(None)] * len(self.plan.axes)
        for text in at:
            number, place = self._place(text)
            axis = self.plan.axes[number]
            chosen[number], self.held[axis.name] = place, str(axis.labels[place])
        self.axes = [axis for axis in self.plan.axes if axis.name not in self.held]
        self._index = index[tuple(chosen)]
        there = self._index < len(self.plan.runs)
        done = np.append(self.table.rows, False)[self._index]
        self.runs = int(done.sum()), int(there.sum())

    def _place(self, text: str) -> tuple[int, int]:
        name, equals, value = (part.strip() for part in text.partition("="))
        names = [axis.name for axis in self.plan.axes]
        if not equals or not value:
            raise UserError(f"--at {text}: expected AXIS=VALUE")
        if name not in names:
            raise UserError(f"--at {text}: no such axis{nearest(name, names)}")
        number = names.index(name)
        place = place_of(self.plan.axes[number], value)
        if place is None:
            labels = [str(label) for label in self.plan.axes[number].labels]
            shown = ", ".join(labels) if len(labels) <= 12 else f"{labels[0]} … {labels[-1]}"
            raise UserError(f"--at {text}: expected one of {shown}")
        return number, place

    def dimension(self, axis: Axis) -> Dimension:
        """Return an axis as a figure shows it."""
        table = self.plan.sweep.axes.get(axis.name)
        label = (table.label if table else None) or axis.name.replace("_", " ")
        values, unit = coordinate(axis.labels)
        unit = f" ({unit})" if unit else ""
        return Dimension(f"{axis.name}{unit}", f"{label}{unit}", values)

    def values(self, key: str, arm: str) -> np.ndarray:
        """Return a quantity of every run, shape (axes..., seed); NaN where there is none."""
        return np.append(self.table.columns[key, arm], np.nan)[self._index]

    def at_least(self, key: str, arm: str) -> np.ndarray:
        """Return where some seed's record ended before the value was reached, shape (axes...)."""
        nowhere = np.zeros(len(self.plan.runs), bool)
        short = self.table.at_least.get((key, arm), nowhere)
        return np.any(np.append(short, False)[self._index], axis=-1)

    def quantities(self, wanted: Sequence[str] | None = None) -> list[str]:
        """Return the keys to look at: those asked for, else the headline's, else the first few."""
        known = list(self.table.described)
        if not known:
            raise UserError("the sweep has no results yet")
        for key in wanted or ():
            if key not in known:
                raise UserError(f"--quantity {key}: no such quantity{nearest(key, known)}")
        return list(wanted or [key for key in HEADLINE if key in known] or known[:4])

    def arms(self, key: str, wanted: Sequence[str] | None = None) -> list[str]:
        """Return the arms to look at: those asked for, else those given a drug, else all."""
        known = [arm for k, arm in self.table.columns if k == key]
        every = list(dict.fromkeys(arm for _, arm in self.table.columns))
        for arm in wanted or ():
            if arm not in every:
                raise UserError(f"--arm {arm}: no such arm{nearest(arm, every)}")
        if wanted:
            return [arm for arm in wanted if arm in known]
        drugged = {arm for k, arm in self.table.columns if k in DRUGGED}
        return [arm for arm in known if arm in drugged] or known

    def named(self, key: str) -> tuple[str, str]:
        """Return the long name and the unit of a quantity."""
        description = self.table.described[key]
        return description["quantity"], description["unit"]


def place_of(axis: Axis, text: str) -> int | None:
    """Return the place of an axis that is called `text`, or has that value; None if none has.

    >>> place_of(Axis("dose", ["500 ug", "2 mg"], [{}, {}]), "0.5 mg")
    0
    """
    names = [str(label) for label in axis.labels]
    if text in names:
        return names.index(text)
    with suppress(UserError):
        values, _ = coordinate([*axis.labels, parse_value(text)])
        *places, wanted = values
        if isinstance(wanted, float):
            close = np.flatnonzero(np.isclose(places, wanted, rtol=1e-6))
            return int(close[0]) if len(close) else None
    return None
