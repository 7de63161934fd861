"""The pool of synaptic proteins that mTORC1 makes: PSD-95, GluA1, synapsin, Arc.

    dP/dT = (M/M_0 - P)/tau_P

M_0 = 1/(1 + K^n) is mTORC1 activity at the healthy BDNF signal, so P = 1 in health. Building a
spine and filling it with receptors both draw on this pool (spine_turnover, ampa_insertion).
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

SYNAPTIC_PROTEIN = Rule(
    name="synaptic_protein",
    equation="dP/dT = (M/M_0 - P)/tau_P",
    source="Li 2010 Science 329:959 (up from 2-6 h to 72 h)",
    constants={
        "protein_decay": Constant("hour", "tau_P", "lifetime of the protein pool"),
    },
    parts={
        "neuropil": Part(
            variables={"protein": Variable("1", 1.0)},
            slow="""
            protein -= expm1(-elapsed/protein_decay)*(mtorc1/mtorc1_basal - protein)
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
