"""The contents of a drug file: how the drug moves through the body, and what it binds.

A file of ``models/drugs`` describes one drug with its active metabolites. Every number is a
quantity with its unit and its source; the code knows no drug by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import model_validator

from ..parameters.errors import UserError, nearest
from ..parameters.files import display, model_path, read_toml
from ..parameters.quantities import Quantity, measured_in
from ..parameters.validation import overridden, validated
from .disposition import Brain, Fraction, Kinetics, Part
from .receptor import CLASSES, Affinity
from .routes import ROUTES, Route

#: The largest ratio of the affinities of two subunits that one class can represent; laboratories
#: differ fourfold on GluN2A and GluN2B for ketamine itself (Dravid 2007 J Physiol).
LARGEST_SPREAD = 5.0

#: The largest Hill coefficient; no receptor has a larger one.
LARGEST_HILL = 20


class NmdaBlock(Part):
    """A trapping open-channel blocker of the NMDA receptor."""

    affinity: Affinity
    unblocking_rate: Annotated[Quantity, measured_in("hertz", positive=True)]


class RelativeNmdaBlock(Part):
    """A metabolite that blocks in the same way; its affinities are multiples of the drug's."""

    affinity_ratio: Annotated[Quantity, measured_in("1", positive=True, most=1e6)]
    unblocking_rate: Annotated[Quantity, measured_in("hertz", positive=True)]


class Inhibition(Part):
    """A target that loses ``(c/IC50)^hill / (1 + (c/IC50)^hill)`` of its function."""

    ic50: Annotated[Quantity, measured_in("molar", positive=True)]
    hill: Annotated[Quantity, measured_in("1", positive=True, most=LARGEST_HILL)]

    def load(self, concentration: np.ndarray) -> np.ndarray:
        """Return ``(c/IC50)^hill`` at concentrations in mol/m3."""
        return (concentration / self.ic50) ** self.hill


class Competition(Part):
    """A site at which an antagonist competes with the transmitter: ``c / (c + K_B)`` is blocked.

    K_B is what Schild analysis gives. At equilibrium with an agonist A the antagonist would need
    ``1 + A/EC50`` times as much. A synapse is not at equilibrium: glutamate is in the cleft for
    about a millisecond, and an antagonist with a K_B of 0.08 µM and a binding rate of some
    10 /µM/s (M-) stays for about a second. What counts is the occupancy just before a release, when
    glutamate (1 µM at most) is far below its EC50 at AMPA receptors (some 500 µM, M) and the factor
    is one.
    """

    kb: Annotated[Quantity, measured_in("molar", positive=True)]

    def load(self, concentration: np.ndarray) -> np.ndarray:
        """Return ``c/K_B`` at concentrations in mol/m3."""
        return concentration / self.kb


class Binding(Part):
    """A site of which the fraction ``c / (c + Kd)`` is bound; its effect belongs to the circuit."""

    kd: Annotated[Quantity, measured_in("molar", positive=True)]

    def load(self, concentration: np.ndarray) -> np.ndarray:
        """Return ``c/Kd`` at concentrations in mol/m3."""
        return concentration / self.kd


class Potentiation(Part):
    """A target enhanced by ``(c/EC50)^hill / (1 + (c/EC50)^hill)`` of the largest enhancement.

    The circuit's rule, not the drug, sets the largest enhancement.
    """

    ec50: Annotated[Quantity, measured_in("molar", positive=True)]
    hill: Annotated[Quantity, measured_in("1", positive=True, most=LARGEST_HILL)]

    def load(self, concentration: np.ndarray) -> np.ndarray:
        """Return ``(c/EC50)^hill`` at concentrations in mol/m3."""
        return (concentration / self.ec50) ** self.hill


class Substance(Part):
    """The properties that a drug and a metabolite share."""

    title: str = ""
    molar_mass: Annotated[Quantity, measured_in("gram/mole", positive=True)]
    unbound_fraction: Fraction
    kinetics: Kinetics
    brain: Brain
    ampa: Competition | None = None
    mtorc1: Inhibition | None = None
    trkb: Inhibition | None = None
    trkb_binding: Binding | None = None
    ampa_potentiation: Potentiation | None = None


class Metabolite(Substance):
    """An active metabolite; `formation_fraction` of the drug's clearance forms it."""

    formation_fraction: Fraction
    nmda: RelativeNmdaBlock | None = None


