"""Colours, fonts and names that all figures share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..arm_roles import BOTH, DRUG, NOTHING, OTHER, VEHICLE, Role, arm_roles
from ..protocol_timeline import Timeline
from ..reported_names import CONTROL

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Colours that stay apart in every common form of colour blindness (Okabe & Ito 2008); arms,
# populations and signals share none, so that a colour means one thing in the whole figure.
# The colour of an arm is its role: what it is given, not its place in the experiment.
ROLE_COLOURS = {CONTROL: "#000000", VEHICLE: "#D55E00", DRUG: "#0072B2"}

#: Other drugs, alone or together with the drug under study.
OTHER_DRUG_COLOURS = {"nbqx": "#E69F00", "rapamycin": "#CC79A7"}

SPARE_ARM_COLOURS = ("#999999", "#7F5539", "#B5A642", "#6A4C93", "#E69F00", "#CC79A7")

#: Dashes of the drug under study together with another.
TOGETHER = (0, (4, 2))

#: Dashes of arms of one role, which differ in dose, time or stress.
ALIKE = ("-", (0, (1, 1.2)), (0, (6, 2, 1, 2)))

#: Words of which names of arms are sums: those of the headline experiments.
SUMMANDS = {"control", "stress", "vehicle", "persistent", "late", "ketamine", "nbqx", "rapamycin"}

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


def arm_styles(plan: Timeline) -> dict[str, dict]:
    """Return colour, dashes and order of each arm, such that curves that coincide stay visible.

    The colour and the dashes belong to the role of the arm. Arms of one role differ in their
    dashes, and if there are many, in how light they are.
    """
    roles = arm_roles(plan)
    colours = _role_colours(roles.values())
    styles, places = {}, Counter()
    for arm, role in roles.items():
        lightness, dashes = divmod(places[role], len(ALIKE))
        shown = TOGETHER if role.kind == BOTH and not dashes else ALIKE[dashes]
        order = {BOTH: 5, DRUG: 4}.get(role.kind, 3)
        styles[arm] = {"color": _lighter(colours[role], lightness), "ls": shown, "zorder": order}
        places[role] += 1
    return styles


def drug_colours(plan: Timeline) -> dict[str, str]:
    """Return the colour of each other drug: that of the arms that are given no further one."""
    roles = arm_roles(plan)
    colours = _role_colours(roles.values())
    return {role.detail: colours[role] for role in roles.values() if role.kind in (OTHER, BOTH)}


def named_colours(arms: Sequence[str]) -> dict[str, str]:
    """Return a colour for each arm by its name alone, where doses are not known."""
    roles = {arm: _role_of_name(arm) for arm in arms}
    colours = _role_colours(roles.values())
    return {arm: colours[role] for arm, role in roles.items()}


def _role_of_name(arm: str) -> Role:
    words = arm.split("_")
    others = " + ".join(word for word in words if word in OTHER_DRUG_COLOURS)
    if others:
        return Role(BOTH if "ketamine" in words else OTHER, others)
    kinds = {CONTROL: CONTROL, "vehicle": VEHICLE, "ketamine": DRUG}
    kind = next((kind for word, kind in kinds.items() if word in words), None)
    return Role(kind) if kind else Role(NOTHING, arm)


def _role_colours(roles: Iterable[Role]) -> dict[Role, str]:
    """Return a colour for each role; drugs of one's own get those that are left."""
    known = OTHER_DRUG_COLOURS | ROLE_COLOURS
    names = {role: role.detail if role.kind in (OTHER, BOTH) else role.kind for role in roles}
    named = {role: known[name] for role, name in names.items() if name in known}
    spare = [colour for colour in SPARE_ARM_COLOURS if colour not in named.values()]
    left = dict.fromkeys(role.detail for role in names if role not in named)
    others = {detail: spare[i % len(spare)] for i, detail in enumerate(left)}
    return named | {role: others[role.detail] for role in names if role not in named}


def _lighter(colour: str, steps: int) -> str:
    """Return a colour that is lighter by some steps of a third of the way to white.

    >>> _lighter("#000000", 0), _lighter("#000000", 1)
    ('#000000', '#555555')
    """
    share = (2 / 3) ** steps
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - part)):02X}" for part in parts)


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
    return (" + " if SUMMANDS.issuperset(words) else " ").join(text)
