"""Spines are born on dendrites that have assembled the proteins to build them.

    dA_1/dT = (g(P) - A_1)/tau,   dA_2/dT = (A_1 - A_2)/tau,   dA/dT = (A_2 - A)/tau
    g(P) = (1 + H^m) P^m/(P^m + H^m),   birth hazard = f A

    symbol  constant        unit      meaning
    f       formation_rate  1/day     birth hazard of a potential synapse in health
    tau     assembly_time   hour      assembly, transport and outgrowth, each
    H       assembly_half   1         protein at which half of the most complexes are made
    m       assembly_order  1         synaptic proteins that must meet to build a spine
            state
    A_1     complexes       1         complexes that have been made, 1 in health
    A_2     transported     1         complexes that have reached the dendrite, 1 in health
    A       assembled       1         complexes that can build a spine, 1 in health
    -       birth_hazard    Hz        birth hazard of the cell's potential synapses
            read
    P       protein         1         new synaptic protein, 1 in health
    dT      elapsed         second    biological time of the step
            set
    -       birth_rate      1/second  birth hazard

Proteins meet in complexes, which saturate: a dendrite carries only so many at once. Hours pass
before one of them builds a spine: it is assembled, transported and grows out, here in three stages
of the same length. What is born is a filopodium without AMPA receptors (spine_stages).

Equation: own; the papers measure spines after synaptic protein has risen, and when they appear.
Source: Li 2010, doi:10.1126/science.1190287
Source: Moda-Sava 2019, doi:10.1126/science.aat8078
Source: Holtmaat 2005, doi:10.1016/j.neuron.2005.01.003
"""

from .rule import Constant, Part, Rule, Variable

PROTEIN_FORMATION = Rule(
    name="protein_formation",
    kind="formation",
    governs="formation",
    summary="births at a hazard that synaptic protein raises, hours later",
    equation="birth_rate = f A; A follows (1 + H^m) P^m/(P^m + H^m) in three stages",
    source="Li 2010 Science 329:959; Moda-Sava 2019 Science 364:eaat8078; "
    "Holtmaat 2005 Neuron 45:279",
    constants={
        "formation_rate": Constant("1/day", "f", "birth hazard of a potential synapse in health"),
        "assembly_time": Constant("hour", "tau", "assembly, transport and outgrowth, each"),
        "assembly_half": Constant(
            "1", "H", "protein at which half of the most complexes are made", above=0
        ),
        "assembly_order": Constant("1", "m", "synaptic proteins that must meet to build a spine"),
    },
    reads={"protein": 1.0},
    parts={
        "target": Part(
            variables={
                "complexes": Variable("1", 1.0),
                "transported": Variable("1", 1.0),
                "assembled": Variable("1", 1.0),
                "birth_hazard": Variable("Hz", derived=True),
            },
            slow="""
            meeting = protein**assembly_order
            made = (1 + assembly_half**assembly_order)*meeting/(meeting + assembly_half**assembly_order)
            complexes -= expm1(-elapsed/assembly_time)*(made - complexes)
            transported -= expm1(-elapsed/assembly_time)*(complexes - transported)
            assembled -= expm1(-elapsed/assembly_time)*(transported - assembled)
            birth_hazard = formation_rate*assembled
            """,  # noqa: E501
            order=3,
        ),
        "synapse": Part(slow="birth_rate = birth_hazard_post", order=1),
    },
)
