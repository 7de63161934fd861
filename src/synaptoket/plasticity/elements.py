"""Synaptic elements: the halves of synapses that a neuron grows and retracts.

Axonal elements (boutons) and dendritic ones (spines), each excitatory or inhibitory, grow and
retract by the rule of their growth curve. Whole elements that no synapse binds are vacant;
`vacant_elements` matches them. Where a cell has fewer elements than synapses bind,
`excess_elements` breaks synapses.
"""

from typing import Any

from .rule import Constant, Part, Rule, Variable

#: The counts that a cell keeps of each kind of element: how many are bound, vacant and in excess;
#: and for the structural update, contacts not yet seen, vacant partners within reach, and offers.
_COUNTS = ("bound", "vacant", "excess", "unseen", "reach", "offers")


def growth(
    curve: str, equation: str, slope: str, constants: dict[str, Constant], **fields: Any
) -> Rule:
    """Return the rule by which elements grow along a curve.

    Parameters
    ----------
    curve : str
        The curve's name; the rule's name is ``<curve>_growth``.
    equation : str
        The idea as one equation.
    slope : str
        The curve as Brian2 text, in units of the fastest growth: 1 at its top.
    constants : dict of str to Constant
        The numbers of the curve; `growth_rate` and `vacant_decay` are added.
    **fields
        Further fields of the `Rule`, such as its `summary`.
    """
    return Rule(
        name=f"{curve}_growth",
        kind="growth",
        equation=equation,
        source="Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259",
        constants={
            "growth_rate": Constant("1/second", "nu", "fastest growth, elements per time"),
            **constants,
            "vacant_decay": Constant(
                "1/second", "lambda", "rate at which vacant ones retract", "0 Hz"
            ),
        },
        parts={
            "neuron": Part(
                variables={
                    "{element}": Variable("1"),
                    **{f"{{element}}_{count}": Variable("1") for count in _COUNTS},
                },
                slow=f"""
                {{element}}_vacant = clip(floor({{element}}) - {{element}}_bound, 0, inf)
                {{element}}_retracted = -expm1(-vacant_decay*elapsed)*{{element}}_vacant
                {{element}}_grown = growth_rate*elapsed*({slope})
                {{element}} = clip({{element}} + {{element}}_grown - {{element}}_retracted, 0, inf)
                {{element}}_vacant = clip(floor({{element}}) - {{element}}_bound, 0, inf)
                {{element}}_excess = clip({{element}}_bound - floor({{element}}), 0, inf)
                {{element}}_unseen = {{element}}_bound
                {{element}}_reach = 0
                {{element}}_offers = 0
                """,
                order=1,
            ),
        },
        **fields,
    )
