"""Where a circuit's file uses a rule: its tables, read and checked.

A rule is used in one of three places, each a table with the rule's constants in it::

    [rules.bdnf]                                  # shared: names its populations, projections
    [projections.pyramidal_to_pv.rules.pair_stdp] # of one projection; populations alike
    [projections.pyramidal_to_pv.formation]       # rule = "random_formation"; elimination alike

and the growth of synaptic elements in a fourth, ``[populations.pv.elements.axonal_inhibitory]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..parameters.errors import UserError, names_one, nearest
from ..parameters.quantities import Quantity, describe
from ..plasticity import Constant, Rule
from .rule_defaults import CHOICES, items
from .section import Section

#: The elements of a neuron's synapses, by which they are grown, offered and matched.
ELEMENTS = ("axonal_excitatory", "axonal_inhibitory", "dendritic_excitatory",
            "dendritic_inhibitory")  # fmt: skip

NO_SYNAPSES = "a background input has no synapses that a rule could act on"


class RuleTable(Section):
    """Where a rule is used, with its constants."""

    rule: str
    enabled: bool = True
    populations: tuple[str, ...] = ()
    projections: tuple[str, ...] = ()
    constants: dict[str, Any] = {}


def read_rule_tables(tree: dict[str, Any], library: Mapping[str, Rule], where: str) -> None:
    """Replace, in place, every table of a circuit's file that uses a rule by what was read."""
    shared = _table(tree.get("rules", {}), "rules", where)
    tree["rules"] = {name: _shared(name, use, library, where) for name, use in shared.items()}
    for name, projection in dict(items(tree, "projections")).items():
        at = f"projections.{name}"
        if name == "background" and "source" not in projection:
            raise UserError(f"{where}: {at}: {NO_SYNAPSES}")
        given = _table(projection.get("rules", {}), f"{at}.rules", where)
        projection["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where)
            for rule, table in given.items()
        }
        for choice in CHOICES:
            if choice in projection:
                projection[choice] = _chosen(f"{at}.{choice}", choice, projection, library, where)
        if "structure" in projection:
            table = projection["structure"]
            key = f"{at}.structure"
            projection["structure"] = _use(key, "structure", table, (), library, where)
    for name, population in dict(items(tree, "populations")).items():
        at = f"populations.{name}"
        given = _table(population.get("rules", {}), f"{at}.rules", where)
        population["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where)
            for rule, table in given.items()
        }
        grown = _table(population.get("elements", {}), f"{at}.elements", where)
        population["elements"] = {
            element: _grown(f"{at}.elements.{element}", element, table, library, where)
            for element, table in grown.items()
        }


def _table(given: Any, key: str, where: str, expected: str = "a table") -> dict[str, Any]:
    """Return a table of the file; refuse anything else in its place."""
    if not isinstance(given, dict):
        raise UserError(f"{where}: {key} = {given!r}: expected {expected}")
    return given


def _shared(name: str, table: Any, library, where: str) -> RuleTable:
    """Return the use of a rule by the populations and projections that its table names."""
    use = _use(f"rules.{name}", name, table, ("populations", "projections"), library, where)
    for kind, places in (("projections", _PROJECTED), ("populations", {"neuron"})):
        parts = library[name].parts.keys()
        alone = kind == "projections" or not parts - {"neuron"}
        if use.enabled and parts & places and alone and not getattr(use, kind):
            raise UserError(
                f"{where}: rules.{name}.{kind}: missing: the rule {name} joins "
                f"{_joins(library[name])}; expected a list of their names"
            )
    return use


_PROJECTED = {"source", "target", "synapse"}


def _owned(key: str, name: str, table: Any, library, where: str) -> RuleTable:
    """Return the use of a rule by one projection or population, which it must be able to join."""
    owner = key.split(".")[0]
    if name in library:
        rule, other = library[name], "projections" if owner == "populations" else "populations"
        on_synapses = bool(_PROJECTED & rule.parts.keys())
        if rule.kind == "growth":
            curve = name.removesuffix("_growth")
            raise UserError(
                f"{where}: {key}: the rule {name} grows synaptic elements; expected it as "
                f'populations.<name>.elements.<element>.curve = "{curve}"'
            )
        if "neuropil" in rule.parts or on_synapses != (owner == "projections"):
            at = f"under {other}.<name>.rules or " if "neuropil" not in rule.parts else ""
            raise UserError(
                f"{where}: {key}: the rule {name} joins {_joins(rule)}, not {owner} alone; "
                f"expected it {at}in [rules.{name}]"
            )
    return _use(key, name, table, (), library, where)


