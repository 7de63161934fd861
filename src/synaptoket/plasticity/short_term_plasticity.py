"""Short-term plasticity: a spike releases a share of the transmitter that is left.

    du/dt = -u/tau_f,            u += U (1 - u)    at a spike, then
    dx/dt = (1 - x)/tau_r,       x -= u x          and u x is released

    symbol  constant           unit    meaning
    U       release_share      1       share that a rested synapse releases
    tau_r   recovery_time      second  time in which the store refills
    tau_f   facilitation_time  second  time in which facilitation wears off
            state
    u       utilization        1       share of the store that a spike releases
    x       resources          1       transmitter in the store, 1 when full
    u x     released           1       transmitter that the last spike released

Between spikes the store x refills and the facilitation of u wears off; a synapse transmits its
weight times the u x of the last spike. With tau_f of some ms the synapse depresses, with tau_f
longer than tau_r it facilitates at first. As release is a matter of the presynaptic cell, all
synapses of a cell with the same numbers share u and x, whatever their receptors.

A synapse reads the release when the spike arrives: of two spikes within one delay it reads the
second's twice, as the NMDA gate does. Switched off, every spike finds the synapse rested.

Equation: Tsodyks 1998.
Source: Tsodyks, Pawelzik & Markram 1998, doi:10.1162/089976698300017502
Source: Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719
"""

from .rule import Constant, Part, Rule, Variable

SHORT_TERM_PLASTICITY = Rule(
    name="short_term_plasticity",
    summary="synapses depress as they run out of transmitter, and facilitate",
    kind="functional",
    governs="release",
    equation="u += U (1-u), x -= u x at a spike; du/dt = -u/tau_f, dx/dt = (1-x)/tau_r",
    source="Tsodyks, Pawelzik & Markram 1998 Neural Comput 10:821; "
    "Tsodyks & Markram 1997 PNAS 94:719 (M+)",
    constants={
        "release_share": Constant(
            "1", "U", "share that a rested synapse releases", above=0, most=1
        ),
        "recovery_time": Constant("second", "tau_r", "time in which the store refills"),
        "facilitation_time": Constant("second", "tau_f", "time in which facilitation wears off"),
    },
    parts={
        "source": Part(
            variables={
                "utilization": Variable("1"),
                "resources": Variable("1", 1.0),
                "released": Variable("1", "release_share"),
            },
            equations="""
            dutilization/dt = -utilization/facilitation_time : 1
            dresources/dt = (1 - resources)/recovery_time : 1
            """,
            at_spike="""
            utilization += release_share*(1 - utilization)
            released = utilization*resources
            resources -= released
            """,
        ),
        "synapse": Part(factor="released_pre"),
    },
)
