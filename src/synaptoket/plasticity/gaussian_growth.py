"""Synaptic elements grow between two levels of calcium and retract outside of them.

    dz/dT = nu (2 exp(-((Ca - xi)/zeta)^2) - 1),   xi = (eta + epsilon)/2,
                                                   zeta = (epsilon - eta)/(2 sqrt(ln 2))

    symbol   constant          unit      meaning
    nu       growth_rate       1/second  fastest growth, elements per time
    eta      eta               1         calcium below which elements retract
    epsilon  epsilon           1         calcium above which elements retract
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

Ca is `firing_calcium`. Growth is zero at eta and at epsilon and largest, nu, half way. eta is an
unstable point: a cell below it loses its elements. With eta = 0 a silent cell stays as it is.

Equation: Butz & van Ooyen 2013, in the form of NEST 3.10.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
"""

from .elements import growth
from .rule import Constant

GAUSSIAN_GROWTH = growth(
    "gaussian",
    "dz/dT = nu (2 exp(-((Ca-xi)/zeta)^2) - 1)",
    "2*exp(-log(2)*((2*firing_calcium - eta - epsilon)/(epsilon - eta))**2) - 1",
    {
        "eta": Constant("1", "eta", "calcium below which elements retract"),
        "epsilon": Constant("1", "epsilon", "calcium above which elements retract"),
    },
    summary="elements grow between two levels of calcium",
)
