"""The constants of a circuit's groups: each name that their text uses gets its value."""

import re
from collections.abc import Set
from dataclasses import fields
from functools import cache
from math import isfinite

from ..parameters.errors import UserError, nearest
from ..parameters.units import expected_unit
from ..pharmacology.drives import DRIVES
from ..plasticity import Derived
from .candidates import place
from .circuit_file import Circuit
from .group import CircuitPlan, GroupPlan, assigned_in, names_in
from .joined_rules import JoinedPart, JoinedRule, JoinedRules
from .membranes import Constants, membrane_of
from .rule_tables import ELEMENTS
from .section import Section


def releasing(circuit: Circuit) -> str:
    """Return the population that releases glutamate and BDNF: the file's first excitatory one."""
    for name, population in circuit.populations.items():
        if population.excitatory:
            return name
    raise UserError(f"{circuit.where}: populations: one must be excitatory (excitatory = true)")


@cache
def brian_unit(unit: str) -> str:
    """Return the Brian2 name of the dimension of a unit: ``"1/day"`` is ``"Hz"``."""
    wanted = expected_unit(unit)[0].dimensionality
    names = {
        "siemens": "siemens", "farad": "farad", "volt": "volt", "second": "second",
        "hertz": "Hz", "": "1", "molar": "mmolar", "1/volt": "1/volt", "ampere": "amp",
        "molar/second": "mmolar/second",
    }  # fmt: skip
    return next(name for u, name in names.items() if expected_unit(u)[0].dimensionality == wanted)


def shared_constants(circuit: Circuit, rules: JoinedRules) -> Constants:
    """Return every constant that several groups may use: name to Brian2 unit and SI value."""
    pool: Constants = {}
    for name, parameter in circuit.receptors.parameters().items():
        pool[name] = (brian_unit(parameter.unit), float(getattr(circuit.receptors, name)))
    for population in circuit.populations.values():
        pool |= membrane_of(population).shared_constants(
            circuit.receptors, circuit.nmda, circuit.numerics.step
        )
    if rules.of_neuropil():
        # not "sources": Brian2 would take it for the index array of connect()
        pool["releasing_cells"] = ("1", float(circuit.sizes[releasing(circuit)]))
    shared = [joined for joined in rules.all if joined.shared]
    for joined in shared:
        _add_constants(pool, joined, circuit.where)
    derived: Constants = {}
    for joined in shared:
        _add_derived(derived, joined, pool, circuit.where)
    return pool | derived


def joined_constants(
    circuit: Circuit, group: GroupPlan, pool: Constants, parts: list[JoinedPart]
) -> Constants:
    """Return the constants of the rules that join a group; `pool` has those of all groups.

    Two rules may have constants of one name and other values, if the group uses none of them.
    """
    constants: Constants = {}
    used = names_in(group.text()) | _starts(group)
    for part in parts:
        _add_constants(constants, part.owner, circuit.where, used)
    derived: Constants = {}
    for joined in (part.owner for part in parts if not part.owner.shared):
        numbers: Constants = {}
        _add_constants(numbers, joined, circuit.where)
        _add_derived(derived, joined, pool | numbers, circuit.where)
    return constants | derived


def _add_constants(
    pool: Constants, joined: JoinedRule, where: str, used: Set[str] | None = None
) -> None:
    for name, value in joined.constants.items():
        if used is not None and name not in used:
            continue
        entry = (brian_unit(joined.rule.constants[name].unit), float(value))
        _add(pool, name, entry, f"{where}: {joined.key}.{name} = {value.text}")


def _add_derived(derived: Constants, joined: JoinedRule, pool: Constants, where: str) -> None:
    """Add the constants of a rule that follow from those of `pool`."""
    for name, constant in joined.rule.derived.items():
        key = f"{where}: {joined.key}: {name}"
        if all(needed in pool for needed in constant.of):
            value = _derived_value(constant, [pool[needed][1] for needed in constant.of], key)
        elif constant.default is not None:
            value = constant.default
        else:
            continue
        _add(derived, name, (brian_unit(constant.unit), value), f"{key} = {value:g}")


def _derived_value(constant: Derived, numbers: list[float], key: str) -> float:
    """Return the value of a derived constant; refuse numbers from which none follows."""
    listed = ", ".join(
        f"{name} = {number:g}" for name, number in zip(constant.of, numbers, strict=True)
    )
    try:
        value = float(constant.value(*numbers))
    except Exception as error:  # noqa: BLE001 - the function of a user's rule may raise anything
        raise UserError(
            f"{key}: cannot be computed from {listed}: {type(error).__name__}: {error}"
        ) from error
    if not isfinite(value):
        raise UserError(f"{key}: {listed} make it {value}: expected a finite number")
    return value


def _add(pool: Constants, name: str, entry: tuple[str, float], shown: str) -> None:
    if pool.get(name, entry) != entry:
        raise UserError(f"{shown}: another rule gives this constant another value")
    pool[name] = entry


def own_constants(circuit: Circuit, group: GroupPlan) -> Constants:
    """Return the constants of one population or projection that its table gives or implies."""
    name = group.name
    if name in circuit.populations:
        population = circuit.populations[name]
        constants = _section_constants(population)
        step = circuit.numerics.step
        constants |= membrane_of(population).constants(population, circuit.receptors, step)
        constants["blocker_reaches"] = ("1", float(circuit.blocker_reaches.get(name, 1.0)))
        return constants
    if name in circuit.projections:
        projection = circuit.projections[name]
        constants = _section_constants(projection)
        membrane = membrane_of(circuit.populations[projection.target])
        # With fewer partners than contacts asked for, weights are larger, so that the drive stays.
        at = place(circuit, name)
        for weight in (f"{receptor}_weight" for receptor in membrane.delivery):
            unit, value = constants[weight]
            constants[weight] = (unit, value * at.requested / at.degree)
        constants["in_degree"] = ("1", float(at.degree))
        return constants
    return {}


