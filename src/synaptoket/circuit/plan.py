"""From a circuit's file to the text and numbers of its groups, before Brian2 comes in.

A `GroupPlan` is everything that makes one Brian2 group: its size, equations, statements, shared
constants with their values and state variables with their initial values. `assembly` turns plans
into Brian2 objects, `initial` into arrays, `describe` into what a reader sees: all three from
the same text, so that what is shown is what runs.
"""

from dataclasses import replace

from ..parameters.errors import UserError
from ..plasticity import Variable, renewal
from ..plasticity.structure import COUNTERS, drawing
from .candidates import place
from .circuit_file import Circuit
from .constants import joined_constants, own_constants, releasing, resolve, shared_constants
from .group import CircuitPlan, GroupPlan, assigned_in, clean, names_in
from .joined_rules import Joined, Uses, uses
from .membranes import membrane_of
from .membranes.conductance import GATE_VARIABLES, NMDA_GATE, NMDA_RELEASE


def plan(circuit: Circuit) -> CircuitPlan:
    """Return the plan of a circuit.

    Raises
    ------
    UserError
        If a rule needs a variable that no rule of the circuit provides, two rules declare the
        same one or govern the same, or a rule does not suit a projection.
    """
    used = uses(circuit)
    pool = shared_constants(circuit, used)
    neuropil = _neuropil(circuit, used)
    populations = {name: _population(circuit, name, neuropil, used) for name in circuit.populations}
    projections = {name: _projection(circuit, name, populations, used)
                   for name in circuit.projections}  # fmt: skip
    release = _release(circuit, used) if neuropil else None
    result = CircuitPlan(circuit, populations, projections, neuropil, release, used)
    for name, group in result.groups().items():
        joined = _joined(used, result, name)
        own = pool | own_constants(circuit, group) | joined_constants(circuit, joined)
        resolve(circuit, group, own, result, joined)
    return result


def _joined(used: Uses, whole: CircuitPlan, name: str) -> list[Joined]:
    """Return the parts of rules that join a group."""
    if name in whole.populations:
        return used.of_population(name)
    return used.of_projection(name) if name in whole.projections else used.of_neuropil()


def _declare(circuit: Circuit, group: GroupPlan, joined: list[Joined], what: str) -> list[Joined]:
    """Add the variables of rules to a group; return the parts that are switched on."""
    owners: dict[str, str] = dict.fromkeys(group.variables, "the membrane")
    for item in joined:
        for name, variable in item.part.variables.items():
            if name in owners:
                raise UserError(
                    f"{circuit.where}: {owners[name]} and {item.use.key} both declare {name!r} "
                    f"of {what}: use one of them"
                )
            owners[name] = item.use.key
            group.variables[name] = variable
    return [item for item in joined if item.enabled]


def _slow(live: list[Joined], header: str) -> str:
    text = clean("\n".join(item.part.slow for item in live))
    return f"{header}\n{text}" if text else ""


def _population(circuit: Circuit, name: str, neuropil: GroupPlan | None, used: Uses) -> GroupPlan:
    population = circuit.populations[name]
    membrane = membrane_of(population)
    group = GroupPlan(name, circuit.sizes[name], dict(membrane.variables), membrane.equations)
    group.reset = clean(membrane.reset)
    if "background_rate" in population.model_fields_set:
        group.input = membrane.background
    if population.stimulus_gain > 0:
        stimulated = "background_rate*(1 + stimulus_gain*stimulus(t))"
        group.input = group.input.replace("background_rate", stimulated)
    group.constants = {"threshold": ("volt", float(population.threshold))}
    if _opens_nmda(circuit, name):
        group.variables |= GATE_VARIABLES
        group.equations += NMDA_GATE + "\n"
        group.reset += "\n" + clean(NMDA_RELEASE)
    live = _declare(circuit, group, used.of_population(name), name)
    header = clean(f"elapsed = timelapse(t)*slow_step\n{membrane.slow}")
    group.slow = _slow(live, header) or membrane.slow
    for item in live:
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
    circuit: Circuit, name: str, populations: dict[str, GroupPlan], used: Uses
) -> GroupPlan:
    projection = circuit.projections[name]
    at = place(circuit, name)
    group = GroupPlan(name, at.degree * at.targets, {})
    group.source, group.target = projection.source, projection.target
    joined = used.of_projection(name)
    live = _declare(circuit, group, joined, name)
    group.equations = "".join(i.part.equations + "\n" for i in live if i.part.equations)
    header = "elapsed = timelapse(t)*structural_step"
    group.survey = _where_open(live, "survey")
    group.offer = _where_open(live, "offer")
    ends = {"pre": populations[group.source], "post": populations[group.target]}
    group.slow = _slow(_with_drawing(used.words(name), joined, group, ends), header)
    if "born" in assigned_in(group.slow):
        group.slow += "\n" + renewal(group.variables, several=_several(live))
    lines = _transmission(circuit, group, joined)
    group.on_pre = clean("\n".join([*lines, *(item.part.on_pre for item in live)]))
    group.on_post = clean("\n".join(item.part.on_post for item in live))
    return group


