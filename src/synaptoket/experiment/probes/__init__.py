"""Probes: what a circuit can do at a moment, asked of a copy of its state.

A probe is a stimulus, what is measured, and its read-outs as data, in one small file. It knows of
cells, synapses and spikes, and of no drug, arm or phase. `probe_player` plays them: each trial once
without and once with the stimulus, from the same state and with the same random numbers, at a
time-lapse at which nothing slow moves; then the simulation goes on from the state it was in.
"""

from .glutamate_pulse import GlutamatePulse
from .pattern_completion import PatternCompletion
from .probe import Probe, ProbedCircuit, Probes, Trial
from .spontaneous_activity import SpontaneousActivity

__all__ = [
    "GlutamatePulse",
    "PatternCompletion",
    "Probe",
    "ProbedCircuit",
    "Probes",
    "SpontaneousActivity",
    "Trial",
]
