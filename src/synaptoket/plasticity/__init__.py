"""The rules of the circuit, one a file: how a spike becomes signal, and signal a synapse."""

from .ampa_insertion import AMPA_INSERTION
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

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        NMDA_BLOCK,
        GLUTAMATE,
        EEF2_KINASE,
        BDNF,
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
