"""The attributes of a result file's root, which describe its run."""

from __future__ import annotations

import json
from typing import Any

from ..circuit.identity import identity
from ..pharmacology import Dose, ResolvedDose
from ..results.provenance import provenance, to_toml
from ..results.schema import EVENTS, RECORDED
from .prepare import Prepared
from .protocol import Experiment
from .run_options import RunOptions
from .seed_run import SeedRun
from .start_state import StartingPoint


def run_attributes(
    prepared: Prepared, options: RunOptions, name: str, run: SeedRun, start: StartingPoint | None
) -> dict[str, Any]:
    """Return the attributes of the file of one seed, except the engine and the results.

    Parameters
    ----------
    prepared, options
        The run.
    name : str
        Of the experiment.
    run : SeedRun
        The run of this file's seed.
    start : StartingPoint, optional
        The state of another run that it starts from.
    """
    nowhere = {"start_file": "", "start_checkpoint": "", "start_state": "", "start_segment": 0}
    return {
        **provenance(),
        **summarised_attributes(prepared, name, run),
        "neurons": prepared.plan.circuit.neurons,
        "command": options.command,
        RECORDED: EVENTS if options.record_events else "",
        "rules": json.dumps(prepared.rules),
        "timelapse_error": prepared.timelapse_error,
        "timelapse_error_source": "bound",
        "parameters": to_toml(prepared.parameters),
        "changed": dict(setting.text.split("=", 1) for setting in prepared.settings),
        "overlay": prepared.overlay,
        "circuit": json.dumps(identity(prepared.plan, run.connectivity_seed)),
        **(start.attributes if start else nowhere),
    }


def summarised_attributes(prepared: Prepared, name: str, run: SeedRun) -> dict[str, Any]:
    """Return the attributes that a summary reads: all that a run without a file has."""
    return {**protocol_attributes(prepared.experiment), "experiment": name, "seed": run.seed}


def protocol_attributes(experiment: Experiment) -> dict[str, str]:
    """Return arms, phases, levels of stress and doses of an experiment, as JSON text."""
    starts = experiment.starts()
    phases = [
        {
            "name": phase.name,
            "start_h": starts[phase.name] / 3600,
            "end_h": (starts[phase.name] + phase.seconds()) / 3600,
        }
        for phase in experiment.phases
    ]
    doses = [
        _described(name, dose, resolved)
        for name, arm in experiment.arms.items()
        for dose, resolved in zip(arm.doses, experiment.resolved_doses(arm), strict=True)
    ]
    stress = {name: arm.stress_levels(experiment.phases) for name, arm in experiment.arms.items()}
    return {
        "arms": json.dumps(list(experiment.arms)),
        "protocol": json.dumps(phases),
        "stress": json.dumps(stress),
        "doses": json.dumps(doses),
    }


def _described(arm: str, dose: Dose, resolved: ResolvedDose) -> dict[str, Any]:
    return {
        "arm": arm,
        "drug": dose.drug,
        "amount": str(dose.amount),
        "route": dose.route,
        "start_h": resolved.start / 3600,
        "duration_h": resolved.duration / 3600,
    }
