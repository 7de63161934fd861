"""The role of an arm in an experiment: what it is given, and whether it is stressed."""

from __future__ import annotations

from dataclasses import dataclass

from .protocol_timeline import Timeline
from .reported_names import CONTROL

NOTHING, VEHICLE, DRUG, OTHER, BOTH = "nothing", "vehicle", "drug", "other drug", "both"


@dataclass(frozen=True)
class Role:
    """What an arm is for.

    Attributes
    ----------
    kind : str
        ``"control"``; ``"vehicle"``: given no drug where others are; ``"drug"``: the drug under
        study alone; ``"other drug"``: other drugs alone; ``"both"``; ``"nothing"``: none of these.
    detail : str
        The other drugs, joined by a plus; of an arm that is for nothing of these, its name.
    """

    kind: str
    detail: str = ""


def arm_roles(plan: Timeline) -> dict[str, Role]:
    """Return the role of each arm.

    An arm without a drug is the control if it is so named, or if it is the first that is not
    stressed. It is a vehicle if it is so named, or stressed in an experiment with a drug.
    """
    roles: dict[str, Role] = {}
    quiet = [arm for arm in plan.arms if not plan.regimen(arm) and "vehicle" not in arm]
    calm = [arm for arm in quiet if not any(plan.stress.get(arm, ()))]
    control = CONTROL if CONTROL in quiet else next(iter(calm), None)
    for arm in plan.arms:
        given = {drug for drug, *_ in plan.regimen(arm)}
        other = " + ".join(sorted(given - {plan.drug}))
        if given:
            kind = OTHER if plan.drug not in given else BOTH if other else DRUG
            roles[arm] = Role(kind, other)
        elif arm == control:
            roles[arm] = Role(CONTROL)
        else:
            named = "vehicle" in arm or (plan.dosed and any(plan.stress.get(arm, ())))
            roles[arm] = Role(VEHICLE) if named else Role(NOTHING, arm)
    return roles
