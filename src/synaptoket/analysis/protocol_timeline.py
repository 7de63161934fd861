"""Phases and doses of an experiment, as the attributes of its result files list them."""

from __future__ import annotations

import json
import os.path
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray

    from ..results.arm_rows import RowsByArm

#: Hours after an injection, which has no duration, in which its acute effect is looked for.
ACUTE = 1.0


@dataclass(frozen=True)
class Timeline:
    """Phases and doses of an experiment, as the root attributes of its files list them.

    Attributes
    ----------
    phases : list of dict
        ``name``, ``start_h``, ``end_h``.
    doses : list of dict
        ``arm``, ``drug``, ``amount``, ``route``, ``start_h``, ``duration_h``.
    arms : list of str
    """

    phases: list[dict]
    doses: list[dict]
    arms: list[str]

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
        """Return the vehicle arm of an arm: the one that shares the longest start of its name."""
        vehicles = [a for a in self.arms if "vehicle" in a]
        return max(vehicles, key=lambda v: len(os.path.commonprefix([v, arm])), default=None)


def timeline(tree: xarray.DataTree | RowsByArm) -> Timeline:
    """Return phases and doses from the attributes of the root."""
    phases = json.loads(tree.attrs.get("protocol") or "[]")
    return Timeline(phases, json.loads(tree.attrs.get("doses") or "[]"), list(tree.children))


def _is_zero(amount: Any) -> bool:
    """Return whether an amount such as ``"0 mg/kg"`` is zero."""
    try:
        return float(str(amount).split()[0]) == 0
    except (ValueError, IndexError):
        return False
