"""The synaptic proteins that a dendrite has newly made and not yet built in.

    dP/dT = (b + (1 - b) (w M + (1 - w) E) - P)/tau_P

    symbol  constant       unit    meaning
    tau_P   protein_decay  hour    time after which new protein is built in or degraded
    b       basal_share    1       share of healthy synthesis that needs no BDNF
    w       mtorc1_share   1       share of the rest that needs mTORC1, 0 to 1
            state
    P       protein        1       new synaptic protein, 1 in health
            read
    M       mtorc1         1       activity of mTORC1, 1 in health
    E       erk            1       activity of the branch of TrkB beside mTORC1, 1 in health
    dT      elapsed        second  biological time of the step

M is mTORC1, E the branch of TrkB beside it (mtorc1), w the share of the synthesis by way of TrkB
that needs mTORC1: 1 if it is required (Li 2010), 0 if it is not (Autry 2011). A share b goes on
without either, so that rapamycin does not stop all births. Building a spine, its maturation and
its receptors draw on this pool (protein_formation, spine_stages, ampa_insertion).

Equation: own; the papers measure proteins of synapses over three days, and without mTORC1.
Source: Li 2010, doi:10.1126/science.1190287
Source: Autry 2011, doi:10.1038/nature10130
"""

from .rule import Constant, Part, Recording, Rule, SlowTime, Variable

SYNAPTIC_PROTEIN = Rule(
    name="synaptic_protein",
    summary="the pool of new synaptic proteins that BDNF makes",
    equation="dP/dT = (b + (1-b) (w M + (1-w) E) - P)/tau_P",
    source="Li 2010 Science 329:959 (up from 2-6 h to 72 h); Autry 2011 Nature 475:91 (w = 0)",
    constants={
        "protein_decay": Constant(
            "hour", "tau_P", "time after which new protein is built in or degraded"
        ),
        "basal_share": Constant(
            "1", "b", "share of healthy synthesis that needs no BDNF", 0, least=0, most=1
        ),
        "mtorc1_share": Constant(
            "1", "w", "share of the rest that needs mTORC1, 0 to 1", least=0, most=1
        ),
    },
    parts={
        "neuron": Part(
            variables={
                "protein": Variable(
                    "1",
                    1.0,
                    recording=Recording("1", "synaptic protein relative to the healthy baseline"),
                ),
            },
            slow="""
            signalled = mtorc1_share*mtorc1 + (1 - mtorc1_share)*erk
            protein -= expm1(-elapsed/protein_decay)*(basal_share + (1 - basal_share)*signalled - protein)
            """,  # noqa: E501
            order=2,
        ),
    },
    slow_times=(SlowTime("synaptic protein", "protein_decay", "estimator_window"),),
)
