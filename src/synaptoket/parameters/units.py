"""The text of a quantity, ``"0.5 mg/kg"``: the grammar of one number with one unit.

    quantity = number [space] [unit]
    number   = [sign] digits [. digits] [e [sign] digits]
    unit     = [1] factor { (space | * | ·) factor } { / factor }
    factor   = symbol [exponent]                            s, mm2, s-1, m^2

No text is ever evaluated. A symbol must be in a list of units of the field, in the spelling of the
list, so that a typing error is refused and never means another unit. pint converts between units;
it receives names from this list and never a text of the user.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import Any, NamedTuple

from .errors import nearest

#: The longest text that is read, in characters.
LONGEST_TEXT = 100

#: The largest exponent of a unit.
LARGEST_EXPONENT = 3

_PREFIXES = {
    "M": "mega", "k": "kilo", "d": "deci", "c": "centi", "m": "milli", "u": "micro",
    "µ": "micro", "μ": "micro", "n": "nano", "p": "pico", "f": "femto",
}  # fmt: skip

#: Each unit: its kind, its symbols, its names, and the prefixes that it takes.
_UNITS = (
    ("mass", "gram", ("g",), ("gram", "grams"), "k m u n p"),
    ("volume", "liter", ("L", "l"), ("liter", "liters", "litre", "litres"), "d m u n p f"),
    ("amount", "mole", ("mol",), ("mole", "moles"), "m u n p f"),
    ("concentration", "molar", ("M",), ("molar",), "m u n p"),
    ("length", "meter", ("m",), ("meter", "meters", "metre", "metres"), "k c m u n"),
    ("time", "second", ("s",), ("second", "seconds"), "m u n"),
    ("time", "second", ("sec",), (), ""),
    ("time", "minute", ("min",), ("minute", "minutes"), ""),
    ("time", "hour", ("h", "hr"), ("hour", "hours"), ""),
    ("time", "day", ("d",), ("day", "days"), ""),
    ("time", "week", (), ("week", "weeks"), ""),
    ("time", "month", (), ("month", "months"), ""),
    ("time", "year", (), ("year", "years"), ""),
    ("rate", "hertz", ("Hz",), ("hertz",), "M k m u"),
    ("potential", "volt", ("V",), ("volt", "volts"), "k m u n"),
    ("current", "ampere", ("A",), ("ampere", "amperes", "amp", "amps"), "m u n p f"),
    ("conductance", "siemens", ("S",), ("siemens",), "m u n p f"),
    ("resistance", "ohm", ("Ohm", "Ω", "Ω"), ("ohm", "ohms"), "M k"),
    ("resistance", "gigaohm", ("GOhm", "GΩ", "GΩ"), ("gigaohm", "gigaohms"), ""),
    ("capacitance", "farad", ("F",), ("farad", "farads"), "m u n p f"),
    ("share", "percent", ("%",), ("percent",), ""),
)

_SPACES = "\u00a0\u2007\u2009\u202f"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_FACTOR = re.compile(r"(?P<symbol>[^\W\d_]+|%)(?P<exponent>\^?[-+]?[0-9]+)?")
_SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")


class UnitsError(ValueError):
    """A text is not a quantity; the message gives the reason and follows the text in a sentence."""


class Unit(NamedTuple):
    """A unit as it was written.

    Attributes
    ----------
    powers : tuple of (str, int)
        pint's names of the units, and their exponents: ``(("milligram", 1), ("kilogram", -1))``.
    cancelled : frozenset of str
        Kinds that occur above and below the slash: mass in ``mg/kg``, time in ``h/s``.
    """

    powers: tuple[tuple[str, int], ...]
    cancelled: frozenset[str]


@cache
def registry() -> Any:
    """Return pint's registry of units; it is built once, which takes a tenth of a second."""
    import pint

    return pint.UnitRegistry(cache_folder=":auto:")


@cache
def symbols() -> dict[str, tuple[str, str]]:
    """Return every valid symbol and name with its unit and kind."""
    known = {}
    for kind, unit, short, long, prefixes in _UNITS:
        known |= dict.fromkeys((*short, *long), (unit, kind))
        allowed = [sign for sign, name in _PREFIXES.items()
                   if _canonical(sign) in prefixes.split()]  # fmt: skip
        for sign in allowed:
            prefixed = (_PREFIXES[sign] + unit, kind)
            known |= dict.fromkeys((sign + symbol for symbol in short), prefixed)
            known |= dict.fromkeys((_PREFIXES[sign] + name for name in long), prefixed)
    return known


def _canonical(prefix: str) -> str:
    return "u" if prefix in "µμ" else prefix


def split(text: str) -> tuple[str, str]:
    """Return the number and the unit of a text, both still text, with ASCII signs and spaces.

    Raises
    ------
    UnitsError
        If the text does not begin with a number, or the number is not followed by a unit.

    >>> split("−70 mV"), split("0.3"), split("25nS")
    (('-70', 'mV'), ('0.3', ''), ('25', 'nS'))
    >>> split("0,5 mg/kg")
    Traceback (most recent call last):
    UnitsError: a comma is not read, as it may divide decimals or thousands; ...
    """
    if len(text) > LONGEST_TEXT:
        raise UnitsError(f"a text of {len(text)} characters; expected at most {LONGEST_TEXT}")
    plain = re.sub(f"[{_SPACES}]", " ", text).strip(" ").replace("\u2212", "-")
    number = _NUMBER.match(plain)
    if number is None:
        raise UnitsError(_odd_character(plain) or "no number at the start")
    rest = plain[number.end() :]
    if rest.startswith(","):
        raise UnitsError(
            "a comma is not read, as it may divide decimals or thousands; write 0.5 or 1500"
        )
    unit = rest.strip(" ")
    if unit and not re.match(r"[^\W\d_]|%|/|1 */", unit):
        raise UnitsError(_odd_character(unit) or f"{unit!r} follows the number; expected a unit")
    return number[0], unit


