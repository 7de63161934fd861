"""Release of BDNF when AMPA-driven calcium and a spike coincide.

    dc/dt = -c/tau_c, + s at an AMPA input of strength s
    q = 1/(1 + exp((K - c)/w)) at a spike,   dB/dT = (<q>/ref (1 - l h) e - B)/tau_B
    dO/dT = (q/ref (1 - l h) e - O)/tau_O,   L = (1 - f) B + f O

    symbol  constant               unit      meaning
    tau_c   calcium_decay          second    decay of dendritic calcium
    K       release_half           1         calcium at half-maximal release
    w       release_width          1         calcium for an e-fold of release, below K
    ref     release_reference      1/second  release of a healthy circuit
    tau_B   bdnf_decay             hour      lifetime of extracellular BDNF
    f       own_share              1         share of its signal that a cell releases itself
    tau_O   own_bdnf_decay         hour      time over which a cell sums its own release
    l       bdnf_stress_loss       1         share of BDNF lost at full stress hormone
    W       estimator_window       second    spiking time over which population activity is averaged
            state
    c       dendritic_calcium      1         dendritic calcium, in unitary inputs
    q       own_release            1         the cell's release since the last slow step
    O       own_bdnf               1         BDNF that the cell itself released, 1 in health
    L       bdnf_level             1         BDNF that the cell's receptors meet, 1 in health
    -       bdnf_released          1         release since the last slow step
    -       release_estimate       Hz        release of a cell, averaged
    B       bdnf                   1         extracellular BDNF, 1 in health
            read
    -       initial_calcium        1         calcium at the start
    s       ampa_strength          1         AMPA transmission of the synapse, in unitary inputs
    1 - b   ampa_available         1         share of AMPA receptors that antagonists leave
    -       slow_step              second    spiking time of a slow step
    -       releasing_cells        1         number of pyramidal cells
    e       translation            1         translation of BDNF, 1 in health
    h       stress_hormone         1         stress hormone, 1 at full stress
    dT      elapsed                second    biological time of the step

AMPA throughput, and only through spines that are present, depolarises the dendrite and lets calcium
in through L-type channels; a spike that meets it releases BDNF. Channels open as a Boltzmann
function, and exocytosis takes several calcium ions: hence the e-fold rise within w. This steep step
is taken spike by spike: means over time of q have no bias, at whatever time-lapse. Most BDNF
diffuses and is shared; each cell also sums its own (f).

Equation: own; the papers show release by AMPA receptors, and how it depends on calcium.
Source: Jourdi 2009, no DOI verified
Source: Lepack 2014, doi:10.1093/ijnp/pyu033
Source: Schneggenburger & Neher 2000, doi:10.1038/35022702
"""

from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable

BDNF = Rule(
    name="bdnf",
    summary="BDNF is released where AMPA-driven calcium meets a spike",
    equation="dc/dt = -c/tau_c + AMPA; dB/dT = (<1/(1+exp((K-c)/w))>/ref (1 - l h) e - B)/tau_B",
    source="Jourdi 2009 J Neurosci; Lepack 2014 Int J Neuropsychopharmacol; "
    "Schneggenburger & Neher 2000 Nature (cooperativity)",
    constants={
        "calcium_decay": Constant("second", "tau_c", "decay of dendritic calcium"),
        "release_half": Constant("1", "K", "calcium at half-maximal release", above=0),
        "release_width": Constant("1", "w", "calcium for an e-fold of release, below K", above=0),
        "release_reference": Constant("1/second", "ref", "release of a healthy circuit"),
        "bdnf_decay": Constant("hour", "tau_B", "lifetime of extracellular BDNF"),
        "own_share": Constant(
            "1", "f", "share of its signal that a cell releases itself", 0, least=0, most=1
        ),
        "own_bdnf_decay": Constant(
            "hour", "tau_O", "time over which a cell sums its own release", "24 h"
        ),
        "bdnf_stress_loss": Constant(
            "1", "l", "share of BDNF lost at full stress hormone", least=0, most=1
        ),
        "estimator_window": Constant(
            "second", "W", "spiking time over which population activity is averaged"
        ),
    },
    derived={"initial_calcium": Derived("1", ("scaling_target",), lambda held: held, default=0.0)},
    parts={
        "neuron": Part(
            variables={
                "dendritic_calcium": Variable("1", "initial_calcium"),
                "own_release": Variable("1"),
                "own_bdnf": Variable("1", 1.0),
                "bdnf_level": Variable("1", 1.0, derived=True),
            },
            equations="""
            ddendritic_calcium/dt = -dendritic_calcium/calcium_decay : 1
            spike_release = 1/(1 + exp((release_half - dendritic_calcium)/release_width)) : 1
            """,
            at_spike="own_release += spike_release",
            slow="""
            own_target = own_release/(slow_step*release_reference)*translation*(1 - bdnf_stress_loss*stress_hormone(t))
            own_bdnf -= expm1(-elapsed/own_bdnf_decay)*(own_target - own_bdnf)
            own_release = 0
            bdnf_level = (1 - own_share)*bdnf + own_share*own_bdnf
            """,  # noqa: E501
            order=0,
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
            on_pre="bdnf_released_post += spike_release_pre",
            slow="""
            release_estimate -= expm1(-slow_step/estimator_window)*(bdnf_released/(releasing_cells*slow_step) - release_estimate)
            bdnf_released = 0
            bdnf_target = release_estimate/release_reference*translation*(1 - bdnf_stress_loss*stress_hormone(t))
            bdnf -= expm1(-elapsed/bdnf_decay)*(bdnf_target - bdnf)
            """,  # noqa: E501
            order=2,
        ),
    },
    slow_times=(
        SlowTime("BDNF", "bdnf_decay", "estimator_window"),
        SlowTime("own BDNF", "own_bdnf_decay", ""),
    ),
)
