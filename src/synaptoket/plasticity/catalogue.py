"""Descriptions of rules for readers: where they join, their cost, their tables in a file.

All of it is derived from the rules themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..parameters.files import read_toml, root
from .rule import Part, Rule

#: Kinds of rules in the order in which they are listed, and what rules of each kind decide.
KINDS = {
    "formation": "which synapses come",
    "elimination": "which synapses go",
    "growth": "how cells grow the elements of synapses",
    "functional": "how strong a synapse is",
    "structure": "which synapses there may be",
    "signalling": "what carries a spike or a drug to a synapse",
}

#: The places where a part joins, in words.
PLACES = {
    "synapse": "synapse",
    "source": "source cell",
    "target": "target cell",
    "neuron": "cell",
    "neuropil": "neuropil",
}

_BYTES = {"float": 8, "integer": 4, "byte": 1}

#: The texts of a part, and the events at which each runs.
RUNS = {
    "equations": "between spikes",
    "at_spike": "at a spike of the cell",
    "on_pre": "at a presynaptic spike",
    "on_post": "at a postsynaptic spike",
    "survey": "before every structural step",
    "offer": "before every structural step, then",
    "slow": "every slow step",
    "after": "after births and losses",
    "factor": "factor of transmission",
    "ampa_factor": "factor of AMPA transmission",
    "nmda_factor": "factor of NMDA transmission",
    "gaba_factor": "factor of GABA transmission",
}


def grouped(rules: Mapping[str, Rule]) -> list[Rule]:
    """Return rules ordered by kind; within a kind they keep their order."""
    return [rule for kind in KINDS for rule in rules.values() if rule.kind == kind]


def texts(part: Part, place: str = "") -> dict[str, str]:
    """Return the statements of a part by the events at which they run, in words."""
    statements = {}
    for key, words in RUNS.items():
        if (place, key) == ("synapse", "slow"):
            words = "every structural step"
        text = "\n".join(filter(None, map(str.strip, getattr(part, key).splitlines())))
        if text:
            statements[words] = text
    return statements


def cost(rule: Rule) -> str:
    """Return the number of variables of a rule, and their bytes in memory, for each place.

    In single precision (`numerics.precision`), floats of synapses and of equations take half.
    """
    costs = []
    for place, part in rule.parts.items():
        if part.variables:
            size = sum(_BYTES[variable.kind] for variable in part.variables.values())
            costs.append(f"{len(part.variables)} per {PLACES[place]} ({size} B)")
    return ", ".join(costs) or "none"


def runs(rule: Rule) -> str:
    """Return when the statements of a rule run."""
    spikes = any(part.on_pre or part.on_post or part.at_spike for part in rule.parts.values())
    flows = any(part.equations for part in rule.parts.values())
    slow = any(part.slow for place, part in rule.parts.items() if place != "synapse")
    synapse = rule.parts.get("synapse", Part())
    structural = synapse.slow or synapse.survey or rule.kind == "structure"
    words = {"spikes": spikes, "neuron step": flows, "slow step": slow,
             "structural step": structural}  # fmt: skip
    return ", ".join(word for word, applies in words.items() if applies)


def needs(rule: Rule, rules: Mapping[str, Rule]) -> list[str]:
    """Return the rules that provide the names this one reads; alternatives are in one text.

    >>> from synaptoket.plasticity import RULES
    >>> needs(RULES["synaptic_scaling"], RULES)
    ['bdnf or dendritic_calcium']
    """
    provided = {*rule.constants, *rule.derived, *_declared(rule), *rule.reads}
    text = _plain("\n".join(text for part in rule.parts.values() for text in texts(part).values()))
    read = {re.sub(r"_(pre|post)$", "", word) for word in re.findall(r"[A-Za-z_]\w*", text)}
    needed = set()
    for word in read - provided:
        providers = [other.name for other in rules.values() if word in _declared(other)]
        needed.add(" or ".join(providers))
    order = {name: place for place, name in enumerate(rules)}
    return sorted(filter(None, needed), key=lambda names: order[names.split(" or ")[0]])


def _declared(rule: Rule) -> set[str]:
    return {_plain(name) for part in rule.parts.values() for name in part.variables}


def _plain(text: str) -> str:
    """Return text with words instead of placeholders, the same word for every element."""
    for placeholder in ("axonal_{sign}", "dendritic_{sign}", "{element}"):
        text = text.replace(placeholder, "element")
    return text.replace("{projection}", "projection").replace("{sign}", "sign")


def rivals(rule: Rule, rules: Mapping[str, Rule]) -> list[str]:
    """Return the rules that set the same property, so that a projection may have only one."""
    others = [other for other in rules.values() if other.name != rule.name]
    return [other.name for other in others if rule.sets and other.sets == rule.sets]


def facts(rule: Rule, rules: Mapping[str, Rule]) -> dict[str, str]:
    """Return facts about a rule by their headings; those that do not apply are left out."""
    recordings = [item for place in rule.parts for item in rule.recordings(place).items()]
    all_facts = {
        "joins": ", ".join(PLACES[place] for place in rule.parts),
        "runs": runs(rule),
        "sets alone": f"the {rule.sets} of a projection" if rule.sets else "",
        "not with": ", ".join(rivals(rule, rules)),
        "on synapses of": f"{rule.sources} cells" if rule.sources else "",
        "reads": ", ".join(needs(rule, rules)),
        "keeps": cost(rule),
        "derives": "; ".join(
            f"{name} from {', '.join(derived.of)}" for name, derived in rule.derived.items()
        ),
        "records": "; ".join(
            f"{name}, {recording.long_name} ({recording.unit})" for name, recording in recordings
        ),
    }
    return {heading: text for heading, text in all_facts.items() if text}


def markdown_rows(rules: Mapping[str, Rule]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of the table of all rules in ``docs/choosing-a-rule.md``."""
    header = ["rule", "what it does", "runs", "reads", "variables it keeps", "not with"]
    rows = [
        [f"`{rule.name}`", rule.summary, runs(rule), ", ".join(needs(rule, rules)), cost(rule),
         f"any other {rule.kind}" if rule.sets == rule.kind else ", ".join(rivals(rule, rules))]
        for rule in grouped(rules)
    ]  # fmt: skip
    return header, rows


