"""The rules of a circuit, each in a file of its own: from spikes to signals to synapses."""

from collections.abc import Iterable
from pathlib import Path

from .activity_elimination import ACTIVITY_ELIMINATION
from .age_elimination import AGE_ELIMINATION
from .ampa_insertion import AMPA_INSERTION
from .ampa_potentiation import AMPA_POTENTIATION
from .bdnf import BDNF
from .calcium_plasticity import CALCIUM_PLASTICITY
from .cooperative_elimination import COOPERATIVE_ELIMINATION
from .dendritic_calcium import DENDRITIC_CALCIUM
from .eef2_kinase import EEF2_KINASE
from .excess_elements import EXCESS_ELEMENTS
from .firing_calcium import FIRING_CALCIUM
from .gaussian_growth import GAUSSIAN_GROWTH
from .glutamate import GLUTAMATE
from .hebbian_formation import HEBBIAN_FORMATION
from .inhibitory_plasticity import INHIBITORY_PLASTICITY
from .linear_growth import LINEAR_GROWTH
from .logistic_growth import LOGISTIC_GROWTH
from .mtorc1 import MTORC1
from .nmda_block import NMDA_BLOCK
from .own_rules import RuleSource, installed_rules, installed_sources, read_source, read_sources
from .pair_stdp import PAIR_STDP
from .protein_formation import PROTEIN_FORMATION
from .random_elimination import RANDOM_ELIMINATION
from .random_formation import RANDOM_FORMATION
from .rule import Constant, Derived, Part, Recording, Rule, SlowTime, Variable, renewal
from .short_term_plasticity import SHORT_TERM_PLASTICITY
from .size_elimination import SIZE_ELIMINATION
from .spine_size import SPINE_SIZE
from .spine_stages import SPINE_STAGES
from .structure import STRUCTURE
from .synaptic_protein import SYNAPTIC_PROTEIN
from .synaptic_scaling import SYNAPTIC_SCALING
from .triplet_stdp import TRIPLET_STDP
from .trkb_binding import TRKB_BINDING
from .vacant_elements import VACANT_ELEMENTS

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
        STRUCTURE,
        PROTEIN_FORMATION,
        SPINE_STAGES,
        SIZE_ELIMINATION,
        RANDOM_FORMATION,
        HEBBIAN_FORMATION,
        RANDOM_ELIMINATION,
        AGE_ELIMINATION,
        ACTIVITY_ELIMINATION,
        COOPERATIVE_ELIMINATION,
        FIRING_CALCIUM,
        LINEAR_GROWTH,
        GAUSSIAN_GROWTH,
        LOGISTIC_GROWTH,
        VACANT_ELEMENTS,
        EXCESS_ELEMENTS,
        AMPA_INSERTION,
        DENDRITIC_CALCIUM,
        SYNAPTIC_SCALING,
        CALCIUM_PLASTICITY,
        INHIBITORY_PLASTICITY,
        PAIR_STDP,
        TRIPLET_STDP,
        SHORT_TERM_PLASTICITY,
    )
}


def known_rules() -> dict[str, Rule]:
    """Return the rules that ship and those that other packages have registered, by name."""
    return RULES | installed_rules(RULES)


def read_rule(path: str | Path) -> dict[str, Rule]:
    """Return the rules that a Python file defines, by name; see `load_circuit`.

    Raises
    ------
    UserError
        If there is no such file, it fails, it defines no `Rule`, or the name of one is taken.
    """
    return read_source(path, known_rules()).rules


def rules_from(paths: Iterable[str | Path]) -> tuple[dict[str, Rule], list[RuleSource]]:
    """Return the rules of Python files by name, and the sources of all rules that do not ship."""
    files = read_sources(paths, known_rules())
    rules = {name: rule for source in files for name, rule in source.rules.items()}
    return rules, [*files, *installed_sources()]


__all__ = [
    "RULES",
    "RuleSource",
    "known_rules",
    "read_rule",
    "rules_from",
    "Constant",
    "Derived",
    "Part",
    "Recording",
    "Rule",
    "SlowTime",
    "Variable",
    "renewal",
]
