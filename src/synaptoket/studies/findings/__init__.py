"""Published findings, and whether the model reproduces them.

A `Finding` is data (``models/findings``). `evaluate` simulates it and compares its read-outs with
their accepted ranges; `compare.compare` does so for rival hypotheses.
"""

from .finding import Finding, Readout
from .finding_files import finding_names, load_finding
from .runner import Conditions, evaluate, simulate
from .verdict import NOT_REPRODUCED, REPRODUCED, UNDECIDED, Observation, Result, observe

__all__ = [
    "NOT_REPRODUCED",
    "REPRODUCED",
    "UNDECIDED",
    "Conditions",
    "Finding",
    "Observation",
    "Readout",
    "Result",
    "evaluate",
    "finding_names",
    "load_finding",
    "observe",
    "simulate",
]
