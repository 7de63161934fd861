"""Physical numbers with their unit and source: ``"25 nS"`` becomes 2.5e-8 and keeps both.

Every number of a model file is a `Quantity`: a float in SI base units, which the equations use
directly. It also carries the text as it was written, its unit and its source. Concentrations are in
mol/m3 (1 mM = 1), as in Brian2. The grammar of the text is in `units`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from .errors import UserError, shortened
from .ranges import exceeded
from .units import UnitsError, expected_unit, pint_unit, read_number, read_unit, registry, split

if TYPE_CHECKING:
    from pydantic import BeforeValidator


#: The largest variance between patients: values a thousandfold apart within one population.
LARGEST_VARIANCE = 10


class Variability(NamedTuple):
    """How patients differ in a quantity: the variance ω² of its logarithm, or of its logit.

    The value itself is that of the typical patient, whose deviation is zero.
    """

    scale: Literal["log", "logit"]
    variance: float


class Quantity(float):
    """A float in SI base units with the text as it was written, its unit and its source.

    Attributes
    ----------
    text, unit, source : str
    unusual : str
        The bound of the usual range (`ranges`) that the value exceeds; empty within the range.
    variability : Variability, optional
        How it differs between patients.

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
    unusual: str
    variability: Variability | None

    def __new__(
        cls,
        value: float,
        text: str = "",
        unit: str = "",
        source: str = "",
        unusual: str = "",
        variability: Variability | None = None,
    ):
        self = super().__new__(cls, value)
        self.text, self.unit, self.source = text or repr(float(value)), unit, source
        self.unusual, self.variability = unusual, variability
        return self

    @classmethod
    def parse(cls, written: str | float, expected: str, source: str = "") -> Quantity:
        """Read a number with its unit and check its dimension.

        Parameters
        ----------
        written : str or float
            A number with its unit, ``"25 nS"``; a bare number is dimensionless.
        expected : str
            A unit of the expected dimension, such as ``"siemens"`` or ``"1/day"``; ``"1"`` for
            none.
        source : str
            The source of the number.

        Raises
        ------
        UserError
            If the text is not a number with a unit, has another dimension, or is outside the hard
            range of its kind (`ranges`).
        """
        if isinstance(written, bool) or not isinstance(written, (str, float, int)):
            shown = shortened(repr(written))
            raise UserError(f"{shown}: expected a number with a unit of {describe(expected)}")
        if not isinstance(source, str):
            raise UserError(f'"{written}": source = {shortened(repr(source))}: expected a text')
        return _parsed(written, expected, source)

    def __getnewargs__(self):
        return (float(self), self.text, self.unit, self.source, self.unusual, self.variability)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source_type: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.any_schema()


@lru_cache(maxsize=8192, typed=True)
def _parsed(written: str | float, expected: str, source: str) -> Quantity:
    """Return a quantity; cached, because preparing many runs reads the same texts repeatedly."""
    text = written if isinstance(written, str) else repr(written)
    dimension, cancelled = expected_unit(expected)
    try:
        number, symbols = split(text)
        value, unit = read_number(number), read_unit(symbols)
    except UnitsError as error:
        raise UserError(f'"{shortened(text)}": expected {describe(expected)}: {error}') from None
    own_unit = pint_unit(unit)
    # mg/kg and h/s are dimensionless too, but differ from a share and from each other.
    same_dimension = own_unit.dimensionality == dimension.dimensionality
    if not same_dimension or unit.cancelled != cancelled:
        raise UserError(f'"{text}": expected {describe(expected)}, got {describe(symbols)}')
    base = registry().Quantity(value, own_unit).to_base_units().magnitude
    if abs(base) == float("inf"):
        raise UserError(f'"{text}": expected a finite number')
    if base == 0 and value != 0:
        raise UserError(f'"{text}": the number is too small: it would become zero')
    if bound := exceeded(text, expected):
        raise UserError(f'"{text}": expected {describe(expected)} of {bound}')
    unusual = exceeded(text, expected, usual=True)
    return Quantity(base, text, f"{own_unit:~P}".replace(" ", ""), source, unusual)


