"""Inhibitory plasticity: inhibition of each pyramidal cell grows until it fires at its target.

    w += eta (x_post - 2 r_0 tau) at a presynaptic spike,   w += eta x_pre at a postsynaptic one

    symbol  constant                  unit    meaning
    tau     trace_decay               second  decay of the spike traces
    r_0     target_rate               hertz   rate that inhibition holds
    eta     inhibitory_learning_rate  1       change of relative weight per pairing
    w_max   inhibitory_maximum        1       highest relative weight
            state
    x       spike_trace               1       trace of spikes
    w       weight                    1       weight, relative to that of the projection
            read
    -       timelapse                 1       biological time for a time of spiking

The traces x jump by one at a spike and decay with tau. The learning rate is per pairing; each
pairing of the spiking clock stands for `timelapse` of them.

Equation: Vogels 2011 with alpha = 2 r_0 tau.
Source: Vogels 2011, doi:10.1126/science.1211095
"""

from .rule import Constant, Part, Rule, Variable

INHIBITORY_PLASTICITY = Rule(
    name="inhibitory_plasticity",
    summary="inhibition grows until its target fires at a set rate",
    kind="functional",
    sources="inhibitory",
    governs="weight",
    equation="w += eta (x_post - 2 r_0 tau) at pre; w += eta x_pre at post",
    source="Vogels 2011 Science 334:1569",
    constants={
        "trace_decay": Constant("second", "tau", "decay of the spike traces"),
        "target_rate": Constant("hertz", "r_0", "rate that inhibition holds"),
        "inhibitory_learning_rate": Constant("1", "eta", "change of relative weight per pairing"),
        "inhibitory_maximum": Constant("1", "w_max", "highest relative weight", above=0),
    },
    parts={
        "neuron": Part(
            variables={"spike_trace": Variable("1")},
            equations="dspike_trace/dt = -spike_trace/trace_decay : 1",
            at_spike="spike_trace += 1",
        ),
        "synapse": Part(
            variables={"weight": Variable("1", 1.0, newborn=1.0)},
            factor="weight",
            on_pre="weight = clip(weight + inhibitory_learning_rate*timelapse(t)*(spike_trace_post - 2*target_rate*trace_decay_post), 0, inhibitory_maximum)",  # noqa: E501
            on_post="weight = clip(weight + inhibitory_learning_rate*timelapse(t)*spike_trace_pre, 0, inhibitory_maximum)",  # noqa: E501
        ),
    },
)
