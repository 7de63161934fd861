"""Potential synapses form and are lost, at the hazards of a rule of formation and of elimination.

    P(birth in a step) = 1 - exp(-birth_rate dT),   P(loss in a step) = 1 - exp(-loss_rate dT)

    symbol  constant          unit    meaning
    F       filling_fraction  1       share of potential synapses that exist at first
    M       contacts          1       contacts that a pair may have
    K_in    max_in_degree     1       contacts on a neuron that stop births
    K_out   max_out_degree    1       contacts of a neuron that stop births
            state
    -       present           1       contacts that a pair has
    -       births            1       births of the pair so far, in a byte that wraps around
    -       age               second  time since the connection formed

Every pair of `candidates` is a potential synapse from the start. A limit on a degree stops births
on a neuron and removes nothing. Pairs of a neuron are updated one after the other, so no degree
exceeds its limit; Brian2's numpy target updates them at once, and births of one step may exceed it.

Equation: own; the idea of potential synapses is the paper's.
Source: Stepanyants & Chklovskii 2005, doi:10.1016/j.tins.2005.05.006
"""

from collections.abc import Set

from .rule import Constant, Part, Rule, Variable

STRUCTURE = Rule(
    name="structure",
    kind="structure",
    summary="which potential synapses exist at first, and limits on their number",
    equation="P(birth) = 1 - exp(-birth_rate dT); P(loss) = 1 - exp(-loss_rate dT)",
    source="Stepanyants & Chklovskii 2005 Trends Neurosci (potential synapses)",
    constants={
        "filling_fraction": Constant(
            "1", "F", "share of potential synapses that exist at first", least=0, most=1
        ),
        "contacts": Constant("1", "M", "contacts that a pair may have", 1, least=1, most=127),
        "max_in_degree": Constant("1", "K_in", "contacts on a neuron that stop births", 0, least=0),
        "max_out_degree": Constant(
            "1", "K_out", "contacts of a neuron that stop births", 0, least=0
        ),
    },
    parts={
        "synapse": Part(
            variables={
                "present": Variable("1", kind="byte"),
                "births": Variable("1", kind="byte"),
                "age": Variable("second", newborn=0.0),
            },
            factor="present",
            order=2,
        ),
    },
)

#: Counters of contacts that a rule may read, and the end of the projection that keeps each.
COUNTERS = {
    "out_degree_{projection}": "pre",
    "in_degree_{projection}": "post",
    "axonal_{sign}_bound": "pre",
    "dendritic_{sign}_bound": "post",
}


def drawing(assigned: Set[str], several: bool, limits: tuple[str, ...], after: str) -> str:
    """Return the statements by which synapses come and go.

    Parameters
    ----------
    assigned : set of str
        What the rules of the projection set: `birth_rate` or `birth`, `loss_rate` or `loss`.
    several : bool
        Whether a pair may have more than one contact: then a step gains and loses one at most.
    limits : tuple of str
        Conditions for a birth.
    after : str
        Statements that use `gained` and `lost`.

    >>> print(drawing({"birth", "loss_rate"}, False, ("open_post > 0",), ""))
    loss = -expm1(-loss_rate*elapsed)
    room = int(open_post > 0)
    flip = int(rand() < (1 - present)*room*birth + present*loss)
    born = flip*(1 - present)
    present = present + flip*(1 - 2*present)
    births = births + born
    age += elapsed
    """
    lines, chances = [], {}
    for event in ("birth", "loss"):
        if f"{event}_rate" in assigned:
            lines.append(f"{event} = -expm1(-{event}_rate*elapsed)")
        elif event not in assigned:
            continue
        chances[event] = event
    if limits and "birth" in chances:
        # This line follows all hazards, which have a unit: from here on, the update is a separate
        # loop (`circuit.update_blocks`), and numbers that are carried into it have none.
        lines.append("room = " + "*".join(f"int({condition})" for condition in limits))
        chances["birth"] = "room*birth"
    birth, loss = chances.get("birth", "0"), chances.get("loss", "0")
    if several:
        lines += [
            f"gained = int(rand() < 1 - (1.0 - {birth})**(contacts - present))",
            f"lost = int(rand() < 1 - (1.0 - {loss})**present)",
            "born = gained*int(present < 1)",
            "present = present + gained - lost",
            "births = births + gained",
        ]
    else:
        chance = {"birth": f"(1 - present)*{birth}", "loss": f"present*{loss}"}
        lines += [
            f"flip = int(rand() < {' + '.join(chance[event] for event in chances)})",
            "born = flip*(1 - present)",
            "present = present + flip*(1 - 2*present)",
            "births = births + born",
        ]
        if after:
            lines += ["gained = born", "lost = flip - born"]
    return "\n".join([*lines, *([after] if after else []), "age += elapsed"])
