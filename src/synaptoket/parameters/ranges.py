"""Ranges of values by what they measure: beyond the usual a warning, beyond the hard no run.

The usual range is that of physiology and pharmacology, generously drawn; a value outside it runs,
and the run says so. The hard range ends where the equations or the arithmetic do. Both are of
sizes: of -70 mV and 70 mV alike. A parameter may have narrower bounds of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from .units import expected_unit, magnitude, split


class Range(NamedTuple):
    """Sizes of one kind of quantity, as texts with units.

    Attributes
    ----------
    usual, hard : pair of str
        Lowest and highest; zero is in both ranges where a parameter may be zero at all.
    """

    usual: tuple[str, str]
    hard: tuple[str, str]


#: By a unit of the kind. Times and rates of biology span too much for a usual range of their own.
RANGES = {
    "volt": Range(("0 mV", "200 mV"), ("0 V", "1 V")),
    "siemens": Range(("0 nS", "1 uS"), ("0 nS", "100 uS")),
    "farad": Range(("1 pF", "10 nF"), ("1 fF", "1 uF")),
    "ampere": Range(("0 pA", "10 nA"), ("0 pA", "10 uA")),
    "second": Range(("1 us", "100 years"), ("1 ns", "1e9 years")),
    "hertz": Range(("0 Hz", "1 MHz"), ("0 Hz", "1000 MHz")),
    "molar": Range(("0.1 pM", "2 M"), ("0.001 pM", "60 M")),
    "gram": Range(("1 ng", "300 kg"), ("0.001 pg", "10000 kg")),
    "mg/kg": Range(("0 mg/kg", "300 mg/kg"), ("0 mg/kg", "100000 mg/kg")),
    "liter": Range(("1 uL", "10000 L"), ("1 pL", "1000000 L")),
    "liter/second": Range(("0.1 mL/h", "10000 L/h"), ("0.001 uL/h", "1000000 L/h")),
    "gram/mole": Range(("10 g/mol", "1000 kg/mol"), ("1 g/mol", "100000 kg/mol")),
    "meter": Range(("1 nm", "1 m"), ("0.001 nm", "1 km")),
    "1/volt": Range(("1 /V", "1000 /V"), ("0.001 /V", "100000 /V")),
    "hour/second": Range(("0.01 s/s", "24 h/s"), ("1e-6 s/s", "1e7 h/s")),
    "1": Range(("0", "1e9"), ("0", "1e15")),
}


def exceeded(text: str, expected: str, usual: bool = False) -> str:
    """Return the bound that a value passes, as ``"at most 1 V"``; nothing if it passes none.

    Parameters
    ----------
    text : str
        A quantity as it was written, which has been read and has the right dimension.
    expected : str
        A unit of its dimension.
    usual : bool
        Whether the usual range is asked about, and not the hard one.

    >>> exceeded("1e30 mV", "volt"), exceeded("-70 mV", "volt"), exceeded("0.3 V", "volt", True)
    ('at most 1 V', '', 'at most 200 mV')
    """
    found = _range(*expected_unit(expected))
    if found is None:
        return ""
    low, high = found.usual if usual else found.hard
    unit = split(high)[1]
    size = abs(magnitude(text, unit))
    if size > _size(high, unit):
        return f"at most {high}"
    return f"at least {low}" if 0 < size < _size(low, unit) else ""


@cache
def _range(wanted: Any, cancelled: frozenset[str]) -> Range | None:
    for unit, found in RANGES.items():
        other, kinds = expected_unit(unit)
        if kinds == cancelled and other.dimensionality == wanted.dimensionality:
            return found
    return None


@cache
def _size(text: str, unit: str) -> float:
    return magnitude(text, unit)


def unusual_values(node: Any, where: str = "") -> Iterator[str]:
    """Yield a line for each value of a model that is outside the usual range of its kind.

    Parameters
    ----------
    node : pydantic model, mapping, list, tuple or Quantity
        A model as it was read.
    where : str
        Its dotted name.
    """
    if getattr(node, "unusual", ""):
        yield f'{where} = "{node.text}": unusual: expected {node.unusual}'
        return
    if isinstance(node, (list, tuple)) and not isinstance(node, str):
        inside = {str(place): item for place, item in enumerate(node)}.items()
    elif isinstance(node, Mapping):
        inside = node.items()
    elif hasattr(type(node), "model_fields"):
        inside = [(name, getattr(node, name)) for name in type(node).model_fields]
    else:
        return
    for name, value in inside:
        yield from unusual_values(value, f"{where}.{name}" if where else str(name))
