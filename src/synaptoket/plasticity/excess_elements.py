"""A cell that has fewer elements than bound ones breaks synapses, drawn at random among its own.

    P(loss) = 1 - (1 - x_i/u_i)(1 - x_j/u_j)

    symbol  read                     unit  meaning
    x_i     axonal_{sign}_excess     1     bound elements of the source that it has no longer
    u_i     axonal_{sign}_unseen     1     contacts of the source not yet seen in this step
    x_j     dendritic_{sign}_excess  1     bound elements of the target that it has no longer
    u_j     dendritic_{sign}_unseen  1     contacts of the target not yet seen in this step
    -       lost                     1     contacts lost in this step
    n       present                  1     contacts that the pair has
    -       gained                   1     contacts gained in this step
            set
    -       loss                     1     probability of a loss in this step

x is the number of bound elements in excess of those that the cell has (`elements`), u that of its
contacts not yet seen in this update, so that exactly x of them go. The partner's element is vacant
from the next update on.

Equation: Butz & van Ooyen 2013 delete at random; the parallel form is own.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
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
