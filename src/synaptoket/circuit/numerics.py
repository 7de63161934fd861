"""Numerical settings of a circuit: precision and the steps of the clocks.

Every approximation is a setting here. Its error is measured against a run in double precision at
half the step (`docs/benchmarks.md`).
"""

from typing import Annotated, Literal

from ..parameters.errors import UserError
from ..parameters.quantities import Quantity
from .section import Parameter, Section

#: The slow clock, and the length of a segment, in seconds of spiking.
SLOW_STEP, SEGMENT = 0.1, 2.0

#: The largest mean number of background inputs in one input step (`engine/counter_random.h`).
LARGEST_INPUT = 18.0


class Numerics(Section):
    """Precision and steps of a circuit."""

    precision: Literal["single", "double"] = "single"
    step: Annotated[
        Quantity, Parameter("second", "dt", "step of membranes and synapses", positive=True)
    ] = Quantity.parse("0.1 ms", "second")
    input_step: Annotated[
        Quantity, Parameter("second", "dt_in", "background inputs arrive together", positive=True)
    ] = Quantity.parse("1 ms", "second")
    structural_step: Annotated[
        Quantity, Parameter("second", "dt_s", "synapses come and go", positive=True)
    ] = Quantity.parse("1 s", "second")

    def check(self, where: str) -> None:
        """Raise `UserError` unless each clock ticks in multiples of the faster ones."""
        pairs = (
            ("step", self.step, SLOW_STEP, "slow steps (100 ms)"),
            ("input_step", self.input_step, SLOW_STEP, "slow steps (100 ms)"),
            ("structural_step", self.structural_step, SEGMENT, "segments (2 s)"),
        )
        for name, value, whole, words in pairs:
            if not _divides(value, whole):
                raise UserError(
                    f"{where}: numerics.{name} = {value.text}: expected a whole number of them in "
                    f"{words}"
                )
        for name, value, part, of in (
            ("input_step", self.input_step, self.step, f"the step, {self.step.text}"),
            ("structural_step", self.structural_step, SLOW_STEP, "the slow step, 100 ms"),
        ):
            if not _divides(part, value):
                raise UserError(
                    f"{where}: numerics.{name} = {value.text}: expected a multiple of {of}"
                )


def _divides(part: float, whole: float) -> bool:
    """Return whether `whole` is a multiple of `part`, up to rounding."""
    ratio = float(whole) / float(part)
    return ratio > 0.5 and abs(ratio - round(ratio)) < 1e-6
