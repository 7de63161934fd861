"""Spike-timing-dependent plasticity of triplets: potentiation needs a postsynaptic spike before.

    w -= A_2- o_1              at a presynaptic spike,    do_1/dt = -o_1/tau_-, +1 at post
    w += (A_2+ + A_3+ o_2) r_1 at a postsynaptic spike,   dr_1/dt = -r_1/tau_+, +1 at pre
                                                          do_2/dt = -o_2/tau_y, +1 at post

    symbol  constant                    unit    meaning
    A_2+    pair_gain                   1       potentiation by a pair of spikes
    A_3+    triplet_gain                1       potentiation by a triplet, post-pre-post
    A_2-    pair_loss                   1       depression by a pair of spikes
    tau_+   triplet_potentiation_decay  second  decay of the presynaptic trace
    tau_-   triplet_depression_decay    second  decay of the postsynaptic trace
    tau_y   triplet_decay               second  decay of the slow postsynaptic trace
    w_max   triplet_maximum             1       highest relative weight
            state
    r_1     triplet_source_trace        1       trace of presynaptic spikes
    o_1     triplet_target_trace        1       trace of postsynaptic spikes
    o_2     triplet_slow_trace          1       slow trace of postsynaptic spikes
    w       weight                      1       weight, relative to that of the projection
            read
    -       timelapse                   1       biological time for a time of spiking

The minimal rule, all spikes with all; o_2 is that of earlier spikes. Two sets of numbers fit two
preparations, both with tau_+ = 16.8 ms and tau_- = 33.7 ms (Pfister & Gerstner 2006):

- visual cortex (Sjostrom 2001): A_2+ = 0, A_3+ = 6.5e-3, A_2- = 7.1e-3, tau_y = 114 ms;
- hippocampal culture (Wang 2005): A_2+ = 5.3e-3, A_3+ = 8.0e-3, A_2- = 3.5e-3, tau_y = 40 ms.

w is relative to the weight of the projection. Each pairing of the spiking clock stands for
`timelapse` of them. Potentiation counts time from the presynaptic spike, depression from its
arrival, a delay later.

Equation: Pfister & Gerstner 2006, minimal all-to-all (A_3- = 0).
Source: Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006
"""

from .rule import Constant, Part, Rule, Variable

TRIPLET_STDP = Rule(
    name="triplet_stdp",
    summary="pairs and triplets of spikes change the weight by order and frequency",
    kind="functional",
    governs="weight",
    equation="w -= A_2- o_1 at pre; w += (A_2+ + A_3+ o_2) r_1 at post",
    source="Pfister & Gerstner 2006 J Neurosci 26:9673 (Tables 3 and 4, V in public copies)",
    constants={
        "pair_gain": Constant("1", "A_2+", "potentiation by a pair of spikes"),
        "triplet_gain": Constant("1", "A_3+", "potentiation by a triplet, post-pre-post"),
        "pair_loss": Constant("1", "A_2-", "depression by a pair of spikes"),
        "triplet_potentiation_decay": Constant("second", "tau_+", "decay of the presynaptic trace"),
        "triplet_depression_decay": Constant("second", "tau_-", "decay of the postsynaptic trace"),
        "triplet_decay": Constant("second", "tau_y", "decay of the slow postsynaptic trace"),
        "triplet_maximum": Constant("1", "w_max", "highest relative weight", above=0),
    },
    parts={
        "source": Part(
            variables={"triplet_source_trace": Variable("1")},
            equations="dtriplet_source_trace/dt"
            " = -triplet_source_trace/triplet_potentiation_decay : 1",
            at_spike="triplet_source_trace += 1",
        ),
        "target": Part(
            variables={
                "triplet_target_trace": Variable("1"),
                "triplet_slow_trace": Variable("1"),
            },
            equations="""
            dtriplet_target_trace/dt = -triplet_target_trace/triplet_depression_decay : 1
            dtriplet_slow_trace/dt = -triplet_slow_trace/triplet_decay : 1
            """,
            at_spike="""
            triplet_target_trace += 1
            triplet_slow_trace += 1
            """,
        ),
        "synapse": Part(
            variables={"weight": Variable("1", 1.0, newborn=1.0)},
            factor="weight",
            on_pre="weight = clip(weight - timelapse(t)*pair_loss*triplet_target_trace_post, 0, triplet_maximum)",  # noqa: E501
            # on_post runs before the cell's own traces jump
            on_post="weight = clip(weight + timelapse(t)*(pair_gain + triplet_gain*triplet_slow_trace_post)*triplet_source_trace_pre, 0, triplet_maximum)",  # noqa: E501
        ),
    },
)
