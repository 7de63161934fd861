"""Physical numbers with their unit and source: ``"25 nS"`` becomes 2.5e-8 that remembers both.

Every number of a model file is a `Quantity`: a float in SI base units, so that the equations
can use it as it is, which carries the text it was written as, its unit and where it comes from.
Concentrations are in mol/m3 (1 mM = 1), as in Brian2.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from .errors import UserError


@cache
def registry():
    """Return the unit registry (built once: it takes a tenth of a second)."""
    import pint

    return pint.UnitRegistry(cache_folder=":auto:")


class Quantity(float):
    """A float in SI base units with the text it was written as, its unit and its source.

    >>> leak = Quantity.parse("25 nS", "siemens", source="Example 2020")
    >>> float(leak), leak.unit, leak.source
    (2.5000000000000002e-08, 'nS', 'Example 2020')
    >>> Quantity.parse("500 ms", "farad")
    Traceback (most recent call last):
    synaptoket.errors.UserError: "500 ms": expected a capacitance (farad), got a time
    """

    text: str
    unit: str
    source: str

    def __new__(cls, value: float, text: str = "", unit: str = "", source: str = ""):
        self = super().__new__(cls, value)
        self.text, self.unit, self.source = text or repr(float(value)), unit, source
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
            If the text is not a number with a unit, or has another dimension.
        """
        if isinstance(given, bool) or not isinstance(given, (str, float, int)):
            raise UserError(f"{given!r}: expected a number with a unit of {describe(expected)}")
        return _parsed(given, expected, source)

    def __getnewargs__(self):
        return (float(self), self.text, self.unit, self.source)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source_type: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.any_schema()


@lru_cache(maxsize=8192, typed=True)
def _parsed(given: str | float, expected: str, source: str) -> Quantity:
    """Return a quantity; a process that prepares many runs reads the same texts again and again."""
    ureg = registry()
    try:
        parsed = ureg.Quantity(given) if isinstance(given, str) else ureg.Quantity(given, "")
        parsed = ureg.Quantity(float(parsed.magnitude), parsed.units)
    except Exception as error:  # pint raises many kinds for text it cannot read
        raise UserError(
            f'"{given}": expected a number with a unit, {describe(expected)}'
        ) from error
    wanted = ureg.Unit("" if expected == "1" else expected)
    if parsed.dimensionality != wanted.dimensionality:
        raise UserError(
            f'"{given}": expected {describe(expected)}, got {describe(str(parsed.units))}'
        )
    value = parsed.to_base_units().magnitude
    if value != value or value in (float("inf"), float("-inf")):
        raise UserError(f'"{given}": expected a finite number')
    return Quantity(value, str(given), f"{parsed.units:~P}".replace(" ", ""), source)


def quantity(expected: str, *, positive: bool = False, non_negative: bool = False):
    """Return the pydantic field type of a quantity with the dimension of `expected`.

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
            raise PydanticCustomError("quantity", "{reason}", {"reason": str(error)}) from None
        if (positive and parsed <= 0) or (non_negative and parsed < 0):
            kind = "above zero" if positive else "of zero or more"
            raise PydanticCustomError(
                "quantity", "{reason}", {"reason": f'"{text}": expected a value {kind}'}
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


@cache
def describe(unit: str) -> str:
    """Return what a unit measures, in words: ``"nS"`` is "a conductance (siemens)"."""
    ureg = registry()
    dimension = ureg.Unit("" if unit in ("1", "dimensionless") else unit).dimensionality
    for example, kind in _KINDS.items():
        if ureg.Unit(example).dimensionality == dimension:
            return f"{kind} ({example})" if example and unit in ("", "1", example) else kind
    return f"a quantity in {unit}"