def _joins(rule: Rule) -> str:
    words = {"neuron": "populations", "source": "projections", "target": "projections",
             "synapse": "projections", "neuropil": "the neuropil"}  # fmt: skip
    if _PROJECTED & rule.parts.keys():
        words["neuron"] = "projections"
    return " and ".join(dict.fromkeys(words[place] for place in rule.parts))


def _chosen(key: str, choice: str, projection: dict, library, where: str) -> RuleTable:
    """Return the rule of formation or elimination that a projection has chosen."""
    known = [name for name, rule in library.items() if rule.kind == choice]
    given = projection[choice]
    table = dict(_table(given, key, where, f'a table with rule = "{known[0]}" or another'))
    name = table.pop("rule", None)
    if name is None:
        raise UserError(f"{where}: {key}.rule: missing (expected one of {', '.join(known)})")
    if name not in known:
        hint = nearest(str(name), known)
        if names_one(name, library):
            hint = f", got one of kind {library[name].kind}; valid: {', '.join(known)}"
        raise UserError(f'{where}: {key}.rule = "{name}": expected a rule of {choice}{hint}')
    return _use(key, name, table, (), library, where)


def _grown(key: str, element: str, table: Any, library, where: str) -> RuleTable:
    """Return the growth curve of one kind of synaptic element."""
    if element not in ELEMENTS:
        raise UserError(f"{where}: {key}: unknown element{nearest(element, ELEMENTS)}")
    curves = [n.removesuffix("_growth") for n, rule in library.items() if rule.kind == "growth"]
    table = dict(_table(table, key, where, f'a table with curve = "{curves[0]}" or another'))
    curve = table.pop("curve", None)
    if curve not in curves:
        given = f' = "{curve}"' if curve is not None else ": missing"
        raise UserError(f"{where}: {key}.curve{given}: expected one of {', '.join(curves)}")
    use = _use(key, f"{curve}_growth", table, (), library, where)
    low, high = use.constants.get("eta"), use.constants.get("epsilon")
    if low is not None and high is not None and not low < high:
        raise UserError(
            f"{where}: {key}.eta = {low.text}: expected less than epsilon = {high.text}: "
            "elements grow between the two"
        )
    return use


def _use(key: str, name: str, table: Any, plain: tuple, library, where: str) -> RuleTable:
    """Return one use of a rule with its constants read and checked."""
    if name not in library:
        raise UserError(f"{where}: {key}: unknown rule{nearest(name, library)}")
    known = library[name].constants
    table = _table(table, key, where, "a table with the rule's constants")
    plain = ("enabled", *plain)
    use = {k: table[k] for k in plain if k in table}
    if not isinstance(use.get("enabled", True), bool):
        raise UserError(f"{where}: {key}.enabled = {use['enabled']!r}: expected true or false")
    given = {k: value for k, value in table.items() if k not in plain}
    for k in given:
        if k not in known:
            raise UserError(f"{where}: {key}.{k}: unknown key{nearest(k, [*known, *plain])}")
    for k in plain[1:]:
        names = use.get(k, [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError(f"{where}: {key}.{k} = {names!r}: expected a list of names")
    constants = {k: _number(f"{key}.{k}", given.get(k, constant.default), constant, where)
                 for k, constant in known.items()}  # fmt: skip
    return RuleTable(rule=name, constants=constants, **use)


def _number(key: str, given: Any, constant: Constant, where: str) -> Quantity:
    """Return a constant of a rule as a quantity."""
    if given is None:
        raise UserError(f"{where}: {key}: missing ({constant.meaning})")
    text, source = given, ""
    if isinstance(given, dict):
        text, source = given.get("value"), given.get("source", "")
    try:
        value = Quantity.parse(text, constant.unit, source)
    except UserError as error:
        raise UserError(f"{where}: {key} = {error}") from None
    if (expected := _out_of_range(value, constant)) is not None:
        raise UserError(f'{where}: {key} = "{text}": expected {expected}')
    return value


def _out_of_range(value: Quantity, constant: Constant) -> str | None:
    """Return what was expected in the place of a value that its constant cannot have."""
    kind = describe(constant.unit).replace("a number without a unit", "a number")
    least, above = constant.least, constant.above
    if kind.startswith("a time") and above is None:
        above = 0.0
    if kind.startswith("a rate") and least is None:
        least = 0.0
    if above is not None and value <= above:
        return f"{kind} above {above:g}" if above else f"{kind} above zero"
    low, high = least is not None and value < least, constant.most is not None
    if low or (high and value > constant.most):
        if least is not None and high:
            return f"{kind} from {least:g} to {constant.most:g}"
        return f"{kind} of {least:g} or more" if low else f"{kind} of {constant.most:g} or less"
    return None
