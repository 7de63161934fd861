"""A circuit as a reader sees it: the table of its parameters and the equations that run."""

from .. import settings
from ..library import model_path, read_toml
from ..plasticity import RULES
from .numerics import SLOW_STEP, Numerics
from .plan import CircuitPlan, GroupPlan, plan
from .schema import Population, Projection, Receptors, load_circuit


def table(name: str) -> list[tuple[str, str, str, str, str]]:
    """Return (name, symbol, value, unit, source) of every parameter of a circuit."""
    load_circuit(name)
    rows = settings.rows(read_toml(model_path("circuits", name)))
    return [(row[0], _symbol(row[0]), *row[2:]) for row in rows if _is_parameter(row[0])]


def _is_parameter(dotted: str) -> bool:
    """Return whether a leaf of the file is a number, and not the name of something."""
    return dotted.startswith(("neurons", "blocker_reaches")) or bool(_symbol(dotted))


def _symbol(dotted: str) -> str:
    """Return the symbol of a parameter, or nothing if it has none."""
    section, _, rest = dotted.partition(".")
    key = rest.rpartition(".")[2]
    if section == "rules":
        constant = RULES[dotted.split(".")[1]].constants.get(key)
        return constant.symbol if constant else ""
    fields = {
        "populations": Population,
        "projections": Projection,
        "receptors": Receptors,
        "numerics": Numerics,
    }
    info = fields[section].model_fields.get(key) if section in fields else None
    return info.json_schema_extra["symbol"] if info and info.json_schema_extra else ""


def equations(name: str) -> str:
    """Return the text of every group of a circuit, as it is handed to Brian2."""
    circuit = load_circuit(name)
    made = plan(circuit)
    used = [f"# {rule}: {RULES[rule].equation}  ({RULES[rule].source})" for rule in circuit.rules]
    blocks = ["\n".join(["# Rules", *used])]
    blocks += [_group(group, made) for group in made.groups().values()]
    return "\n\n".join(blocks)


def _group(group: GroupPlan, whole: CircuitPlan) -> str:
    """Return one group's equations and statements under headings."""
    neuron = group.name in whole.populations
    numerics = whole.circuit.numerics
    step = SLOW_STEP if not group.source else numerics.structural_step
    sections = [
        ("", group.model()),
        ("threshold", "v > threshold" if neuron else ""),
        ("reset", group.reset),
        (f"every {numerics.input_step * 1e3:g} ms", group.input),
        ("on pre", group.on_pre),
        ("on post", group.on_post),
        (f"every {step * 1e3:g} ms", group.slow),
    ]
    kind = f"{group.source} -> {group.target}, {group.size}" if group.source else f"{group.size}"
    lines = [f"===== {group.name} ({kind}) ====="]
    for title, text in sections:
        if text:
            lines += [f"--- {title}", text] if title else [text]
    return "\n".join(lines)
