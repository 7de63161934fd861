"""Calcium of a cell as a record of its own firing.

    dCa/dt = -Ca/tau_Ca,   Ca += beta at each spike

    symbol  constant                  unit    meaning
    tau_Ca  firing_calcium_decay      second  decay of calcium
    beta    firing_calcium_increment  1       calcium of a spike
    Ca_0    firing_calcium_initial    1       calcium at the start
            state
    Ca      firing_calcium            1       calcium of the cell

The mean of Ca is beta tau_Ca times the rate. Growth of synaptic elements reads it.

Equation: Butz & van Ooyen 2013.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
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
