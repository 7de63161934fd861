"""From a circuit's file to the text and numbers of its groups, before Brian2 comes in.

A `GroupPlan` is everything that makes one Brian2 group: its size, equations, statements, shared
constants with their values and state variables with their initial values. `assembly` turns plans
into Brian2 objects, `initial` into arrays, `describe` into what a reader sees: all three from
the same text, so that what is shown is what runs.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from math import exp, expm1

import numpy as np
from scipy.special import gamma, gammainc

from ..errors import UserError
from ..plasticity import RULES, Part, Variable, renewal
from ..quantities import registry
from .connectivity import effective_in_degree
from .membrane import AMPA_BLOCK, BACKGROUND, MEMBRANE, NMDA_GATE, NMDA_RELEASE, RESET
from .schema import Circuit

#: What the protocol feeds the circuit at every slow step: name to Brian2 unit.
DRIVES = {
    "timelapse": "1",
    "stress_hormone": "1",
    "nmda_blocker_ab": "1",
    "nmda_blocker_cd": "1",
    "nmda_unblocking_rate": "Hz",
    "ampa_block": "1",
    "mtorc1_block": "1",
    "trkb_block": "1",
    "trkb_occupancy": "1",
    "ampa_potentiation": "1",
}

_MEMBRANE_VARIABLES = {
    "v": Variable("volt"),
    "refractory_left": Variable("second"),
    "g_ampa": Variable("siemens"),
    "g_nmda": Variable("siemens"),
    "g_gaba": Variable("siemens"),
    "g_potassium": Variable("siemens"),
    "ampa_available": Variable("1", 1.0),
    "spike_count": Variable("1", kind="integer"),
}
_GATE_VARIABLES = {"nmda_gate": Variable("1"), "gate_increment": Variable("1")}


@dataclass
class GroupPlan:
    """The text and numbers of one population, projection or the neuropil."""

    name: str
    size: int
    variables: dict[str, Variable]
    equations: str = ""
    reset: str = ""
    input: str = ""
    on_pre: str = ""
    on_post: str = ""
    slow: str = ""
    constants: dict[str, tuple[str, float]] = field(default_factory=dict)
    linked: tuple[str, ...] = ()
    source: str = ""
    target: str = ""

    def declarations(self) -> str:
        """Return the lines that declare constants, state variables and links."""
        differential = set(re.findall(r"^\s*d(\w+)/dt", self.equations, re.MULTILINE))
        lines = [f"{name} : {unit} (shared)" for name, (unit, _) in self.constants.items()]
        for name, variable in self.variables.items():
            if name in differential:
                continue
            kind = variable.unit if variable.kind == "float" else "integer"
            lines.append(f"{name} : {kind}")
        lines += [f"{name} : {NEUROPIL_UNITS[name]} (linked)" for name in self.linked]
        return "\n".join(lines)

    def dtypes(self, precision: str) -> dict[str, np.dtype]:
        """Return the dtype of every state variable.

        In single precision are, if asked for, what changes between slow steps and what a synapse
        carries; what accumulates over weeks in small steps is always in double precision.
        """
        quick = set(self.variables) if self.source else names_in(self.equations)

        def dtype(name: str, variable: Variable) -> np.dtype:
            if variable.kind != "float":
                return np.dtype({"integer": np.int32, "byte": np.int8}[variable.kind])
            single = precision == "single" and (name in quick or variable.derived)
            return np.dtype(np.float32 if single else np.float64)

        return {name: dtype(name, variable) for name, variable in self.variables.items()}

    def model(self) -> str:
        """Return the complete Brian2 equations of the group."""
        return "\n".join(part for part in (clean(self.equations), self.declarations()) if part)


#: Units of the neuropil's variables, by which populations read them.
NEUROPIL_UNITS = {
    name: variable.unit
    for rule in RULES.values()
    if "neuropil" in rule.parts
    for name, variable in rule.parts["neuropil"].variables.items()
}


@dataclass
class CircuitPlan:
    """The plans of all groups of a circuit."""

    circuit: Circuit
    populations: dict[str, GroupPlan]
    projections: dict[str, GroupPlan]
    neuropil: GroupPlan
    release: GroupPlan

    def drives(self) -> list[str]:
        """Return the drives that the circuit listens to."""
        text = "\n".join(g.slow + g.on_pre + g.on_post for g in self.groups().values())
        return [name for name in DRIVES if name in names_in(text)]

    def groups(self) -> dict[str, GroupPlan]:
        """Return every group's plan by its Brian2 name."""
        plans = {**self.populations, **self.projections, "neuropil": self.neuropil}
        return plans | {"release": self.release}


