"""Contacts form between cells that are active together.

    birth hazard = f_0 + f min(a_i a_j / a_0^2, m)

    symbol  constant               unit      meaning
    f       formation_rate         1/day     birth hazard between cells at the reference
    f_0     spontaneous_formation  1/day     birth hazard without activity
    a_0     formation_reference    hertz     rate of both cells at which it is f
    m       formation_maximum      1         highest factor of activity
    W       formation_window       second    spiking time over which rates are averaged
            state
    -       formation_spikes       1         spikes since the last slow step
    a       formation_activity     Hz        rate of the cell, averaged
            read
    -       slow_step              second    spiking time of a slow step
            set
    -       birth_rate             1/second  birth hazard

a is the rate of a cell over a short window of spiking. The product stands for what has been seen:
exciting a slice with glutamate greatly increases the number of new connections, and it needs action
potentials (Le Be & Markram 2006; reviewed by Holtmaat & Svoboda 2009). It knows of rates, not of
the order of spikes, and both cells must be active: an axon that fires beside a silent dendrite adds
no more than the spontaneous hazard f_0.

Equation: own; the papers show that activity raises formation.
Source: Le Be & Markram 2006, doi:10.1073/pnas.0604691103
Source: Holtmaat & Svoboda 2009, doi:10.1038/nrn2699
"""

from .rule import Constant, Part, Rule, Variable

_ACTIVITY = Part(
    variables={
        "formation_spikes": Variable("1"),
        "formation_activity": Variable("Hz", "formation_reference"),
    },
    at_spike="formation_spikes += 1",
    slow="""
    formation_activity -= expm1(-slow_step/formation_window)*(formation_spikes/slow_step - formation_activity)
    formation_spikes = 0
    """,  # noqa: E501
    order=1,
)

HEBBIAN_FORMATION = Rule(
    name="hebbian_formation",
    kind="formation",
    governs="formation",
    summary="births where both cells are active",
    equation="birth_rate = f_0 + f min(a_i a_j/a_0^2, m)",
    source="Le Be & Markram 2006 PNAS 103:13214; Holtmaat & Svoboda 2009 Nat Rev Neurosci 10:647",
    constants={
        "formation_rate": Constant("1/day", "f", "birth hazard between cells at the reference"),
        "spontaneous_formation": Constant("1/day", "f_0", "birth hazard without activity", "0 Hz"),
        "formation_reference": Constant("hertz", "a_0", "rate of both cells at which it is f"),
        "formation_maximum": Constant("1", "m", "highest factor of activity", 100),
        "formation_window": Constant("second", "W", "spiking time over which rates are averaged"),
    },
    parts={
        "source": _ACTIVITY,
        "target": _ACTIVITY,
        "synapse": Part(
            slow="birth_rate = spontaneous_formation + formation_rate*clip(formation_activity_pre*formation_activity_post/formation_reference_post**2, 0, formation_maximum)",  # noqa: E501
            order=1,
        ),
    },
)
