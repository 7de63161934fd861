"""Axes of a sweep: the label of each place on them, and the parameters that it sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...parameters.errors import UserError
from ...parameters.overrides import split_unit
from ...parameters.units import UnitsError, magnitude
from .axis_ranges import spaced
from .designs import samples
from .sweep_file import AxisTable, SweepFile
from .sweep_values import Value


@dataclass(frozen=True)
class Axis:
    """One dimension of a sweep.

    Attributes
    ----------
    name : str
    labels : list
        The label of each place: a value, the name of a combination, the number of a sample.
    settings : list of dict
        The parameters that each place sets, by dotted name.
    """

    name: str
    labels: list[Value]
    settings: list[dict[str, Value]]

    def __len__(self) -> int:
        return len(self.labels)


def axes_of(sweep: SweepFile, circuit: str) -> list[Axis]:
    """Return the axes of a sweep, the design as the last, named ``sample``.

    Parameters
    ----------
    sweep : SweepFile
    circuit : str
        Whose free parameters a design may ask for.

    Raises
    ------
    UserError
        For a range that cannot be spaced, a label twice, a parameter on two axes.
    """
    axes = [_axis(name, table) for name, table in sweep.axes.items()]
    if sweep.design is not None:
        chosen = samples(sweep.design, circuit, fixed=set(sweep.set))
        axes.append(Axis("sample", list(range(len(chosen))), chosen))
    owners: dict[str, str] = dict.fromkeys(sweep.set, "set")
    for axis in axes:
        for name in dict.fromkeys(name for chosen in axis.settings for name in chosen):
            if name in owners:
                raise UserError(f"{name}: stands in both {owners[name]} and axes.{axis.name}")
            owners[name] = f"axes.{axis.name}"
    return axes


def _axis(name: str, table: AxisTable) -> Axis:
    if table.combinations is not None:
        return Axis(name, list(table.combinations), list(table.combinations.values()))
    try:
        labels = list(table.values) if table.values else spaced(table)
    except UserError as error:
        raise UserError(f"axes.{name}.range: {error}") from None
    # "1 mg" and "1000 ug" are one value; those of a range are written in one unit
    places = coordinate(labels)[0] if table.values else labels
    if len(set(places)) < len(places):
        raise UserError(f"axes.{name}: expected each value once")
    return Axis(name, labels, [dict.fromkeys(table.parameters(), label) for label in labels])


def coordinate(labels: Sequence[Value]) -> tuple[list[Any], str]:
    """Return labels as numbers of one unit if they are quantities of one kind, and that unit.

    >>> coordinate(["500 ug", "1 mg"]), coordinate(["a", "b"])
    (([500.0, 1000.0], 'ug'), (['a', 'b'], ''))
    >>> coordinate(["0.004 /day", "0.015 /day"])
    ([0.004, 0.015], '/day')
    """
    if all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in labels):
        return [float(x) for x in labels], ""
    units = [split_unit(label)[1] for label in labels]
    if not all(isinstance(label, str) for label in labels) or not all(units):
        return [str(label) for label in labels], ""
    try:
        return [float(f"{magnitude(label, units[0]):.12g}") for label in labels], units[0]
    except UnitsError:  # of several kinds
        return [str(label) for label in labels], ""
