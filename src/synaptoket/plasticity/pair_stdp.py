"""Spike-timing-dependent plasticity of pairs: pre before post strengthens, post before pre weakens.

    w -= A_- w_max (w/w_max)^mu y      at a presynaptic spike,    dy/dt = -y/tau_-, +1 at post
    w += A_+ w_max (1 - w/w_max)^mu x  at a postsynaptic spike,   dx/dt = -x/tau_+, +1 at pre

    symbol  constant                 unit    meaning
    A_+     pair_potentiation        1       step of potentiation, share of the maximum
    A_-     pair_depression          1       step of depression, share of the maximum
    tau_+   pair_potentiation_decay  second  decay of the presynaptic trace
    tau_-   pair_depression_decay    second  decay of the postsynaptic trace
    w_max   pair_maximum             1       highest relative weight
    mu      pair_exponent            1       dependence of the steps on the weight
            state
    x       pair_source_trace        1       trace of presynaptic spikes
    y       pair_target_trace        1       trace of postsynaptic spikes
    w       weight                   1       weight, relative to that of the projection
            read
    -       timelapse                1       biological time for a time of spiking

All pairs of spikes count, through the traces x and y that live on the cells. The steps are shares
of the largest weight, additive at mu = 0 (Song, Miller & Abbott 2000: A_+ = 0.005,
A_- = 1.05 A_+, tau = 20 ms), proportional to what is left at mu = 1. w is relative to the weight
of the projection. Each pairing of the spiking clock stands for `timelapse` of them.

Potentiation counts time from the presynaptic spike, depression from its arrival, a delay later.

Equation: Song 2000 (mu = 0), Gutig 2003 (mu > 0).
Source: Song, Miller & Abbott 2000, doi:10.1038/78829
Source: Gutig 2003, doi:10.1523/JNEUROSCI.23-09-03697.2003
"""

from .rule import Constant, Part, Rule, Variable

PAIR_STDP = Rule(
    name="pair_stdp",
    summary="pairs of spikes change the weight by their order and distance",
    kind="functional",
    governs="weight",
    equation="w += A_+ exp(-(t_post - t_pre)/tau_+), w -= A_- exp(-(t_pre - t_post)/tau_-)",
    source="Song, Miller & Abbott 2000 Nat Neurosci 3:919 (M+); "
    "Gutig 2003 J Neurosci 23:3697 (exponent, M+)",
    constants={
        "pair_potentiation": Constant(
            "1", "A_+", "step of potentiation, share of the maximum", least=0
        ),
        "pair_depression": Constant(
            "1", "A_-", "step of depression, share of the maximum", least=0
        ),
        "pair_potentiation_decay": Constant("second", "tau_+", "decay of the presynaptic trace"),
        "pair_depression_decay": Constant("second", "tau_-", "decay of the postsynaptic trace"),
        "pair_maximum": Constant("1", "w_max", "highest relative weight", above=0),
        "pair_exponent": Constant("1", "mu", "dependence of the steps on the weight", 0),
    },
    parts={
        "source": Part(
            variables={"pair_source_trace": Variable("1")},
            equations="dpair_source_trace/dt = -pair_source_trace/pair_potentiation_decay : 1",
            at_spike="pair_source_trace += 1",
        ),
        "target": Part(
            variables={"pair_target_trace": Variable("1")},
            equations="dpair_target_trace/dt = -pair_target_trace/pair_depression_decay : 1",
            at_spike="pair_target_trace += 1",
        ),
        "synapse": Part(
            variables={"weight": Variable("1", 1.0, newborn=1.0)},
            factor="weight",
            on_pre="""
            share = clip(weight/pair_maximum, 0, 1)**pair_exponent
            weight = clip(weight - timelapse(t)*pair_depression*pair_maximum*share*pair_target_trace_post, 0, pair_maximum)
            """,  # noqa: E501
            on_post="""
            left = clip(1 - weight/pair_maximum, 0, 1)**pair_exponent
            weight = clip(weight + timelapse(t)*pair_potentiation*pair_maximum*left*pair_source_trace_pre, 0, pair_maximum)
            """,  # noqa: E501
        ),
    },
)
