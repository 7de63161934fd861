"""BDNF activates mTORC1, and ERK beside it, through TrkB, which adapts.

    dM/dT = (x^n/(x^n + K^n) (1 - r) - M)/tau_M,   x = B (1 - k) S/B_slow
    dE/dT = (x^n/(x^n + K^n) - E)/tau_M
    dB_slow/dT = (B - B_slow)/tau_a

x is the BDNF signal relative to what TrkB is used to: sustained BDNF lowers the number of TrkB
receptors, so the cascade answers changes and not levels. r is the block of mTORC1 by rapamycin,
k that of TrkB or BDNF by an antibody, S what drugs that bind TrkB make of the signal (trkb_binding;
1 without). E is the branch of TrkB that rapamycin does not reach
(MAPK/ERK and the translation it drives): the same function of the same signal, so that the two
differ by the block alone. How much of the protein each makes is for synaptic_protein.
"""

from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable

MTORC1 = Rule(
    name="mtorc1",
    summary="BDNF activates mTORC1 and ERK through TrkB, which adapts",
    equation="dM/dT = (x^n/(x^n+K^n)(1-r) - M)/tau_M, dE/dT the same without r, x = B(1-k)S/B_slow",
    source="Li 2010 Science 329:959; Takei 2004 J Neurosci; "
    "Frank 1996 Eur J Neurosci (adaptation); Autry 2011 Nature 475:91, Yang 2019 Transl Psychiatry 9:280 (ERK in place of mTORC1)",
    constants={
        "mtorc1_half": Constant("1", "K", "relative BDNF signal at half activation", above=0),
        "mtorc1_cooperativity": Constant("1", "n", "Hill coefficient of the cascade"),
        "mtorc1_decay": Constant("hour", "tau_M", "time constant of (de)phosphorylation"),
        "trkb_adaptation": Constant("day", "tau_a", "time over which TrkB adapts to BDNF"),
    },
    derived={
        "mtorc1_basal": Derived(
            "1", ("mtorc1_half", "mtorc1_cooperativity"), lambda half, n: 1 / (1 + half**n)
        ),
    },
    parts={
        "neuropil": Part(
            variables={
                "trkb_level": Variable("1", 1.0),
                "mtorc1": Variable(
                    "1", "mtorc1_basal", recording=Recording("1", "active fraction of mTORC1")
                ),
                "erk": Variable("1", "mtorc1_basal"),
            },
            slow="""
            signal = bdnf*(1 - trkb_block(t))*trkb_sensitivity/trkb_level
            activated = signal**mtorc1_cooperativity/(signal**mtorc1_cooperativity + mtorc1_half**mtorc1_cooperativity)
            mtorc1_target = (1 - mtorc1_block(t))*activated
            mtorc1 -= expm1(-elapsed/mtorc1_decay)*(mtorc1_target - mtorc1)
            erk -= expm1(-elapsed/mtorc1_decay)*(activated - erk)
            trkb_level -= expm1(-elapsed/trkb_adaptation)*(bdnf - trkb_level)
            """,  # noqa: E501
            order=3,
        ),
    },
    slow_times=(
        SlowTime("mTORC1", "mtorc1_decay", "estimator_window"),
        SlowTime("TrkB", "trkb_adaptation", "estimator_window"),
    ),
)
