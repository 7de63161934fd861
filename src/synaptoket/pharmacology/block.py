"""The fraction of NMDA receptors that a blocker blocks: closed forms of the kinetic scheme.

    db/dT = p_open · k_off · (c/K_b(V) · u_Mg(V) · (1 − b − s) − b)                     deep site
    ds/dT = k_s · (p_open · c/K_s · u_Mg(V) · (1 − b − s) − s)                   superficial site

A blocker enters and leaves the deep site of open channels only: a channel that closes traps it.
Therefore p_open sets how fast block develops and recovers, but, with this site alone, not its
steady state. Magnesium in the pore keeps the blocker out (u_Mg), which raises the IC50 by 1/u_Mg.
Most blockers have this site alone (s = 0): one exponential, complete trapping.

A second, superficial site (memantine; J Physiol 2009;587:4589) binds above the gate, in the same
open channels, and leaves open and closed ones alike: what is bound there is not trapped. The two
sites exclude each other: block comes in two exponentials, and its Hill coefficient is 1 with either
scheme. Desensitisation is left out.
"""

from __future__ import annotations

from math import exp

import numpy as np

from ..parameters.errors import UserError
from .drug import Drug
from .receptor import NmdaReceptor


def magnesium_unblocked(
    receptor: NmdaReceptor,
    potential: float,
    sensitivity: float = 1.0,
    magnesium: float | None = None,
) -> float:
    """Return u_Mg, the fraction of open channels that magnesium does not block.

    Parameters
    ----------
    receptor : NmdaReceptor
    potential : float
        Membrane potential in V.
    sensitivity : float
        Relative magnesium sensitivity (``receptor.sensitivity("cd")``).
    magnesium : float, optional
        In mol/m3 (mM); by default the value of the receptor's file.

    Examples
    --------
    >>> from synaptoket.pharmacology import load_nmda_receptor
    >>> round(magnesium_unblocked(load_nmda_receptor(), -60e-3), 3)
    0.08
    """
    magnesium = receptor.magnesium if magnesium is None else float(magnesium)
    occupied = magnesium / receptor.magnesium_half * exp(-receptor.magnesium_slope * potential)
    return 1.0 / (1.0 + sensitivity * occupied)


def voltage_factor(receptor: NmdaReceptor, potential: float) -> float:
    """Return affinity(V) / affinity(reference potential): one e-fold per `blocker_voltage`."""
    return exp((potential - receptor.reference_potential) / receptor.blocker_voltage)


def ic50(
    drug: Drug,
    subunit: str,
    potential: float,
    magnesium: float | None = None,
    *,
    receptor: NmdaReceptor,
    species: str | None = None,
) -> float:
    """Return the concentration (mol/m3) that blocks half of the current at equilibrium.

    This is the affinity in 0 magnesium, converted to `potential` and divided by u_Mg. Nothing in it
    was fitted to measurements with magnesium. The agonist is sustained and saturating. Only the
    deep site depends on the potential.

    Parameters
    ----------
    drug : Drug
    subunit : str
        Such as ``"GluN2A"``.
    potential : float
        In V.
    magnesium : float, optional
        In mol/m3; by default the value of the receptor's file.
    receptor : NmdaReceptor
    species : str, optional
        A metabolite of the drug, instead of the drug.
    """
    unblocked = magnesium_unblocked(receptor, potential, receptor.sensitivity(subunit), magnesium)
    deep, superficial = _site_shares(drug, potential, receptor, species)
    return drug.affinity(subunit, species) / (deep + superficial) / unblocked


def _site_shares(
    drug: Drug, potential: float, receptor: NmdaReceptor, species: str | None
) -> tuple[float, float]:
    """Return the load of each site at a potential; at the reference potential they add up to 1."""
    deep = 1.0
    if drug.nmda and species in (None, drug.name):
        deep = drug.nmda.trapped_fraction
    return deep / voltage_factor(receptor, potential), 1.0 - deep


