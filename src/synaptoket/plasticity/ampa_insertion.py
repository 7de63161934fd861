"""AMPA receptors fill the slots of a spine: restocking, and the awakening of silent spines.

    da/dT = x (m s F - a),   F = (1 + K) P/(P + K),   x = k P

    symbol  constant          unit    meaning
    k       insertion_rate    1/day   exchange of receptors with the pool
    K       slot_half         1       protein at which half of the slots are filled
            state
    a       ampa_content      1       AMPA receptors of the spine
    F       slots_filled      1       receptors of a spine of size one that has its fill
    x       insertion_hazard  Hz      rate of exchange of the cell's receptors
            read
    log s   log_size          1       logarithm of spine size
    m       mature            1       0: filopodium, 1: spine
    P       protein           1       synaptic protein, 1 in health
    dT      elapsed           second  biological time of the step

A spine of size s has a number of slots in proportion; the synaptic protein pool P fills them
(half at P = K), and fills them faster the more there is. A new spine starts with none, and a
filopodium (spine_stages) gets none: they carry NMDA current only. At P = 1, where no rule makes
protein, the content of a spine comes to equal its size; without `spine_size` all are of size one.

Equation: own; the papers show slots, and that content follows size and protein.
Source: Matsuzaki 2001, no DOI verified
Source: Li 2010, doi:10.1126/science.1190287
Source: Opazo 2012, no DOI verified
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

AMPA_INSERTION = Rule(
    name="ampa_insertion",
    summary="AMPA receptors fill the slots of a spine and wake silent ones",
    kind="functional",
    sources="excitatory",
    equation="da/dT = k P (m s (1 + K) P/(P + K) - a)",
    source="Matsuzaki 2001 Nat Neurosci (content follows size); Li 2010 Science 329:959; "
    "Opazo 2012 Curr Opin Neurobiol (slots)",
    constants={
        "insertion_rate": Constant("1/day", "k", "exchange of receptors with the pool"),
        "slot_half": Constant("1", "K", "protein at which half of the slots are filled", least=0),
    },
    reads={"protein": 1.0, "log_size": 0.0, "mature": 1},
    parts={
        "target": Part(
            variables={
                "slots_filled": Variable("1", 1.0, derived=True),
                "insertion_hazard": Variable("Hz", derived=True),
            },
            slow="""
            slots_filled = (1 + slot_half)*protein/(protein + slot_half)
            insertion_hazard = insertion_rate*protein
            """,
            order=3,
        ),
        "synapse": Part(
            variables={"ampa_content": Variable("1", newborn=0.0)},
            ampa_factor="ampa_content",
            slow="""
            receptors = mature*exp(log_size)*slots_filled_post
            ampa_content -= expm1(-insertion_hazard_post*elapsed)*(receptors - ampa_content)
            """,
            order=3,
        ),
    },
    slow_times=(SlowTime("AMPA content", "insertion_rate", "estimator_window"),),
)