def _section_constants(section: Section) -> Constants:
    return {
        name: (brian_unit(parameter.unit), float(getattr(section, name)))
        for name, parameter in section.parameters().items()
    }


def resolve(
    circuit: Circuit, group: GroupPlan, pool: Constants, plan: CircuitPlan, parts: list[JoinedPart]
) -> None:
    """Give a group, in place, the constants that its text and initial values use.

    Parameters
    ----------
    circuit : Circuit
        The circuit.
    group : GroupPlan
        One of its groups; its `constants` are filled and its text may change.
    pool : Constants
        Every constant that the group may use.
    plan : CircuitPlan
        The plans of all groups.
    parts : list of JoinedPart
        The parts of rules that join the group.

    Raises
    ------
    UserError
        If the group uses a name that nothing in the circuit provides.
    """
    ends = {f"{n}_{end}" for end in ("pre", "post") for n in _end_names(group, plan, end)}
    provided = set(group.variables) | set(group.linked) | set(pool)
    _put_defaults(group, provided | ends | assigned_in(group.text()), parts)
    initial = _starts(group)
    if group.name in plan.projections:
        _take_from_ends(circuit, group, ends, initial, parts)
    text = group.text()
    used = (names_in(text) - _LANGUAGE) | initial
    # A synapse may assign to a variable of a cell, but only if the cell has it.
    temporary = {n for n in assigned_in(text) if not (group.source and _OF_END.search(n))}
    known = set(group.variables) | set(group.linked) | set(DRIVES) | temporary
    near = known | ends | {*pool} | {c for part in parts for c in part.owner.constants}
    for name in sorted(used):
        if name in known or name in ends:
            continue
        if name in pool:
            group.constants[name] = pool[name]
        elif not (name.startswith("d") and name[1:] in known):  # the dv of dv/dt
            raise UserError(
                f"{circuit.where}: {_reader(parts, name)}{group.name} uses {name!r}, which "
                f"nothing in the circuit provides{_provider(circuit, name, near)}"
            )


def _starts(group: GroupPlan) -> set[str]:
    """Return the constants by whose names the variables of a group start."""
    starts = [x for v in group.variables.values() for x in (v.initial, v.deviation)]
    return {name for name in starts if isinstance(name, str)}


def _take_from_ends(
    circuit: Circuit, group: GroupPlan, ends: set[str], initial: set[str], parts: list[JoinedPart]
) -> None:
    """Let synapses read constants that their cells have, too, from the cells.

    Brian2 refuses a name that a synapse and its cells both define.
    """
    for name in sorted({name for part in parts for name in part.owner.constants}):
        end = next((end for end in ("post", "pre") if f"{name}_{end}" in ends), None)
        if end is None:
            continue
        if name in initial:
            raise UserError(
                f"{circuit.where}: {_reader(parts, name)}{group.name} starts a variable of "
                f"synapses at {name!r}, which its cells have, too; expected a constant of its own"
            )
        for key, text in group.statements().items():
            setattr(group, key, re.sub(rf"(?<!\w){name}\b", f"{name}_{end}", text))


def _put_defaults(group: GroupPlan, provided: set[str], parts: list[JoinedPart]) -> None:
    """Replace names that no rule of the circuit provides by the defaults of `Rule.reads`."""
    defaults = {k: v for part in parts for k, v in part.owner.rule.reads.items()}
    for name, default in defaults.items():
        for suffix in ("", "_pre", "_post"):
            if name + suffix not in provided:
                for key, text in group.statements().items():
                    setattr(group, key, re.sub(rf"\b{name}{suffix}\b", f"{default}", text))


_OF_END = re.compile(r"_(pre|post)$")

_LANGUAGE = {
    "exp", "expm1", "log", "sqrt", "int", "clip", "rand", "randn", "poisson", "t", "dt", "inf",
    "and", "or", "not", "floor", "abs", "constant", "over", "volt", "siemens", "second", "Hz",
    "mmolar", "amp", "slow_step", "structural_step", "input_step", "e",
}  # fmt: skip


def _end_names(group: GroupPlan, plan: CircuitPlan, end: str) -> set[str]:
    name = group.source if end == "pre" else group.target
    if name == "neuropil" and plan.neuropil:
        return set(plan.neuropil.variables)
    population = plan.populations.get(name)
    if population is None:
        return set()
    # a spike may read what the equations of the cell compute
    return {*population.variables, *population.constants, *assigned_in(population.equations)}


def _reader(parts: list[JoinedPart], name: str) -> str:
    """Return the rule by which a group uses a name."""
    for item in parts:
        values = (getattr(item.part, f.name) for f in fields(item.part))
        text = "\n".join(value for value in values if isinstance(value, str))
        initial = {variable.initial for variable in item.part.variables.values()}
        if name in names_in(text) or name in initial:
            return f"{item.owner.key}: the rule {item.owner.rule.name} of "
    return ""


def _provider(circuit: Circuit, name: str, known: set[str]) -> str:
    """Return which rule would provide a name, or which name may be meant."""
    bare = _OF_END.sub("", name)
    element = next((e for e in ELEMENTS if bare.startswith(e)), None)
    if element is not None:
        return f": cells must grow them, populations.<name>.elements.{element}"
    rules = [
        f"rules.{rule.name}"
        for rule in circuit.available_rules.values()
        if any(bare in part.variables for part in rule.parts.values())
    ]
    if not rules:
        hint = nearest(name, known)
        return hint if hint.startswith("; did") else ""
    return (
        f": {' or '.join(rules)} does, in the populations or projections it names "
        "(enabled = false keeps it constant)"
    )
