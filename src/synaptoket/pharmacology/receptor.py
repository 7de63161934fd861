"""Constants of the NMDA receptor that drugs and circuits share: magnesium, voltage, subunits.

Magnesium leaves open channels unblocked in the fraction

    u(V) = 1 / (1 + s [Mg] exp(-V / 16.1 mV) / 3.57 mM)

(Jahr & Stevens 1990 J Neurosci), with s the sensitivity of a subunit relative to GluN2B.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from ..parameters.errors import UserError
from ..parameters.files import display, model_path, read_toml
from ..parameters.quantities import Quantity, measured_in
from ..parameters.validation import overridden, validated

#: The subunits that set the pharmacology of an NMDA receptor; drugs tell each from the others.
SUBUNITS: tuple[str, ...] = ("GluN2A", "GluN2B", "GluN2C", "GluN2D")

#: The two classes of magnesium sensitivity that a circuit's conductance has, and their members.
CLASSES: dict[str, tuple[str, str]] = {"ab": ("GluN2A", "GluN2B"), "cd": ("GluN2C", "GluN2D")}


class BySubunit(BaseModel):
    """One number for each GluN2 subunit, ``["GluN2A"]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __getitem__(self, name: str) -> float:
        if name in SUBUNITS:
            return float(getattr(self, name))
        raise KeyError(name)


class Sensitivity(BySubunit):
    """Magnesium sensitivity relative to GluN2B, by subunit (no unit), or ``["ab"]`` by class.

    A class has the geometric mean of its members, because the mean of IC50s and the mean of their
    inverses, the sensitivities, should agree.
    """

    GluN2A: Annotated[Quantity, measured_in("1", positive=True)]
    GluN2B: Annotated[Quantity, measured_in("1", positive=True)]
    GluN2C: Annotated[Quantity, measured_in("1", positive=True)]
    GluN2D: Annotated[Quantity, measured_in("1", positive=True)]

    def __getitem__(self, name: str) -> float:
        if name in CLASSES:
            return math.sqrt(math.prod(self[member] for member in CLASSES[name]))
        return super().__getitem__(name)


class Affinity(BySubunit):
    """IC50 of a blocker in 0 magnesium at the receptor's reference potential, by subunit."""

    GluN2A: Annotated[Quantity, measured_in("molar", positive=True)]
    GluN2B: Annotated[Quantity, measured_in("molar", positive=True)]
    GluN2C: Annotated[Quantity, measured_in("molar", positive=True)]
    GluN2D: Annotated[Quantity, measured_in("molar", positive=True)]


class NmdaReceptor(BaseModel):
    """The constants of ``models/receptors/nmda.toml``, in SI units (concentrations in mol/m3).

    >>> receptor = load_nmda_receptor()
    >>> round(receptor.sensitivity("ab"), 2), round(receptor.sensitivity("cd"), 2)
    (0.94, 0.17)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str = ""
    magnesium: Annotated[Quantity, measured_in("molar", non_negative=True)]
    magnesium_half: Annotated[Quantity, measured_in("molar", positive=True)]
    magnesium_slope: Annotated[Quantity, measured_in("1/volt", positive=True)]
    relative_magnesium_sensitivity: Sensitivity
    blocker_voltage: Annotated[Quantity, measured_in("volt", positive=True)]
    reference_potential: Annotated[Quantity, measured_in("volt")]
    open_probability_maximum: Annotated[Quantity, measured_in("1", positive=True)]

    def sensitivity(self, member: str) -> float:
        """Return the relative magnesium sensitivity of a subunit or a class ("ab", "cd")."""
        return self.relative_magnesium_sensitivity[member]


def load_nmda_receptor(
    name_or_path: str | Path = "nmda",
    overrides: Mapping[str, Any] | None = None,
    where: str | None = None,
) -> NmdaReceptor:
    """Read the receptor's constants.

    Parameters
    ----------
    name_or_path : str or Path
        A file of ``models/receptors``, or a path.
    overrides : mapping, optional
        Values that replace the file's, such as ``{"magnesium": "0 mM"}``.
    where : str, optional
        The file with the table ``[nmda]`` that holds the overrides, for messages.

    Raises
    ------
    UserError
        For a missing file, an unknown or missing key, or a wrong unit.
    """
    path = model_path("receptors", name_or_path)
    if overrides is not None and not isinstance(overrides, Mapping):
        raise UserError(f"{where}: nmda = {overrides!r}: expected a table")
    if overrides and where:
        return validated(NmdaReceptor, overridden(read_toml(path), overrides), where, "nmda")
    return validated(NmdaReceptor, overridden(read_toml(path), overrides), display(path))
