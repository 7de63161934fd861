"""Contacts form at a constant hazard wherever a pair has room for one.

    birth hazard = f

    symbol  constant        unit      meaning
    f       formation_rate  1/day     birth hazard of a contact that might be there
            set
    -       birth_rate      1/second  birth hazard

With `random_elimination`, each contact is there for a share f/(f + e) of the time.

Equation: own; the least that is compatible with turnover at rest.
Source: Holtmaat & Svoboda 2009, doi:10.1038/nrn2699
"""

from .rule import Constant, Part, Rule

RANDOM_FORMATION = Rule(
    name="random_formation",
    kind="formation",
    governs="formation",
    summary="births at a constant hazard",
    equation="birth_rate = f",
    source="Holtmaat & Svoboda 2009 Nat Rev Neurosci 10:647 (spines come and go at rest)",
    constants={
        "formation_rate": Constant("1/day", "f", "birth hazard of a contact that might be there"),
    },
    parts={"synapse": Part(slow="birth_rate = formation_rate", order=1)},
)
