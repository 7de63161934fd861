"""An experiment with every setting of the command line applied and checked.

Nothing is compiled or written before this has passed.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..circuit.circuit_file import Circuit, circuit_tree, load_circuit
from ..circuit.group import CircuitPlan
from ..circuit.plan import plan
from ..parameters.errors import UserError, nearest, shortened
from ..parameters.files import display, model_path, read_toml
from ..parameters.overrides import Override, assign, parsed_overrides
from ..parameters.overrides import names as leaf_names
from ..parameters.ranges import unusual_values
from ..pharmacology import Dose, load_drug
from ..pharmacology.dose import other_kind
from ..pharmacology.drug import Drug
from ..plasticity import RuleSource, known_rules, rules_from
from . import timelapse_bound
from .assembly import recurrent_projection
from .protocol import Experiment
from .schedule import Schedule, check_length, schedule
from .timelapse_bound import TOLERANCE

#: A seed is stored as a whole number of eight bytes.
LARGEST_SEED = 2**63 - 1

#: Bounds of the factor on the time-lapse, the lower that of the tolerance, too: what is less has
#: more segments than can be counted, what is more leaves one segment of any phase.
LEAST_FACTOR, LARGEST_SCALE = 1e-12, 1e6


@dataclass(frozen=True)
class RunOptions:
    """How to run: the options of the command line.

    Parameters
    ----------
    seeds : tuple of int
        One file each.
    out : Path
        A file (ends in ``.h5``: one seed), or a folder.
    jobs : int
        Simulations at once.
    neurons : int, optional
        Size of the circuit in place of its file's.
    settings : tuple of Override or str
        Parameters to change; a text ``"dotted.name=value"`` is parsed here, once.
    timelapse_scale : float
        Factor on the time-lapse of every phase.
    tolerance : float
        Share of its own largest response by which a slow process may be wrong for the
        time-lapse: sets that of the phases that leave it open.
    resume, overwrite : bool
        Continue an unfinished file; replace one.
    circuit : str, optional
        Another circuit than the experiment's.
    rules : tuple of str
        Python files with rules of one's own.
    engine : {"auto", "standalone", "runtime"}
        See `Engine`.
    start : str, optional
        A state to start from in place of a fresh one: ``"FILE:CHECKPOINT"``, or a folder's,
        where each seed has its own file.
    checkpoint_every : int, optional
        Segments between two states to resume from; they are saved every 20 s in any case.
    keep : {"phases", "branches", "none"}
        States that stay in the finished file: the ends of phases and branches, of branches only.
    record_events : bool
        Record formation and elimination synapse by synapse, besides their numbers.
    command : str
        What the user typed, for the record.
    """

    seeds: tuple[int, ...]
    out: Path
    jobs: int = 1
    neurons: int | None = None
    settings: tuple[Override, ...] = ()
    timelapse_scale: float = 1.0
    tolerance: float = TOLERANCE
    resume: bool = False
    overwrite: bool = False
    circuit: str | None = None
    rules: tuple[str, ...] = ()
    engine: str = "auto"
    start: str | None = None
    checkpoint_every: int | None = None
    keep: str = "phases"
    record_events: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.settings, (tuple, list)):
            object.__setattr__(self, "settings", parsed_overrides(self.settings))
        _check_options(self)


@dataclass
class Prepared:
    """An experiment with every setting applied and checked, before anything is compiled.

    `rules` has of each rule in use that does not ship where it is ``from`` and its ``text``.
    """

    experiment: Experiment
    plan: CircuitPlan
    drugs: dict[str, Drug]
    schedules: dict[str, Schedule]
    parameters: dict[str, Any]
    timelapse_error: float = float("nan")
    warnings: tuple[str, ...] = ()
    rules: dict[str, dict[str, str]] = field(default_factory=dict)


def prepare(experiment: Experiment, options: RunOptions) -> Prepared:
    """Apply all settings to the experiment, its drugs and its circuit, and check everything."""
    if not isinstance(experiment, Experiment):
        raise UserError(f"experiment = {shortened(repr(experiment))}: expected an Experiment")
    experiment = replace(experiment, circuit=options.circuit or experiment.circuit)
    asked = experiment
    drug_settings: dict[str, dict[str, Any]] = {name: {} for name in experiment.drugs()}
    circuit_settings: dict[tuple[str, ...], Any] = {}
    _check_owners(options)
    for dotted, value, _ in options.settings:
        if dotted[0] in drug_settings:
            experiment = _set_dose(experiment, dotted, value, drug_settings)
        elif dotted[0] == "phases":
            experiment = _set_phase(experiment, dotted, value)
        elif dotted[0] in ("assembly", "probes") and getattr(experiment, dotted[0]) is not None:
            experiment = _set_probed(experiment, dotted, value)
        elif dotted == ("body_weight",):
            experiment = replace(experiment, body_weight=str(value))
        else:
            circuit_settings[dotted] = value
    experiment.check()
    drugs = {name: load_drug(name, changes) for name, changes in drug_settings.items()}
    rules, sources = rules_from(options.rules)
    circuit = load_circuit(experiment.circuit, circuit_settings, options.neurons, rules)
    made = plan(circuit)
    if experiment.assembly is not None or experiment.probes is not None:
        recurrent_projection(made)  # refuses a circuit without one
    limits = timelapse_bound.bounds(experiment, made, drugs, options.tolerance)
    experiment = timelapse_bound.with_timelapses(experiment, limits)
    check_length(experiment, options.timelapse_scale)
    schedules = {
        name: schedule(experiment, arm, drugs, options.timelapse_scale)
        for name, arm in experiment.arms.items()
    }
    parameters = _parameters(experiment, circuit_settings, drug_settings, options, rules)
    scale = options.timelapse_scale
    error = timelapse_bound.expected_error(experiment.phases, limits, scale)
    warnings = [
        *other_kind(asked.doses(), experiment.doses(), experiment.weight()),
        *experiment.cut_doses(),
        *_unusual(circuit, drugs),
        *timelapse_bound.complaints(experiment.phases, limits, scale),
    ]
    return Prepared(experiment, made, drugs, schedules, parameters, error, tuple(warnings),
                    _outside(made, sources))  # fmt: skip


def _check_options(options: RunOptions) -> None:
    """Raise `UserError` for an option of another type than it should be, or out of range.

    The command line has checked its own; a script hands over anything.
    """

    def refuse(key: str, expected: str) -> None:
        raise UserError(f"{key} = {shortened(repr(getattr(options, key)))}: expected {expected}")

    for key, kind in (("seeds", int), ("settings", Override), ("rules", str)):
        values = getattr(options, key)
        if not isinstance(values, (tuple, list)) or not all(_is(value, kind) for value in values):
            words = {
                int: "whole numbers, as in (1, 2)",
                Override: 'texts, as in ("neurons=200",)',
                str: 'texts, as in ("my_rule.py",)',
            }
            refuse(key, f"a tuple of {words[kind]}")
    if not options.seeds or min(options.seeds) < 0 or max(options.seeds) > LARGEST_SEED:
        refuse("seeds", "one seed or more, each of 0 or more and below 2^63")
    if len(set(options.seeds)) < len(options.seeds):
        refuse("seeds", "each seed once: it has one file")
    if not isinstance(options.out, Path):
        refuse("out", 'a Path, as in Path("results/run.h5")')
    if options.out.suffix == ".h5" and len(options.seeds) > 1:
        refuse("out", "a folder: several seeds are several files")
    for key in ("jobs", "neurons", "checkpoint_every"):
        value = getattr(options, key)
        if not (value is None and key != "jobs") and not (_is(value, int) and value >= 1):
            refuse(key, "a whole number of 1 or more")
    for key, most in (("tolerance", 1.0), ("timelapse_scale", LARGEST_SCALE)):
        value = getattr(options, key)
        if not (_is(value, float) and LEAST_FACTOR <= value <= most):
            refuse(key, f"a number of {LEAST_FACTOR:g} to {most:g}")
    for key in ("resume", "overwrite", "record_events"):
        if not isinstance(getattr(options, key), bool):
            refuse(key, "True or False")


def _is(value: Any, kind: type) -> bool:
    """Return whether a value is of a kind: a whole number is a number, too, a switch is none."""
    kinds = (int, float) if kind is float else kind
    return isinstance(value, kinds) and not isinstance(value, bool)


def _unusual(circuit: Circuit, drugs: dict[str, Drug]) -> list[str]:
    """Return a line for each value of the circuit and the drugs that is allowed and unusual."""
    lines = circuit.remarks()
    for name, drug in drugs.items():
        lines += [f"{name}: {line}" for line in unusual_values(drug)]
    return lines


def _check_owners(options: RunOptions) -> None:
    """Raise `UserError` if two settings change the same parameter.

    One of the two would be recorded and have no effect.
    """
    owners = {("neurons",): f"--neurons {options.neurons}"} if options.neurons is not None else {}
    for dotted, _, text in options.settings:
        key = (*dotted[:-1], _DOSE_KEYS.get(dotted[-1], dotted[-1]))
        if key in owners:
            raise UserError(
                f"--set {text}: {owners[key]} sets {'.'.join(dotted)} already; give one of the two"
            )
        owners[key] = f"--set {text}"


def _outside(made: CircuitPlan, sources: list[RuleSource]) -> dict[str, dict[str, str]]:
    """Return where each rule in use comes from that does not ship."""
    used = {use.rule.name for use in made.uses.all}
    return {
        name: {"from": source.origin, "text": source.text}
        for source in sources
        for name in source.rules
        if name in used
    }


_DOSE_KEYS = {"dose": "amount", "amount": "amount", "route": "route", "start": "start",
              "duration": "duration", "phase": "phase"}  # fmt: skip


def _set_dose(experiment: Experiment, dotted, value, drug_settings) -> Experiment:
    """Change a dose of a drug in every arm that gives it, or a number of the drug's file."""
    drug, *rest = dotted
    if len(rest) != 1 or rest[0] not in _DOSE_KEYS:
        tree = read_toml(model_path("drugs", drug))
        where = display(model_path("drugs", drug))
        known = {".".join(names): None for names in (n.split(".") for n in leaf_names(tree))}
        if ".".join(rest) not in known:
            hint = nearest(".".join(rest), [*known, *_DOSE_KEYS])
            raise UserError(f"--set {'.'.join(dotted)}: {where} has no such parameter{hint}")
        drug_settings[drug][".".join(rest)] = value
        return experiment

    if _DOSE_KEYS[rest[0]] == "phase":
        value = str(value)  # a phase may be named 1

    def changed(dose: Dose) -> Dose:
        return replace(dose, **{_DOSE_KEYS[rest[0]]: value}) if dose.drug == drug else dose

    try:
        arms = {
            name: replace(arm, doses=tuple(changed(dose) for dose in arm.doses))
            for name, arm in experiment.arms.items()
        }
    except UserError as error:
        raise UserError(f"--set {'.'.join(dotted)}={value}: {error}") from None
    return replace(experiment, arms=arms)


