"""BDNF activates mTORC1, and ERK beside it, through TrkB, which long exposure removes.

    dM/dT = (a(x) (1 - r) - M)/tau_M,   a(x) = c x^n/(x^n + c - 1),   x = L (1 - k) S R
    dE/dT = (a(x) - E)/tau_M
    dR/dT = (1/(1 + d [L - 1]_+) - R)/tau_R

    symbol  constant              unit    meaning
    c       mtorc1_maximum        1       highest activity, relative to that in health
    n       mtorc1_cooperativity  1       Hill coefficient of the cascade
    tau_M   mtorc1_decay          hour    time constant of (de)phosphorylation
    d       trkb_downregulation   1       how strongly BDNF above the healthy level removes TrkB
    tau_R   trkb_turnover         day     time over which TrkB falls and returns
            state
    R       trkb                  1       TrkB at the membrane, 1 in health
    M       mtorc1                1       activity of mTORC1, 1 in health
    E       erk                   1       activity of the branch of TrkB beside mTORC1, 1 in health
            read
    L       bdnf_level            1       BDNF that the cell's receptors meet, 1 in health
    k       trkb_block            1       share of the BDNF signal that drugs block
    S       trkb_sensitivity      1       factor by which drugs that bind TrkB raise the signal
    r       mtorc1_block          1       share of mTORC1 that drugs block
    dT      elapsed               second  biological time of the step

Each cell has its own cascade. It is 1 in health and saturates at c; below that it is hardly steep,
because the steep step is the release (bdnf). BDNF that stays high removes TrkB; BDNF that is low
adds none, so a circuit that was silent does not rebound. r is the block of mTORC1 by rapamycin, k
that of TrkB or BDNF by an antibody, S what drugs that bind TrkB make of the signal (trkb_binding; 1
without). E is the branch of TrkB that rapamycin does not reach (MAPK/ERK and the translation it
drives): the same function of the same signal. How much protein each makes is for synaptic_protein.

Equation: own; the papers show the cascade, its times, and that BDNF lowers TrkB.
Source: Li 2010, doi:10.1126/science.1190287
Source: Takei 2004, no DOI verified
Source: Frank 1996, doi:10.1111/j.1460-9568.1996.tb01290.x
Source: Autry 2011, doi:10.1038/nature10130
Source: Yang 2019, doi:10.1038/s41398-019-0624-1
"""

from .rule import Constant, Part, Recording, Rule, SlowTime, Variable

MTORC1 = Rule(
    name="mtorc1",
    summary="BDNF activates mTORC1 and ERK through TrkB",
    equation="dM/dT = (c x^n/(x^n + c - 1) (1-r) - M)/tau_M, dE/dT the same without r",
    source="Li 2010 Science 329:959; Takei 2004 J Neurosci; "
    "Frank 1996 Eur J Neurosci (BDNF lowers TrkB); Autry 2011 Nature 475:91, "
    "Yang 2019 Transl Psychiatry 9:280 (ERK in place of mTORC1)",
    constants={
        "mtorc1_maximum": Constant(
            "1", "c", "highest activity, relative to that in health", above=1
        ),
        "mtorc1_cooperativity": Constant("1", "n", "Hill coefficient of the cascade", above=0),
        "mtorc1_decay": Constant("hour", "tau_M", "time constant of (de)phosphorylation"),
        "trkb_downregulation": Constant(
            "1", "d", "how strongly BDNF above the healthy level removes TrkB", 0, least=0
        ),
        "trkb_turnover": Constant("day", "tau_R", "time over which TrkB falls and returns"),
    },
    parts={
        "neuron": Part(
            variables={
                "trkb": Variable("1", 1.0),
                "mtorc1": Variable(
                    "1",
                    1.0,
                    recording=Recording("1", "mTORC1 relative to the healthy baseline"),
                ),
                "erk": Variable("1", 1.0),
            },
            slow="""
            trkb_signal = (bdnf_level*(1 - trkb_block(t))*trkb_sensitivity*trkb)**mtorc1_cooperativity
            activated = mtorc1_maximum*trkb_signal/(trkb_signal + mtorc1_maximum - 1)
            mtorc1 -= expm1(-elapsed/mtorc1_decay)*((1 - mtorc1_block(t))*activated - mtorc1)
            erk -= expm1(-elapsed/mtorc1_decay)*(activated - erk)
            trkb -= expm1(-elapsed/trkb_turnover)*(1/(1 + trkb_downregulation*clip(bdnf_level - 1, 0, inf)) - trkb)
            """,  # noqa: E501
            order=1,
        ),
    },
    slow_times=(
        SlowTime("mTORC1", "mtorc1_decay", "estimator_window"),
        SlowTime("TrkB", "trkb_turnover", "estimator_window"),
    ),
)
