"""From a circuit's file to the text and numbers of its groups, before Brian2 is involved.

A `GroupPlan` is everything that makes one Brian2 group: its size, equations, statements, shared
constants with their values and state variables with their initial values. `brian_objects` turns
plans into Brian2 objects, `initial` into arrays, and `describe` into the text that a reader sees.
All three use the same text, so that the text that is shown is the text that runs.
"""

from dataclasses import replace

from ..parameters.errors import UserError
from ..plasticity import Variable, renewal
from ..plasticity.structure import COUNTERS, drawing
from .candidates import place
from .circuit_file import Circuit
from .constants import joined_constants, own_constants, releasing, resolve, shared_constants
from .group import CircuitPlan, GroupPlan, assigned_in, clean, names_in
from .joined_rules import JoinedPart, JoinedRules, joined_rules
from .membranes import membrane_of
from .membranes.conductance import GATE_VARIABLES, NMDA_GATE, NMDA_RELEASE
from .rule_quantities import rule_quantities


def plan(circuit: Circuit) -> CircuitPlan:
    """Return the plan of a circuit.

    Raises
    ------
    UserError
        If a rule needs a variable that no rule of the circuit provides, two rules declare the same
        variable or set the same property, a rule does not suit a projection, or it records a
        quantity under a name that result files use for another.
    """
    rules = joined_rules(circuit)
    pool = shared_constants(circuit, rules)
    neuropil = _neuropil(circuit, rules)
    populations = {
        name: _population(circuit, name, neuropil, rules) for name in circuit.populations
    }
    projections = {
        name: _projection(circuit, name, populations, rules) for name in circuit.projections
    }
    release = _release(circuit, rules) if neuropil else None
    circuit_plan = CircuitPlan(circuit, populations, projections, neuropil, release, rules)
    for name, group in circuit_plan.groups().items():
        parts = _parts_of(circuit_plan, name)
        joined = joined_constants(circuit, group, pool, parts)
        constants = pool | own_constants(circuit, group) | joined
        resolve(circuit, group, constants, circuit_plan, parts)
    rule_quantities(circuit_plan)  # refuses names that result files have already
    return circuit_plan


def _parts_of(circuit_plan: CircuitPlan, name: str) -> list[JoinedPart]:
    """Return the parts of rules that join a group."""
    if name in circuit_plan.populations:
        return circuit_plan.rules.of_population(name)
    if name in circuit_plan.projections:
        return circuit_plan.rules.of_projection(name)
    return circuit_plan.rules.of_neuropil()


def _declare(
    circuit: Circuit, group: GroupPlan, parts: list[JoinedPart], noun: str
) -> list[JoinedPart]:
    """Add the variables of rules to a group, which `noun` names; return the enabled parts."""
    owners: dict[str, str] = dict.fromkeys(group.variables, "the membrane")
    for item in parts:
        for name, variable in item.part.variables.items():
            if name in owners:
                raise UserError(
                    f"{circuit.where}: {owners[name]} and {item.owner.key} both declare {name!r} "
                    f"of {noun}: use one of them"
                )
            owners[name] = item.owner.key
            group.variables[name] = variable
    return [item for item in parts if item.enabled]


def _slow(enabled: list[JoinedPart], header: str) -> str:
    """Return the slow update of a group: a header and the statements of its rules, if any."""
    text = clean("\n".join(item.part.slow for item in enabled))
    return f"{header}\n{text}" if text else ""


def _population(
    circuit: Circuit, name: str, neuropil: GroupPlan | None, rules: JoinedRules
) -> GroupPlan:
    population = circuit.populations[name]
    membrane = membrane_of(population)
    group = GroupPlan(name, circuit.sizes[name], dict(membrane.variables), membrane.equations)
    group.reset = clean(membrane.reset)
    if "background_rate" in population.model_fields_set:
        group.input = clean(membrane.background)
    if population.stimulus_gain > 0:
        stimulated = "background_rate*(1 + stimulus_gain*stimulus(t))"
        group.input = group.input.replace("background_rate", stimulated)
    group.constants = {"threshold": ("volt", float(population.threshold))}
    if _opens_nmda(circuit, name):
        group.variables |= GATE_VARIABLES
        group.equations += NMDA_GATE + "\n"
        group.reset += "\n" + clean(NMDA_RELEASE)
    enabled = _declare(circuit, group, rules.of_population(name), name)
    header = clean(f"elapsed = timelapse(t)*slow_step\n{membrane.slow}")
    group.slow = _slow(enabled, header) or membrane.slow
    for item in enabled:
        part = item.part
        group.equations += part.equations + "\n" if part.equations else ""
        group.reset += "\n" + clean(part.at_spike) if part.at_spike else ""
    read = names_in(group.slow) - set(group.variables)
    shared = neuropil.variables if neuropil else {}
    group.linked = {n: v.unit for n, v in sorted(shared.items()) if n in read}
    return group


def _opens_nmda(circuit: Circuit, name: str) -> bool:
    """Return whether spikes of a population open NMDA receptors, so that its gate is needed."""
    return any(
        "nmda" in membrane_of(circuit.populations[projection.target]).opened(projection)
        for projection in circuit.projections.values()
        if projection.source == name
    )


