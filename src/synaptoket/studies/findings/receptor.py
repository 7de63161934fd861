"""Voltage clamp of one class of receptors: a series of concentrations, a Hill curve through it.

The agonist is sustained, so that channels open with the probability for which the blockers' rates
are given. The Hill curve is fitted to the block at the end of each application, as in a laboratory.

Read-outs take an `affinity_set`, for drugs with affinities from more than one laboratory; without
it they use the set that the drug's file names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...parameters.errors import UserError
from ...parameters.quantities import Quantity
from ...pharmacology import (
    block_course,
    ic50,
    load_drug,
    load_nmda_receptor,
    trapped_fraction,
    two_site_course,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .finding import Finding

#: Length of an application in seconds.
APPLICATION = 60.0

#: Seconds without agonist and blocker, in which closed channels lose what they do not trap.
CLOSED = 30.0

CONCENTRATIONS = np.geomspace(0.01, 300.0, 19) * 1e-3  # mol/m3


class Clamp:
    """Receptors with one subunit, at one potential, under a sustained agonist and one drug."""

    def __init__(
        self,
        drug: str,
        subunit: str,
        potential: str,
        magnesium: str,
        affinity_set: str | None = None,
    ):
        changed = {"nmda.affinity_set": affinity_set} if affinity_set else None
        loaded, receptor = load_drug(drug, changed), load_nmda_receptor()
        if loaded.nmda is None:
            raise UserError(f"{drug}: blocks no NMDA receptor")
        volt = float(Quantity.parse(potential, "volt"))
        molar = float(Quantity.parse(magnesium, "molar"))
        self.half = ic50(loaded, subunit, volt, molar, receptor=receptor)
        self.trapped = trapped_fraction(loaded, volt, receptor=receptor)
        self.rate = float(loaded.nmda.unblocking_rate)
        site = loaded.nmda.superficial_site
        self.superficial_rate = float(site.unblocking_rate) if site else None

    def sites(self, times: np.ndarray, concentration: float) -> np.ndarray:
        """Return the fractions blocked at the deep and the superficial site, shape (2, times)."""
        if self.superficial_rate is None:
            deep = block_course(times, concentration, self.half, self.rate)
            return np.array([deep, np.zeros_like(deep)])
        load = concentration / self.half
        loads = (load * self.trapped, load * (1 - self.trapped))
        return two_site_course(times, loads, (self.rate, self.superficial_rate))

    def blocked(self, times: np.ndarray, concentration: float) -> np.ndarray:
        """Return the blocked fraction after times of an application, shape (times,)."""
        return self.sites(times, concentration).sum(axis=0)

    def series(self) -> np.ndarray:
        """Return the blocked fraction at the end of an application of each of `CONCENTRATIONS`."""
        end = np.array([APPLICATION])
        return np.array([self.blocked(end, c)[0] for c in CONCENTRATIONS], dtype=float)


def block_series(
    drug: str, subunit: str, potential: str, magnesium: str, affinity_set: str | None = None
) -> np.ndarray:
    """Return the blocked fraction at the end of an application of each of `CONCENTRATIONS`."""
    return Clamp(drug, subunit, potential, magnesium, affinity_set).series()


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


def half_block(
    drug: str, subunit: str, potential: str, magnesium: str, affinity_set: str | None = None
) -> float:
    """Return the IC50 in µM."""
    series = block_series(drug, subunit, potential, magnesium, affinity_set)
    return 1e3 * hill_fit(CONCENTRATIONS, series)[0]


def hill(
    drug: str, subunit: str, potential: str, magnesium: str, affinity_set: str | None = None
) -> float:
    """Return the Hill coefficient."""
    series = block_series(drug, subunit, potential, magnesium, affinity_set)
    return hill_fit(CONCENTRATIONS, series)[1]


def onset(
    drug: str,
    subunit: str,
    potential: str,
    magnesium: str,
    concentration: str,
    affinity_set: str | None = None,
) -> float:
    """Return the time constant (s) of an exponential through the onset of block."""
    from scipy.optimize import curve_fit

    times = np.linspace(0, 5, 501)
    c = float(Quantity.parse(concentration, "molar"))
    course = Clamp(drug, subunit, potential, magnesium, affinity_set).blocked(times, c)
    (_, tau), _ = curve_fit(lambda t, top, tau: top * (1 - np.exp(-t / tau)), times, course, (1, 1))
    return float(tau)


def half_block_ratio(
    drug: str, subunit: str, potential: str, magnesium: str, affinity_set: str | None = None
) -> float:
    """Return the IC50 in magnesium over that without."""
    with_magnesium = half_block(drug, subunit, potential, magnesium, affinity_set)
    return with_magnesium / half_block(drug, subunit, potential, "0 mM", affinity_set)


def trapped(
    drug: str,
    subunit: str,
    potential: str,
    magnesium: str,
    concentration: str,
    affinity_set: str | None = None,
) -> float:
    """Return which part of blocked channels still hold the blocker after agonist and drug are gone.

    They are blocked for one `APPLICATION` and then closed for `CLOSED` seconds.
    """
    clamp = Clamp(drug, subunit, potential, magnesium, affinity_set)
    c = float(Quantity.parse(concentration, "molar"))
    deep, superficial = clamp.sites(np.array([APPLICATION]), c)[:, 0]
    rates = (clamp.rate, clamp.superficial_rate or 0.0)
    closed = two_site_course([CLOSED], (0.0, 0.0), rates, 0.0, (deep, superficial))
    return float(closed.sum() / (deep + superficial))


READOUTS = {
    "half_block": half_block,
    "hill": hill,
    "onset": onset,
    "half_block_ratio": half_block_ratio,
    "trapped": trapped,
}


def draw(finding: Finding, axes: Axes) -> None:
    """Draw the concentration series of every subunit and affinity set that it looks at."""
    keys = ("drug", "subunit", "potential", "magnesium", "affinity_set")
    seen = {}
    for readout in finding.readouts:
        arguments: dict[str, Any] = {key: readout.arguments.get(key) for key in keys}
        levels: set[str] = {arguments["magnesium"], "0 mM"} if "ratio" in readout.function else {
            arguments["magnesium"]
        }  # fmt: skip
        for magnesium in sorted(levels):
            receptors = (arguments["subunit"], arguments["affinity_set"])
            seen[(receptors, magnesium)] = {**arguments, "magnesium": magnesium}
    colours = {each: f"C{i}" for i, each in enumerate(dict.fromkeys(r for r, _ in seen))}
    for (receptors, magnesium), arguments in seen.items():
        style = "--" if magnesium == "0 mM" and len({m for _, m in seen}) > 1 else "-"
        label = ", ".join([*filter(None, receptors), f"{magnesium} Mg"])
        series = block_series(**arguments)
        axes.plot(CONCENTRATIONS * 1e3, series, style, color=colours[receptors], label=label)
    axes.axhline(0.5, color="0.8", linewidth=0.8, zorder=0)
    axes.set(xscale="log", xlabel="concentration, µM", ylabel="blocked fraction", ylim=(0, 1))
    axes.legend(frameon=False, fontsize="small")
