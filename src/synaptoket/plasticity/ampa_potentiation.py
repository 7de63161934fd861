"""The metabolite hypothesis: AMPA transmission is strengthened without any NMDA receptor.

    AMPA conductance scaled by (1 - b) (1 + g A)

    symbol  constant                unit  meaning
    g       ampa_potentiation_gain  1     largest enhancement of AMPA transmission
            read
    1 - b   ampa_available          1     share of AMPA receptors that antagonists leave
    A       ampa_potentiation       1     share of the largest enhancement that drugs reach

A is the share of the largest enhancement g that a drug or its metabolite reaches
(hydroxynorketamine does), b the block by antagonists, which take the enhanced transmission too.
What was seen is an increase of release probability that needs no NMDA receptor; here it is one of
AMPA conductance alone, that of background inputs included. Off by default: others found no effect.

Equation: own; the papers measure whether there is an enhancement.
Source: Zanos 2016, doi:10.1038/nature17998
Source: Riggs 2020, doi:10.1038/s41386-019-0443-3
Source: Shirayama & Hashimoto 2018, doi:10.1093/ijnp/pyx108
"""

from .rule import Constant, Part, Rule

AMPA_POTENTIATION = Rule(
    name="ampa_potentiation",
    summary="a drug or its metabolite strengthens AMPA transmission",
    equation="g_A scaled by (1 - b) (1 + g A)",
    source="Zanos 2016 Nature 533:481; Riggs 2020 Neuropsychopharmacology 45:426; "
    "no effect: Shirayama & Hashimoto 2018 Int J Neuropsychopharmacol 21:84",
    constants={
        "ampa_potentiation_gain": Constant("1", "g", "largest enhancement of AMPA transmission"),
    },
    parts={
        # the block of AMPA receptors (membrane) sets ampa_available anew in each slow step
        "neuron": Part(slow="ampa_available *= 1 + ampa_potentiation_gain*ampa_potentiation(t)"),
    },
)
