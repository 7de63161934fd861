"""Vacant axonal and dendritic elements find each other among the candidates.

    P(offer of a pair) = 3 a_i d_j (M - n_ij)/max(D_i, A_j)
    P(acceptance) = min(1, a_i/o_i) min(1, d_j/o_j)

a_i and d_j are vacant elements of the two cells (`elements`), D_i the vacant dendritic elements
within the axon's reach, A_j the vacant axonal ones within the dendrite's, n_ij the contacts there
are of the M that there may be. Three times as many offers are made as there are pairs to form, so
that nearly all elements of the rarer kind get one; o_i and o_j are the offers of a cell not yet
looked at, so that each is as likely to be accepted as any other and no cell accepts more than it
has elements for. All costs are linear in the number of candidates.
"""

from .rule import Part, Rule, Variable

VACANT_ELEMENTS = Rule(
    name="vacant_elements",
    kind="formation",
    governs="formation",
    summary="vacant axonal and dendritic elements are matched at random",
    equation="P(offer) = 3 a_i d_j/max(D_i, A_j); P(acceptance) = min(1, a_i/o_i) min(1, d_j/o_j)",
    source="Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259",
    constants={},
    parts={
        "synapse": Part(
            variables={"offered": Variable("1", kind="byte")},
            survey="""
            axonal_{sign}_reach_pre += (contacts - present)*dendritic_{sign}_vacant_post
            dendritic_{sign}_reach_post += (contacts - present)*axonal_{sign}_vacant_pre
            """,
            offer="""
            within = clip(axonal_{sign}_reach_pre, dendritic_{sign}_reach_post, inf)
            pairs = (contacts - present)*axonal_{sign}_vacant_pre*dendritic_{sign}_vacant_post
            offered = int(rand()*within < 3*pairs)
            axonal_{sign}_offers_pre += offered
            dendritic_{sign}_offers_post += offered
            """,
            slow="""
            axonal_chance = clip(axonal_{sign}_vacant_pre/clip(axonal_{sign}_offers_pre, 1, inf), 0, 1)
            dendritic_chance = clip(dendritic_{sign}_vacant_post/clip(dendritic_{sign}_offers_post, 1, inf), 0, 1)
            birth = offered*axonal_chance*dendritic_chance
            """,  # noqa: E501
            after="""
            axonal_{sign}_vacant_pre -= gained
            dendritic_{sign}_vacant_post -= gained
            axonal_{sign}_offers_pre -= offered
            dendritic_{sign}_offers_post -= offered
            """,
            order=1,
        ),
    },
)
