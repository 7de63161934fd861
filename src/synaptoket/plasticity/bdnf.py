"""Release of BDNF when AMPA-driven calcium and a spike coincide.

    dc/dt = -c/tau_c, + s at an AMPA input of strength s
    release at a spike = c^n / (c^n + K^n)
    dB/dT = (release/reference (1 - l h) e - B)/tau_B

AMPA throughput, and only through spines that are present, depolarises the dendrite and lets
calcium in through L-type channels; a spike that meets this calcium releases BDNF. The calcium
dependence of exocytosis is cooperative (n), which is why a modest surge of activity releases
much more. Release is averaged over the population and over a short window of spiking before it
meets the steep steps downstream, so that no time-lapse turns noise into signal.
"""

from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable

BDNF = Rule(
    name="bdnf",
    summary="BDNF is released where AMPA-driven calcium meets a spike",
    equation="dc/dt = -c/tau_c + AMPA; dB/dT = (<c^n/(c^n+K^n)>/ref (1 - l h) e - B)/tau_B",
    source="Jourdi 2009 J Neurosci; Lepack 2014 Int J Neuropsychopharmacol; "
    "Schneggenburger & Neher 2000 Nature (cooperativity)",
    constants={
        "calcium_decay": Constant("second", "tau_c", "decay of dendritic calcium"),
        "release_half": Constant(
            "1", "K", "calcium at half-maximal release, in unitary inputs", above=0
        ),
        "release_cooperativity": Constant("1", "n", "calcium cooperativity of release"),
        "release_reference": Constant("1/second", "ref", "release of a healthy circuit"),
        "bdnf_decay": Constant("hour", "tau_B", "lifetime of extracellular BDNF"),
        "bdnf_stress_loss": Constant(
            "1", "l", "share of BDNF lost at full stress hormone", least=0, most=1
        ),
        "estimator_window": Constant(
            "second", "W", "spiking time over which population activity is averaged"
        ),
    },
    derived={
        "initial_calcium": Derived("1", ("scaling_target",), lambda target: target, default=0.0),
    },
    parts={
        "neuron": Part(
            variables={"dendritic_calcium": Variable("1", "initial_calcium")},
            equations="ddendritic_calcium/dt = -dendritic_calcium/calcium_decay : 1",
        ),
        "synapse": Part(on_pre="dendritic_calcium_post += ampa_strength*ampa_available_post"),
        "neuropil": Part(
            variables={
                "bdnf_released": Variable("1"),
                "release_estimate": Variable("Hz", "release_reference"),
                "bdnf": Variable(
                    "1", 1.0, recording=Recording("1", "BDNF relative to the healthy baseline")
                ),
            },
            on_pre="bdnf_released_post += dendritic_calcium_pre**release_cooperativity"
            "/(dendritic_calcium_pre**release_cooperativity + release_half**release_cooperativity)",
            slow="""
            release_estimate -= expm1(-slow_step/estimator_window)*(bdnf_released/(releasing_cells*slow_step) - release_estimate)
            bdnf_released = 0
            bdnf_target = release_estimate/release_reference*translation*(1 - bdnf_stress_loss*stress_hormone(t))
            bdnf -= expm1(-elapsed/bdnf_decay)*(bdnf_target - bdnf)
            """,  # noqa: E501
            order=2,
        ),
    },
    slow_times=(SlowTime("BDNF", "bdnf_decay", "estimator_window"),),
)
