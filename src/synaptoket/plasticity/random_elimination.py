"""Contacts are lost at a constant hazard, all alike.

    loss hazard = e

    symbol  constant          unit      meaning
    e       elimination_rate  1/day     loss hazard of a contact
            set
    -       loss_rate         1/second  loss hazard

Survival is exponential; compare `age_elimination` and `size_elimination`.

Equation: own; the least that is compatible with turnover at rest.
Source: Yasumatsu 2008, no DOI verified
"""

from .rule import Constant, Part, Rule

RANDOM_ELIMINATION = Rule(
    name="random_elimination",
    kind="elimination",
    governs="elimination",
    summary="losses at a constant hazard",
    equation="loss_rate = e",
    source="Yasumatsu 2008 J Neurosci 28:13592 (spines are lost while synapses are blocked, too)",
    constants={"elimination_rate": Constant("1/day", "e", "loss hazard of a contact")},
    parts={"synapse": Part(slow="loss_rate = elimination_rate", order=1)},
)