def _projection(
    circuit: Circuit, name: str, populations: dict[str, GroupPlan], rules: JoinedRules
) -> GroupPlan:
    projection = circuit.projections[name]
    at = place(circuit, name)
    group = GroupPlan(name, at.degree * at.targets, {})
    group.source, group.target = projection.source, projection.target
    parts = rules.of_projection(name)
    enabled = _declare(circuit, group, parts, name)
    group.equations = "".join(i.part.equations + "\n" for i in enabled if i.part.equations)
    group.survey = _where_open(enabled, "survey")
    group.offer = _where_open(enabled, "offer")
    ends = {"pre": populations[group.source], "post": populations[group.target]}
    updates = _with_drawing(rules.placeholders(name), parts, group, ends)
    group.slow = _slow(updates, "elapsed = timelapse(t)*structural_step")
    if "born" in assigned_in(group.slow):
        group.slow += "\n" + renewal(group.variables, several=_several(enabled))
    lines = _transmission(circuit, group, parts)
    group.on_pre = clean("\n".join([*lines, *(item.part.on_pre for item in enabled)]))
    group.on_post = clean("\n".join(item.part.on_post for item in enabled))
    return group


def _transmission(circuit: Circuit, group: GroupPlan, parts: list[JoinedPart]) -> list[str]:
    """Return the statements by which a presynaptic spike opens receptors.

    The factors of a rule that is switched off stay in them, with their initial values.
    """
    lines = []
    membrane = membrane_of(circuit.populations[group.target])
    for receptor in membrane.opened(circuit.projections[group.name]):
        kinds = ("factor", f"{receptor}_factor")
        factors = [getattr(item.part, kind, "") for item in parts for kind in kinds]
        statement = membrane.delivery[receptor]
        if scaled := "*".join(factor for factor in factors if factor):
            group.equations += f"{receptor}_strength = {scaled} : 1\n"
            statement += f"*{receptor}_strength"
        lines.append(statement)
    return lines


def _where_open(enabled: list[JoinedPart], hook: str) -> str:
    """Return the text of a hook; compiled code skips the pairs that are not open."""
    parts = [item.part for item in enabled if getattr(item.part, hook)]
    text = clean("\n".join(getattr(part, hook) for part in parts))
    if not parts or not all(part.open for part in parts):
        return text
    return f"needed = int({' or '.join(f'({part.open})' for part in parts)})\n{text}"


def _several(enabled: list[JoinedPart]) -> bool:
    """Return whether a pair of cells may have more than one contact."""
    structures = [item.owner for item in enabled if item.owner.rule.kind == "structure"]
    return any(joined.constants["contacts"] > 1 for joined in structures)


def _with_drawing(
    placeholders: dict[str, str],
    parts: list[JoinedPart],
    group: GroupPlan,
    ends: dict[str, GroupPlan],
) -> list[JoinedPart]:
    """Return the enabled parts, with the statements by which synapses come and go.

    `structure` gets these statements, if a rule of formation or elimination is enabled with it.
    """
    enabled = [item for item in parts if item.enabled]
    structure = next((item for item in parts if item.owner.rule.kind == "structure"), None)
    if structure is None:
        return enabled
    projection = placeholders["{projection}"]
    limits = tuple(
        f"{side}_degree_{projection}_{end} < max_{side}_degree"
        for side, end in (("in", "post"), ("out", "pre"))
        if structure.owner.constants[f"max_{side}_degree"] > 0
    )
    _count_contacts(placeholders, limits, parts, group, ends)
    turnover = [item for item in enabled if item.owner.rule.kind in ("formation", "elimination")]
    if not structure.enabled or not turnover:
        return enabled
    after = [item.part.after for item in enabled]
    after += [f"{counter}_{end} += gained - lost" for counter, end in group.counters]
    assigned = assigned_in("\n".join(item.part.slow for item in turnover))
    slow = drawing(assigned, _several(enabled), limits, clean("\n".join(after)))
    new_text = {id(structure): slow}
    due = [item.part.due for item in turnover]
    if all(due):
        # Compiled code skips the pairs of which no rule is due: nothing is born there.
        needed = f"born = 0\nneeded = int({' or '.join(f'({condition})' for condition in due)})\n"
        new_text[id(turnover[0])] = needed + turnover[0].part.slow
    return [
        JoinedPart(item.owner, replace(item.part, slow=new_text[id(item)]))
        if id(item) in new_text
        else item
        for item in enabled
    ]


def _count_contacts(
    placeholders: dict[str, str],
    limits: tuple[str, ...],
    parts: list[JoinedPart],
    group: GroupPlan,
    ends: dict[str, GroupPlan],
) -> None:
    """Count the contacts of a projection on the cells at both ends, where a rule reads the number.

    A rule that is switched off has its counter too: a state fits both with and without the rule.
    """
    after = [item.part.after for item in parts]
    read = names_in("\n".join([*limits, *after, *(item.part.slow for item in parts)]))
    for template, end in COUNTERS.items():
        counter = template
        for word, value in placeholders.items():
            counter = counter.replace(word, value)
        if counter in ends[end].variables or f"{counter}_{end}" in read:
            ends[end].variables.setdefault(counter, Variable("1"))
            group.counters.append((counter, end))


def _neuropil(circuit: Circuit, rules: JoinedRules) -> GroupPlan | None:
    """Return the plan of the extracellular space, or None if no rule joins it."""
    parts = rules.of_neuropil()
    if not parts:
        return None
    group = GroupPlan("neuropil", 1, {})
    enabled = _declare(circuit, group, parts, "the neuropil")
    group.slow = _slow(enabled, "elapsed = timelapse(t)*slow_step")
    return group


def _release(circuit: Circuit, rules: JoinedRules) -> GroupPlan:
    """Return the plan of the pathway by which excitatory spikes reach the neuropil."""
    excitatory = releasing(circuit)
    group = GroupPlan("release", circuit.sizes[excitatory], {})
    group.source, group.target = excitatory, "neuropil"
    enabled = [item.part for item in rules.of_neuropil() if item.enabled]
    group.on_pre = clean("\n".join(part.on_pre for part in enabled))
    return group
