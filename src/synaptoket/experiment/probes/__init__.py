"""Probes: tests of what a circuit can do at a moment, played on a copy of its state.

A probe is one small file: a stimulus, a measurement, and its read-outs as data. It knows cells,
synapses and spikes, but no drug, arm or phase. `probe_player` plays probes: each trial once without
and once with the stimulus, from the same state and with the same random numbers, at a time-lapse at
which nothing slow moves. Then the simulation goes on from the state it was in.
"""

from .evoked_response import EvokedResponse
from .glutamate_pulse import GlutamatePulse
from .pattern_completion import PatternCompletion
from .probe import Probe, ProbedCircuit, Probes, Trial
from .spontaneous_activity import SpontaneousActivity

__all__ = [
    "EvokedResponse",
    "GlutamatePulse",
    "PatternCompletion",
    "Probe",
    "ProbedCircuit",
    "Probes",
    "SpontaneousActivity",
    "Trial",
]
