"""The resting-NMDA hypothesis: NMDA current at rest holds BDNF translation down.

    translation = (1 + g)/(1 + g I/I_0)

    symbol  constant           unit    meaning
    g       kinase_gain        1       how strongly resting NMDA current inhibits translation
    I_0     resting_reference  1       resting NMDA current of a healthy circuit
            state
    -       translation        1       translation of BDNF, 1 in health
    -       resting_received   1       resting currents at the spikes since the last slow step
    I       resting_current    1       resting NMDA current, averaged over the cells
            read
    -       resting_nmda       1       resting NMDA current of a cell
    -       spikes_received    1       spikes of all cells since the last slow step
    -       slow_step          second  spiking time of a slow step
    W       estimator_window   second  spiking time over which population activity is averaged

I is the resting NMDA current of pyramidal cells (ambient glutamate, what block leaves of it; its
mean over the cells is taken at their spikes), in units of its healthy value I_0; it activates
eEF2 kinase, which inhibits translation with gain g. Block at rest lifts the inhibition. A rival
of the disinhibition account; off by default.

Equation: own; the papers show that block at rest raises translation.
Source: Autry 2011, doi:10.1038/nature10130
Source: Nosyreva 2013, no DOI verified
"""

from .rule import Constant, Part, Rule, Variable

EEF2_KINASE = Rule(
    name="eef2_kinase",
    summary="resting NMDA current holds the translation of BDNF down",
    equation="translation = (1 + g)/(1 + g I/I_0)",
    source="Autry 2011 Nature 475:91; Nosyreva 2013 J Neurosci",
    constants={
        "kinase_gain": Constant("1", "g", "how strongly resting NMDA current inhibits translation"),
        "resting_reference": Constant("1", "I_0", "resting NMDA current of a healthy circuit"),
    },
    parts={
        "neuropil": Part(
            variables={
                "translation": Variable("1", 1.0),
                "resting_received": Variable("1"),
                "resting_current": Variable("1", "resting_reference"),
            },
            on_pre="resting_received_post += resting_nmda_pre",
            slow="""
            mean_resting = resting_received/clip(spikes_received, 1, inf)
            resting_current += int(spikes_received > 0.5)*(-expm1(-slow_step/estimator_window))*(mean_resting - resting_current)
            resting_received = 0
            translation = (1 + kinase_gain)/(1 + kinase_gain*resting_current/resting_reference)
            """,  # noqa: E501
            order=-1,
        ),
    },
)
