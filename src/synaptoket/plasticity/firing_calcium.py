"""Calcium of a cell as a record of its own firing.

    dCa/dt = -Ca/tau_Ca,   Ca += beta at each spike

so that its mean is beta tau_Ca times the rate. Growth of synaptic elements reads it.
"""

from .rule import Constant, Part, Rule, Variable

FIRING_CALCIUM = Rule(
    name="firing_calcium",
    kind="signalling",
    summary="calcium that follows a cell's own firing",
    equation="dCa/dt = -Ca/tau_Ca, Ca += beta at each spike",
    source="Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259",
    constants={
        "firing_calcium_decay": Constant("second", "tau_Ca", "decay of calcium"),
        "firing_calcium_increment": Constant("1", "beta", "calcium of a spike", least=0),
        "firing_calcium_initial": Constant("1", "Ca_0", "calcium at the start", 0),
    },
    parts={
        "neuron": Part(
            variables={"firing_calcium": Variable("1", "firing_calcium_initial")},
            equations="dfiring_calcium/dt = -firing_calcium/firing_calcium_decay : 1",
            at_spike="firing_calcium += firing_calcium_increment",
        ),
    },
)
