"""The contents of a drug file: how the drug moves through the body, and what it binds.

A file of ``models/drugs`` describes one drug with its active metabolites. Every number is a
quantity with its unit and its source; the code knows no drug by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import model_validator

from ..parameters.errors import UserError, nearest
from ..parameters.files import display, model_path, read_toml
from ..parameters.quantities import Quantity, measured_in
from ..parameters.validation import overridden, validated
from .disposition import Brain, Fraction, Kinetics, Part
from .receptor import SUBUNITS, Affinity
from .routes import ROUTES, Route

#: The largest Hill coefficient; no receptor has a larger one.
LARGEST_HILL = 20


class SuperficialSite(Part):
    """A second site of a blocker, above the gate, which a closed channel does not trap.

    `trapped_fraction` is the part of blocked channels that keep the blocker when they close, at the
    reference potential and under a sustained agonist: the rest has it at the superficial site.
    """

    trapped_fraction: Annotated[Quantity, measured_in("1", positive=True, most=1)]
    unblocking_rate: Annotated[Quantity, measured_in("hertz", positive=True)]


class NmdaBlock(Part):
    """An open-channel blocker of the NMDA receptor: a deep, trapping site, and perhaps a second.

    Affinities are given in one table, `affinity`, or in several, `affinity_sets`, of which
    `affinity_set` names the one in use. They are those of both sites together; the unblocking rate
    is that of the deep site.
    """

    affinity: Affinity | None = None
    affinity_set: str | None = None
    affinity_sets: dict[str, Affinity] = {}
    unblocking_rate: Annotated[Quantity, measured_in("hertz", positive=True)]
    superficial_site: SuperficialSite | None = None

    def complaint(self) -> str:
        """Return what is wrong with the tables of affinities; nothing if they are sound."""
        sets = ", ".join(self.affinity_sets)
        if self.affinity is not None:
            more = self.affinity_sets or self.affinity_set is not None
            return "affinity: expected it, or affinity_sets, and not both" if more else ""
        if not self.affinity_sets:
            return f"affinity: missing (expected a table with {', '.join(SUBUNITS)})"
        if self.affinity_set is None:
            return f"affinity_set: missing (expected one of {sets})"
        if self.affinity_set not in self.affinity_sets:
            hint = nearest(self.affinity_set, self.affinity_sets)
            return f'affinity_set = "{self.affinity_set}": unknown set{hint}'
        return ""

    @property
    def affinity_in_use(self) -> Affinity:
        """The only table of affinities, or the one that `affinity_set` names."""
        return self.affinity or self.affinity_sets[str(self.affinity_set)]

    @property
    def trapped_fraction(self) -> float:
        """The part of blocked channels that trap the blocker, at the reference potential."""
        return float(self.superficial_site.trapped_fraction) if self.superficial_site else 1.0


class RelativeNmdaBlock(Part):
    """A metabolite that blocks in the same way; its affinities are multiples of the drug's."""

    affinity_ratio: Annotated[Quantity, measured_in("1", positive=True, most=1e6)]
    unblocking_rate: Annotated[Quantity, measured_in("hertz", positive=True)]


class Inhibition(Part):
    """A target that loses ``(c/IC50)^hill / (1 + (c/IC50)^hill)`` of its function."""

    ic50: Annotated[Quantity, measured_in("molar", positive=True)]
    hill: Annotated[Quantity, measured_in("1", positive=True, most=LARGEST_HILL)]

    def load(self, concentration):
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


class Modulation(Inhibition):
    """A target that an allosteric drug inhibits to `maximum` at the most.

    It binds outside the pore: neither the potential nor magnesium changes how much it inhibits,
    and channels do not trap it.
    """

    maximum: Fraction

    def effect(self, concentration: np.ndarray | float) -> np.ndarray | float:
        """Return the inhibited share of the current at concentrations in mol/m3."""
        load = self.load(concentration)
        return self.maximum * load / (1 + load)


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
    glun2b: Modulation | None = None


class Metabolite(Substance):
    """An active metabolite; `formation_fraction` of the drug's clearance forms it."""

    formation_fraction: Fraction
    nmda: RelativeNmdaBlock | None = None


class Blocker(NamedTuple):
    """A species that blocks the NMDA channel: its rates in 1/s.

    `superficial_share` is the share of its load, at the reference potential, that binds at the
    superficial site.
    """

    name: str
    unblocking_rate: float
    superficial_share: float = 0.0
    superficial_rate: float = 0.0


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
        if self.nmda and (complaint := self.nmda.complaint()):
            raise ValueError(f"nmda.{complaint}")
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

    def affinity(self, subunit: str, species: str | None = None) -> float:
        """Return the IC50 in 0 magnesium at the reference potential, in mol/m3.

        Parameters
        ----------
        subunit : str
            ``"GluN2A"`` to ``"GluN2D"``.
        species : str, optional
            The drug itself (default) or one of its metabolites.

        Raises
        ------
        UserError
            If the drug or the metabolite does not block the receptor.
        """
        if self.nmda is None:
            raise UserError(f"{self.name}: does not block the NMDA receptor (no nmda table)")
        substance = self.species[species or self.name]
        ratio = 1.0
        if isinstance(substance, Metabolite):
            if substance.nmda is None:
                raise UserError(f"{species}: does not block the NMDA receptor (no nmda table)")
            ratio = substance.nmda.affinity_ratio
        if subunit not in SUBUNITS:
            raise UserError(f"{subunit}: unknown subunit{nearest(subunit, SUBUNITS)}")
        return self.nmda.affinity_in_use[subunit] * ratio

    def blockers(self) -> Iterator[Blocker]:
        """Yield each species that blocks the NMDA channel."""
        if self.nmda is not None:
            rate, site = float(self.nmda.unblocking_rate), self.nmda.superficial_site
            second = (1 - self.nmda.trapped_fraction, float(site.unblocking_rate)) if site else ()
            yield Blocker(self.name, rate, *second)
        for name, metabolite in self.metabolites.items():
            if metabolite.nmda is not None:
                yield Blocker(name, float(metabolite.nmda.unblocking_rate))


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
