"""A rule of one's own: synapses on a crowded dendrite are lost faster.

    loss hazard = e (n/n_0)^m

n is the number of synapses that the projection has on the cell; n_0 of them are lost at the rate e,
each. Run it with `crowded.toml`, the circuit that uses it:

    synaptoket rules crowded_elimination --rule experiments/rules/crowded_elimination.py
    synaptoket run experiments/rules/crowding.py --rule experiments/rules/crowded_elimination.py
"""

from synaptoket import Constant, Part, Rule

RULE = Rule(
    name="crowded_elimination",
    kind="elimination",
    summary="losses at a hazard that rises with the number of synapses on the cell",
    equation="loss_rate = e (n/n_0)^m",
    source="an example; that synapses compete for what a cell has: Triesch 2018 eLife 7:e37836 (M)",
    constants={
        "crowded_rate": Constant("1/day", "e", "loss hazard of a synapse on a cell with n_0"),
        "crowded_number": Constant("1", "n_0", "synapses on a cell that is neither full nor empty"),
        "crowding_exponent": Constant("1", "m", "how steeply the hazard rises with number", 1),
    },
    parts={
        "synapse": Part(
            slow="loss_rate = crowded_rate*(in_degree_{projection}_post/crowded_number)**crowding_exponent",  # noqa: E501
            order=1,
        ),
    },
)
