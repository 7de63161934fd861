"""Disposition: how a drug spreads in the body and leaves it, and how patients differ in it.

Plasma concentrations depend on where blood is drawn. A vein of the arm lags the arteries while a
drug is coming in, because the arm's tissues take it up first. A central volume fitted to venous
samples is therefore large (S-ketamine: 133 L, Fanta 2015), and one fitted to arterial samples small
(11.6 L, Simons 2022). `Kinetics.site` says which of the two the plasma of a file is.

The brain is fed by arteries, but `Brain` follows the plasma of the file, whichever site that is. A
venous file therefore gives the brain too little while drug comes in: 35 mg of S-ketamine over
40 min end at 158 ng/mL in the venous fit and at 289 in the arterial one; half an hour later the two
are within a fifth of each other. Areas and steady states depend on the clearance alone.
"""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from ..parameters.errors import names_one, nearest
from ..parameters.quantities import Quantity, measured_in

SITES = ("arterial", "venous")


def _at_most_one(value: Quantity) -> Quantity:
    if value > 1:
        raise ValueError("expected a fraction from 0 to 1")
    return value


def _site(entry: Any) -> str:
    """Return the site of ``"venous"`` or ``{ value = "venous", source = "…" }``."""
    stated = isinstance(entry, dict) and {*entry} == {"value", "source"}
    site: Any = entry["value"] if stated else entry
    if not names_one(site, SITES):
        hint = nearest(str(site), SITES)
        context = {"reason": f'"{site}": unknown site{hint}', "expected": "arterial or venous"}
        raise PydanticCustomError("quantity", "{reason}", context)
    return site


#: Where the blood of a file's plasma concentrations was drawn.
Site = Annotated[Literal["arterial", "venous"], BeforeValidator(_site)]

Fraction = Annotated[
    Quantity, measured_in("1", non_negative=True, varies="logit"), AfterValidator(_at_most_one)
]
Volume = Annotated[Quantity, measured_in("liter", positive=True, varies="log")]
Flow = Annotated[Quantity, measured_in("liter/second", positive=True, varies="log")]


class Part(BaseModel):
    """A table of a drug file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Peripheral(Part):
    """A tissue compartment that exchanges drug with the central one."""

    volume: Volume
    flow: Flow


class Kinetics(Part):
    """Clearance, volumes and flows for `reference_weight`, and how they scale with body weight.

    A value x belongs to the reference weight; another body weight has
    ``x · (weight / reference_weight)^exponent``, with one exponent for clearance and flows and
    one for volumes. Half-times of absorption and of brain equilibration do not scale.

    A value may have the variance of its logarithm between patients, and clearance and central
    volume the covariance of their logarithms: ``variance``, ``clearance_volume_covariance``.
    """

    site: Site
    clearance: Flow
    central_volume: Volume
    clearance_volume_covariance: Annotated[Quantity, measured_in("1")] | None = None
    peripheral: dict[str, Peripheral] = {}
    reference_weight: Annotated[Quantity, measured_in("gram", positive=True)]
    clearance_exponent: Annotated[Quantity, measured_in("1", non_negative=True, most=3)]
    volume_exponent: Annotated[Quantity, measured_in("1", non_negative=True, most=3)]

    @model_validator(mode="after")
    def _covariance_of_variances(self) -> Kinetics:
        if self.clearance_volume_covariance is None:
            return self
        both = self.clearance.variability, self.central_volume.variability
        if both[0] is None or both[1] is None:
            raise ValueError(
                "clearance_volume_covariance: expected a variance of clearance and of "
                "central_volume beside it"
            )
        bound = sqrt(both[0].variance * both[1].variance)
        if abs(self.clearance_volume_covariance) > bound:
            text = self.clearance_volume_covariance.text
            raise ValueError(
                f'clearance_volume_covariance = "{text}": expected at most {bound:.3g}, the root '
                "of the product of the two variances"
            )
        return self

    def scaled(self, body_weight: float) -> tuple[float, float]:
        """Return the factors of clearances (and flows) and of volumes at a body weight in kg."""
        ratio = body_weight / self.reference_weight
        return ratio**self.clearance_exponent, ratio**self.volume_exponent


class Brain(Part):
    """Free drug near the receptors: its ratio to free drug in plasma, and its half-time.

    The plasma is that of the file's sampling site (`Kinetics.site`).
    """

    partition: Annotated[Quantity, measured_in("1", positive=True, most=1000)]
    equilibration_half_time: Annotated[Quantity, measured_in("second", positive=True)]
