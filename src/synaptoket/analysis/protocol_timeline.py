"""Phases, stress and doses of an experiment, as the attributes of its result files list them."""

from __future__ import annotations

import json
import os.path
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from .reported_names import CONTROL

if TYPE_CHECKING:
    import xarray

    from ..results.arm_rows import RowsByArm

#: Hours after an injection, which has no duration, in which its acute effect is looked for.
ACUTE = 1.0

#: Hours within which doses count as given on one visit.
VISIT = 1.0


@dataclass(frozen=True)
class Timeline:
    """Phases, stress and doses of an experiment, as the root attributes of its files list them.

    Attributes
    ----------
    phases : list of dict
        ``name``, ``start_h``, ``end_h``.
    doses : list of dict
        ``arm``, ``drug``, ``amount``, ``route``, ``start_h``, ``duration_h``.
    arms : list of str
    stress : dict of str to list of float
        Level of stress of an arm in each phase; empty for files of early versions.
    """

    phases: list[dict]
    doses: list[dict]
    arms: list[str]
    stress: Mapping[str, list[float]] = field(default_factory=dict)

    @property
    def drug(self) -> str | None:
        """The drug under study: of all drugs given, the one that most arms receive."""
        doses = [d for d in self.doses if not _is_zero(d["amount"])] or self.doses
        arms = {d["drug"]: set() for d in doses}
        for dose in doses:
            arms[dose["drug"]].add(dose["arm"])
        return max(arms, key=lambda drug: len(arms[drug]), default=None)

    @property
    def treated(self) -> list[str]:
        """The arms that receive the drug under study."""
        arms = {d["arm"] for d in self.doses if d["drug"] == self.drug}
        arms -= {d["arm"] for d in self.doses if _is_zero(d["amount"]) and d["drug"] == self.drug}
        return [arm for arm in self.arms if arm in arms]

    @property
    def dosed(self) -> list[str]:
        """The arms that receive any drug."""
        return [arm for arm in self.arms if self.regimen(arm)]

    def regimen(self, arm: str) -> list[tuple]:
        """Return drug, amount, route and duration of each dose of an arm that is not zero."""
        keys = ("drug", "amount", "route", "duration_h")
        given = [d for d in self.doses if d["arm"] == arm and not _is_zero(d["amount"])]
        return sorted(tuple(dose[key] for key in keys) for dose in given)

    def dose_times(self) -> dict[str, list[float]]:
        """Return the hours at which each drug is given to any arm, doses of zero left out."""
        times: dict[str, set[float]] = {}
        for dose in self.doses:
            if not _is_zero(dose["amount"]):
                times.setdefault(dose["drug"], set()).add(float(dose["start_h"]))
        return {drug: sorted(hours) for drug, hours in times.items()}

    def visits(self, arm: str) -> list[float]:
        """Return the hours at which an arm is given the drug under study.

        Doses within `VISIT` hours of one another are one visit: sprays that are minutes apart.
        """
        starts = sorted(
            float(dose["start_h"])
            for dose in self.doses
            if dose["arm"] == arm and dose["drug"] == self.drug and not _is_zero(dose["amount"])
        )
        return [b for a, b in zip([-inf, *starts], starts, strict=False) if b - a > VISIT]

    def stress_levels(self) -> list[float]:
        """Return the mean level of stress in each phase, over the arms that are ever stressed.

        Files of early versions, which hold no levels, have stress in the phase of that name.
        """
        if not self.stress:
            return [float(phase["name"] == "stress") for phase in self.phases]
        stressed = [levels for levels in self.stress.values() if any(levels)]
        means = [sum(level) / len(stressed) for level in zip(*stressed, strict=False)]
        return means + [0.0] * (len(self.phases) - len(means))

    def antagonists(self, arm: str) -> list[dict]:
        """Return the doses of an arm that are neither zero nor of the drug under study."""
        given = [d for d in self.doses if d["arm"] == arm and not _is_zero(d["amount"])]
        return [dose for dose in given if dose["drug"] != self.drug]

    @property
    def treated_alone(self) -> str | None:
        """The arm that shows the drug by itself: treated, with the fewest other drugs."""

        def others(arm: str) -> int:
            return len({d["drug"] for d in self.doses if d["arm"] == arm})

        return min(self.treated, key=others, default=None)

    def infusion(self, arm: str) -> tuple[float, float] | None:
        """Return start and end (h) of the first dose of an arm.

        An arm without doses has the first dose of the others. Without any dose, the infusion starts
        with the phase ``treatment``; it is None without such a phase.
        """
        doses = [d for d in self.doses if d["drug"] == self.drug]
        doses = [d for d in doses if d["arm"] == arm] or doses
        if doses:
            first = min(doses, key=lambda d: d["start_h"])
            start, duration = float(first["start_h"]), float(first["duration_h"])
            return start, start + (duration if duration > 1 / 6 else ACUTE)
        phase = self.phase("treatment")
        return (phase["start_h"], phase["start_h"] + ACUTE) if phase else None

    def phase(self, name: str) -> dict | None:
        """Return the phase of that name."""
        return next((phase for phase in self.phases if phase["name"] == name), None)

    def vehicle(self, arm: str) -> str | None:
        """Return the vehicle arm of an arm: of the same stress, and given no drug.

        Of several it is one with a dose of zero at the same time, then the one that shares the
        longest start of its name. An arm without stress has the control, if there is no vehicle.
        """
        vehicles = [a for a in self.arms if "vehicle" in a]
        if self.stress:
            stress = self.stress.get(arm)
            alike = [a for a in self.arms if self.stress.get(a) == stress and a not in self.dosed]
            vehicles = [a for a in vehicles if a in alike] or [a for a in alike if a == CONTROL]

        def likeness(vehicle: str) -> tuple[bool, int]:
            together = self.infusion(vehicle) == self.infusion(arm)
            return together, len(os.path.commonprefix([vehicle, arm]))

        return max(vehicles, key=likeness, default=None)

    def since_stress(self, arm: str) -> float | None:
        """Return the hours from the end of an arm's stress to its dose.

        Infinite while it goes on at the dose; None for an arm that was not stressed before.
        """
        infusion, levels = self.infusion(arm), self.stress.get(arm, [])
        if infusion is None:
            return None
        before = [
            p for p in zip(self.phases, levels, strict=False) if p[0]["start_h"] <= infusion[0]
        ]
        ends = [phase["end_h"] for phase, level in before if level > 0]
        if not ends:
            return None
        return infusion[0] - ends[-1] if ends[-1] <= infusion[0] else inf


def timeline(tree: xarray.DataTree | RowsByArm) -> Timeline:
    """Return phases and doses from the attributes of the root."""
    phases = json.loads(tree.attrs.get("protocol") or "[]")
    doses, stress = (json.loads(tree.attrs.get(n) or "null") for n in ("doses", "stress"))
    return Timeline(phases, doses or [], list(tree.children), stress or {})


def _is_zero(amount: Any) -> bool:
    """Return whether an amount such as ``"0 mg/kg"`` is zero."""
    try:
        return float(str(amount).split()[0]) == 0
    except (ValueError, IndexError):
        return False
