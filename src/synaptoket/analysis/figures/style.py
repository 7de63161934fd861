"""Colours, fonts and names that all figures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..protocol_timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Colours that stay apart in every common form of colour blindness (Okabe & Ito 2008); arms,
# populations and signals share none, so that a colour means one thing in the whole figure.
# The colour is the treatment; arms of one treatment, at another time or in other stress, differ in
# their dashes.
ARM_COLOURS = {
    "control": "#000000",
    "stress_vehicle": "#D55E00",
    "persistent_vehicle": "#D55E00",
    "stress_ketamine": "#0072B2",
    "late_ketamine": "#0072B2",
    "persistent_ketamine": "#0072B2",
    "stress_nbqx": "#E69F00",
    "stress_ketamine_nbqx": "#E69F00",
    "stress_rapamycin": "#CC79A7",
    "stress_ketamine_rapamycin": "#CC79A7",
}

SPARE_ARM_COLOURS = ("#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#999999", "#44AA99", "#332288")

POPULATION_COLOURS = {
    "pyramidal": "#117733",
    "pv": "#56B4E9",
    "sst": "#882255",
    "ca3": "#B09A5B",
    "ca3_pv": "#6699CC",
    "ca3_sst": "#AA4499",
}

SPARE_POPULATION_COLOURS = ("#999933", "#332288", "#AA4499", "#44AA99", "#661100", "#6699CC")

DRUG_COLOUR = "#555555"

STYLE: dict[RcKeyType, Any] = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.7,
    "lines.solid_capstyle": "round",
}

#: A remark beside a title or in a panel.
REMARK: dict[str, Any] = {"fontsize": 9, "fontweight": "normal", "color": "#444444"}

#: Spacing of a legend.
TIGHT: dict[str, Any] = {
    "handletextpad": 0.5,
    "columnspacing": 1.0,
    "labelspacing": 0.3,
    "borderaxespad": 0.3,
}

#: The line above all panels.
CAPTION: dict[str, Any] = {"fontsize": 10, "color": "#333333", "x": 0.01, "ha": "left"}


def arm_colours(arms: Sequence[str]) -> dict[str, str]:
    """Return a colour for each arm; those of the headline experiment have fixed colours."""
    return _colours(arms, ARM_COLOURS, SPARE_ARM_COLOURS)


def arm_styles(plan: Timeline) -> dict[str, dict]:
    """Return colour, dashes and order of each arm, such that curves that coincide stay visible."""
    dashes = iter([(0, (4, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2))] * len(plan.arms))
    styles, seen = {}, set()
    for arm, colour in arm_colours(plan.arms).items():
        mixed = arm in plan.treated and arm != plan.treated_alone
        order = 5 if mixed else 4 if arm == plan.treated_alone else 3
        dashed = mixed or colour in seen
        styles[arm] = {"color": colour, "ls": next(dashes) if dashed else "-", "zorder": order}
        seen.add(colour)
    return {arm: styles[arm] for arm in plan.arms}


def population_colours(populations: Sequence[str]) -> dict[str, str]:
    """Return a colour for each population; those of the circuits that ship have fixed colours."""
    return _colours(populations, POPULATION_COLOURS, SPARE_POPULATION_COLOURS)


def _colours(names: Sequence[str], known: dict[str, str], spare: Sequence[str]) -> dict[str, str]:
    taken = {known[name] for name in names if name in known}
    free = [colour for colour in spare if colour not in taken] or list(spare)
    unknown = [name for name in names if name not in known]
    return {**{name: known[name] for name in names if name in known},
            **{name: free[i % len(free)] for i, name in enumerate(unknown)}}  # fmt: skip


def readable(name: str) -> str:
    """Return a name of the files in the spelling of a text.

    >>> readable("stress_ketamine_nbqx"), readable("pyramidal_to_pv"), readable("evening_dose")
    ('stress + ketamine + NBQX', 'pyramidal → PV', 'evening dose')
    """
    capitals = {
        "nbqx": "NBQX",
        "pv": "PV",
        "sst": "SST",
        "vip": "VIP",
        "ca3": "CA3",
        "mk801": "MK-801",
    }
    words = name.split("_")
    text = [capitals.get(word, word) for word in words]
    if "to" in words:
        i = words.index("to")
        return f"{' '.join(text[:i])} → {' '.join(text[i + 1 :])}"
    # The headline arms combine treatments, joined by a plus; other names are phrases.
    combined = {word for arm in ARM_COLOURS for word in arm.split("_")}
    return (" + " if combined.issuperset(words) else " ").join(text)
