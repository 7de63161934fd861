"""An experiment with every setting of the command line applied and checked.

Nothing is compiled or written before this has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..circuit.circuit_file import Circuit, circuit_tree, read_circuit
from ..circuit.group import CircuitPlan
from ..circuit.plan import plan
from ..parameters.errors import UserError, shortened
from ..parameters.files import display, model_path, read_toml
from ..parameters.hypotheses import Hypothesis, load_hypothesis
from ..parameters.overrides import Override
from ..parameters.ranges import unusual_values
from ..parameters.validation import overridden, validated
from ..pharmacology.dose import other_kind
from ..pharmacology.drug import Drug
from ..pharmacology.stress_hormone import STRESS_HORMONE, StressHormone, hormone_path
from ..plasticity import Rule, RuleSource, known_rules, rules_from
from . import timelapse_bound
from .assembly import recurrent_projection
from .protocol import Experiment
from .run_options import RunOptions
from .schedule import Schedule, check_length, schedule
from .settings import AppliedSettings, apply_settings, set_leaves

#: Tables of parameter files as they are read from TOML.
Tables = dict[str, Any]


@dataclass
class Prepared:
    """An experiment with every setting applied and checked, before anything is compiled.

    Attributes
    ----------
    experiment : Experiment
        With a time-lapse in every phase.
    plan : CircuitPlan
        Of its circuit.
    drugs : dict of str to Drug
    hormone : StressHormone
    schedules : dict of str to Schedule
        By arm.
    parameters : dict
        Every parameter as a tree of tables; `experiment`, `plan` and `drugs` were made from it.
    timelapse_error : float
        The bound of the time-lapse's error, a share of the largest response.
    warnings : tuple of str
        What is allowed and unusual, a line each.
    rules : dict of str to dict
        For each rule in use that does not ship: where it is ``from``, and its ``text``.
    settings : tuple of Override
        All that were applied: those of the overlay, and those of the user.
    overlay : str
        The name of the overlay's file; empty without one.
    """

    experiment: Experiment
    plan: CircuitPlan
    drugs: dict[str, Drug]
    hormone: StressHormone
    schedules: dict[str, Schedule]
    parameters: Tables
    timelapse_error: float = float("nan")
    warnings: tuple[str, ...] = ()
    rules: dict[str, dict[str, str]] = field(default_factory=dict)
    settings: tuple[Override, ...] = ()
    overlay: str = ""


def prepare(experiment: Experiment, options: RunOptions) -> Prepared:
    """Apply all settings to the experiment, its drugs and its circuit, and check everything.

    Raises
    ------
    UserError
        If anything is wrong: one line.
    """
    if not isinstance(experiment, Experiment):
        raise UserError(f"experiment = {shortened(repr(experiment))}: expected an Experiment")
    planned = replace(experiment, circuit=options.circuit or experiment.circuit)
    overlay = _overlay(planned, options)
    settings = overlay.settings_under(options.settings) if overlay else options.settings
    applied = apply_settings(planned, settings, options.neurons)
    experiment = applied.experiment
    experiment.check()
    drug_tables = _drug_tables(applied)
    drugs = {
        name: validated(Drug, tables, display(model_path("drugs", name)))
        for name, tables in drug_tables.items()
    }
    rules, sources = rules_from(options.rules)
    models = {
        "circuit": _circuit_tables(applied, options.neurons, rules),
        "receptors": {"nmda": read_toml(model_path("receptors", "nmda"))},
        "drugs": drug_tables,
        "hormones": {STRESS_HORMONE: _hormone_tables(applied)},
    }
    hormone = validated(StressHormone, models["hormones"][STRESS_HORMONE], display(hormone_path()))
    circuit = circuit_of(models, display(model_path("circuits", experiment.circuit)), rules)
    planned_circuit = plan(circuit)
    if experiment.assembly is not None:
        recurrent_projection(planned_circuit)  # refuses a circuit without one
    if experiment.probes is not None:
        experiment.probes.check_circuit(planned_circuit)
    limits = timelapse_bound.limits(experiment, planned_circuit, drugs, options.tolerance)
    experiment = timelapse_bound.with_timelapses(experiment, limits)
    scale = options.timelapse_scale
    check_length(experiment, scale)
    return Prepared(
        experiment,
        planned_circuit,
        drugs,
        hormone,
        schedules={
            name: schedule(experiment, arm, drugs, scale, hormone)
            for name, arm in experiment.arms.items()
        },
        parameters=_parameters(experiment, models, options),
        timelapse_error=timelapse_bound.expected_error(experiment, limits, scale),
        warnings=(
            *other_kind(planned.doses(), experiment.doses(), experiment.weight()),
            *experiment.cut_doses(),
            *_unusual(circuit, drugs, hormone),
            *timelapse_bound.complaints(experiment, limits, scale),
        ),
        rules=_rules_of_ones_own(planned_circuit, sources),
        settings=settings,
        overlay=model_path("hypotheses", options.overlay).stem if options.overlay else "",
    )


def _overlay(experiment: Experiment, options: RunOptions) -> Hypothesis | None:
    """Return the overlay of the run; `UserError` if it is one of another circuit."""
    if options.overlay is None:
        return None
    overlay = load_hypothesis(options.overlay)
    overlay.check_circuit(experiment.circuit)
    return overlay


def circuit_of(
    parameters: Tables, where: str = "parameters", rules: Mapping[str, Rule] | None = None
) -> Circuit:
    """Return the circuit of the parameters of a run: those that a result file has recorded, too.

    Parameters
    ----------
    parameters : dict
        With the tables ``circuit`` and ``receptors``.
    where : str
        The circuit's file, for messages and its name.
    rules : mapping of str to Rule, optional
        Rules beside those that ship or are installed.

    Raises
    ------
    UserError
        If the circuit is not sound.
    """
    tables = {"name": Path(where).stem, **parameters["circuit"]}
    nmda = tables.get("nmda", {})
    if isinstance(nmda, Mapping):  # else it is refused by the circuit
        tables["nmda"] = overridden(parameters["receptors"]["nmda"], nmda)
    return read_circuit(tables, where, rules)


def _circuit_tables(
    applied: AppliedSettings, neurons: int | None, rules: Mapping[str, Rule]
) -> Tables:
    """Return the tables of the circuit's file with all settings applied."""
    path = model_path("circuits", applied.experiment.circuit)
    tables = circuit_tree(path, known_rules() | dict(rules))
    set_leaves(tables, applied.circuit, display(path))
    return tables if neurons is None else tables | {"neurons": neurons}


