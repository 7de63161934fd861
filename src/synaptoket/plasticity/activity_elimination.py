"""Contacts whose pre- and postsynaptic spikes do not meet are lost first.

    loss hazard = e / (1 + (c/c_0)^k)
    dc/dt = -c/W + (x_i at a spike of j, x_j at one of i)/W

    symbol  constant              unit      meaning
    e       elimination_rate      1/day     loss hazard of an unused contact
    c_0     coincidence_half      hertz     rate of coincidences that halves it
    k       coincidence_exponent  1         how steeply it falls
    tau     coincidence_decay     second    time within which spikes coincide
    W       coincidence_window    second    spiking time over which they are averaged
    c_n     coincidence_newborn   hertz     that a contact is credited with at first
            state
    x       coincidence_trace     1         trace of spikes
    c       coincidence_rate      Hz        rate of coincidences, averaged
            read
    -       structural_step       second    spiking time of a structural step
            set
    -       loss_rate             1/second  loss hazard

The traces x jump by one at a spike and decay with tau, so that c is the rate of coincidences within
about tau, in either order, averaged over a window W of spiking. A contact between cells of which
one is silent is unused and is lost at e. A new one is credited with c_n at first.

Equation: own; the papers show that depressed and unused synapses are lost first.
Source: Bastrikova 2008, doi:10.1073/pnas.0800027105
Source: Wiegert & Oertner 2013, no DOI verified
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

_TRACE = Part(
    variables={"coincidence_trace": Variable("1")},
    equations="dcoincidence_trace/dt = -coincidence_trace/coincidence_decay : 1",
    at_spike="coincidence_trace += 1",
)

ACTIVITY_ELIMINATION = Rule(
    name="activity_elimination",
    kind="elimination",
    governs="elimination",
    summary="losses of contacts that are not used by both cells",
    equation="loss_rate = e/(1 + (c/c_0)^k)",
    source="Bastrikova 2008 PNAS 105:3123; Wiegert & Oertner 2013 PNAS 110:E4510 (depressed and "
    "unused synapses are lost first)",
    constants={
        "elimination_rate": Constant("1/day", "e", "loss hazard of an unused contact"),
        "coincidence_half": Constant("hertz", "c_0", "rate of coincidences that halves it"),
        "coincidence_exponent": Constant("1", "k", "how steeply it falls", 2),
        "coincidence_decay": Constant("second", "tau", "time within which spikes coincide"),
        "coincidence_window": Constant("second", "W", "spiking time over which they are averaged"),
        "coincidence_newborn": Constant("hertz", "c_n", "that a contact is credited with at first",
                                        "0 Hz"),
    },
    parts={
        "source": _TRACE,
        "target": _TRACE,
        "synapse": Part(
            variables={
                "coincidence_rate": Variable(
                    "Hz", "coincidence_newborn", newborn="coincidence_newborn"
                ),
            },
            on_pre="coincidence_rate += coincidence_trace_post/coincidence_window",
            on_post="coincidence_rate += coincidence_trace_pre/coincidence_window",
            slow="""
            loss_rate = elimination_rate/(1 + (coincidence_rate/coincidence_half)**coincidence_exponent)
            coincidence_rate *= exp(-structural_step/coincidence_window)
            """,  # noqa: E501
            order=1,
        ),
    },
    slow_times=(
        SlowTime("loss of unused contacts", "elimination_rate", "coincidence_window", loop=True),
    ),
)  # fmt: skip
