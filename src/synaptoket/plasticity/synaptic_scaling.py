"""Synaptic scaling: a neuron scales all its AMPA inputs to hold its excitatory drive.

    dS/dT = S (1 - A/A_i)/tau_S,   S within [S_min, S_max]

    symbol  constant           unit    meaning
    A_0     scaling_target     1       dendritic calcium held, mean of all cells, in unitary inputs
    tau_S   scaling_time       day     time constant of scaling
    S_min   scaling_minimum    1       lowest factor
    S_max   scaling_maximum    1       highest factor
    W_S     scaling_window     second  spiking time over which drive is averaged
    sigma_S scaling_spread     1       standard deviation of ln S over cells at the start
            state
    S       synaptic_scale     1       factor of all AMPA inputs of the cell
    A       calcium_estimate   1       dendritic calcium, averaged
    A_i     calcium_set_point  1       dendritic calcium that this cell holds
            read
    -       slow_step          second  spiking time of a slow step
    -       rate_set_point     Hz      rate that a cell fires at in health
    -       present            1       contacts that a pair has
    -       ampa_content       1       AMPA receptors of the spine
    -       dendritic_calcium  1       dendritic calcium, in unitary inputs
    dT      elapsed            second  biological time of the step

A is the AMPA throughput, read from dendritic calcium averaged over a window of spiking: that of
`dendritic_calcium`, or of `bdnf` where BDNF is released. All excitatory projections onto a cell
that name the rule are scaled together. A cell holds what its own inputs give it at the start, by
their number, their receptors and the rates of the cells that they come from: cells differ in drive
as they do in rate. S is drawn with the spread that it has later, when sizes and partners have
changed.

Equation: van Rossum 2000 without its integral term; the set point of each cell is own.
Source: Turrigiano 1998, doi:10.1038/36103
Source: van Rossum 2000, doi:10.1523/JNEUROSCI.20-23-08812.2000
"""

from .rule import Constant, Part, Rule, SlowTime, Variable

SYNAPTIC_SCALING = Rule(
    name="synaptic_scaling",
    summary="a neuron scales all its AMPA inputs to hold its drive",
    kind="functional",
    sources="excitatory",
    equation="dS/dT = S (1 - A/A_i)/tau_S",
    source="Turrigiano 1998 Nature 391:892; van Rossum 2000 J Neurosci",
    constants={
        "scaling_target": Constant(
            "1", "A_0", "dendritic calcium held, mean of all cells, in unitary inputs", above=0
        ),
        "scaling_time": Constant("day", "tau_S", "time constant of scaling"),
        "scaling_minimum": Constant("1", "S_min", "lowest factor", above=0),
        "scaling_maximum": Constant("1", "S_max", "highest factor", above=0),
        "scaling_window": Constant("second", "W_S", "spiking time over which drive is averaged"),
        "scaling_spread": Constant(
            "1", "sigma_S", "standard deviation of ln S over cells at the start", 0, least=0
        ),
    },
    reads={"rate_set_point": 1.0, "present": 1.0, "ampa_content": 1.0},
    parts={
        "target": Part(
            variables={
                "synaptic_scale": Variable("1", 1.0, deviation="scaling_spread"),
                "calcium_estimate": Variable("1", "scaling_target"),
                "calcium_set_point": Variable("1", "scaling_target"),
            },
            slow="""
            calcium_estimate -= expm1(-slow_step/scaling_window)*(dendritic_calcium - calcium_estimate)
            synaptic_scale = clip(synaptic_scale*exp(elapsed/scaling_time*(1 - calcium_estimate/calcium_set_point)), scaling_minimum, scaling_maximum)
            """,  # noqa: E501
            order=2,
        ),
        "synapse": Part(
            ampa_factor="synaptic_scale_post",
            start="calcium_set_point_post ~ present*ampa_content*rate_set_point_pre*synaptic_scale_post",  # noqa: E501
        ),
    },
    slow_times=(SlowTime("synaptic scaling", "scaling_time", "scaling_window", loop=True),),
)
