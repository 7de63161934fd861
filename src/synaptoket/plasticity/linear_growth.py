"""Synaptic elements grow below the calcium set point and retract above it, in proportion.

    dz/dT = nu (1 - Ca/epsilon)

Ca is `firing_calcium`; at epsilon nothing changes.
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
