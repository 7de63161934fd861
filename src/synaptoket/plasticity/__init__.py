"""The rules of the circuit, one a file: how a spike becomes signal, and signal a synapse."""

from .ampa_insertion import AMPA_INSERTION
from .ampa_potentiation import AMPA_POTENTIATION
from .bdnf import BDNF
from .calcium_plasticity import CALCIUM_PLASTICITY
from .eef2_kinase import EEF2_KINASE
from .glutamate import GLUTAMATE
from .inhibitory_plasticity import INHIBITORY_PLASTICITY
from .mtorc1 import MTORC1
from .nmda_block import NMDA_BLOCK
from .rule import Constant, Part, Rule, SlowTime, Variable, renewal
from .spine_size import SPINE_SIZE
from .spine_turnover import SPINE_TURNOVER
from .synaptic_protein import SYNAPTIC_PROTEIN
from .synaptic_scaling import SYNAPTIC_SCALING
from .trkb_binding import TRKB_BINDING

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        NMDA_BLOCK,
        AMPA_POTENTIATION,
        GLUTAMATE,
        EEF2_KINASE,
        BDNF,
        TRKB_BINDING,
        MTORC1,
        SYNAPTIC_PROTEIN,
        SPINE_SIZE,
        SPINE_TURNOVER,
        AMPA_INSERTION,
        SYNAPTIC_SCALING,
        CALCIUM_PLASTICITY,
        INHIBITORY_PLASTICITY,
    )
}

__all__ = ["RULES", "Constant", "Part", "Rule", "SlowTime", "Variable", "renewal"]
