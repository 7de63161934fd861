"""From doses to the drives of a circuit: concentrations, and their effects on receptors.

    dose → plasma → free in the brain → drives

Drives carry no drug names. The circuit receives how strongly channels are blocked and how far each
target is inhibited, bound or enhanced, but not by which drug.
The table of all drives is in `drives`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..parameters.errors import UserError
from .dose import ResolvedDose, check_doses
from .drives import BLOCKER_LOADS, DRUG_DRIVES, TARGETS
from .drug import Drug, Modulation
from .kinetics import compartments, inputs, trajectory

#: Unblocking rate (1/s) when no blocker is present: that of ketamine, Gilling 2009 (V).
DEFAULT_UNBLOCKING_RATE = 0.22

#: The same of the superficial site: that of memantine, J Physiol 2009;587:4589 (V).
DEFAULT_SUPERFICIAL_RATE = 1.27


@dataclass(frozen=True)
class Exposure:
    """Concentrations and drives at n times.

    Attributes
    ----------
    times : ndarray (n,), s
    plasma, brain_free : dict of ndarray (n,), mol/m3
        By species: each drug and its metabolites. Exactly zero where nothing was given.
    drives : dict of ndarray (n,)
        ``nmda_blocker_2a`` to ``nmda_blocker_2d``: free concentration in the brain over the
        affinity for GluN2A to GluN2D in 0 magnesium at the reference potential, summed over
        blockers. ``nmda_unblocking_rate``: their k_off in 1/s, each weighted by its part of these.
        ``nmda_superficial_share``, ``nmda_superficial_rate``: the part of the load that binds at
        the superficial site, and the rate in 1/s at which it leaves that site.
        ``glun2b_inhibition``: share of GluN2B current that allosteric drugs inhibit, 0 to 1.
        ``ampa_block``, ``mtorc1_block``, ``trkb_block``: inhibited fraction, 0 to 1.
        ``trkb_occupancy``: fraction of the transmembrane sites of TrkB that are bound, 0 to 1.
        ``ampa_potentiation``: share of the largest enhancement of AMPA transmission, 0 to 1.
    """

    times: np.ndarray
    plasma: dict[str, np.ndarray]
    brain_free: dict[str, np.ndarray]
    drives: dict[str, np.ndarray]


def species_names(drugs: Mapping[str, Drug]) -> list[str]:
    """Return the names of all drugs and metabolites, each once, in the order of `drugs`."""
    return list(dict.fromkeys(name for drug in drugs.values() for name in drug.species))


def exposure(
    doses: Sequence[ResolvedDose],
    drugs: Mapping[str, Drug],
    times: np.ndarray,
    body_weight: float = 70.0,
) -> Exposure:
    """Return concentrations and drives at `times`.

    Parameters
    ----------
    doses : sequence of ResolvedDose
        In any order; their concentrations add up, because the kinetics are linear.
    drugs : mapping of str to Drug
        Every drug that a dose names; a drug without a dose has zeros.
    times : ndarray (n,), s
        Since the start of the protocol, in any order and spacing.
    body_weight : float
        In kg.

    Raises
    ------
    UserError
        For an unknown drug, a route without numbers, a negative amount or duration, or a body
        weight that is not above zero.
    """
    times = np.asarray(times, dtype=float)
    if not body_weight > 0:
        raise UserError(f"body weight = {float(body_weight):g} kg: expected above zero")
    check_doses(doses, drugs)
    for dose in doses:
        if not (dose.amount >= 0 and dose.duration >= 0):
            raise UserError(f"dose of {dose.drug}: expected an amount and a duration of 0 or more")
    plasma = {name: np.zeros(len(times)) for name in species_names(drugs)}
    brain = {name: np.zeros(len(times)) for name in plasma}
    by_drug = {}
    for key, drug in drugs.items():
        doses_of_drug = [dose for dose in doses if dose.drug == key and dose.amount > 0]
        by_drug[key] = _concentrations(drug, doses_of_drug, times, body_weight)
        for name, (in_plasma, in_brain) in by_drug[key].items():
            plasma[name] = plasma[name] + in_plasma
            brain[name] = brain[name] + in_brain
    free = {key: {name: c[1] for name, c in curves.items()} for key, curves in by_drug.items()}
    return Exposure(times, plasma, brain, drug_drives(drugs, free, len(times)))


def _concentrations(
    drug: Drug, doses: Sequence[ResolvedDose], times: np.ndarray, body_weight: float
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return plasma and free brain concentrations (mol/m3) of the drug's species.

    Metabolites act neither on each other nor on the drug, so that each is solved together with the
    drug alone. An additional metabolite in a file thus changes no bit of the other species.
    """
    by_species = {}
    for metabolite in drug.metabolites or [None]:
        solved = _solved(drug.with_only(metabolite), doses, times, body_weight)
        for name, curves in solved.items():
            by_species.setdefault(name, curves)
    return {name: by_species[name] for name in drug.species}


