"""Synaptic elements grow below the calcium set point at one speed and retract above it at another.

    dz/dT = nu (2/(1 + exp((Ca - epsilon)/psi)) - 1)

Ca is `firing_calcium`; at epsilon nothing changes, and psi says within what range of it the speed
turns over.
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
