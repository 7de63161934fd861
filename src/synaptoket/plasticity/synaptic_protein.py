"""The pool of synaptic proteins that BDNF makes: PSD-95, GluA1, synapsin, Arc.

    dP/dT = ((w M + (1 - w) E)/M_0 - P)/tau_P

    symbol  constant       unit    meaning
    tau_P   protein_decay  hour    lifetime of the protein pool
    w       mtorc1_share   1       share of synthesis that needs mTORC1, 0 to 1
            state
    P       protein        1       pool of synaptic proteins, 1 in health
    P       protein_level  1       the same, as the cells read it
            read
    M       mtorc1         1       activity of mTORC1
    E       erk            1       activity of the branch of TrkB beside mTORC1
    M_0     mtorc1_basal   1       activity at the healthy BDNF signal
    dT      elapsed        second  biological time of the step

M is mTORC1, E the branch of TrkB beside it (mtorc1), w the share of the pool's synthesis that
needs mTORC1: 1 if it is required (Li 2010), 0 if it is not (Autry 2011). M_0 = 1/(1 + K^n) is the
activity of both at the healthy BDNF signal, so P = 1 in health whatever the share. Building a
spine and filling it with receptors both draw on this pool (protein_formation, ampa_insertion).

Equation: own; the papers measure proteins over three days, and without mTORC1.
Source: Li 2010, doi:10.1126/science.1190287
Source: Autry 2011, doi:10.1038/nature10130
"""

from .rule import Constant, Part, Recording, Rule, SlowTime, Variable

SYNAPTIC_PROTEIN = Rule(
    name="synaptic_protein",
    summary="the pool of synaptic proteins that BDNF makes",
    equation="dP/dT = ((w M + (1-w) E)/M_0 - P)/tau_P",
    source="Li 2010 Science 329:959 (up from 2-6 h to 72 h); Autry 2011 Nature 475:91 (w = 0)",
    constants={
        "protein_decay": Constant("hour", "tau_P", "lifetime of the protein pool"),
        "mtorc1_share": Constant(
            "1", "w", "share of synthesis that needs mTORC1, 0 to 1", least=0, most=1
        ),
    },
    parts={
        "neuropil": Part(
            variables={
                "protein": Variable(
                    "1",
                    1.0,
                    recording=Recording("1", "synaptic protein relative to the healthy baseline"),
                ),
            },
            slow="""
            synthesis = (mtorc1_share*mtorc1 + (1 - mtorc1_share)*erk)/mtorc1_basal
            protein -= expm1(-elapsed/protein_decay)*(synthesis - protein)
            """,
            order=4,
        ),
        "neuron": Part(
            variables={"protein_level": Variable("1", 1.0, derived=True)},
            slow="protein_level = protein",
        ),
    },
    slow_times=(SlowTime("synaptic protein", "protein_decay", "estimator_window"),),
)