def _set_phase(experiment: Experiment, dotted, value) -> Experiment:
    """Change the duration, time-lapse, stress or stimulus of a phase."""
    names = [phase.name for phase in experiment.phases]
    keys = ("duration", "timelapse", "stress", "stimulus")
    if len(dotted) != 3 or dotted[1] not in names or dotted[2] not in keys:
        valid = [f"phases.{name}.{key}" for name in names for key in keys]
        hint = nearest(".".join(dotted), valid)
        raise UserError(f"--set {'.'.join(dotted)}: no such parameter{hint}")
    _, name, key = dotted
    phases = tuple(
        replace(phase, **{key: value}) if phase.name == name else phase
        for phase in experiment.phases
    )
    return replace(experiment, phases=phases)


def _set_probed(experiment: Experiment, dotted, value) -> Experiment:
    """Change a number of the assembly or of a probe."""
    owner, *rest = dotted
    if owner == "probes":
        return replace(experiment, probes=experiment.probes.changed(rest, value))
    valid = [field.name for field in fields(experiment.assembly)]
    if len(rest) != 1 or rest[0] not in valid:
        hint = nearest(".".join(rest), valid)
        raise UserError(f"--set {'.'.join(dotted)}: no such parameter{hint}")
    return replace(experiment, assembly=replace(experiment.assembly, **{rest[0]: value}))


