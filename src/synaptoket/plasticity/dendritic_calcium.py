"""Dendritic calcium that AMPA input lets in: a cell's measure of its excitatory drive.

    dc/dt = -c/tau_c,   c += s at an AMPA input of strength s

    symbol  constant           unit    meaning
    tau_c   calcium_decay      second  decay of dendritic calcium
            state
    c       dendritic_calcium  1       dendritic calcium, in unitary inputs
            read
    s       ampa_strength      1       AMPA transmission of the synapse, in unitary inputs
    1 - b   ampa_available     1       share of AMPA receptors that antagonists leave

The mean of c is tau_c times the rate of inputs, each counted by its strength. `bdnf` brings the
same calcium where BDNF is released; this rule brings it to `synaptic_scaling` elsewhere.

Equation: van Rossum 2000, of inputs in the place of spikes.
Source: van Rossum 2000, doi:10.1523/JNEUROSCI.20-23-08812.2000
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