class Drug(Substance):
    """A drug file.

    >>> ketamine = load_drug("ketamine")
    >>> ketamine.kinetics.clearance.text, sorted(ketamine.species)
    ('79 L/h', ['hydroxynorketamine', 'ketamine', 'norketamine'])
    """

    name: str
    description: str = ""
    nmda: NmdaBlock | None = None
    routes: dict[str, Route] = {}
    metabolites: dict[str, Metabolite] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Drug:
        formed = sum(metabolite.formation_fraction for metabolite in self.metabolites.values())
        if formed > 1:
            raise ValueError("metabolites: the formation_fractions add up to more than 1")
        for name, route in self.routes.items():
            if name not in ROUTES[1:]:
                raise ValueError(f"routes.{name}: unknown route{nearest(name, ROUTES[1:])}")
            for path in route.all_paths.values():
                for metabolite in path.first_pass:
                    if metabolite not in self.metabolites:
                        hint = nearest(metabolite, self.metabolites)
                        raise ValueError(
                            f"routes.{name}.first_pass.{metabolite}: unknown metabolite{hint}"
                        )
        for metabolite in self.metabolites.values():
            if metabolite.nmda and not self.nmda:
                raise ValueError("metabolites: an affinity_ratio needs the drug's own nmda table")
        return self

    @property
    def species(self) -> dict[str, Substance]:
        """The drug and its metabolites by name, the drug first."""
        return {self.name: self, **self.metabolites}

    def with_only(self, metabolite: str | None) -> Drug:
        """Return the drug with only one of its metabolites, or with none."""
        metabolites = {name: m for name, m in self.metabolites.items() if name == metabolite}
        routes = {name: route.with_only(metabolite) for name, route in self.routes.items()}
        return self.model_copy(update={"metabolites": metabolites, "routes": routes})

    def route_names(self) -> list[str]:
        """Return the routes by which this drug can be given."""
        return ["intravenous", *self.routes]

    def affinity(self, member: str, species: str | None = None) -> float:
        """Return the IC50 in 0 magnesium at the reference potential, in mol/m3.

        Parameters
        ----------
        member : str
            A subunit, ``"GluN2A"`` to ``"GluN2D"``, or a class, ``"ab"`` or ``"cd"``.
        species : str, optional
            The drug itself (default) or one of its metabolites.

        Raises
        ------
        UserError
            If the drug or the metabolite does not block the receptor, or `member` is a class whose
            subunits differ too much for this drug.
        """
        if self.nmda is None:
            raise UserError(f"{self.name}: does not block the NMDA receptor (no nmda table)")
        self._check_class(self.nmda.affinity, member)
        substance = self.species[species or self.name]
        ratio = 1.0
        if isinstance(substance, Metabolite):
            if substance.nmda is None:
                raise UserError(f"{species}: does not block the NMDA receptor (no nmda table)")
            ratio = substance.nmda.affinity_ratio
        return self.nmda.affinity[member] * ratio

    def _check_class(self, affinity: Affinity, member: str) -> None:
        """Raise UserError if the affinities of a class differ too much to be represented by one."""
        subunits = CLASSES.get(member, ())
        affinities = [affinity[subunit] for subunit in subunits]
        if affinities and max(affinities) > LARGEST_SPREAD * min(affinities):
            named = " and ".join(
                f"{subunit} {getattr(affinity, subunit).text}" for subunit in subunits
            )
            raise UserError(
                f"{self.name}: nmda.affinity: {named}: circuits have one class of receptors for "
                f"both, and the drug tells them apart by more than {LARGEST_SPREAD:g}-fold: it "
                "cannot be played on a circuit"
            )

    def blockers(self) -> Iterator[tuple[str, float]]:
        """Yield the name and the unblocking rate (1/s) of each species that blocks the channel."""
        if self.nmda is not None:
            yield self.name, float(self.nmda.unblocking_rate)
        for name, metabolite in self.metabolites.items():
            if metabolite.nmda is not None:
                yield name, float(metabolite.nmda.unblocking_rate)


def load_drug(name_or_path: str | Path, overrides: Mapping[str, Any] | None = None) -> Drug:
    """Read a drug file.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a file of ``models/drugs`` (``"ketamine"``), or the path of another file.
    overrides : mapping, optional
        Values that replace the file's, with dotted keys or nested tables:
        ``{"kinetics.clearance": "60 L/h"}``.

    Raises
    ------
    UserError
        For a missing file, an unknown or missing key, or a wrong unit:
        ``models/drugs/ketamine.toml: kinetics.clearance = "5 s": expected a clearance
        (liter/second), got a time``.
    """
    path = model_path("drugs", name_or_path)
    return validated(Drug, overridden(read_toml(path), overrides), display(path))