def _odd_character(text: str) -> str:
    """Return advice about a first character that looks like a sign or a digit but is neither."""
    if text[:1] in "‐‑‒–—―" and text[:1]:
        return f"it begins with a dash (U+{ord(text[0]):04X}); write the sign - of the keyboard"
    if text[:1].isdecimal() and not text[:1].isascii():
        return f"{text[0]!r} is no digit that is read; write 0 to 9"
    return ""


def read_number(text: str) -> float:
    """Return the value of a number from `split`.

    Raises
    ------
    UnitsError
        If it is too large for a float, or so small that it would become zero.
    """
    value = float(text)
    if math.isinf(value):
        raise UnitsError("expected a finite number")
    if value == 0 and re.search(r"[1-9]", re.split("[eE]", text)[0]):
        raise UnitsError("the number is too small: it would become zero")
    return value


@lru_cache(maxsize=1024)
def read_unit(text: str) -> Unit:
    """Return the unit of a text.

    Raises
    ------
    UnitsError
        If a symbol is not in the list of units, or the text can be understood in two ways.

    >>> read_unit("mg/kg").powers, sorted(read_unit("mg/kg").cancelled)
    ((('milligram', 1), ('kilogram', -1)), ['mass'])
    >>> read_unit("Mg")
    Traceback (most recent call last):
    UnitsError: unknown unit 'Mg'; did you mean 'mg'?
    """
    if not text:
        return Unit((), frozenset())
    above, *below = re.sub(r"\*\*", "^", text.translate(_SUPERSCRIPTS)).split("/")
    powers: list[tuple[str, int]] = []
    kinds: list[tuple[str, int]] = []
    for sign, factors in [(1, above), *((-1, factor) for factor in below)]:
        parts = re.split(r" *[*·⋅] *| +", factors.strip(" "))
        if sign < 0 and len(parts) > 1:
            raise UnitsError(f"{text!r} can be understood in two ways; write one unit after each /")
        if sign > 0 and below and parts in ([""], ["1"]):
            continue
        for part in parts:
            name, kind, exponent = _factor(part, text)
            powers.append((name, sign * exponent))
            kinds.append((kind, sign * exponent))
    over, under = ({kind for kind, power in kinds if power * s > 0} for s in (1, -1))
    return Unit(tuple(powers), frozenset(over & under))


def _factor(part: str, text: str) -> tuple[str, str, int]:
    """Return the name, the kind and the exponent of one factor of a unit."""
    match = _FACTOR.fullmatch(part)
    if match is None:
        raise UnitsError(f"{text!r} is no unit")
    known = symbols()
    if match["symbol"] not in known:
        raise UnitsError(f"unknown unit {part!r}{_hint(match['symbol'])}")
    exponent = int((match["exponent"] or "1").lstrip("^"))
    if not 1 <= abs(exponent) <= LARGEST_EXPONENT:
        raise UnitsError(f"{part!r}: expected an exponent of 1 to {LARGEST_EXPONENT}")
    return *known[match["symbol"]], exponent


def _hint(symbol: str) -> str:
    """Return a hint at the intended symbol, first of all at one with other capitals."""
    known = symbols()
    for other in known:
        if other.lower() == symbol.lower():
            return f"; did you mean {other!r}?"
    hint = nearest(symbol, known)
    return hint if hint.startswith("; did") and len(symbol) > 3 else ""


@cache
def pint_unit(unit: Unit) -> Any:
    """Return a unit as pint's, by the names of its units."""
    ureg = registry()
    product = ureg.Unit("")
    for name, exponent in unit.powers:
        product = product * getattr(ureg, name) ** exponent
    return product.units if hasattr(product, "units") else product


@cache
def expected_unit(text: str) -> tuple[Any, frozenset[str]]:
    """Return pint's unit for a unit that the code expects, and the kinds that cancel in it.

    `text` is a unit of this module's list, such as ``"liter/second"`` or ``"1/day"``; ``"1"`` is a
    number without a unit.
    """
    unit = read_unit("" if text in ("1", "dimensionless") else text)
    return pint_unit(unit), unit.cancelled


def magnitude(text: str | float, unit: str) -> float:
    """Return the value of a text in the unit `unit`.

    Raises
    ------
    UnitsError
        If the text is not a quantity, or is of another kind than the unit.

    >>> magnitude("1.5 h", "min"), magnitude(0.5, "")
    (90.0, 0.5)
    """
    number, symbols = split(text if isinstance(text, str) else repr(text))
    value, own_unit = read_number(number), read_unit(symbols)
    target, cancelled = expected_unit(unit)
    source = pint_unit(own_unit)
    if source.dimensionality != target.dimensionality or own_unit.cancelled != cancelled:
        raise UnitsError(f"{text} cannot be given in {unit or 'a number without a unit'}")
    return float(registry().Quantity(value, source).to(target).magnitude)
