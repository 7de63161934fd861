"""Extracellular glutamate: released by pyramidal spikes, taken up by transporters.

    dG/dT = l + q r - k (1 - s h) G

    symbol  constant               unit          meaning
    q       glutamate_release      molar         rise of extracellular glutamate per spike of every
                                                 pyramidal cell
    l       glutamate_leak         molar/minute  release of glutamate without spikes (glial
                                                 exchange)
    k       glutamate_clearance    1/minute      rate of uptake
    s       clearance_stress_loss  1             share of uptake lost at full stress hormone
    W_r     rate_window            second        spiking time over which the population rate is
                                                 averaged
            state
    -       spikes_received        1             spikes of all cells since the last slow step
    r       rate_estimate          Hz            mean rate of the population
    G       glutamate              mmolar        extracellular glutamate
            read
    -       slow_step              second        spiking time of a slow step
    -       releasing_cells        1             number of pyramidal cells
    h       stress_hormone         1             stress hormone, 1 at full stress
    dT      elapsed                second        biological time of the step
    -       initial_rate           Hz            rate at the start
    -       initial_glutamate      mmolar        glutamate at the start

r is the mean pyramidal rate, l the release that does not depend on spikes (glial exchange), k
the clearance, which the stress hormone h slows. The pool binds extrasynaptic NMDA
receptors (nmda_block), which is how activity feeds back on the tonic drive.

Equation: own; the papers measure release and its dependence on stress.
Source: Moghaddam 1993, no DOI verified
Source: Popoli 2012, doi:10.1038/nrn3138
"""

from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable

GLUTAMATE = Rule(
    name="glutamate",
    summary="extracellular glutamate, released by spikes and taken up",
    equation="dG/dT = l + q r - k (1 - s h) G",
    source="Moghaddam 1993 J Neurochem; Popoli 2012 Nat Rev Neurosci (stress and clearance)",
    constants={
        "glutamate_release": Constant(
            "molar", "q", "rise of extracellular glutamate per spike of every pyramidal cell"
        ),
        "glutamate_leak": Constant(
            "molar/minute", "l", "release of glutamate without spikes (glial exchange)"
        ),
        "glutamate_clearance": Constant("1/minute", "k", "rate of uptake"),
        "clearance_stress_loss": Constant(
            "1", "s", "share of uptake lost at full stress hormone", least=0, most=1
        ),
        "rate_window": Constant(
            "second", "W_r", "spiking time over which the population rate is averaged"
        ),
    },
    derived={
        "initial_rate": Derived("hertz", ("target_rate",), lambda rate: rate),
        "initial_glutamate": Derived(
            "molar",
            ("glutamate_leak", "glutamate_release", "target_rate", "glutamate_clearance"),
            lambda leak, release, rate, clearance: (leak + release * rate) / clearance,
        ),
    },
    parts={
        "neuropil": Part(
            variables={
                "spikes_received": Variable("1"),
                "rate_estimate": Variable("Hz", "initial_rate"),
                "glutamate": Variable(
                    "mmolar",
                    "initial_glutamate",
                    recording=Recording("uM", "extracellular glutamate", scale=1e3),
                ),
            },
            on_pre="spikes_received_post += 1",
            slow="""
            rate_estimate -= expm1(-slow_step/rate_window)*(spikes_received/(releasing_cells*slow_step) - rate_estimate)
            spikes_received = 0
            uptake = glutamate_clearance*(1 - clearance_stress_loss*stress_hormone(t))
            glutamate -= expm1(-uptake*elapsed)*((glutamate_leak + glutamate_release*rate_estimate)/uptake - glutamate)
            """,  # noqa: E501
            order=0,
        ),
    },
    slow_times=(SlowTime("glutamate", "glutamate_clearance", "rate_window"),),
)