def _parameters(
    experiment: Experiment, circuit_settings, drug_settings, options, rules
) -> dict[str, Any]:
    """Return every parameter of the run as one tree of tables."""
    path = model_path("circuits", experiment.circuit)
    tree = circuit_tree(path, known_rules() | rules)
    for dotted, value in circuit_settings.items():
        assign(tree, dotted, value, display(path))
    if options.neurons is not None:
        tree["neurons"] = options.neurons
    drugs = {}
    for name, changes in drug_settings.items():
        drugs[name] = deepcopy(read_toml(model_path("drugs", name)))
        for dotted, value in changes.items():
            assign(drugs[name], dotted, value, name)
    receptor = read_toml(model_path("receptors", "nmda"))
    probed = {}
    if experiment.assembly is not None:
        held = asdict(experiment.assembly)  # TOML has no word for None: not stored
        probed["assembly"] = {key: value for key, value in held.items() if value is not None}
    if experiment.probes is not None:
        probed["probes"] = experiment.probes.parameters()
    return {
        "timelapse_scale": options.timelapse_scale,
        "tolerance": options.tolerance,
        "body_weight": experiment.body_weight,
        "phases": {p.name: {k: v for k, v in asdict(p).items() if k != "name"}
                   for p in experiment.phases},
        "arms": {name: {"stress": arm.stress, "stimulated": arm.stimulated}
                 for name, arm in experiment.arms.items()},
        "circuit": tree,
        "receptors": {"nmda": receptor},
        "drugs": drugs,
        **probed,
    }  # fmt: skip
