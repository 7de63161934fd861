"""Physical numbers with their unit and source: ``"25 nS"`` becomes 2.5e-8 that remembers both.

Every number of a model file is a `Quantity`: a float in SI base units, so that the equations
can use it as it is, which carries the text it was written as, its unit and where it comes from.
Concentrations are in mol/m3 (1 mM = 1), as in Brian2. What a text may look like is in `units`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from .errors import UserError, shortened
from .ranges import exceeded
from .units import UnitsError, expected_unit, pint_unit, read_number, read_unit, registry, split


class Quantity(float):
    """A float in SI base units with the text it was written as, its unit and its source.

    >>> leak = Quantity.parse("25 nS", "siemens", source="Example 2020")
    >>> float(leak), leak.unit, leak.source
    (2.5000000000000002e-08, 'nS', 'Example 2020')
    >>> Quantity.parse("500 ms", "farad")
    Traceback (most recent call last):
    UserError: "500 ms": expected a capacitance (farad), got a time
    """

    text: str
    unit: str
    source: str
    unusual: str  # the bound of the usual range that the value passes

    def __new__(
        cls, value: float, text: str = "", unit: str = "", source: str = "", unusual: str = ""
    ):
        self = super().__new__(cls, value)
        self.text, self.unit, self.source = text or repr(float(value)), unit, source
        self.unusual = unusual
        return self

    @classmethod
    def parse(cls, given: str | float, expected: str, source: str = "") -> Quantity:
        """Read `given` and check that it has the dimension of the unit `expected`.

        Parameters
        ----------
        given : str or float
            A number with its unit, ``"25 nS"``; a bare number is dimensionless.
        expected : str
            A unit of the dimension wanted, such as ``"siemens"`` or ``"1/day"``; ``"1"`` for none.

        Raises
        ------
        UserError
            If the text is not a number with a unit, has another dimension, or is beyond the hard
            range of its kind (`ranges`).
        """
        if isinstance(given, bool) or not isinstance(given, (str, float, int)):
            given = shortened(repr(given))
            raise UserError(f"{given}: expected a number with a unit of {describe(expected)}")
        if not isinstance(source, str):
            raise UserError(f'"{given}": source = {shortened(repr(source))}: expected a text')
        return _parsed(given, expected, source)

    def __getnewargs__(self):
        return (float(self), self.text, self.unit, self.source, self.unusual)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source_type: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.any_schema()


@lru_cache(maxsize=8192, typed=True)
def _parsed(given: str | float, expected: str, source: str) -> Quantity:
    """Return a quantity; a process that prepares many runs reads the same texts again and again."""
    text = given if isinstance(given, str) else repr(given)
    wanted, cancelled = expected_unit(expected)
    try:
        number, symbols = split(text)
        value, unit = read_number(number), read_unit(symbols)
    except UnitsError as error:
        raise UserError(f'"{shortened(text)}": expected {describe(expected)}: {error}') from None
    held = pint_unit(unit)
    # mg/kg and h/s have no dimension either, and are no share of anything
    if held.dimensionality != wanted.dimensionality or unit.cancelled != cancelled:
        raise UserError(f'"{text}": expected {describe(expected)}, got {describe(symbols)}')
    base = registry().Quantity(value, held).to_base_units().magnitude
    if abs(base) == float("inf"):
        raise UserError(f'"{text}": expected a finite number')
    if base == 0 and value != 0:
        raise UserError(f'"{text}": the number is too small: it would become zero')
    if bound := exceeded(text, expected):
        raise UserError(f'"{text}": expected {describe(expected)} of {bound}')
    unusual = exceeded(text, expected, usual=True)
    return Quantity(base, text, f"{held:~P}".replace(" ", ""), source, unusual)


def quantity(
    expected: str,
    *,
    positive: bool = False,
    non_negative: bool = False,
    most: float = float("inf"),
):
    """Return the pydantic field type of a quantity with the dimension of `expected`.

    `most` is the largest value allowed, in SI units.

    In a model file such a field is ``"25 nS"`` or ``{ value = "25 nS", source = "Author 2020" }``.
    """
    from pydantic import BeforeValidator

    def validate(given: Any) -> Quantity:
        if isinstance(given, Quantity):
            return given
        text, source = given, ""
        if isinstance(given, dict):
            unknown = set(given) - {"value", "source", "prior"}
            if unknown or "value" not in given:
                raise PydanticCustomError(
                    "quantity", 'expected { value = "…", source = "…" }', None
                )
            text, source = given["value"], given.get("source", "")
        try:
            parsed = Quantity.parse(text, expected, source)
        except UserError as error:
            told = {"reason": str(error), "expected": describe(expected)}
            raise PydanticCustomError("quantity", "{reason}", told) from None
        if (positive and parsed <= 0) or (non_negative and parsed < 0):
            kind = "above zero" if positive else "of zero or more"
            raise PydanticCustomError(
                "quantity", "{reason}", {"reason": f'"{text}": expected a value {kind}'}
            )
        if parsed > most:
            raise PydanticCustomError(
                "quantity", "{reason}", {"reason": f'"{text}": expected at most {most:g}'}
            )
        return parsed

    return Annotated[Quantity, BeforeValidator(validate)]


_KINDS = {
    "farad": "a capacitance", "siemens": "a conductance", "volt": "a potential",
    "second": "a time", "hertz": "a rate", "ampere": "a current", "molar": "a concentration",
    "gram": "a mass", "liter": "a volume", "liter/second": "a clearance", "meter": "a length",
    "gram/mole": "a molar mass", "1/volt": "an inverse potential", "": "a number without a unit",
    "gram/liter": "a mass concentration", "1/molar/second": "a binding rate",
}  # fmt: skip

#: Ratios of one kind, which have no dimension.
_RATIOS = {"time": "a time-lapse (hour/second)", "mass": "a mass per body mass (mg/kg)"}


@cache
def describe(unit: str) -> str:
    """Return what a unit measures, in words: ``"nS"`` is "a conductance".

    >>> describe("siemens"), describe("h/s"), describe("1")
    ('a conductance (siemens)', 'a time-lapse (hour/second)', 'a number without a unit')
    """
    held, cancelled = expected_unit(unit)
    if held.dimensionless and cancelled:
        return _RATIOS.get(min(cancelled), f"a ratio ({unit})")
    for example, kind in _KINDS.items():
        if not cancelled and expected_unit(example)[0].dimensionality == held.dimensionality:
            return f"{kind} ({example})" if example and unit in ("", "1", example) else kind
    return f"a quantity in {unit}"
