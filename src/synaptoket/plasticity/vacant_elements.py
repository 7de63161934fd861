"""Vacant axonal and dendritic elements find each other among the candidates.

    P(offer of a pair) = a_i d_j (M - n_ij)/max(D_i, A_j)

    symbol  state                    unit  meaning
    -       offered                  1     whether the pair has an offer in this step
            read
    D       axonal_{sign}_reach      1     vacant dendritic elements within reach of the axon
    M       contacts                 1     contacts that a pair may have
    n       present                  1     contacts that the pair has
    d       dendritic_{sign}_vacant  1     vacant dendritic elements of the target
    A       dendritic_{sign}_reach   1     vacant axonal elements within reach of the dendrite
    a       axonal_{sign}_vacant     1     vacant axonal elements of the source
    -       axonal_{sign}_offers     1     offers to the source in this step
    -       dendritic_{sign}_offers  1     offers to the target in this step
            set
    -       birth                    1     probability of a birth in this step

a_i and d_j are vacant elements of the two cells (`elements`), D_i the vacant dendritic elements
within the axon's reach, A_j the vacant axonal ones within the dendrite's, n_ij the contacts there
are of the M that there may be. As many offers are made, on average, as there are pairs to form.
Each cell then chooses among its offers as many as it has vacant elements, or all, at random; what
both cells have chosen becomes a synapse. So no cell forms more than it has elements for, and no
pair is preferred. Of equally many axons and dendrites two fifths are matched in one update; the
rest wait for the next. All costs are linear in the number of candidates.

Equation: Butz & van Ooyen 2013 match at random; the parallel form is own.
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
"""

from .rule import Part, Rule, Variable

VACANT_ELEMENTS = Rule(
    name="vacant_elements",
    kind="formation",
    governs="formation",
    summary="vacant axonal and dendritic elements are matched at random",
    equation="P(offer) = a_i d_j/max(D_i, A_j); a pair forms if both cells choose it",
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
            offered = int(rand()*within < pairs)
            axonal_{sign}_offers_pre += offered
            dendritic_{sign}_offers_post += offered
            """,
            slow="""
            by_axon = offered*int(rand()*axonal_{sign}_offers_pre < axonal_{sign}_vacant_pre)
            by_dendrite = offered*int(rand()*dendritic_{sign}_offers_post < dendritic_{sign}_vacant_post)
            birth = by_axon*by_dendrite
            """,  # noqa: E501
            after="""
            axonal_{sign}_vacant_pre -= by_axon
            dendritic_{sign}_vacant_post -= by_dendrite
            axonal_{sign}_offers_pre -= offered
            dendritic_{sign}_offers_post -= offered
            offered = 0
            """,
            open="axonal_{sign}_vacant_pre*dendritic_{sign}_vacant_post > 0",
            due="offered > 0",
            order=1,
        ),
    },
)
