"""From a dose of ketamine to a count of synapses.

The public names are imported when they are first used: ``import synaptoket`` alone takes
milliseconds, and a command such as ``synaptoket --help`` does not wait for Brian2.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .circuit import build, load_circuit
    from .circuit.stored_network import open_network
    from .cli import run_script
    from .experiment.assembly import Assembly
    from .experiment.phase import Phase
    from .experiment.probes import (
        EvokedResponse,
        GlutamatePulse,
        PatternCompletion,
        Probes,
        SpontaneousActivity,
    )
    from .experiment.protocol import Arm, Experiment
    from .parameters.errors import UserError
    from .parameters.quantities import Quantity
    from .pharmacology import Dose, exposure, load_drug
    from .plasticity import Constant, Derived, Part, Recording, Rule, Variable
    from .results import open_results
    from .studies.sweep import open_sweep

__version__ = "0.1.0"

__all__ = [
    "Arm",
    "Assembly",
    "Constant",
    "Derived",
    "Dose",
    "EvokedResponse",
    "Experiment",
    "GlutamatePulse",
    "Part",
    "PatternCompletion",
    "Phase",
    "Probes",
    "Quantity",
    "Recording",
    "Rule",
    "SpontaneousActivity",
    "UserError",
    "Variable",
    "build",
    "exposure",
    "load_circuit",
    "load_drug",
    "open_network",
    "open_results",
    "open_sweep",
    "run_script",
]

#: The module that each public name is imported from, at its first use.
_MODULES = {
    "Arm": "experiment.protocol",
    "Assembly": "experiment.assembly",
    "Constant": "plasticity",
    "Derived": "plasticity",
    "Dose": "pharmacology",
    "EvokedResponse": "experiment.probes",
    "Experiment": "experiment.protocol",
    "GlutamatePulse": "experiment.probes",
    "Part": "plasticity",
    "PatternCompletion": "experiment.probes",
    "Phase": "experiment.phase",
    "Probes": "experiment.probes",
    "Quantity": "parameters.quantities",
    "Recording": "plasticity",
    "Rule": "plasticity",
    "SpontaneousActivity": "experiment.probes",
    "UserError": "parameters.errors",
    "Variable": "plasticity",
    "build": "circuit",
    "exposure": "pharmacology",
    "load_circuit": "circuit",
    "load_drug": "pharmacology",
    "open_network": "circuit.stored_network",
    "open_results": "results",
    "open_sweep": "studies.sweep",
    "run_script": "cli",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
