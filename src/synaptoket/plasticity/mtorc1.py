"""BDNF activates mTORC1, and ERK beside it, through TrkB, which adapts.

    dM/dT = (x^n/(x^n + K^n) (1 - r) - M)/tau_M,   x = B (1 - k) S/B_slow
    dE/dT = (x^n/(x^n + K^n) - E)/tau_M
    dB_slow/dT = (B - B_slow)/tau_a

    symbol  constant              unit    meaning
    K       mtorc1_half           1       relative BDNF signal at half activation
    n       mtorc1_cooperativity  1       Hill coefficient of the cascade
    tau_M   mtorc1_decay          hour    time constant of (de)phosphorylation
    tau_a   trkb_adaptation       day     time over which TrkB adapts to BDNF
            state
    B_slow  trkb_level            1       BDNF that TrkB is used to
    M       mtorc1                1       activity of mTORC1
    E       erk                   1       activity of the branch of TrkB beside mTORC1
            read
    B       bdnf                  1       extracellular BDNF, 1 in health
    k       trkb_block            1       share of the BDNF signal that drugs block
    S       trkb_sensitivity      1       factor by which drugs that bind TrkB raise the signal
    r       mtorc1_block          1       share of mTORC1 that drugs block
    dT      elapsed               second  biological time of the step
    M_0     mtorc1_basal          1       activity at the healthy BDNF signal

x is the BDNF signal relative to what TrkB is used to: sustained BDNF lowers the number of TrkB
receptors, so the cascade answers changes and not levels. r is the block of mTORC1 by rapamycin,
k that of TrkB or BDNF by an antibody, S what drugs that bind TrkB make of the signal (trkb_binding;
1 without). E is the branch of TrkB that rapamycin does not reach
(MAPK/ERK and the translation it drives): the same function of the same signal, so that the two
differ by the block alone. How much of the protein each makes is for synaptic_protein.

Equation: own; the papers show the cascade, its times and the adaptation of TrkB.
Source: Li 2010, doi:10.1126/science.1190287
Source: Takei 2004, no DOI verified
Source: Frank 1996, doi:10.1111/j.1460-9568.1996.tb01290.x
Source: Autry 2011, doi:10.1038/nature10130
Source: Yang 2019, doi:10.1038/s41398-019-0624-1
"""

from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable

MTORC1 = Rule(
    name="mtorc1",
    summary="BDNF activates mTORC1 and ERK through TrkB, which adapts",
    equation="dM/dT = (x^n/(x^n+K^n)(1-r) - M)/tau_M, dE/dT the same without r, x = B(1-k)S/B_slow",
    source="Li 2010 Science 329:959; Takei 2004 J Neurosci; "
    "Frank 1996 Eur J Neurosci (adaptation); Autry 2011 Nature 475:91, "
    "Yang 2019 Transl Psychiatry 9:280 (ERK in place of mTORC1)",
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