def trapped_fraction(
    drug: Drug, potential: float, *, receptor: NmdaReceptor, species: str | None = None
) -> float:
    """Return which part of blocked channels keep the blocker when they close.

    The rest has it at the superficial site, at equilibrium under a sustained, saturating agonist.
    It is b/(b + s), whatever the concentration, the subunit and magnesium.

    Parameters
    ----------
    drug : Drug
    potential : float
        In V.
    receptor : NmdaReceptor
    species : str, optional
        A metabolite of the drug, instead of the drug.

    Examples
    --------
    >>> from synaptoket.pharmacology import load_drug, load_nmda_receptor
    >>> receptor = load_nmda_receptor()
    >>> trapped_fraction(load_drug("ketamine"), -66e-3, receptor=receptor)
    1.0
    >>> round(trapped_fraction(load_drug("memantine"), -66e-3, receptor=receptor), 2)
    0.83
    """
    deep, superficial = _site_shares(drug, potential, receptor, species)
    return deep / (deep + superficial)


def steady_block(concentration, half: float):
    """Return the blocked fraction at equilibrium, c / (c + IC50)."""
    concentration = np.asarray(concentration, dtype=float)
    return concentration / (concentration + half)


def onset_time(concentration, half: float, unblocking_rate: float, open_probability: float = 1.0):
    """Return the time constant (s) of the approach to block at a constant concentration.

    It is 1 / (p_open · k_off · (1 + c / IC50)); without drug, this is the time constant of
    recovery. `open_probability` is relative to that under a sustained saturating agonist, under
    which the rates were measured.

    Raises
    ------
    UserError
        If the channel never opens: a trapped blocker then never leaves.
    """
    if not open_probability > 0:
        raise UserError(f"open probability = {open_probability:g}: expected above zero")
    concentration = np.asarray(concentration, dtype=float)
    return 1.0 / (open_probability * unblocking_rate * (1.0 + concentration / half))


def block_course(
    times,
    concentration: float,
    half: float,
    unblocking_rate: float,
    open_probability: float = 1.0,
    initial: float = 0.0,
) -> np.ndarray:
    """Return the blocked fraction at `times` (s) after a step to a constant concentration.

    It is b∞ + (b₀ − b∞) exp(−t/τ), the exact solution of the scheme; if the channel never opens, b
    remains b₀.
    """
    times = np.asarray(times, dtype=float)
    if open_probability == 0:
        return np.full(times.shape, float(initial))
    final = steady_block(concentration, half)
    tau = onset_time(concentration, half, unblocking_rate, open_probability)
    return final + (initial - final) * np.exp(-times / tau)


def two_site_course(
    times,
    loads: tuple[float, float],
    rates: tuple[float, float],
    open_probability: float = 1.0,
    initial: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Return the fractions of channels blocked at the deep and at the superficial site.

    The exact solution of the scheme for a constant concentration, two exponentials.

    Parameters
    ----------
    times : array_like (n,), s
        Since a step to this concentration.
    loads : tuple of float
        Of the deep and the superficial site: c/K · u_Mg.
    rates : tuple of float
        At which the blocker leaves them, 1/s.
    open_probability : float
        Relative to a sustained saturating agonist, as in `onset_time`.
    initial : tuple of float
        The fractions at time zero.

    Returns
    -------
    ndarray (2, n)

    Examples
    --------
    >>> closed = two_site_course([0, 60], (0, 0), (0.2, 1.27), 0.0, (0.5, 0.1))
    >>> closed.round(3).tolist()  # what is deep is trapped, what is superficial leaves
    [[0.5, 0.5], [0.1, 0.0]]
    """
    from scipy.linalg import expm

    times = np.asarray(times, dtype=float)
    leave = np.array([open_probability * rates[0], rates[1]])
    enter = open_probability * np.array(rates, dtype=float) * np.array(loads, dtype=float)
    # d(b, s, 1)/dT: a source that does not change is the third variable
    scheme = np.zeros((3, 3))
    scheme[:2, :2] = -np.diag(leave) - enter[:, None]
    scheme[:2, 2] = enter
    courses = expm(times[:, None, None] * scheme) @ np.array([*initial, 1.0])
    return courses[:, :2].T
