"""Contacts of a pair protect each other, because together they make the target follow the source.

    loss hazard = e_0 + e/(1 + (q/q_0)^k),   q = c/r_i - tau r_j

    symbol  constant              unit      meaning
    e       elimination_rate      1/day     loss hazard without correlation, beyond e_0
    e_0     residual_elimination  1/day     loss hazard at perfect correlation
    q_0     protecting_excess     1         added spikes that halve e
    k       protecting_exponent   1         how steeply it falls
    tau     pairing_decay         second    time within which a spike is one that follows
    W       pairing_window        second    spiking time over which they are averaged
            state
    x       pairing_trace         1         trace of spikes
    -       pairing_spikes        1         spikes since the last slow step
    r       pairing_rate          Hz        rate of the cell, averaged
    c       pairing               Hz        the source's trace at the target's spikes, averaged
            read
    -       slow_step             second    spiking time of a slow step
    -       structural_step       second    spiking time of a structural step
            set
    -       loss_rate             1/second  loss hazard

c is the average, over a window W of spiking, of the source's trace (it jumps by one at a spike and
decays with tau) at the target's spikes; r_i and r_j are their rates over the same window. q is then
the number of spikes that a spike of the source adds to the target's within about tau: nothing for
two independent cells, and the more, the more contacts transmit. No contact knows of the others.
Deger et al. 2012 and 2018 let correlation of spike times protect contacts and form them at a
constant rate (here `random_formation`); this is that idea with a hazard of its own, in which the
papers' other terms (weights of contacts, their decay) have no part. A new connection starts at
q = 0 and has to win its correlation within W.

Equation: own; the papers let correlation protect contacts in another form.
Source: Deger 2012, doi:10.1371/journal.pcbi.1002689
Source: Deger 2018, doi:10.1093/cercor/bhx339
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

_CELL = Part(
    variables={
        "pairing_trace": Variable("1"),
        "pairing_spikes": Variable("1"),
        "pairing_rate": Variable("Hz"),
    },
    equations="dpairing_trace/dt = -pairing_trace/pairing_decay : 1",
    at_spike="pairing_trace += 1\npairing_spikes += 1",
    slow="""
    pairing_rate -= expm1(-slow_step/pairing_window)*(pairing_spikes/slow_step - pairing_rate)
    pairing_spikes = 0
    """,
    order=1,
)

COOPERATIVE_ELIMINATION = Rule(
    name="cooperative_elimination",
    kind="elimination",
    governs="elimination",
    summary="losses of contacts whose target does not follow their source",
    equation="loss_rate = e_0 + e/(1 + (q/q_0)^k), q = <x_i at spikes of j>/r_i - tau r_j",
    source="Deger 2012 PLoS Comput Biol 8:e1002689; Deger 2018 Cereb Cortex 28:1396",
    constants={
        "elimination_rate": Constant("1/day", "e", "loss hazard without correlation, beyond e_0"),
        "residual_elimination": Constant("1/day", "e_0", "loss hazard at perfect correlation"),
        "protecting_excess": Constant("1", "q_0", "added spikes that halve e"),
        "protecting_exponent": Constant("1", "k", "how steeply it falls", 4),
        "pairing_decay": Constant("second", "tau", "time within which a spike is one that follows"),
        "pairing_window": Constant("second", "W", "spiking time over which they are averaged"),
    },
    parts={
        "source": _CELL,
        "target": _CELL,
        "synapse": Part(
            variables={"pairing": Variable("Hz", newborn=0.0)},
            on_post="pairing += pairing_trace_pre/pairing_window_post",
            slow="""
            excess = pairing/(pairing_rate_pre + 1e-9*Hz) - pairing_decay_post*pairing_rate_post
            loss_rate = residual_elimination + elimination_rate/(1 + (clip(excess, 0, inf)/protecting_excess)**protecting_exponent)
            pairing *= exp(-structural_step/pairing_window_post)
            """,  # noqa: E501
            order=1,
        ),
    },
    slow_times=(
        SlowTime("cooperation of contacts", "elimination_rate", "pairing_window", loop=True),
    ),
)
