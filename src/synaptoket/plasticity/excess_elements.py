"""A cell that has fewer elements than bound ones breaks synapses, drawn at random among its own.

    P(loss) = 1 - (1 - x_i/u_i)(1 - x_j/u_j)

x is the number of bound elements in excess of those that the cell has (`elements`), u that of its
contacts not yet seen in this update, so that exactly x of them go. The partner's element is vacant
from the next update on.
"""

from .rule import Part, Rule

EXCESS_ELEMENTS = Rule(
    name="excess_elements",
    kind="elimination",
    governs="elimination",
    summary="cells with fewer elements than synapses break some at random",
    equation="P(loss) = 1 - (1 - x_i/u_i)(1 - x_j/u_j)",
    source="Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259",
    constants={},
    parts={
        "synapse": Part(
            slow="""
            axonal_share = clip(axonal_{sign}_excess_pre/clip(axonal_{sign}_unseen_pre, 1, inf), 0, 1)
            dendritic_share = clip(dendritic_{sign}_excess_post/clip(dendritic_{sign}_unseen_post, 1, inf), 0, 1)
            loss = 1 - (1 - axonal_share)*(1 - dendritic_share)
            """,  # noqa: E501
            after="""
            axonal_{sign}_excess_pre -= lost
            dendritic_{sign}_excess_post -= lost
            axonal_{sign}_unseen_pre -= present + lost - gained
            dendritic_{sign}_unseen_post -= present + lost - gained
            """,
            due="axonal_{sign}_excess_pre > 0 or dendritic_{sign}_excess_post > 0",
            order=1,
        ),
    },
)
