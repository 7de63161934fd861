"""Settings of a run, ``--set name=value``: each changes the experiment, a drug or the circuit.

A setting is applied once. What a drug or the circuit is then built from is the very table that the
result file records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..parameters.errors import UserError, nearest
from ..parameters.files import display, model_path, read_toml
from ..parameters.overrides import Dotted, Override, Value, assign
from ..parameters.overrides import names as leaf_names
from ..pharmacology import Dose
from ..pharmacology.stress_hormone import STRESS_HORMONE
from .protocol import Experiment

#: The words after a drug's name that set its doses, and the field of `Dose` that each means.
_DOSE_KEYS = {"dose": "amount", "amount": "amount", "route": "route", "start": "start",
              "duration": "duration", "phase": "phase"}  # fmt: skip

_PHASE_KEYS = ("duration", "timelapse", "stress", "stimulus", "stress_per_day")


@dataclass
class AppliedSettings:
    """An experiment with its settings applied, and the settings that are left for its models.

    Attributes
    ----------
    experiment : Experiment
        Not checked yet.
    drugs : dict of str to list of Override
        What changes the file of each drug, named from the drug's table on.
    circuit : list of Override
        What changes the circuit's file.
    hormone : list of Override
        What changes the file of the stress hormone, named from the file's top on.
    """

    experiment: Experiment
    drugs: dict[str, list[Override]]
    circuit: list[Override] = field(default_factory=list)
    hormone: list[Override] = field(default_factory=list)


def apply_settings(
    experiment: Experiment, settings: Sequence[Override], neurons: int | None = None
) -> AppliedSettings:
    """Apply settings to an experiment, and sort out those that change its drugs or its circuit.

    Parameters
    ----------
    experiment : Experiment
    settings : sequence of Override
    neurons : int, optional
        The size that ``--neurons`` sets.

    Raises
    ------
    UserError
        If a setting names nothing that is there, or a parameter is set twice.
    """
    _check_owners(settings, neurons)
    applied = AppliedSettings(experiment, {name: [] for name in experiment.drugs()})
    drugs: dict[str, str] = {}  # a drug may be a file of one's own
    for name in applied.drugs:
        if drugs.setdefault(Path(name).stem, name) != name:
            raise UserError(
                f"{name}: expected another file name: a setting could also mean "
                f"{drugs[Path(name).stem]}"
            )
    for setting in settings:
        first = setting.dotted[0]
        if first in drugs:
            _set_drug(applied, drugs[first], setting)
        elif first == STRESS_HORMONE and len(setting.dotted) > 1:
            applied.hormone.append(setting._replace(dotted=setting.dotted[1:]))
        elif first == "phases":
            _set_phase(applied, setting)
        elif first == "assembly" and experiment.assembly is not None:
            _set_assembly(applied, setting)
        elif first == "probes" and applied.experiment.probes is not None:
            probes = applied.experiment.probes.changed(setting.dotted[1:], setting.value)
            applied.experiment = replace(applied.experiment, probes=probes)
        elif setting.dotted == ("body_weight",):
            weight = str(setting.value)
            applied.experiment = replace(applied.experiment, body_weight=weight)
        else:
            applied.circuit.append(setting)
    return applied


def set_leaves(tree: dict[str, Any], settings: Iterable[Override], where: str) -> dict[str, Any]:
    """Apply settings to the tables of a model's file, in place, and return them."""
    for setting in settings:
        assign(tree, setting.dotted, setting.value, where)
    return tree


def _check_owners(settings: Sequence[Override], neurons: int | None) -> None:
    """Raise `UserError` if two settings change one parameter: the first would have no effect."""
    owners: dict[Dotted, str] = {}
    if neurons is not None:
        owners[("neurons",)] = f"--neurons {neurons}"
    for setting in settings:
        *way, last = setting.dotted
        key = (*way, _DOSE_KEYS.get(last, last))
        if key in owners:
            raise UserError(
                f"--set {setting.text}: {owners[key]} sets {setting.name} already; "
                "give one of the two"
            )
        owners[key] = f"--set {setting.text}"


def _set_drug(applied: AppliedSettings, drug: str, setting: Override) -> None:
    """Change a dose of a drug in every arm that gives it, or a number of the drug's file."""
    rest = setting.dotted[1:]
    if len(rest) == 1 and rest[0] in _DOSE_KEYS:
        applied.experiment = _with_dose(applied.experiment, drug, rest[0], setting)
        return
    path = model_path("drugs", drug)
    known = leaf_names(read_toml(path))
    if ".".join(rest) not in known:
        hint = nearest(".".join(rest), [*known, *_DOSE_KEYS])
        raise UserError(f"--set {setting.name}: {display(path)} has no such parameter{hint}")
    applied.drugs[drug].append(setting._replace(dotted=tuple(rest)))


def _with_dose(experiment: Experiment, drug: str, word: str, setting: Override) -> Experiment:
    key, value = _DOSE_KEYS[word], setting.value
    if key == "phase":
        value = str(value)  # a phase may be named 1

    def changed(dose: Dose) -> Dose:
        return replace(dose, **{key: value}) if dose.drug == drug else dose

    try:
        arms = {
            name: replace(arm, doses=tuple(changed(dose) for dose in arm.doses))
            for name, arm in experiment.arms.items()
        }
    except UserError as error:
        raise UserError(f"--set {setting.name}={setting.value}: {error}") from None
    return replace(experiment, arms=arms)


def _set_phase(applied: AppliedSettings, setting: Override) -> None:
    """Change the duration, the time-lapse, the stress or the stimulus of a phase."""
    phases = applied.experiment.phases
    names, dotted = [phase.name for phase in phases], setting.dotted
    if len(dotted) != 3 or dotted[1] not in names or dotted[2] not in _PHASE_KEYS:
        raise _unknown(
            setting, setting.name, [f"phases.{n}.{k}" for n in names for k in _PHASE_KEYS]
        )
    _, name, key = dotted
    changed: dict[str, Value] = {key: setting.value}
    applied.experiment = replace(
        applied.experiment,
        phases=tuple(replace(p, **changed) if p.name == name else p for p in phases),
    )


def _set_assembly(applied: AppliedSettings, setting: Override) -> None:
    """Change a number of the assembly, or the phase that stores it."""
    assembly, rest = applied.experiment.assembly, setting.dotted[1:]
    assert assembly is not None
    known = [described.name for described in fields(assembly)]
    if len(rest) != 1 or rest[0] not in known:
        raise _unknown(setting, ".".join(rest), known)
    changed: dict[str, Any] = {rest[0]: setting.value}
    applied.experiment = replace(applied.experiment, assembly=replace(assembly, **changed))


def _unknown(setting: Override, name: str, known: Sequence[str]) -> UserError:
    return UserError(f"--set {setting.name}: no such parameter{nearest(name, known)}")
