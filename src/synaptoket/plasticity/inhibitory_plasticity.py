"""Inhibitory plasticity: inhibition of each pyramidal cell grows until it fires at its target.

    w += eta (x_post - 2 r tau) at a presynaptic spike,   w += eta x_pre at a postsynaptic one

    symbol  constant                  unit    meaning
    tau     trace_decay               second  decay of the spike traces
    r_0     target_rate               hertz   mean rate that inhibition holds
    sigma   target_deviation          1       standard deviation of the logarithm of set points
    b       balance_slope             1       fall of the balanced weight, set point e times as high
    eta     inhibitory_learning_rate  1       change of relative weight per pairing
    w_max   inhibitory_maximum        1       highest relative weight
            state
    x       spike_trace               1       trace of spikes
    r       rate_set_point            Hz      rate that inhibition holds in this cell
    w       weight                    1       weight, relative to that of the projection
            read
    -       timelapse                 1       biological time for a time of spiking

The traces x jump by one at a spike and decay with tau. The learning rate is per pairing; each
pairing of the spiking clock stands for `timelapse` of them. Each cell has a set point of its own,
drawn log-normally with mean r_0: rates in cortex are log-normal, and a cell keeps its place. At the
start w = 1 - b (ln(r/r_0) + sigma^2/2), near what is learned and 1 on average.

Equation: Vogels 2011 with alpha = 2 r tau; the set point of each cell is own.
Source: Vogels 2011, doi:10.1126/science.1211095
Source: Buzsaki & Mizuseki 2014, doi:10.1038/nrn3687
"""

from .rule import Constant, Part, Rule, Variable

INHIBITORY_PLASTICITY = Rule(
    name="inhibitory_plasticity",
    summary="inhibition grows until its target fires at a set rate",
    kind="functional",
    sources="inhibitory",
    governs="weight",
    equation="w += eta (x_post - 2 r tau) at pre; w += eta x_pre at post",
    source="Vogels 2011 Science 334:1569; Buzsaki & Mizuseki 2014 Nat Rev Neurosci 15:264 "
    "(rates of cells)",
    constants={
        "trace_decay": Constant("second", "tau", "decay of the spike traces"),
        "target_rate": Constant("hertz", "r_0", "mean rate that inhibition holds"),
        "target_deviation": Constant(
            "1", "sigma", "standard deviation of the logarithm of set points", 0, least=0
        ),
        "balance_slope": Constant(
            "1", "b", "fall of the balanced weight, set point e times as high", 0, least=0
        ),
        "inhibitory_learning_rate": Constant("1", "eta", "change of relative weight per pairing"),
        "inhibitory_maximum": Constant("1", "w_max", "highest relative weight", above=0),
    },
    parts={
        "neuron": Part(
            variables={
                "spike_trace": Variable("1"),
                "rate_set_point": Variable("Hz", "target_rate", deviation="target_deviation"),
            },
            equations="dspike_trace/dt = -spike_trace/trace_decay : 1",
            at_spike="spike_trace += 1",
        ),
        "synapse": Part(
            variables={"weight": Variable("1", 1.0, newborn=1.0)},
            factor="weight",
            start="weight = 1 - balance_slope*(log(rate_set_point_post/target_rate) + target_deviation**2/2)",  # noqa: E501
            on_pre="weight = clip(weight + inhibitory_learning_rate*timelapse(t)*(spike_trace_post - 2*rate_set_point_post*trace_decay_post), 0, inhibitory_maximum)",  # noqa: E501
            on_post="weight = clip(weight + inhibitory_learning_rate*timelapse(t)*spike_trace_pre, 0, inhibitory_maximum)",  # noqa: E501
        ),
    },
)
