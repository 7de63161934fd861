"""Synaptic elements grow below the calcium set point at one speed and retract above it at another.

    dz/dT = nu (2/(1 + exp((Ca - epsilon)/psi)) - 1)

    symbol   constant          unit      meaning
    nu       growth_rate       1/second  fastest growth, elements per time
    epsilon  epsilon           1         calcium at which nothing changes
    psi      psi               1         calcium over which growth turns into retraction
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

Ca is `firing_calcium`; at epsilon nothing changes, and psi says within what range of it the speed
turns over.

Equation: Butz & van Ooyen 2013, in the form of NEST 3.10.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
"""

from .elements import growth
from .rule import Constant

LOGISTIC_GROWTH = growth(
    "logistic",
    "dz/dT = nu (2/(1 + exp((Ca-epsilon)/psi)) - 1)",
    "2/(1 + exp(clip((firing_calcium - epsilon)/psi, -80, 80))) - 1",
    {
        "epsilon": Constant("1", "epsilon", "calcium at which nothing changes", above=0),
        "psi": Constant("1", "psi", "calcium over which growth turns into retraction", above=0),
    },
    summary="elements grow below a level of calcium and retract above it",
)