def plan(circuit: Circuit) -> CircuitPlan:
    """Return the plan of a circuit.

    Raises
    ------
    UserError
        If a rule needs a variable that no rule of the circuit provides, or two rules declare
        the same one.
    """
    pool = _constants(circuit)
    neuropil = _neuropil(circuit)
    populations = {name: _population(circuit, name, neuropil) for name in circuit.populations}
    projections = {name: _projection(circuit, name) for name in circuit.projections}
    release = _release(circuit)
    result = CircuitPlan(circuit, populations, projections, neuropil, release)
    for name, group in result.groups().items():
        own = pool | _own_constants(circuit, name)
        _resolve(circuit, group, own, result)
    return result


def clean(text: str) -> str:
    """Return text without the blank lines and indentation of the source it was written in."""
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())


def names_in(text: str) -> set[str]:
    """Return the identifiers of a piece of equation text."""
    return set(re.findall(r"\b[A-Za-z_]\w*\b", text))


def _parts(circuit: Circuit, place: str, member: str = "") -> list[tuple[str, Part, bool]]:
    """Return (rule, part, enabled) of the rules that join a group, in order of their updates."""
    found = []
    for name, use in circuit.rules.items():
        part = RULES[name].parts.get(place)
        members = {"neuron": use.populations, "synapse": use.projections}.get(place, (member,))
        if part is not None and member in members:
            found.append((name, part, use.enabled))
    return sorted(found, key=lambda item: item[1].order)


def _join(circuit: Circuit, group: GroupPlan, place: str, member: str, header: str) -> list[Part]:
    """Add the parts of the rules to a group; return the parts that are switched on."""
    owners: dict[str, str] = dict.fromkeys(group.variables, "the membrane")
    live, slow = [], []
    for rule, part, enabled in _parts(circuit, place, member):
        for name, variable in part.variables.items():
            if name in owners:
                raise UserError(
                    f"{circuit.name}: rules {rule!r} and {owners[name]!r} both declare {name!r} "
                    f"of {member or 'the neuropil'}: use one of them"
                )
            owners[name] = rule
            group.variables[name] = variable
        if enabled:
            group.equations += part.equations + "\n" if part.equations else ""
            live.append(part)
            slow.append(part.slow)
    text = clean("\n".join(slow))
    group.slow = f"{header}\n{text}" if text else ""
    return live


def _population(circuit: Circuit, name: str, neuropil: GroupPlan) -> GroupPlan:
    population = circuit.populations[name]
    group = GroupPlan(name, circuit.sizes[name], dict(_MEMBRANE_VARIABLES), MEMBRANE)
    group.reset = clean(RESET)
    group.input = BACKGROUND
    group.constants = {"threshold": ("volt", float(population.threshold))}
    if population.excitatory:
        group.variables |= _GATE_VARIABLES
        group.equations += NMDA_GATE + "\n"
        group.reset += "\n" + clean(NMDA_RELEASE)
    header = f"elapsed = timelapse(t)*slow_step\n{AMPA_BLOCK}"
    live = _join(circuit, group, "neuron", name, header)
    for part in live:
        group.reset += "\n" + part.at_spike if part.at_spike else ""
    used = names_in(group.slow) - set(group.variables)
    group.linked = tuple(sorted(used & set(neuropil.variables)))
    return group


def _projection(circuit: Circuit, name: str) -> GroupPlan:
    projection = circuit.projections[name]
    sizes = circuit.sizes
    within = projection.source == projection.target
    degree = effective_in_degree(sizes[projection.source], projection.in_degree, within)
    group = GroupPlan(name, degree * sizes[projection.target], {})
    group.source, group.target = projection.source, projection.target
    live = _join(circuit, group, "synapse", name, "elapsed = timelapse(t)*structural_step")
    if "born" in _assigned(group.slow):
        group.slow += "\n" + renewal(group.variables)
    listed = [part for _, part, _ in _parts(circuit, "synapse", name)]

    def strength(receptor: str) -> str:
        factors = [getattr(part, f"{receptor}_factor") for part in listed]
        return "*".join(factor for factor in factors if factor)

    lines = []
    receptors = ("ampa", "nmda") if circuit.populations[projection.source].excitatory else ("gaba",)
    for receptor in receptors:
        statement = f"g_{receptor}_post += {receptor}_weight"
        if receptor == "nmda":
            statement += "*gate_increment_pre"
        if factors := strength(receptor):
            group.equations += f"{receptor}_strength = {factors} : 1\n"
            statement += f"*{receptor}_strength"
        lines.append(statement)
    group.on_pre = clean("\n".join([*lines, *(part.on_pre for part in live if part.on_pre)]))
    group.on_post = clean("\n".join(part.on_post for part in live if part.on_post))
    return group


