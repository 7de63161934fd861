"""From a dose to the drives of a circuit: dose → plasma → free in the brain → receptor drives.

Read in this order: `disposition` and `routes` (how a drug moves through the body), `drug` (the
contents of a file of ``models/drugs``), `dose`, `kinetics` (exact solution of the compartments),
`receptor` and `block` (NMDA receptor, closed forms), `drives` (the inputs of the circuit), and
`exposure`, which combines them. `stress_hormone` goes from stress to the drive of that name.
"""

from .block import (
    block_course,
    ic50,
    magnesium_unblocked,
    onset_time,
    steady_block,
    trapped_fraction,
    two_site_course,
    voltage_factor,
)
from .dose import Dose, ResolvedDose, check_doses
from .drives import DRIVES, DRUG_DRIVES
from .drug import Drug, load_drug
from .exposure import DEFAULT_UNBLOCKING_RATE, Exposure, drug_drives, exposure, species_names
from .receptor import CLASSES, SUBUNITS, NmdaReceptor, load_nmda_receptor
from .routes import ROUTES
from .stress_hormone import StressHormone, load_stress_hormone

__all__ = [
    "CLASSES",
    "DEFAULT_UNBLOCKING_RATE",
    "DRIVES",
    "DRUG_DRIVES",
    "ROUTES",
    "SUBUNITS",
    "Dose",
    "Drug",
    "Exposure",
    "NmdaReceptor",
    "ResolvedDose",
    "StressHormone",
    "block_course",
    "check_doses",
    "drug_drives",
    "exposure",
    "ic50",
    "load_drug",
    "load_nmda_receptor",
    "load_stress_hormone",
    "magnesium_unblocked",
    "onset_time",
    "species_names",
    "steady_block",
    "trapped_fraction",
    "two_site_course",
    "voltage_factor",
]
