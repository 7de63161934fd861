"""The free parameters of a circuit: those to which its file gives a `prior`."""

from dataclasses import dataclass
from math import log

from ..parameters.errors import UserError
from ..parameters.files import model_path
from ..parameters.overrides import leaves
from ..parameters.units import UnitsError, magnitude, split
from .circuit_file import circuit_tree


@dataclass(frozen=True)
class Prior:
    """The range of one free parameter; `low` and `high` are in the unit of its lower bound.

    >>> Prior.parse("a.b", ["1 nS", "15 nS"]).text(2.0)
    '2 nS'
    """

    name: str
    low: float
    high: float
    unit: str

    @classmethod
    def parse(cls, name: str, bounds: list) -> "Prior":
        """Read ``["1 nS", "15 nS"]`` or ``[0.1, 0.5]``; raise `UserError` for anything else."""
        if not isinstance(bounds, (list, tuple)) or len(bounds) != 2:
            raise UserError(f'{name}: prior = {bounds}: expected two bounds, as ["1 nS", "15 nS"]')
        try:
            unit = split(bounds[0])[1] if isinstance(bounds[0], str) else ""
            low, high = (magnitude(value, unit) for value in bounds)
        except UnitsError as error:
            raise UserError(f"{name}: prior = {bounds}: {error}") from None
        if not low < high:
            raise UserError(f"{name}: prior = {bounds}: expected the second bound to be the larger")
        return cls(name, low, high, unit)

    def value(self, position: float) -> float:
        """Return the value at a position from 0 to 1; the scale is logarithmic above zero."""
        if self.low > 0:
            return self.low * (self.high / self.low) ** float(position)
        return self.low + (self.high - self.low) * float(position)

    def position(self, value: float) -> float:
        """Return the position of a value, from 0 to 1: the inverse of `value`."""
        if self.low > 0:
            return log(value / self.low) / log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def text(self, value: float) -> str | float:
        """Return a value as a file has it: four digits and the unit."""
        number = float(f"{value:.4g}")
        return f"{number:g} {self.unit}" if self.unit else number

    def number(self, value_text) -> float:
        """Return a value of the file in the prior's unit, brought within the range.

        >>> Prior.parse("a.b", ["1 nS", "15 nS"]).number("0.02 uS")
        15.0
        """
        try:
            value = magnitude(value_text, self.unit)
        except UnitsError as error:
            raise UserError(f"{self.name} = {value_text!r}: {error}") from None
        return min(max(value, self.low), self.high)


def free_parameters(circuit: str, hypothesis=None) -> tuple[list[Prior], dict[str, float]]:
    """Return the priors of a circuit under a hypothesis, and the values in use.

    A parameter that the hypothesis sets is not free. A prior of the hypothesis replaces the
    circuit's, and the middle of its range is the value in use.
    """
    tree = circuit_tree(model_path("circuits", circuit))
    free = {n: leaf for n, leaf in leaves(tree) if isinstance(leaf, dict) and "prior" in leaf}
    ranges = {name: leaf["prior"] for name, leaf in free.items()}
    values = {name: leaf["value"] for name, leaf in free.items()}
    if hypothesis is not None:
        ranges |= hypothesis.priors
        replaced = [Prior.parse(name, value_text) for name, value_text in hypothesis.priors.items()]
        values |= {prior.name: prior.text(prior.value(0.5)) for prior in replaced}
        values |= hypothesis.calibrated
        for name in hypothesis.set:
            ranges.pop(name, None)
    priors = [Prior.parse(name, value_text) for name, value_text in ranges.items()]
    return priors, {prior.name: prior.number(values[prior.name]) for prior in priors}