def _neuropil(circuit: Circuit) -> GroupPlan:
    group = GroupPlan("neuropil", 1, {})
    _join(circuit, group, "neuropil", "", "elapsed = timelapse(t)*slow_step")
    return group


def _release(circuit: Circuit) -> GroupPlan:
    """Return the plan of the pathway by which excitatory spikes reach the neuropil."""
    excitatory = _excitatory(circuit)
    group = GroupPlan("release", circuit.sizes[excitatory], {})
    group.source, group.target = excitatory, "neuropil"
    live = [part for _, part, enabled in _parts(circuit, "neuropil") if enabled]
    group.on_pre = clean("\n".join(part.on_pre for part in live if part.on_pre))
    return group


def _excitatory(circuit: Circuit) -> str:
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


def _constants(circuit: Circuit) -> dict[str, tuple[str, float]]:
    """Return every constant that several groups may use: name to Brian2 unit and SI value."""
    pool = {}
    for name, info in type(circuit.receptors).model_fields.items():
        unit = info.json_schema_extra["unit"]
        pool[name] = (brian_unit(unit), float(getattr(circuit.receptors, name)))
    for rule, use in circuit.rules.items():
        for name, value in use.constants.items():
            entry = (brian_unit(RULES[rule].constants[name].unit), float(value))
            if pool.get(name, entry) != entry:
                raise UserError(
                    f"{circuit.name}: rules.{rule}.{name} = {value.text}: another rule gives "
                    "this constant another value"
                )
            pool[name] = entry
    return pool | _derived(circuit, pool)


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
        "releasing_cells": ("1", float(circuit.sizes[_excitatory(circuit)])),
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
    if "scaling_target" in pool:
        derived["initial_calcium"] = pool["scaling_target"]
    return derived


def _step_mean(decay: float, step: float) -> float:
    """Return the mean over a step of what decays exponentially from one.

    >>> round(_step_mean(3e-3, 1e-4), 4)
    0.9835
    """
    return float(decay / step * -expm1(-step / decay))


def _own_constants(circuit: Circuit, name: str) -> dict[str, tuple[str, float]]:
    """Return the constants of one population or projection."""
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
        target = circuit.sizes[section.target]
        degree = section.in_degree * target / _projection(circuit, name).size
        for weight in ("ampa_weight", "nmda_weight", "gaba_weight"):
            own[weight] = (own[weight][0], own[weight][1] * degree)
    return own


def _resolve(circuit: Circuit, group: GroupPlan, pool: dict, whole: CircuitPlan) -> None:
    """Give a group the constants that its text and initial values use; refuse unknown names."""
    texts = (group.equations, group.reset, group.input, group.on_pre, group.on_post, group.slow)
    text = "\n".join(texts)
    initial = {v.initial for v in group.variables.values() if isinstance(v.initial, str)}
    used = (names_in(text) - _LANGUAGE) | initial
    known = set(group.variables) | set(group.linked) | set(DRIVES) | _assigned(text)
    ends = {f"{n}_{end}" for end in ("pre", "post") for n in _end_names(group, whole, end)}
    for name in sorted(used):
        if name in known or name in ends:
            continue
        if name in pool:
            group.constants[name] = pool[name]
        elif not re.fullmatch(r"d\w+|\d+", name):
            raise UserError(
                f"{circuit.name}: {group.name} uses {name!r}, which nothing in the circuit "
                f"provides{_provider(name)}"
            )


_LANGUAGE = {
    "exp", "expm1", "log", "sqrt", "int", "clip", "rand", "randn", "poisson", "t", "dt", "inf",
    "constant", "over", "volt", "siemens", "second", "Hz", "mmolar", "slow_step", "structural_step",
    "input_step", "e",
}  # fmt: skip


def _assigned(text: str) -> set[str]:
    assigned = set(re.findall(r"^\s*(\w+)\s*(?:[-+*/]?=)", text, re.MULTILINE))
    return assigned | set(re.findall(r"^\s*d(\w+)/dt", text, re.MULTILINE))


def _end_names(group: GroupPlan, whole: CircuitPlan, end: str) -> set[str]:
    name = group.source if end == "pre" else group.target
    if name == "neuropil":
        return set(whole.neuropil.variables)
    population = whole.populations.get(name)
    return {*population.variables, *population.constants} if population else set()


def _provider(name: str) -> str:
    bare = re.sub(r"_(pre|post)$", "", name)
    for rule in RULES.values():
        if any(bare in part.variables for part in rule.parts.values()):
            return (
                f": rules.{rule.name} does, in the populations or projections it names "
                "(enabled = false keeps it constant)"
            )
    return ""
