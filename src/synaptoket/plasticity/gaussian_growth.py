"""Synaptic elements grow between two levels of calcium and retract outside of them.

    dz/dT = nu (2 exp(-((Ca - xi)/zeta)^2) - 1),   xi = (eta + epsilon)/2,
                                                   zeta = (epsilon - eta)/(2 sqrt(ln 2))

Ca is `firing_calcium`. Growth is zero at eta and at epsilon and largest, nu, half way. eta is an
unstable point: a cell below it loses its elements. With eta = 0 a silent cell stays as it is.
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
