"""Dendritic calcium that AMPA input lets in: a cell's measure of its excitatory drive.

    dc/dt = -c/tau_c,   c += s at an AMPA input of strength s

so that its mean is tau_c times the rate of inputs, each counted by its strength. `bdnf` brings the
same calcium where BDNF is released; this rule is for what reads it elsewhere, synaptic_scaling.
"""

from .rule import Constant, Part, Rule, Variable

DENDRITIC_CALCIUM = Rule(
    name="dendritic_calcium",
    summary="calcium that follows AMPA input",
    sources="excitatory",
    equation="dc/dt = -c/tau_c, c += s at an AMPA input",
    source="van Rossum 2000 J Neurosci 20:8812 (calcium as a measure of activity)",
    constants={
        "calcium_decay": Constant("second", "tau_c", "decay of dendritic calcium"),
    },
    reads={"ampa_strength": 1},
    parts={
        "target": Part(
            variables={"dendritic_calcium": Variable("1")},
            equations="ddendritic_calcium/dt = -dendritic_calcium/calcium_decay : 1",
        ),
        "synapse": Part(on_pre="dendritic_calcium_post += ampa_strength*ampa_available_post"),
    },
)