def _drug_tables(applied: AppliedSettings) -> dict[str, Tables]:
    """Return the tables of the file of each drug with all settings applied."""
    return {
        name: set_leaves(read_toml(model_path("drugs", name)), settings, name)
        for name, settings in applied.drugs.items()
    }


def _hormone_tables(applied: AppliedSettings) -> Tables:
    """Return the table of the stress hormone's file with all settings applied."""
    path = hormone_path()
    return set_leaves(read_toml(path), applied.hormone, display(path))


def _unusual(circuit: Circuit, drugs: dict[str, Drug], hormone: StressHormone) -> list[str]:
    """Return a line for each value of the models that is allowed and unusual."""
    lines = circuit.remarks()
    for name, model in [*drugs.items(), (STRESS_HORMONE, hormone)]:
        lines += [f"{name}: {line}" for line in unusual_values(model)]
    return lines


def _rules_of_ones_own(
    planned: CircuitPlan, sources: list[RuleSource]
) -> dict[str, dict[str, str]]:
    """Return where each rule in use comes from that does not ship."""
    used = {joined.rule.name for joined in planned.rules.all}
    return {
        name: {"from": source.origin, "text": source.text}
        for source in sources
        for name in source.rules
        if name in used
    }


def _parameters(experiment: Experiment, models: Tables, options: RunOptions) -> Tables:
    """Return every parameter of the run as one tree of tables."""
    probed = {}
    if experiment.assembly is not None:
        assembly = asdict(experiment.assembly)  # TOML has no word for None: not stored
        probed["assembly"] = {key: value for key, value in assembly.items() if value is not None}
    if experiment.probes is not None:
        probed["probes"] = experiment.probes.parameters()
    return {
        "timelapse_scale": options.timelapse_scale,
        "tolerance": options.tolerance,
        "body_weight": experiment.body_weight,
        "phases": {p.name: {k: v for k, v in asdict(p).items() if k != "name"}
                   for p in experiment.phases},
        "arms": {name: {"stress": arm.stress if isinstance(arm.stress, bool) else dict(arm.stress),
                        "stimulated": arm.stimulated}
                 for name, arm in experiment.arms.items()},
        **models,
        **probed,
    }  # fmt: skip
