"""Contacts are lost at a constant hazard, all alike.

    loss hazard = e

Survival is exponential; compare `age_elimination` and `size_elimination`.
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
