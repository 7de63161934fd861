"""Synaptic scaling: a neuron scales all its AMPA inputs to hold its excitatory drive.

    dS/dT = S (1 - A/A_0)/tau_S,   S within [S_min, S_max]

    symbol  constant           unit    meaning
    A_0     scaling_target     1       dendritic calcium held, in unitary inputs
    tau_S   scaling_time       day     time constant of scaling
    S_min   scaling_minimum    1       lowest factor
    S_max   scaling_maximum    1       highest factor
    W_S     scaling_window     second  spiking time over which drive is averaged
            state
    S       synaptic_scale     1       factor of all AMPA inputs of the cell
    A       calcium_estimate   1       dendritic calcium, averaged
            read
    -       slow_step          second  spiking time of a slow step
    -       dendritic_calcium  1       dendritic calcium, in unitary inputs
    dT      elapsed            second  biological time of the step

A is the AMPA throughput, read from dendritic calcium averaged over a window of spiking: that of
`dendritic_calcium`, or of `bdnf` where BDNF is released. All excitatory projections onto a cell
that name the rule are scaled together.

Equation: van Rossum 2000 without its integral term.
Source: Turrigiano 1998, doi:10.1038/36103
Source: van Rossum 2000, doi:10.1523/JNEUROSCI.20-23-08812.2000
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

SYNAPTIC_SCALING = Rule(
    name="synaptic_scaling",
    summary="a neuron scales all its AMPA inputs to hold its drive",
    kind="functional",
    sources="excitatory",
    equation="dS/dT = S (1 - A/A_0)/tau_S",
    source="Turrigiano 1998 Nature 391:892; van Rossum 2000 J Neurosci",
    constants={
        "scaling_target": Constant(
            "1", "A_0", "dendritic calcium held, in unitary inputs", above=0
        ),
        "scaling_time": Constant("day", "tau_S", "time constant of scaling"),
        "scaling_minimum": Constant("1", "S_min", "lowest factor", above=0),
        "scaling_maximum": Constant("1", "S_max", "highest factor", above=0),
        "scaling_window": Constant("second", "W_S", "spiking time over which drive is averaged"),
    },
    parts={
        "target": Part(
            variables={
                "synaptic_scale": Variable("1", 1.0),
                "calcium_estimate": Variable("1", "scaling_target"),
            },
            slow="""
            calcium_estimate -= expm1(-slow_step/scaling_window)*(dendritic_calcium - calcium_estimate)
            synaptic_scale = clip(synaptic_scale*exp(elapsed/scaling_time*(1 - calcium_estimate/scaling_target)), scaling_minimum, scaling_maximum)
            """,  # noqa: E501
            order=2,
        ),
        "synapse": Part(ampa_factor="synaptic_scale_post"),
    },
    slow_times=(SlowTime("synaptic scaling", "scaling_time", "scaling_window", loop=True),),
)