def _solved(
    drug: Drug, doses: Sequence[ResolvedDose], times: np.ndarray, body_weight: float
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return plasma and free brain concentrations (mol/m3) of all species at once."""
    body = compartments(drug, body_weight, {dose.route for dose in doses})
    states = trajectory(body.matrix, inputs(body, drug, doses), times)
    return {
        name: (
            states[:, body.index(f"{name} central")] / body.volumes[name],
            states[:, body.index(f"{name} brain")],
        )
        for name in drug.species
    }


def drug_drives(
    drugs: Mapping[str, Drug], free: Mapping[str, Mapping[str, np.ndarray]], n: int
) -> dict[str, np.ndarray]:
    """Return every drive that comes from drugs, each of shape (n,).

    Parameters
    ----------
    drugs : mapping of str to Drug
    free : mapping of str to mapping of str to ndarray (n,)
        Free concentrations in the brain (mol/m3) by drug and species; a species that is left out
        is not there.
    n : int
        Number of times.
    """
    there = {
        key: {name: np.zeros(n) for name in drug.species} | dict(free.get(key, {}))
        for key, drug in drugs.items()
    }
    drives = _blocker_drives(drugs, there, n)
    drives |= {drive: _effect(drugs, there, n, target) for target, drive in TARGETS.items()}
    return {name: drives[name] for name in DRUG_DRIVES}


def _blocker_drives(
    drugs: Mapping[str, Drug], free: Mapping[str, Mapping[str, np.ndarray]], n: int
) -> dict[str, np.ndarray]:
    """Return the drives (n,) of the NMDA channel: loads add up, rates are weighted by them."""
    loads = {drive: np.zeros(n) for drive in BLOCKER_LOADS.values()}
    total, unblocking, superficial, leaving = np.zeros((4, n))
    for key, drug in drugs.items():
        for blocker in drug.blockers():
            load = np.zeros(n)
            for subunit, drive in BLOCKER_LOADS.items():
                part = free[key][blocker.name] / drug.affinity(subunit, blocker.name)
                loads[drive] = loads[drive] + part
                load = load + part
            total, unblocking = total + load, unblocking + load * blocker.unblocking_rate
            second = load * blocker.superficial_share
            superficial, leaving = superficial + second, leaving + second * blocker.superficial_rate
    return loads | {
        "nmda_unblocking_rate": _mean(unblocking, total, DEFAULT_UNBLOCKING_RATE),
        "nmda_superficial_share": _mean(superficial, total, 0.0),
        "nmda_superficial_rate": _mean(leaving, superficial, DEFAULT_SUPERFICIAL_RATE),
    }


def _mean(weighted: np.ndarray, weight: np.ndarray, without: float) -> np.ndarray:
    """Return a weighted mean (n,), and `without` where the weight is zero."""
    mean = np.full(weight.shape, without)
    np.divide(weighted, weight, out=mean, where=weight > np.finfo(float).tiny)
    return mean


def _effect(
    drugs: Mapping[str, Drug], free: Mapping[str, Mapping[str, np.ndarray]], n: int, target: str
) -> np.ndarray:
    """Return the effect (n,) on a target: all species compete for one site.

    It is the bound fraction of the site, each part of it times the largest effect of its species.
    """
    load, effective = np.zeros(n), np.zeros(n)
    for key, drug in drugs.items():
        for name, substance in drug.species.items():
            site = getattr(substance, target)
            if site is not None:
                part = site.load(free[key][name])
                largest = float(site.maximum) if isinstance(site, Modulation) else 1.0
                load, effective = load + part, effective + largest * part
    return effective / (1.0 + load)
