"""Synaptic elements grow below the calcium set point and retract above it, in proportion.

    dz/dT = nu (1 - Ca/epsilon)

    symbol   constant          unit      meaning
    nu       growth_rate       1/second  fastest growth, elements per time
    epsilon  epsilon           1         calcium at which nothing changes
    lambda   vacant_decay      1/second  rate at which vacant ones retract
             state
    z        {element}         1         elements that the cell has, fractions among them
    -        {element}_bound   1         elements that synapses bind
    -        {element}_vacant  1         whole elements that no synapse binds
    -        {element}_excess  1         bound elements that the cell has no longer
    -        {element}_unseen  1         contacts not yet seen in this step
    -        {element}_reach   1         vacant partners within reach
    -        {element}_offers  1         offers in this step
             read
    dT       elapsed           second    biological time of the step
    Ca       firing_calcium    1         calcium of the cell

Ca is `firing_calcium`; at epsilon nothing changes.

Equation: Butz & van Ooyen 2013, in the form of NEST 3.10.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
"""

from .elements import growth
from .rule import Constant

LINEAR_GROWTH = growth(
    "linear",
    "dz/dT = nu (1 - Ca/epsilon)",
    "1 - firing_calcium/epsilon",
    {"epsilon": Constant("1", "epsilon", "calcium at which nothing changes", above=0)},
    summary="elements grow in proportion to what calcium lacks",
)
