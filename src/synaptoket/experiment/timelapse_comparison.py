"""The error of the time-lapse, measured: one arm is run at 1, 1/2 and 1/4 of its time-lapse.

The arm is run as several arms of one experiment that differ in their time-lapse alone. The phases
before the first one that is compared are the same for all of them: they are simulated once, and the
arms go on from the same state. From there on they have different segments and different random
numbers. `synaptoket.analysis.convergence` reads the error from the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

from ..parameters.errors import UserError, nearest
from ..results.destination import replacing
from ..results.image import changed_at_once
from .prepare import Prepared, prepare
from .progress import Progress, ProgressType
from .protocol import Arm, Experiment
from .run import play
from .run_options import RunOptions
from .schedule import schedule

#: Factors on the time-lapse of the phases that are compared.
FACTORS = (1.0, 0.5, 0.25)


def compare(
    experiment: Experiment,
    options: RunOptions,
    arm: str | None = None,
    phases: Sequence[str] = (),
    factors: Sequence[float] = FACTORS,
    progress: ProgressType = Progress,
    script: str | Path | None = None,
) -> list[Path]:
    """Run one arm at several time-lapses and return the result files, one for each seed.

    Parameters
    ----------
    experiment : Experiment
        Phases and arms.
    options : RunOptions
        Seeds, size, destination, changed parameters.
    arm : str, optional
        The arm to run; the dosed one with the fewest doses.
    phases : sequence of str
        Phases whose time-lapse is changed; by default all from the first in which the arm is
        stressed or dosed.
    factors : sequence of float
        Factors on their time-lapse; each is an arm ``timelapse_<factor>``.

    Raises
    ------
    UserError
        For wrong input; nothing has been compiled or written by then.
    """
    name = Path(script).stem if script else "experiment"
    return play(prepare_comparison(experiment, options, arm, phases, factors), options, name,
                progress)  # fmt: skip


def prepare_comparison(
    experiment: Experiment,
    options: RunOptions,
    arm: str | None = None,
    phases: Sequence[str] = (),
    factors: Sequence[float] = FACTORS,
) -> Prepared:
    """Return an experiment whose arms are one arm at several time-lapses, all settings applied."""
    if arm is None:
        arm = min(experiment.arms, key=lambda name: len(experiment.arms[name].doses) or inf)
    if arm not in experiment.arms:
        raise UserError(f"--arm {arm}: no such arm{nearest(arm, list(experiment.arms))}")
    # Probes are not compared, and they take time.
    alone = prepare(replace(experiment, arms={arm: experiment.arms[arm]}, probes=None), options)
    treatment = alone.experiment.arms[arm]
    known = [phase.name for phase in alone.experiment.phases]
    for phase in phases:
        if phase not in known:
            raise UserError(f"--phases {phase}: no such phase{nearest(phase, known)}")
    chosen = list(phases) or known[_first_touched(alone.experiment, treatment) :]
    lapsed = {f"timelapse_{factor:g}": _scaled(alone.experiment, chosen, factor)
              for factor in factors}  # fmt: skip
    return replace(
        alone,
        experiment=replace(alone.experiment, arms=dict.fromkeys(lapsed, treatment)),
        schedules={
            name: schedule(scaled, treatment, alone.drugs, options.timelapse_scale, alone.hormone)
            for name, scaled in lapsed.items()
        },
        parameters=alone.parameters | {"compared": {"arm": arm, "phases": chosen}},
    )


def record_error(paths: Sequence[Path], errors: Sequence[Mapping[str, Any]]) -> None:
    """Write the measured error of the synapse count, a share of the largest, into the files."""
    error = next(abs(e["error"]) / 100 for e in errors if e["quantity"] == "synapse_count")
    for path in paths:
        with replacing(path) as partial, changed_at_once(path, partial) as file:
            file.attrs["timelapse_error"] = float(error)
            file.attrs["timelapse_error_source"] = "measured"


def _first_touched(experiment: Experiment, arm: Arm) -> int:
    """Return the index of the first phase in which an arm is stressed or dosed; 0 if in none."""
    starts, doses = experiment.starts(), experiment.resolved_doses(arm)
    levels = arm.stress_levels(experiment.phases)
    for index, phase in enumerate(experiment.phases):
        end = starts[phase.name] + phase.seconds()
        if levels[index] > 0 or any(dose.start < end for dose in doses):
            return index
    return 0


def _scaled(experiment: Experiment, phases: Sequence[str], factor: float) -> Experiment:
    """Return the experiment with the time-lapse of some phases multiplied by a factor."""
    changed = tuple(
        phase.slowed(factor) if phase.name in phases else phase for phase in experiment.phases
    )
    return replace(experiment, phases=changed)