def measured_in(
    expected: str,
    *,
    positive: bool = False,
    non_negative: bool = False,
    most: float = float("inf"),
    varies: Literal["log", "logit"] | None = None,
) -> BeforeValidator:
    """Return the validator of a field that is a quantity with the dimension of `expected`.

    A field of a pydantic model is annotated
    ``Annotated[Quantity, measured_in("siemens", positive=True)]``. In a model file it is
    ``"25 nS"`` or ``{ value = "25 nS", source = "Author 2020" }``.

    Parameters
    ----------
    expected : str
        A unit of the expected dimension; ``"1"`` for none.
    positive, non_negative : bool
        Whether the value must be above zero, or zero or more.
    most : float
        The largest allowed value, in SI units.
    varies : {"log", "logit"}, optional
        The scale on which the quantity may differ between patients. The entry of the file may then
        have a variance: ``{ value = "95 L/h", variance = 0.026, source = "Author 2020" }``.
    """
    from pydantic import BeforeValidator

    def validate(entry: Any) -> Quantity:
        if isinstance(entry, Quantity):
            return entry
        text, source = entry, ""
        if isinstance(entry, dict):
            allowed = {"value", "source", "prior"} | ({"variance"} if varies else set())
            unknown = set(entry) - allowed
            if unknown or "value" not in entry:
                raise PydanticCustomError(
                    "quantity", 'expected { value = "…", source = "…" }', None
                )
            text, source = entry["value"], entry.get("source", "")
        try:
            parsed = Quantity.parse(text, expected, source)
        except UserError as error:
            context = {"reason": str(error), "expected": describe(expected)}
            raise PydanticCustomError("quantity", "{reason}", context) from None
        if (positive and parsed <= 0) or (non_negative and parsed < 0):
            kind = "above zero" if positive else "of zero or more"
            raise PydanticCustomError(
                "quantity", "{reason}", {"reason": f'"{text}": expected a value {kind}'}
            )
        if parsed > most:
            raise PydanticCustomError(
                "quantity", "{reason}", {"reason": f'"{text}": expected at most {most:g}'}
            )
        if varies and isinstance(entry, dict) and "variance" in entry:
            return _varying(parsed, varies, entry["variance"])
        return parsed

    return BeforeValidator(validate)


def _varying(parsed: Quantity, scale: Literal["log", "logit"], variance: Any) -> Quantity:
    """Return a quantity with its variance between patients, which has no unit."""
    try:
        number = float(Quantity.parse(variance, "1"))
    except UserError:
        number = -1.0
    reason = ""
    if not 0 <= number <= LARGEST_VARIANCE:
        shown = shortened(str(variance))
        reason = f"variance = {shown}: expected a number from 0 to {LARGEST_VARIANCE}"
    elif scale == "log" and not parsed > 0:
        reason = "variance: expected a value above zero, whose logarithm varies"
    elif scale == "logit" and not 0 < parsed < 1:
        reason = "variance: expected a value between 0 and 1, whose logit varies"
    if reason:
        context = {"reason": f'"{parsed.text}": {reason}'}
        raise PydanticCustomError("quantity", "{reason}", context)
    value, text, unit, source, unusual, _ = parsed.__getnewargs__()
    return Quantity(value, text, unit, source, unusual, Variability(scale, number))


def quantity(expected: str, **bounds: Any) -> Any:
    """Return the annotation of a quantity as a value, for types that are built at run time.

    The parameters are those of `measured_in`.
    """
    return Annotated[Quantity, measured_in(expected, **bounds)]


_KINDS = {
    "farad": "a capacitance", "siemens": "a conductance", "volt": "a potential",
    "second": "a time", "hertz": "a rate", "ampere": "a current", "molar": "a concentration",
    "gram": "a mass", "liter": "a volume", "liter/second": "a clearance", "meter": "a length",
    "gram/mole": "a molar mass", "1/volt": "an inverse potential", "": "a number without a unit",
    "gram/liter": "a mass concentration", "1/molar/second": "a binding rate",
}  # fmt: skip

#: Ratios of two quantities of one kind, which have no dimension.
_RATIOS = {"time": "a time-lapse (hour/second)", "mass": "a mass per body mass (mg/kg)"}


@cache
def describe(unit: str) -> str:
    """Return the kind of quantity that a unit measures, in words: ``"nS"`` is "a conductance".

    >>> describe("siemens"), describe("h/s"), describe("1")
    ('a conductance (siemens)', 'a time-lapse (hour/second)', 'a number without a unit')
    """
    dimension, cancelled = expected_unit(unit)
    if dimension.dimensionless and cancelled:
        return _RATIOS.get(min(cancelled), f"a ratio ({unit})")
    for example, kind in _KINDS.items():
        if not cancelled and expected_unit(example)[0].dimensionality == dimension.dimensionality:
            return f"{kind} ({example})" if example and unit in ("", "1", example) else kind
    return f"a quantity in {unit}"
