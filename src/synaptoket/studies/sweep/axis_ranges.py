"""Ranges of a sweep's parameters: read in one unit, spaced, and written as in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...circuit.priors import Prior
from ...parameters.errors import UserError
from .sweep_file import AxisTable
from .sweep_values import Value


def spaced(table: AxisTable) -> list[Value]:
    """Return the values of a range, evenly spaced in the number or its logarithm.

    >>> spaced(AxisTable(parameter="a", range=("1 ms", "0.1 s"), points=3, scale="log"))
    ['1 ms', '10 ms', '100 ms']
    """
    assert table.range is not None  # `AxisTable` sees to both
    assert table.points is not None
    bounds = span(table.parameters()[0], table.range, table.scale)
    space = np.geomspace if table.scale == "log" else np.linspace
    places = space(float(bounds.low), float(bounds.high), table.points)
    return [written(float(x), bounds.unit) for x in places]


def span(name: str, ends: Sequence[Any], scale: str) -> Prior:
    """Return a range, in the unit of its lower bound; `UserError` if it is none."""
    try:
        prior = Prior.parse(name, list(ends))
    except UserError as error:
        raise UserError(f"{ends[0]} to {ends[1]}: {error}") from None
    if scale == "log" and prior.low <= 0:
        raise UserError(f"{ends[0]} to {ends[1]}: a logarithmic range begins above zero")
    return prior


def written(number: float, unit: str) -> Value:
    """Return a number with its unit, as in a file."""
    short = float(f"{number:.6g}")
    return f"{short:g} {unit}" if unit else short
