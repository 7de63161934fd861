"""The tables of a circuit's file that use a rule, read and checked.

A rule is used in one of three places, each a table with the rule's constants in it::

    [rules.bdnf]                                  # shared: names its populations, projections
    [projections.pyramidal_to_pv.rules.pair_stdp] # of one projection; likewise of a population
    [projections.pyramidal_to_pv.formation]       # rule = "random_formation"; elimination likewise

The growth of synaptic elements has a fourth, ``[populations.pv.elements.axonal_inhibitory]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..parameters.errors import UserError, names_one, nearest
from ..parameters.quantities import Quantity, describe
from ..plasticity import Constant, Rule
from .rule_defaults import CHOICES, subtables
from .section import Section

#: The kinds of synaptic elements that a neuron can grow.
ELEMENTS = ("axonal_excitatory", "axonal_inhibitory", "dendritic_excitatory",
            "dendritic_inhibitory")  # fmt: skip

#: All rules that there are, by name.
Library = Mapping[str, Rule]

NO_SYNAPSES = "a background input has no synapses that a rule could act on"

#: The places by which a rule joins projections.
_PROJECTED = {"source", "target", "synapse"}


class RuleTable(Section):
    """A table that uses a rule: the rule's name, the groups it joins and its constants."""

    rule: str
    enabled: bool = True
    populations: tuple[str, ...] = ()
    projections: tuple[str, ...] = ()
    constants: dict[str, Any] = {}


def read_rule_tables(tree: dict[str, Any], library: Library, where: str) -> None:
    """Replace, in place, every table of a circuit's file that uses a rule by a `RuleTable`.

    Parameters
    ----------
    tree : dict
        The whole file.
    library : mapping of str to Rule
        All rules that there are.
    where : str
        The file's name, for messages.

    Raises
    ------
    UserError
        One line that names the file, the key, the value and the expected one.
    """
    shared = _table(tree.get("rules", {}), "rules", where)
    tree["rules"] = {name: _shared(name, table, library, where) for name, table in shared.items()}
    for name, projection in subtables(tree, "projections"):
        at = f"projections.{name}"
        if name == "background" and "source" not in projection:
            raise UserError(f"{where}: {at}: {NO_SYNAPSES}")
        tables = _table(projection.get("rules", {}), f"{at}.rules", where)
        projection["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where)
            for rule, table in tables.items()
        }
        for choice in CHOICES:
            if choice in projection:
                projection[choice] = _chosen(f"{at}.{choice}", choice, projection, library, where)
        if "structure" in projection:
            table, key = projection["structure"], f"{at}.structure"
            projection["structure"] = _read(key, "structure", table, (), library, where)
    for name, population in subtables(tree, "populations"):
        at = f"populations.{name}"
        tables = _table(population.get("rules", {}), f"{at}.rules", where)
        population["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where)
            for rule, table in tables.items()
        }
        elements = _table(population.get("elements", {}), f"{at}.elements", where)
        population["elements"] = {
            element: _grown(f"{at}.elements.{element}", element, table, library, where)
            for element, table in elements.items()
        }


def _table(value: Any, key: str, where: str, expected: str = "a table") -> dict[str, Any]:
    """Return a table of the file; refuse any other value in its place."""
    if not isinstance(value, dict):
        raise UserError(f"{where}: {key} = {value!r}: expected {expected}")
    return value


def _shared(name: str, value: Any, library: Library, where: str) -> RuleTable:
    """Read a table ``[rules.<name>]``, which lists the populations and projections it joins."""
    table = _read(f"rules.{name}", name, value, ("populations", "projections"), library, where)
    for kind, places in (("projections", _PROJECTED), ("populations", {"neuron"})):
        parts = library[name].parts.keys()
        # Without populations, a rule that joins something else as well can still act.
        needed = kind == "projections" or not parts - {"neuron"}
        if table.enabled and parts & places and needed and not getattr(table, kind):
            raise UserError(
                f"{where}: rules.{name}.{kind}: missing: the rule {name} joins "
                f"{_joins(library[name])}; expected a list of their names"
            )
    return table


def _owned(key: str, name: str, table: Any, library: Library, where: str) -> RuleTable:
    """Read the table of a rule of one projection or population, which the rule must join."""
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
    return _read(key, name, table, (), library, where)


def _joins(rule: Rule) -> str:
    """Return in words which groups a rule joins."""
    words = {"neuron": "populations", "source": "projections", "target": "projections",
             "synapse": "projections", "neuropil": "the neuropil"}  # fmt: skip
    if _PROJECTED & rule.parts.keys():
        words["neuron"] = "projections"
    return " and ".join(dict.fromkeys(words[place] for place in rule.parts))


