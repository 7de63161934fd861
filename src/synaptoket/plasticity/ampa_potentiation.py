"""The metabolite hypothesis: AMPA transmission is strengthened without any NMDA receptor.

    AMPA conductance scaled by (1 - b) (1 + g A)

A is the share of the largest enhancement g that a drug or its metabolite reaches
(hydroxynorketamine does), b the block by antagonists, which take the enhanced transmission too.
What was seen is an increase of release probability that needs no NMDA receptor; here it is one of
AMPA conductance alone, that of background inputs included. Off by default: others found no effect.
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
