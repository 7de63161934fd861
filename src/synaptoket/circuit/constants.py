"""The numbers of a circuit's groups: every name that their text uses gets its value."""

import re
from dataclasses import fields
from functools import cache

from ..parameters.errors import UserError, nearest
from ..parameters.units import expected_unit
from ..pharmacology.drives import DRIVES
from .candidates import place
from .circuit_file import Circuit
from .group import CircuitPlan, GroupPlan, assigned_in, names_in
from .joined_rules import Joined, Use, Uses
from .membranes import Constants, membrane_of
from .rule_reading import ELEMENTS


def releasing(circuit: Circuit) -> str:
    """Return the population that releases glutamate and BDNF: the first excitatory of the file."""
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


def shared_constants(circuit: Circuit, uses: Uses) -> Constants:
    """Return every constant that several groups may use: name to Brian2 unit and SI value."""
    pool = {}
    for name, info in type(circuit.receptors).model_fields.items():
        unit = info.json_schema_extra["unit"]
        pool[name] = (brian_unit(unit), float(getattr(circuit.receptors, name)))
    for use in uses.all:
        if use.key.startswith("rules."):
            _add(pool, use, circuit.where)
    return pool | _derived(circuit, uses, pool)


def joined_constants(circuit: Circuit, joined: list[Joined]) -> Constants:
    """Return the constants of the rules that join a group."""
    pool: Constants = {}
    for item in joined:
        _add(pool, item.use, circuit.where)
    return pool


def _add(pool: Constants, use: Use, where: str) -> None:
    for name, value in use.constants.items():
        entry = (brian_unit(use.rule.constants[name].unit), float(value))
        if pool.get(name, entry) != entry:
            raise UserError(
                f"{where}: {use.key}.{name} = {value.text}: another rule gives "
                "this constant another value"
            )
        pool[name] = entry


def _derived(circuit: Circuit, uses: Uses, pool: Constants) -> Constants:
    """Return constants that follow from others."""
    derived = {}
    for population in circuit.populations.values():
        derived |= membrane_of(population).shared_constants(
            circuit.receptors, circuit.nmda, circuit.numerics.step
        )
    if uses.of_neuropil():
        # not "sources": Brian2 would take it for the index array of connect()
        derived["releasing_cells"] = ("1", float(circuit.sizes[releasing(circuit)]))
    if "mtorc1" in circuit.rules:
        half, n = pool["mtorc1_half"][1], pool["mtorc1_cooperativity"][1]
        derived["mtorc1_basal"] = ("1", 1 / (1 + half**n))
    if "glutamate" in circuit.rules and "target_rate" in pool:
        rate = pool["target_rate"][1]
        leak, uptake = pool["glutamate_leak"][1], pool["glutamate_clearance"][1]
        release = leak + pool["glutamate_release"][1] * rate
        derived["initial_rate"] = ("Hz", rate)
        derived["initial_glutamate"] = ("mmolar", release / uptake)
    derived["initial_calcium"] = pool.get("scaling_target", ("1", 0.0))
    return derived


def own_constants(circuit: Circuit, group: GroupPlan) -> Constants:
    """Return the constants of one population or projection."""
    name = group.name
    section = circuit.populations.get(name) or circuit.projections.get(name)
    if section is None:
        return {}
    own = {}
    for key, info in type(section).model_fields.items():
        if info.json_schema_extra:
            own[key] = (brian_unit(info.json_schema_extra["unit"]), float(getattr(section, key)))
    if name in circuit.populations:
        membrane, step = membrane_of(section), circuit.numerics.step
        own |= membrane.constants(section, circuit.receptors, step)
        own["blocker_reaches"] = ("1", float(circuit.blocker_reaches.get(name, 1.0)))
    else:
        membrane = membrane_of(circuit.populations[section.target])
        # fewer partners than contacts asked for: stronger ones, so that the drive holds
        at = place(circuit, name)
        for weight in (f"{receptor}_weight" for receptor in membrane.delivery):
            own[weight] = (own[weight][0], own[weight][1] * at.asked / at.degree)
        own["in_degree"] = ("1", float(at.degree))
    return own


def resolve(
    circuit: Circuit, group: GroupPlan, pool: Constants, whole: CircuitPlan, joined: list[Joined]
) -> None:
    """Give a group the constants that its text and initial values use; refuse unknown names."""
    ends = {f"{n}_{end}" for end in ("pre", "post") for n in _end_names(group, whole, end)}
    own = set(group.variables) | set(group.linked) | set(pool)
    _stand_in(group, own | ends | assigned_in(group.text()), joined)
    initial = {v.initial for v in group.variables.values() if isinstance(v.initial, str)}
    if group.name in whole.projections:
        _take_from_ends(circuit, group, ends, initial, joined)
    text = group.text()
    used = (names_in(text) - _LANGUAGE) | initial
    # what belongs to a cell at one end must be there: a synapse cannot make it
    temporary = {n for n in assigned_in(text) if not (group.source and _OF_END.search(n))}
    known = set(group.variables) | set(group.linked) | set(DRIVES) | temporary
    for name in sorted(used):
        if name in known or name in ends:
            continue
        if name in pool:
            group.constants[name] = pool[name]
        elif not (name.startswith("d") and name[1:] in known):  # the dv of dv/dt
            raise UserError(
                f"{circuit.where}: {_reader(joined, name)}{group.name} uses {name!r}, which "
                f"nothing in the circuit provides{_provider(circuit, name, known | ends | {*pool})}"
            )


def _take_from_ends(
    circuit: Circuit, group: GroupPlan, ends: set[str], initial: set[str], joined: list[Joined]
) -> None:
    """Let synapses read a constant that their cells have, too: Brian2 takes one name for one."""
    for name in sorted({name for item in joined for name in item.use.constants}):
        end = next((end for end in ("post", "pre") if f"{name}_{end}" in ends), None)
        if end is None:
            continue
        if name in initial:
            raise UserError(
                f"{circuit.where}: {_reader(joined, name)}{group.name} starts a variable of "
                f"synapses at {name!r}, which its cells have, too; expected a constant of its own"
            )
        for key, text in group.statements().items():
            setattr(group, key, re.sub(rf"(?<!\w){name}\b", f"{name}_{end}", text))


def _stand_in(group: GroupPlan, provided: set[str], joined: list[Joined]) -> None:
    """Put its default in the place of a name that no rule of the circuit provides."""
    for name, default in {k: v for item in joined for k, v in item.use.rule.reads.items()}.items():
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


def _end_names(group: GroupPlan, whole: CircuitPlan, end: str) -> set[str]:
    name = group.source if end == "pre" else group.target
    if name == "neuropil" and whole.neuropil:
        return set(whole.neuropil.variables)
    population = whole.populations.get(name)
    return {*population.variables, *population.constants} if population else set()


def _reader(joined: list[Joined], name: str) -> str:
    """Return the rule by which a group uses a name."""
    for item in joined:
        held = (getattr(item.part, f.name) for f in fields(item.part))
        text = "\n".join(text for text in held if isinstance(text, str))
        initial = {value.initial for value in item.part.variables.values()}
        if name in names_in(text) or name in initial:
            return f"{item.use.key}: the rule {item.use.rule.name} of "
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
