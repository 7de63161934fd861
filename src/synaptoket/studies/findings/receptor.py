"""Voltage clamp of one class of receptors: a series of concentrations, a Hill curve through it.

The agonist is sustained, so that channels open with the probability for which the blockers' rates
are given. The Hill curve is fitted to the block at the end of each application, as in a laboratory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...parameters.errors import UserError
from ...parameters.quantities import Quantity
from ...pharmacology import block_course, ic50, load_drug, load_nmda_receptor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .finding import Finding

#: Length of an application in seconds.
APPLICATION = 60.0

CONCENTRATIONS = np.geomspace(0.01, 300.0, 19) * 1e-3  # mol/m3


def block_series(drug: str, subunit: str, potential: str, magnesium: str) -> np.ndarray:
    """Return the blocked fraction at the end of an application of each of `CONCENTRATIONS`."""
    half, rate = _half(drug, subunit, potential, magnesium), _unblocking_rate(drug)
    return np.array(
        [block_course([APPLICATION], c, half, rate)[0] for c in CONCENTRATIONS], dtype=float
    )


def hill_fit(concentrations: np.ndarray, blocked: np.ndarray) -> tuple[float, float]:
    """Return IC50 (in the unit of `concentrations`) and Hill coefficient by least squares.

    >>> c = np.geomspace(0.01, 100, 15)
    >>> half, slope = hill_fit(c, c**0.8 / (c**0.8 + 2**0.8))
    >>> round(half, 3), round(slope, 3)
    (2.0, 0.8)
    """
    from scipy.optimize import curve_fit

    def curve(log_c, log_half, slope):
        return 1 / (1 + np.exp(-slope * (log_c - log_half)))

    start = float(np.interp(0.5, blocked, np.log(concentrations)))
    (log_half, slope), _ = curve_fit(curve, np.log(concentrations), blocked, (start, 1.0))
    return float(np.exp(log_half)), float(slope)


def half_block(drug: str, subunit: str, potential: str, magnesium: str) -> float:
    """Return the IC50 in µM."""
    series = block_series(drug, subunit, potential, magnesium)
    return 1e3 * hill_fit(CONCENTRATIONS, series)[0]


def hill(drug: str, subunit: str, potential: str, magnesium: str) -> float:
    """Return the Hill coefficient."""
    return hill_fit(CONCENTRATIONS, block_series(drug, subunit, potential, magnesium))[1]


def onset(drug: str, subunit: str, potential: str, magnesium: str, concentration: str) -> float:
    """Return the time constant (s) of an exponential through the onset of block."""
    from scipy.optimize import curve_fit

    half, rate = _half(drug, subunit, potential, magnesium), _unblocking_rate(drug)
    c = float(Quantity.parse(concentration, "molar"))
    times = np.linspace(0, 5, 501)
    course = block_course(times, c, half, rate)
    (_, tau), _ = curve_fit(lambda t, top, tau: top * (1 - np.exp(-t / tau)), times, course, (1, 1))
    return float(tau)


def half_block_ratio(drug: str, subunit: str, potential: str, magnesium: str) -> float:
    """Return the IC50 in magnesium over that without."""
    with_magnesium = half_block(drug, subunit, potential, magnesium)
    return with_magnesium / half_block(drug, subunit, potential, "0 mM")


def _half(drug: str, subunit: str, potential: str, magnesium: str) -> float:
    return ic50(
        load_drug(drug),
        subunit,
        float(Quantity.parse(potential, "volt")),
        float(Quantity.parse(magnesium, "molar")),
        receptor=load_nmda_receptor(),
    )


def _unblocking_rate(drug: str) -> Quantity:
    """Return the unblocking rate of a drug; `UserError` if it blocks no NMDA receptor."""
    kinetics = load_drug(drug).nmda
    if kinetics is None:
        raise UserError(f"{drug}: blocks no NMDA receptor")
    return kinetics.unblocking_rate


READOUTS = {
    "half_block": half_block,
    "hill": hill,
    "onset": onset,
    "half_block_ratio": half_block_ratio,
}


def draw(finding: Finding, axes: Axes) -> None:
    """Draw the concentration series of every subunit that the finding looks at."""
    seen = {}
    for readout in finding.readouts:
        arguments = {k: readout.arguments[k] for k in ("drug", "subunit", "potential", "magnesium")}
        levels = {arguments["magnesium"], "0 mM"} if "ratio" in readout.function else {
            arguments["magnesium"]
        }  # fmt: skip
        for magnesium in sorted(levels):
            seen[(arguments["subunit"], magnesium)] = {**arguments, "magnesium": magnesium}
    colours = {name: f"C{i}" for i, name in enumerate(dict.fromkeys(s for s, _ in seen))}
    for (subunit, magnesium), arguments in seen.items():
        style = "--" if magnesium == "0 mM" and len({m for _, m in seen}) > 1 else "-"
        label = f"{subunit}, {magnesium} Mg"
        series = block_series(**arguments)
        axes.plot(CONCENTRATIONS * 1e3, series, style, color=colours[subunit], label=label)
    axes.axhline(0.5, color="0.8", linewidth=0.8, zorder=0)
    axes.set(xscale="log", xlabel="concentration, µM", ylabel="blocked fraction", ylim=(0, 1))
    axes.legend(frameon=False, fontsize="small")
