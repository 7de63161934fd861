"""From a dose of ketamine to a count of synapses.

The public names are imported when they are first used: ``import synaptoket`` alone takes
milliseconds, and a command such as ``synaptoket --help`` does not wait for Brian2.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Arm": "experiment.protocol",
    "Assembly": "experiment.assembly",
    "Constant": "plasticity",
    "Derived": "plasticity",
    "Dose": "pharmacology",
    "Experiment": "experiment.protocol",
    "GlutamatePulse": "experiment.probes",
    "Part": "plasticity",
    "PatternCompletion": "experiment.probes",
    "Phase": "experiment.protocol",
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
    "open_results": "results",
    "open_sweep": "studies.sweep",
    "run_script": "cli",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
