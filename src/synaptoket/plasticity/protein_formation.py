"""Spines are born on dendrites that have the proteins to build them.

    birth hazard = f (1 + H^m) P^m/(P^m + H^m)

    symbol  constant        unit      meaning
    f       formation_rate  1/day     birth hazard of a potential synapse in health
    H       assembly_half   1         synaptic protein at half of the highest birth hazard
    m       assembly_order  1         synaptic proteins that must meet to build a spine
            state
    -       birth_hazard    Hz        birth hazard of the cell's potential synapses
            read
    P       protein_level   1         synaptic protein, 1 in health
            set
    -       birth_rate      1/second  birth hazard

P is the synaptic protein pool (1 in health): a spine needs m proteins together, and a dendrite
carries only so many new spines at once, hence the saturation.

Equation: own; the papers measure spines after synaptic protein has risen.
Source: Li 2010, doi:10.1126/science.1190287
Source: Holtmaat 2005, doi:10.1016/j.neuron.2005.01.003
"""

from .rule import Constant, Part, Rule, Variable

PROTEIN_FORMATION = Rule(
    name="protein_formation",
    kind="formation",
    governs="formation",
    summary="births at a hazard that synaptic protein raises",
    equation="birth_rate = f (1 + H^m) P^m/(P^m + H^m)",
    source="Li 2010 Science 329:959; Holtmaat 2005 Neuron 45:279",
    constants={
        "formation_rate": Constant("1/day", "f", "birth hazard of a potential synapse in health"),
        "assembly_half": Constant(
            "1", "H", "synaptic protein at half of the highest birth hazard", above=0
        ),
        "assembly_order": Constant("1", "m", "synaptic proteins that must meet to build a spine"),
    },
    parts={
        "target": Part(
            variables={"birth_hazard": Variable("Hz", derived=True)},
            slow="""
            assembly = protein_level**assembly_order
            birth_hazard = formation_rate*(1 + assembly_half**assembly_order)*assembly/(assembly + assembly_half**assembly_order)
            """,  # noqa: E501
            order=1,
        ),
        "synapse": Part(slow="birth_rate = birth_hazard_post", order=1),
    },
)
