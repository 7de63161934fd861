"""The names of parameters in figures and tables of a sweep."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.figures.style import readable

#: Words of dotted names as a reader writes them.
SPELLED = {"ampa": "AMPA", "nmda": "NMDA", "gaba": "GABA", "glun2ab": "GluN2A/B",
           "glun2b": "GluN2B", "glun2d": "GluN2D", "ab": "GluN2A/B", "cd": "GluN2C/D",
           "bdnf": "BDNF", "mtorc1": "mTORC1", "trkb": "TrkB", "eef2": "eEF2"}  # fmt: skip


def short_name(name: str) -> str:
    """Return a dotted name as a reader writes it.

    >>> short_name("projections.pyramidal_to_pv.ampa_weight")
    'pyramidal → PV: AMPA weight'
    >>> short_name("rules.mtorc1.mtorc1_half"), short_name("ketamine.dose")
    ('mTORC1 half', 'ketamine: dose')
    >>> short_name("populations.pv.glun2b_of_ab")
    'PV: GluN2B of GluN2A/B'
    """
    first, *rest = name.split(".")
    *owner, what = rest if first in ("populations", "projections", "rules") else [first, *rest]
    words = " ".join(SPELLED.get(word, word) for word in what.split("_"))
    if first == "rules":  # the name of a constant contains that of its rule
        return words
    return f"{' '.join(readable(part) for part in owner)}: {words}" if owner else words


def short_names(names: Sequence[str]) -> list[str]:
    """Return names as a reader writes them; those that would be the same stay whole."""
    short = [short_name(name) for name in names]
    return [s if short.count(s) == 1 else n for s, n in zip(short, names, strict=True)]