def _transmission(circuit: Circuit, group: GroupPlan, joined: list[Joined]) -> list[str]:
    """Return what a presynaptic spike opens; factors of what is switched off keep their values."""
    lines = []
    membrane = membrane_of(circuit.populations[group.target])
    for receptor in membrane.opened(circuit.projections[group.name]):
        kinds = ("factor", f"{receptor}_factor")
        factors = [getattr(item.part, kind, "") for item in joined for kind in kinds]
        statement = membrane.delivery[receptor]
        if scaled := "*".join(factor for factor in factors if factor):
            group.equations += f"{receptor}_strength = {scaled} : 1\n"
            statement += f"*{receptor}_strength"
        lines.append(statement)
    return lines


def _where_open(live: list[Joined], hook: str) -> str:
    """Return the text of a hook, which compiled code leaves out for pairs that are not open."""
    parts = [item.part for item in live if getattr(item.part, hook)]
    text = clean("\n".join(getattr(part, hook) for part in parts))
    if not parts or not all(part.open for part in parts):
        return text
    return f"needed = int({' or '.join(f'({part.open})' for part in parts)})\n{text}"


def _several(live: list[Joined]) -> bool:
    """Return whether a pair of cells may have more than one contact."""
    structures = [item.use for item in live if item.use.rule.kind == "structure"]
    return any(use.constants["contacts"] > 1 for use in structures)


def _with_drawing(
    words: dict[str, str], joined: list[Joined], group: GroupPlan, ends: dict[str, GroupPlan]
) -> list[Joined]:
    """Return the parts that are switched on, with the statements by which synapses come and go.

    Contacts are counted on the cells at both ends where a rule asks for their number; a state must
    fit whether that rule is switched on or off.
    """
    live = [item for item in joined if item.enabled]
    structure = next((item for item in joined if item.use.rule.kind == "structure"), None)
    if structure is None:
        return live
    projection = words["{projection}"]
    limits = tuple(
        f"{side}_degree_{projection}_{end} < max_{side}_degree"
        for side, end in (("in", "post"), ("out", "pre"))
        if structure.use.constants[f"max_{side}_degree"] > 0
    )
    after = [item.part.after for item in joined]
    asked = names_in("\n".join([*limits, *after, *(item.part.slow for item in joined)]))
    for template, end in COUNTERS.items():
        counter = template
        for word, value in words.items():
            counter = counter.replace(word, value)
        if counter in ends[end].variables or f"{counter}_{end}" in asked:
            ends[end].variables.setdefault(counter, Variable("1"))
            group.counters.append((counter, end))
    chosen = [item for item in live if item.use.rule.kind in ("formation", "elimination")]
    if not structure.enabled or not chosen:
        return live
    after = [item.part.after for item in live]
    after += [f"{counter}_{end} += gained - lost" for counter, end in group.counters]
    assigned = assigned_in("\n".join(item.part.slow for item in chosen))
    due = [item.part.due for item in chosen]
    if all(due):
        # where nothing is due, nothing is born
        needed = f"born = 0\nneeded = int({' or '.join(f'({condition})' for condition in due)})\n"
        first = Joined(chosen[0].use, replace(chosen[0].part, slow=needed + chosen[0].part.slow))
        live = [first if item is chosen[0] else item for item in live]
    slow = drawing(assigned, _several(live), limits, clean("\n".join(after)))
    drawn = Joined(structure.use, replace(structure.part, slow=slow))
    return [drawn if item is structure else item for item in live]


def _neuropil(circuit: Circuit, used: Uses) -> GroupPlan | None:
    """Return the plan of the extracellular space, if a rule is at work there."""
    if not used.of_neuropil():
        return None
    group = GroupPlan("neuropil", 1, {})
    live = _declare(circuit, group, used.of_neuropil(), "the neuropil")
    group.slow = _slow(live, "elapsed = timelapse(t)*slow_step")
    return group


def _release(circuit: Circuit, used: Uses) -> GroupPlan:
    """Return the plan of the pathway by which excitatory spikes reach the neuropil."""
    excitatory = releasing(circuit)
    group = GroupPlan("release", circuit.sizes[excitatory], {})
    group.source, group.target = excitatory, "neuropil"
    live = [item.part for item in used.of_neuropil() if item.enabled]
    group.on_pre = clean("\n".join(part.on_pre for part in live))
    return group