def example(rule: Rule) -> str:
    """Return the tables by which a circuit's file uses a rule, on cells of the prefrontal circuit.

    Numbers are those of a circuit that ships, if one uses the rule; defaults are commented out.
    """
    inhibitory = rule.sources == "inhibitory"
    projection = "pv_to_pyramidal" if inhibitory else "pyramidal_to_pyramidal"
    if rule.kind == "structure":
        heads = [f"[projections.{projection}.{rule.name}]"]
    elif rule.kind in ("formation", "elimination"):
        heads = [f"[projections.{projection}.structure]", "filling_fraction = 0.27", "",
                 f"[projections.{projection}.{rule.kind}]", f'rule = "{rule.name}"']  # fmt: skip
    elif rule.kind == "growth":
        curve = rule.name.removesuffix("_growth")
        heads = ["[populations.pyramidal.elements.dendritic_excitatory]", f'curve = "{curve}"']
    elif "neuropil" in rule.parts:
        heads = [f"[rules.{rule.name}]"]
        if "neuron" in rule.parts:
            heads.append('populations = ["pyramidal"]')
        if {"synapse", "source", "target"} & rule.parts.keys():
            heads.append(f'projections = ["{projection}"]')
    elif {"synapse", "source", "target"} & rule.parts.keys():
        heads = [f"[projections.{projection}.rules.{rule.name}]"]
    else:
        heads = [f"[populations.pyramidal.rules.{rule.name}]"]
    return "\n".join(heads + _constants(rule))


def _constants(rule: Rule) -> list[str]:
    """Return a line for each constant of a rule, with its meaning."""
    in_use = _in_use(rule.name)
    lines, width = [], 0
    # Constants without a value in any circuit are numbered upwards, so that of two limits the first
    # is the lower one.
    for place, (name, constant) in enumerate(rule.constants.items(), 1):
        unit = "" if constant.unit == "1" else f" {constant.unit.replace('1/', '/')}"
        value = constant.default
        if value is None:
            value = in_use.get(name, f"{place}{unit}" if unit else place)
        left = "# " if constant.default is not None else ""
        shown = f'"{value}"' if isinstance(value, str) else f"{value:g}"
        lines.append((f"{left}{name} = {shown}", f"{constant.symbol}: {constant.meaning}"))
        width = max(width, len(lines[-1][0]))
    return [f"{text.ljust(width)}  # {meaning}" for text, meaning in lines]


def _in_use(name: str) -> dict[str, str | float]:
    """Return the constants of a rule in the first circuit that ships and uses it."""
    for folder in ("models/circuits", "experiments/rules"):
        for path in sorted((root() / folder).glob("*.toml")):
            for table in _tables(read_toml(path), name):
                return {key: value["value"] if isinstance(value, dict) else value
                        for key, value in table.items()}  # fmt: skip
    return {}


def _tables(tree: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Yield the tables of a circuit's file that use a rule."""
    for key, table in tree.items():
        if not isinstance(table, dict):
            continue
        if name in (key, table.get("rule"), f"{table.get('curve')}_growth"):
            yield table
        else:
            yield from _tables(table, name)
