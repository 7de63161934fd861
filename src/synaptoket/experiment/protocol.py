"""The protocol of an experiment: phases, arms and doses.

A phase has a duration, in time of biology, and a time-lapse: the time of biology that one second
of spiking stands for, which may change within the phase. `schedule` cuts each phase into whole
segments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..parameters.errors import UserError, nearest, shortened
from ..parameters.printable import is_printable
from ..parameters.quantities import Quantity
from ..pharmacology import Dose, ResolvedDose
from ..results.schema import PHASE_BYTES
from .assembly import Assembly
from .phase import Phase, check_level, phase_label
from .probes import Probes

#: The range of body weights, in kg, for which allometry was studied: from a shrew to a horse.
LEAST_WEIGHT, LARGEST_WEIGHT = 1e-3, 1e3

#: The longest name of an arm, in letters.
LONGEST_ARM = 80

_ARM = re.compile(rf"[A-Za-z][A-Za-z0-9_.+-]{{0,{LONGEST_ARM - 1}}}")


@dataclass(frozen=True)
class Arm:
    """One treatment: stress, stimulus and doses.

    Parameters
    ----------
    stress : bool or dict of str to float
        Whether the stress of the phases applies. A dictionary says how the arm departs from it:
        ``{"before dose": 0.5}`` is the stress of the phases until the phase ``before dose``, and
        the level 0.5 from then on, until the next phase that is named, or to the end.
    doses : tuple of Dose
        The doses that it is given; the vehicle has none.
    stimulated : bool
        Whether the stimulus of the phases applies.
    """

    stress: bool | Mapping[str, float] = False
    doses: tuple[Dose, ...] = ()
    stimulated: bool = False

    def stress_levels(self, phases: Sequence[Phase]) -> list[float]:
        """Return the level of stress in each phase.

        >>> phases = (Phase("stress", "9 day", stress=1.0), Phase("dose", "1 h"), Phase("z", "1 h"))
        >>> [Arm(stress).stress_levels(phases) for stress in (False, True, {"dose": 0.4})]
        [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.4, 0.4]]
        """
        if isinstance(self.stress, bool):
            return [float(phase.stress) if self.stress else 0.0 for phase in phases]
        levels, own = [], None
        for phase in phases:
            own = self.stress.get(phase.name, own)
            levels.append(float(phase.stress if own is None else own))
        return levels


@dataclass(frozen=True)
class Experiment:
    """A question in the form of phases and arms.

    Parameters
    ----------
    phases : tuple of Phase
        In order; time is zero at the start of the first.
    arms : dict of str to Arm
        Arms are one simulation as long as their drives are the same. After that they are twins:
        they go on from one state with the same random numbers.
    circuit : str
        A circuit's name or TOML file.
    body_weight : str
        The weight of the subject whose plasma is followed.
    assembly : Assembly, optional
        Cells that are connected more strongly among themselves, from a phase on.
    probes : Probes, optional
        Tests of the circuit at the ends of phases.
    """

    phases: tuple[Phase, ...]
    arms: Mapping[str, Arm]
    circuit: str = "prefrontal"
    body_weight: str = "70 kg"
    assembly: Assembly | None = None
    probes: Probes | None = None

    def __post_init__(self) -> None:
        self._check_types()

    def check(self) -> None:
        """Raise `UserError` if phases, arms or doses do not fit together."""
        names = [phase.name for phase in self.phases]
        if not names or not self.arms:
            raise UserError("experiment: expected at least one phase and one arm")
        labels = [phase_label(name) for name in names]
        for name in names:
            if labels.count(phase_label(name)) > 1:
                raise UserError(f"experiment: two phases are named {name!r}")
            length = len(name.encode(errors="replace"))
            if not 0 < length <= PHASE_BYTES or phase_label(name) == "latest":
                raise UserError(
                    f"experiment: phase {shortened(name)!r}: expected a name of 1 to "
                    f"{PHASE_BYTES} letters, other than 'latest'"
                )
            if not is_printable(name):
                raise UserError(f"experiment: phase {name!r}: a name with control characters")
        for phase in self.phases:
            phase.check()
        self.weight()
        if self.assembly is not None:
            self.assembly.check(names)
        if self.probes is not None:
            self.probes.check(names)
        for name, arm in self.arms.items():
            if not _ARM.fullmatch(name) or name == "checkpoints":
                raise UserError(
                    f"experiment: arm {shortened(name)!r}: expected a name of up to {LONGEST_ARM} "
                    "letters, digits, '_', '-', '+' and '.', other than 'checkpoints'"
                )
            for dose in arm.doses:
                if dose.phase is not None and dose.phase not in names:
                    hint = nearest(dose.phase, names)
                    raise UserError(f"arm {name}: {dose.drug}: unknown phase {dose.phase!r}{hint}")
            for phase, level in arm.stress.items() if isinstance(arm.stress, Mapping) else ():
                if phase not in names:
                    hint = nearest(str(phase), names)
                    raise UserError(f"arm {name}: stress: unknown phase {phase!r}{hint}")
                check_level(f"arm {name}: stress in {phase!r}", level)
            self._check_times(name, arm)

    def _check_times(self, name: str, arm: Arm) -> None:
        """Raise `UserError` for a dose after the last phase, which would never be given."""
        end = self.end()
        for dose in self.resolved_doses(arm):
            if dose.start >= end:
                raise UserError(
                    f"arm {name}: dose of {dose.drug}: it starts {dose.start / 3600:.6g} h "
                    f"after the first phase begins; expected less than the {end / 3600:.6g} h of "
                    "all phases"
                )

    def cut_doses(self) -> list[str]:
        """Return a warning for each dose that is not over when the last phase ends."""
        end, weight = self.end(), self.weight()
        lines = []
        for name, arm in self.arms.items():
            for dose, resolved in zip(arm.doses, self.resolved_doses(arm), strict=True):
                # A millionth of the experiment is rounding.
                if resolved.end > end * (1 + 1e-6) and resolved.amount:
                    share = 100 * (end - resolved.start) / resolved.duration
                    lines.append(
                        f"arm {name}: {dose.described(weight)}: the last phase ends before it "
                        f"does: {share:.3g} % of it is given"
                    )
        return lines

    def _check_types(self) -> None:
        """Raise `UserError` if phases, arms, doses or names are of another type than expected."""
        if not isinstance(self.circuit, (str, Path)):
            raise UserError(f"experiment: circuit = {self.circuit!r}: expected a name or a path")
        if not isinstance(self.phases, (tuple, list)) or not isinstance(self.arms, Mapping):
            raise UserError("experiment: expected a tuple of phases and a dictionary of arms")
        for phase in self.phases:
            if not isinstance(phase, Phase) or not isinstance(phase.name, str):
                raise UserError(
                    f"experiment: {shortened(repr(phase))}: expected a Phase with a name"
                )
        self._check_probed()
        for name, arm in self.arms.items():
            if not isinstance(name, str) or not isinstance(arm, Arm):
                raise UserError(f"experiment: {name!r}: {shortened(repr(arm))}: expected an Arm")
            if not isinstance(arm.doses, (tuple, list)):
                raise UserError(f"arm {name}: doses: expected a tuple, as in (Dose(…),)")
            for dose in arm.doses:
                if not isinstance(dose, Dose):
                    raise UserError(f"arm {name}: {shortened(repr(dose))}: expected a Dose")
            if not isinstance(arm.stress, (bool, Mapping)):
                raise UserError(
                    f"arm {name}: stress = {shortened(repr(arm.stress))}: expected True, False or "
                    'levels by phase, as in {"before dose": 0.5}'
                )
            if not isinstance(arm.stimulated, bool):
                raise UserError(
                    f"arm {name}: stimulated = {arm.stimulated!r}: expected True or False"
                )

    def _check_probed(self) -> None:
        """Raise `UserError` if the assembly or the probes are of another type than expected."""
        for key, kind in (("assembly", Assembly), ("probes", Probes)):
            value = getattr(self, key)
            if value is not None and not isinstance(value, kind):
                shown = shortened(repr(value))
                raise UserError(f"experiment: {key} = {shown}: expected {kind.__name__}(…) or None")

    def weight(self) -> float:
        """Return the body weight in kg."""
        try:
            weight = Quantity.parse(self.body_weight, "kilogram")
        except UserError as error:
            raise UserError(f"experiment: body_weight = {error}") from None
        if not LEAST_WEIGHT <= weight <= LARGEST_WEIGHT:
            raise UserError(
                f'experiment: body_weight = "{weight.text}": expected {LEAST_WEIGHT * 1e3:g} g to '
                f"{LARGEST_WEIGHT:g} kg"
            )
        return float(weight)

    def resolved_doses(self, arm: Arm) -> list[ResolvedDose]:
        """Return the doses of an arm in SI units, in the time of the protocol.

        Raises
        ------
        UserError
            If a dose starts before the protocol does.
        """
        starts, weight = self.starts(), self.weight()
        return [
            dose.resolve(0.0 if dose.phase is None else starts.get(dose.phase, 0.0), weight)
            for dose in arm.doses
        ]

    def doses(self) -> list[Dose]:
        """Return all doses of all arms."""
        return [dose for arm in self.arms.values() for dose in arm.doses]

    def drugs(self) -> list[str]:
        """Return the names of the drugs of all arms."""
        return list(dict.fromkeys(dose.drug for dose in self.doses()))

    def with_arms(self, names: Sequence[str]) -> Experiment:
        """Return the experiment with some of its arms, in its own order.

        Raises
        ------
        UserError
            If there is no arm of a name.
        """
        for name in names:
            if name not in self.arms:
                raise UserError(f"arm {name!r}: not in the experiment{nearest(name, self.arms)}")
        return replace(self, arms={name: arm for name, arm in self.arms.items() if name in names})

    def end(self) -> float:
        """Return when the last phase ends, in seconds."""
        return sum(phase.seconds() for phase in self.phases)

    def starts(self) -> dict[str, float]:
        """Return when each phase starts, in seconds."""
        ends = np.cumsum([0.0, *(phase.seconds() for phase in self.phases)])
        return {phase.name: float(t) for phase, t in zip(self.phases, ends, strict=False)}