def _chosen(key: str, choice: str, projection: dict, library: Library, where: str) -> RuleTable:
    """Read the table by which a projection chooses its rule of formation or elimination."""
    known = [name for name, rule in library.items() if rule.kind == choice]
    expected = f'a table with rule = "{known[0]}" or another'
    table = dict(_table(projection[choice], key, where, expected))
    name = table.pop("rule", None)
    if name is None:
        raise UserError(f"{where}: {key}.rule: missing (expected one of {', '.join(known)})")
    if name not in known:
        hint = nearest(str(name), known)
        if names_one(name, library):
            hint = f", got one of kind {library[name].kind}; valid: {', '.join(known)}"
        raise UserError(f'{where}: {key}.rule = "{name}": expected a rule of {choice}{hint}')
    return _read(key, name, table, (), library, where)


def _grown(key: str, element: str, value: Any, library: Library, where: str) -> RuleTable:
    """Read the table of the growth curve of one kind of synaptic element."""
    if element not in ELEMENTS:
        raise UserError(f"{where}: {key}: unknown element{nearest(element, ELEMENTS)}")
    curves = [n.removesuffix("_growth") for n, rule in library.items() if rule.kind == "growth"]
    entries = dict(_table(value, key, where, f'a table with curve = "{curves[0]}" or another'))
    curve = entries.pop("curve", None)
    if curve not in curves:
        shown = f' = "{curve}"' if curve is not None else ": missing"
        raise UserError(f"{where}: {key}.curve{shown}: expected one of {', '.join(curves)}")
    table = _read(key, f"{curve}_growth", entries, (), library, where)
    low, high = table.constants.get("eta"), table.constants.get("epsilon")
    if low is not None and high is not None and not low < high:
        raise UserError(
            f"{where}: {key}.eta = {low.text}: expected less than epsilon = {high.text}: "
            "elements grow between the two"
        )
    return table


def _read(
    key: str, name: str, value: Any, lists: tuple[str, ...], library: Library, where: str
) -> RuleTable:
    """Read and check one table of a rule; `lists` are its keys that hold lists of names."""
    if name not in library:
        raise UserError(f"{where}: {key}: unknown rule{nearest(name, library)}")
    known = library[name].constants
    table = _table(value, key, where, "a table with the rule's constants")
    options = {k: table[k] for k in ("enabled", *lists) if k in table}
    if not isinstance(options.get("enabled", True), bool):
        raise UserError(f"{where}: {key}.enabled = {options['enabled']!r}: expected true or false")
    for k in table:
        if k not in known and k not in ("enabled", *lists):
            hint = nearest(k, [*known, "enabled", *lists])
            raise UserError(f"{where}: {key}.{k}: unknown key{hint}")
    for k in lists:
        names = options.get(k, [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError(f"{where}: {key}.{k} = {names!r}: expected a list of names")
    constants = {k: _number(f"{key}.{k}", table.get(k, constant.default), constant, where)
                 for k, constant in known.items()}  # fmt: skip
    return RuleTable(rule=name, constants=constants, **options)


def _number(key: str, entry: Any, constant: Constant, where: str) -> Quantity:
    """Return a constant of a rule as a quantity."""
    if entry is None:
        raise UserError(f"{where}: {key}: missing ({constant.meaning})")
    text: Any = entry
    source = ""
    if isinstance(entry, dict):
        text, source = entry.get("value"), entry.get("source", "")
    try:
        value = Quantity.parse(text, constant.unit, source)
    except UserError as error:
        raise UserError(f"{where}: {key} = {error}") from None
    if (expected := _out_of_range(value, constant)) is not None:
        raise UserError(f'{where}: {key} = "{text}": expected {expected}')
    return value


def _out_of_range(value: Quantity, constant: Constant) -> str | None:
    """Return in words which values a constant can have, if this one is not among them."""
    kind = describe(constant.unit).replace("a number without a unit", "a number")
    least, most, above = constant.least, constant.most, constant.above
    if kind.startswith("a time") and above is None:
        above = 0.0
    if kind.startswith("a rate") and least is None:
        least = 0.0
    if above is not None and value <= above:
        return f"{kind} above {above:g}" if above else f"{kind} above zero"
    too_low = least is not None and value < least
    too_high = most is not None and value > most
    if not too_low and not too_high:
        return None
    if least is not None and most is not None:
        return f"{kind} from {least:g} to {most:g}"
    return f"{kind} of {least:g} or more" if too_low else f"{kind} of {most:g} or less"
