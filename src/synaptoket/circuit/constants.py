"""The numbers of a circuit's groups: every name that their text uses gets its value."""

import re
from functools import cache
from math import exp, expm1

from scipy.special import gamma, gammainc

from ..errors import UserError
from ..quantities import registry
from .candidates import place
from .group import DRIVES, CircuitPlan, GroupPlan, assigned_in, names_in
from .rule_use import ELEMENTS
from .schema import Circuit
from .uses import Joined, Use, Uses

Constants = dict[str, tuple[str, float]]


def releasing(circuit: Circuit) -> str:
    """Return the population that releases glutamate and BDNF: the first excitatory of the file."""
    for name, population in circuit.populations.items():
        if population.excitatory:
            return name
    raise UserError(f"{circuit.name}: populations: one must be excitatory (excitatory = true)")


@cache
def brian_unit(unit: str) -> str:
    """Return the Brian2 name of the dimension of a unit: ``"1/day"`` is ``"Hz"``."""
    ureg = registry()
    wanted = ureg.Unit("" if unit == "1" else unit).dimensionality
    names = {
        "siemens": "siemens", "farad": "farad", "volt": "volt", "second": "second",
        "hertz": "Hz", "": "1", "molar": "mmolar", "1/volt": "1/volt",
        "molar/second": "mmolar/second",
    }  # fmt: skip
    return next(name for u, name in names.items() if ureg.Unit(u).dimensionality == wanted)


def shared_constants(circuit: Circuit, uses: Uses) -> Constants:
    """Return every constant that several groups may use: name to Brian2 unit and SI value."""
    pool = {}
    for name, info in type(circuit.receptors).model_fields.items():
        unit = info.json_schema_extra["unit"]
        pool[name] = (brian_unit(unit), float(getattr(circuit.receptors, name)))
    for use in uses.all:
        if use.key.startswith("rules."):
            _add(pool, use, circuit.name)
    return pool | _derived(circuit, pool)


def joined_constants(circuit: Circuit, joined: list[Joined]) -> Constants:
    """Return the constants of the rules that join a group."""
    pool: Constants = {}
    for item in joined:
        _add(pool, item.use, circuit.name)
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


def _derived(circuit: Circuit, pool: dict) -> dict[str, tuple[str, float]]:
    """Return constants that follow from others."""
    receptors, nmda = circuit.receptors, circuit.nmda
    drive = receptors.nmda_opening * receptors.nmda_rise
    ratio = receptors.nmda_rise / receptors.nmda_decay
    magnesium = nmda.magnesium / nmda.magnesium_half
    derived = {
        # Skaar, Haug & Plesser 2025: the gate after a spike is k0 + k1 S
        "gate_memory": ("1", exp(-drive)),
        "gate_opening": ("1", drive**ratio * gammainc(1 - ratio, drive) * gamma(1 - ratio)),
        "magnesium_ab": ("1", magnesium * nmda.sensitivity("ab")),
        "magnesium_cd": ("1", magnesium * nmda.sensitivity("cd")),
        "magnesium_slope": ("1/volt", float(nmda.magnesium_slope)),
        "reference_potential": ("volt", float(nmda.reference_potential)),
        "blocker_voltage": ("volt", float(nmda.blocker_voltage)),
        "open_probability_maximum": ("1", float(nmda.open_probability_maximum)),
        "ampa_step_mean": ("1", _step_mean(receptors.ampa_decay, circuit.numerics.step)),
        "gaba_step_mean": ("1", _step_mean(receptors.gaba_decay, circuit.numerics.step)),
        # not "sources": Brian2 would take it for the index array of connect()
        "releasing_cells": ("1", float(circuit.sizes[releasing(circuit)])),
    }
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


def _step_mean(decay: float, step: float) -> float:
    """Return the mean over a step of what decays exponentially from one.

    >>> round(_step_mean(3e-3, 1e-4), 4)
    0.9835
    """
    return float(decay / step * -expm1(-step / decay))


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
        own["glun2cd_share"] = ("1", 1 - own["glun2ab_share"][1])
        own["clamp_conductance"] = ("siemens", own["capacitance"][1] * 2 / circuit.numerics.step)
        own["blocker_reaches"] = ("1", float(circuit.blocker_reaches.get(name, 1.0)))
    else:
        # fewer partners than contacts asked for: stronger ones, so that the drive holds
        at = place(circuit, name)
        strength = at.asked / at.degree
        for weight in ("ampa_weight", "nmda_weight", "gaba_weight"):
            own[weight] = (own[weight][0], own[weight][1] * strength)
    return own


def resolve(
    circuit: Circuit, group: GroupPlan, pool: Constants, whole: CircuitPlan, joined: list[Joined]
) -> None:
    """Give a group the constants that its text and initial values use; refuse unknown names."""
    ends = {f"{n}_{end}" for end in ("pre", "post") for n in _end_names(group, whole, end)}
    own = set(group.variables) | set(group.linked) | set(pool)
    _stand_in(group, own | ends | assigned_in(group.text()), joined)
    text = group.text()
    initial = {v.initial for v in group.variables.values() if isinstance(v.initial, str)}
    used = (names_in(text) - _LANGUAGE) | initial
    known = set(group.variables) | set(group.linked) | set(DRIVES) | assigned_in(text)
    for name in sorted(used):
        if name in known or name in ends:
            continue
        if name in pool:
            group.constants[name] = pool[name]
        elif not re.fullmatch(r"d\w+|\d+", name):
            raise UserError(
                f"{circuit.name}: {group.name} uses {name!r}, which nothing in the circuit "
                f"provides{_provider(circuit, name)}"
            )


def _stand_in(group: GroupPlan, provided: set[str], joined: list[Joined]) -> None:
    """Put its default in the place of a name that no rule of the circuit provides."""
    for name, default in {k: v for item in joined for k, v in item.use.rule.reads.items()}.items():
        for suffix in ("", "_pre", "_post"):
            if name + suffix not in provided:
                for key, text in group.statements().items():
                    setattr(group, key, re.sub(rf"\b{name}{suffix}\b", f"{default}", text))


_LANGUAGE = {
    "exp", "expm1", "log", "sqrt", "int", "clip", "rand", "randn", "poisson", "t", "dt", "inf",
    "floor", "abs", "constant", "over", "volt", "siemens", "second", "Hz", "mmolar", "slow_step",
    "structural_step", "input_step", "e",
}  # fmt: skip


def _end_names(group: GroupPlan, whole: CircuitPlan, end: str) -> set[str]:
    name = group.source if end == "pre" else group.target
    if name == "neuropil":
        return set(whole.neuropil.variables)
    population = whole.populations.get(name)
    return {*population.variables, *population.constants} if population else set()


def _provider(circuit: Circuit, name: str) -> str:
    bare = re.sub(r"_(pre|post)$", "", name)
    element = next((e for e in ELEMENTS if bare.startswith(e)), None)
    if element is not None:
        return f": cells must grow them, populations.<name>.elements.{element}"
    rules = [
        f"rules.{rule.name}"
        for rule in circuit.library.values()
        if any(bare in part.variables for part in rule.parts.values())
    ]
    if not rules:
        return ""
    return (
        f": {' or '.join(rules)} does, in the populations or projections it names "
        "(enabled = false keeps it constant)"
    )
