"""The fraction of NMDA receptors that a blocker blocks: closed forms of the kinetic scheme.

    db/dT = p_open · (k_on · c · u_Mg(V) · (1 − b) − k_off · b),     k_on = k_off / affinity(V)

A trapping blocker enters and leaves open channels only. Therefore p_open sets how fast block
develops and recovers, but not its steady state. Magnesium in the pore keeps the blocker out (u_Mg),
which raises the IC50 by 1/u_Mg. The scheme has neither desensitisation nor partial trapping, and
its single site has a Hill coefficient of 1.
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
    member: str,
    potential: float,
    magnesium: float | None = None,
    *,
    receptor: NmdaReceptor,
    species: str | None = None,
) -> float:
    """Return the concentration (mol/m3) that blocks half of the current at equilibrium.

    This is the affinity in 0 magnesium, converted to `potential` and divided by u_Mg. Nothing in it
    was fitted to measurements with magnesium.

    Parameters
    ----------
    drug : Drug
    member : str
        A subunit (``"GluN2A"``) or a class (``"ab"``).
    potential : float
        In V.
    magnesium : float, optional
        In mol/m3; by default the value of the receptor's file.
    receptor : NmdaReceptor
    species : str, optional
        A metabolite of the drug, instead of the drug.
    """
    unblocked = magnesium_unblocked(receptor, potential, receptor.sensitivity(member), magnesium)
    return drug.affinity(member, species) * voltage_factor(receptor, potential) / unblocked


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
