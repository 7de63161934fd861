"""From a dose to what the circuit feels: dose → plasma → free in the brain → receptor drives.

Read in this order: `drug` (what a file of ``models/drugs`` holds), `dose`, `kinetics` (exact
compartments), `receptor` and `block` (NMDA receptor, closed forms), `drives` (all that the circuit
is fed), `exposure` (all of it at once).
"""

from .block import block_course, ic50, magnesium_unblocked, onset_time, steady_block, voltage_factor
from .dose import Dose, ResolvedDose, check_doses
from .drives import DRIVES, DRUG_DRIVES
from .drug import ROUTES, Drug, load_drug
from .exposure import DEFAULT_UNBLOCKING_RATE, Exposure, exposure, species_names
from .receptor import CLASSES, NmdaReceptor, load_nmda_receptor

__all__ = [
    "CLASSES",
    "DEFAULT_UNBLOCKING_RATE",
    "DRIVES",
    "DRUG_DRIVES",
    "ROUTES",
    "Dose",
    "Drug",
    "Exposure",
    "NmdaReceptor",
    "ResolvedDose",
    "block_course",
    "check_doses",
    "exposure",
    "ic50",
    "load_drug",
    "load_nmda_receptor",
    "magnesium_unblocked",
    "onset_time",
    "species_names",
    "steady_block",
    "voltage_factor",
]
