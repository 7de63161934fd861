"""A circuit for readers: the table of its parameters and the equations that run."""

from collections.abc import Mapping

from ..parameters.files import model_path
from ..parameters.overrides import Row
from ..parameters.overrides import rows as parameter_rows
from ..plasticity import Rule
from .circuit_file import circuit_tree, load_circuit
from .group import CircuitPlan, GroupPlan
from .joined_rules import joined_rules
from .membranes import MEMBRANES
from .numerics import SLOW_STEP, Numerics
from .plan import plan

_MEMBRANES = MEMBRANES.values()
_SECTIONS = {
    "populations": [membrane.population for membrane in _MEMBRANES],
    "projections": [membrane.projection for membrane in _MEMBRANES],
    "receptors": [membrane.receptors for membrane in _MEMBRANES],
    "numerics": [Numerics],
}


def table(name: str, rules: Mapping[str, Rule] | None = None) -> list[Row]:
    """Return the row of every parameter of a circuit: name, symbol, value, unit, source.

    Here and below, `rules` are the rules that do not ship, as `load_circuit` takes them.
    """
    circuit = load_circuit(name, rules=rules)
    # A joined rule may have other names than the file, but in the same order.
    symbols = {
        f"{joined.key}.{name}": constant.symbol
        for joined in joined_rules(circuit).all
        for name, constant in zip(
            circuit.available_rules[joined.rule.name].constants,
            joined.rule.constants.values(),
            strict=True,
        )
    }
    rows = parameter_rows(circuit_tree(model_path("circuits", name), circuit.available_rules))
    shown = [(row[0], symbols.get(row[0]) or _symbol(row[0]), *row[2:]) for row in rows]
    unnamed = ("neurons", "blocker_reaches", "nmda.")
    return [row for row in shown if row[1] or row[0].startswith(unnamed)]


def _symbol(dotted: str) -> str:
    """Return the symbol of a parameter outside rules, or nothing if it has none."""
    section, _, rest = dotted.partition(".")
    key = rest.rpartition(".")[2]
    for table in _SECTIONS.get(section, ()):
        if key in (parameters := table.parameters()):
            return parameters[key].symbol
    return ""


def equations(name: str, rules: Mapping[str, Rule] | None = None) -> str:
    """Return the text of every group of a circuit, as it is handed to Brian2."""
    circuit_plan = plan(load_circuit(name, rules=rules))
    in_use = {joined.rule.name: joined.rule for joined in circuit_plan.rules.all}.values()
    lines = [f"# {rule.name}: {rule.equation}  ({rule.source})" for rule in in_use]
    blocks = ["\n".join(["# Rules", *lines])]
    blocks += [_group(group, circuit_plan) for group in circuit_plan.groups().values()]
    return "\n\n".join(blocks)


def _group(group: GroupPlan, circuit_plan: CircuitPlan) -> str:
    """Return one group's equations and statements under headings."""
    neuron = group.name in circuit_plan.populations
    numerics = circuit_plan.circuit.numerics
    step = SLOW_STEP if not group.source else numerics.structural_step
    sections = [
        ("", group.model()),
        ("threshold", "v > threshold" if neuron else ""),
        ("reset", group.reset),
        (f"every {numerics.input_step * 1e3:g} ms", group.input),
        ("on pre", group.on_pre),
        ("on post", group.on_post),
        (f"every {step * 1e3:g} ms, before all", group.survey),
        (f"every {step * 1e3:g} ms, then", group.offer),
        (f"every {step * 1e3:g} ms", group.slow),
    ]
    kind = f"{group.source} -> {group.target}, {group.size}" if group.source else f"{group.size}"
    lines = [f"===== {group.name} ({kind}) ====="]
    for title, text in sections:
        if text:
            lines += [f"--- {title}", text] if title else [text]
    return "\n".join(lines)
