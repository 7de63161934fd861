"""Concentration in plasma after a dose: peaks, areas and bioavailability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...parameters.errors import UserError
from ...parameters.quantities import Quantity
from ...pharmacology import Dose, exposure, load_drug

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .finding import Finding

#: Seconds after the dose: dense at first, then up to three days, when nothing is left.
TIMES = np.unique(np.concatenate([np.arange(0, 6, 1 / 120), np.arange(6, 72, 0.1)])) * 3600

#: When the last of a dose must have been given, in seconds, so that `TIMES` has the tail.
LATEST = 24 * 3600


def plasma(dose: dict[str, str], body_weight: str = "70 kg") -> np.ndarray:
    """Return the total plasma concentration (ng/mL) of the drug at `TIMES` after a dose."""
    drug = load_drug(dose["drug"])
    weight = float(Quantity.parse(body_weight, "kilogram"))
    protocol_dose = Dose(**dose)
    resolved = protocol_dose.resolve(0.0, weight)
    if protocol_dose.phase is not None or not resolved.amount or resolved.end > LATEST:
        raise UserError(
            f"dose = {dose}: expected an amount above zero, no phase, and an end within "
            f"{LATEST / 3600:g} h, so that its plasma curve ends within {TIMES[-1] / 3600:.0f} h"
        )
    course = exposure([resolved], {dose["drug"]: drug}, TIMES, weight).plasma[dose["drug"]]
    # mol/m3 times kg/mol is kg/m3, and 1 kg/m3 is 1e6 ng/mL
    return course * drug.molar_mass * 1e6


def concentration_at(dose: dict[str, str], time: str, body_weight: str = "70 kg") -> float:
    """Return the plasma concentration (ng/mL) at a time after the start of the dose."""
    at = float(Quantity.parse(time, "second"))
    if not TIMES[0] <= at <= TIMES[-1]:
        raise UserError(f'time = "{time}": expected 0 h to {TIMES[-1] / 3600:.0f} h after the dose')
    return float(np.interp(at, TIMES, plasma(dose, body_weight)))


def area(dose: dict[str, str], body_weight: str = "70 kg") -> float:
    """Return the area under the plasma curve to infinity (ng h/mL): what is left is a tail."""
    curve = plasma(dose, body_weight)
    rate = np.log(curve[-101] / curve[-1]) / (TIMES[-1] - TIMES[-101])
    return float(np.trapezoid(curve, TIMES) + curve[-1] / rate) / 3600


def time_of_peak(dose: dict[str, str], body_weight: str = "70 kg") -> float:
    """Return when the plasma concentration is highest, in hours."""
    return float(TIMES[np.argmax(plasma(dose, body_weight))]) / 3600


def bioavailability(
    dose: dict[str, str], reference: dict[str, str], body_weight: str = "70 kg"
) -> float:
    """Return the area per dose over that of an intravenous reference."""
    weight = float(Quantity.parse(body_weight, "kilogram"))
    amounts = [Dose(**table).resolve(0.0, weight).amount for table in (dose, reference)]
    ratio = area(dose, body_weight) / area(reference, body_weight)
    return float(ratio * amounts[1] / amounts[0])


READOUTS = {
    "concentration_at": concentration_at,
    "area": area,
    "time_of_peak": time_of_peak,
    "bioavailability": bioavailability,
}


def draw(finding: Finding, axes: Axes) -> None:
    """Draw the plasma curve of every dose that the finding looks at."""
    shown: dict[str, Any] = {}
    for readout in finding.readouts:
        for dose in (readout.arguments["dose"], readout.arguments.get("reference")):
            if dose:
                route = dose.get("route", "intravenous")
                shown[f"{dose['drug']}, {dose['amount']} {route}"] = dose
    hours = TIMES / 3600
    for label, dose in shown.items():
        axes.plot(hours, plasma(dose), label=label)
    axes.set(xlabel="hours after the dose", ylabel="plasma, ng/mL", xlim=(0, 6))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize="small")
