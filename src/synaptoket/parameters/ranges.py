"""Ranges of quantities by kind: outside the usual range a warning, outside the hard range an error.

The usual range is that of physiology and pharmacology, with a generous margin. The hard range ends
where the equations or the arithmetic fail. Both apply to absolute values, so that -70 mV and 70 mV
are alike. A parameter may have narrower bounds of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from .units import expected_unit, magnitude, split


class Range(NamedTuple):
    """The usual and the hard range of one kind of quantity, as texts with units.

    Attributes
    ----------
    usual, hard : pair of str
        Lowest and highest absolute value. Zero is always within both ranges; whether a parameter
        may be zero is decided where the parameter is defined.
    """

    usual: tuple[str, str]
    hard: tuple[str, str]


#: Ranges by a unit of the kind. For times and rates the usual range is wide, as in biology.
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
    """Return the bound that a value exceeds, ``"at most 1 V"``; an empty text if within the range.

    Parameters
    ----------
    text : str
        A valid quantity of the right dimension, as it was written.
    expected : str
        A unit of its dimension.
    usual : bool
        Whether to compare with the usual range instead of the hard one.

    >>> exceeded("1e30 mV", "volt"), exceeded("-70 mV", "volt"), exceeded("0.3 V", "volt", True)
    ('at most 1 V', '', 'at most 200 mV')
    """
    range_of_kind = _range(*expected_unit(expected))
    if range_of_kind is None:
        return ""
    low, high = range_of_kind.usual if usual else range_of_kind.hard
    unit = split(high)[1]
    size = abs(magnitude(text, unit))
    if size > _size(high, unit):
        return f"at most {high}"
    return f"at least {low}" if 0 < size < _size(low, unit) else ""


@cache
def _range(expected: Any, cancelled: frozenset[str]) -> Range | None:
    for unit, range_of_kind in RANGES.items():
        other, kinds = expected_unit(unit)
        if kinds == cancelled and other.dimensionality == expected.dimensionality:
            return range_of_kind
    return None


@cache
def _size(text: str, unit: str) -> float:
    return magnitude(text, unit)


def unusual_values(node: Any, where: str = "") -> Iterator[str]:
    """Yield a line for each value of a model that is outside the usual range of its kind.

    Parameters
    ----------
    node : pydantic model, mapping, list, tuple or Quantity
        A model, or a part of one.
    where : str
        The dotted name of the part.
    """
    if getattr(node, "unusual", ""):
        yield f'{where} = "{node.text}": unusual: expected {node.unusual}'
        return
    model_class: Any = type(node)
    if isinstance(node, (list, tuple)):
        items = {str(place): item for place, item in enumerate(node)}.items()
    elif isinstance(node, Mapping):
        items = node.items()
    elif hasattr(model_class, "model_fields"):
        items = [(name, getattr(node, name)) for name in model_class.model_fields]
    else:
        return
    for name, value in items:
        yield from unusual_values(value, f"{where}.{name}" if where else str(name))
