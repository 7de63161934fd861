"""Where a circuit's file uses a rule: its tables, read and checked.

A rule is used in one of three places, each a table with the rule's constants in it::

    [rules.bdnf]                                  # shared: names its populations, projections
    [projections.pyramidal_to_pv.rules.pair_stdp] # of one projection
    [projections.pyramidal_to_pv.formation]       # rule = "random_formation"; elimination alike

and the growth of synaptic elements in a fourth, ``[populations.pv.elements.axonal_inhibitory]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import UserError, nearest
from ..plasticity import Rule
from ..quantities import Quantity
from .section import Section

#: The elements of a neuron's synapses, by which they are grown, offered and matched.
ELEMENTS = ("axonal_excitatory", "axonal_inhibitory", "dendritic_excitatory",
            "dendritic_inhibitory")  # fmt: skip

_CHOICES = ("formation", "elimination")


class RuleUse(Section):
    """Where a rule is used, with its constants."""

    rule: str
    enabled: bool = True
    populations: tuple[str, ...] = ()
    projections: tuple[str, ...] = ()
    constants: dict[str, Any] = {}


def read_uses(tree: dict[str, Any], library: Mapping[str, Rule], where: str) -> None:
    """Replace, in place, every table of a circuit's file that uses a rule by what was read."""
    tree["rules"] = {
        name: _shared(name, table, library, where) for name, table in tree.get("rules", {}).items()
    }
    for name, projection in tree.get("projections", {}).items():
        if not isinstance(projection, dict):
            continue
        at = f"projections.{name}"
        given = projection.get("rules", {})
        projection["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where, _PROJECTED)
            for rule, table in given.items()
        }
        for choice in _CHOICES:
            if choice in projection:
                projection[choice] = _chosen(f"{at}.{choice}", choice, projection, library, where)
        if "structure" in projection:
            table = projection["structure"]
            key = f"{at}.structure"
            projection["structure"] = _use(key, "structure", table, (), library, where)
    for name, population in tree.get("populations", {}).items():
        if not isinstance(population, dict):
            continue
        at = f"populations.{name}"
        population["rules"] = {
            rule: _owned(f"{at}.rules.{rule}", rule, table, library, where, _OF_NEURONS)
            for rule, table in population.get("rules", {}).items()
        }
        population["elements"] = {
            element: _grown(f"{at}.elements.{element}", element, table, library, where)
            for element, table in population.get("elements", {}).items()
        }


_PROJECTED, _OF_NEURONS = {"source", "target", "synapse"}, {"neuron"}


def _shared(name: str, table: dict, library, where: str) -> RuleUse:
    return _use(f"rules.{name}", name, table, ("populations", "projections"), library, where)


def _owned(key: str, name: str, table: dict, library, where: str, places: set[str]) -> RuleUse:
    """Return the use of a rule by one projection or population, which it must be able to join."""
    if name in library and not places & library[name].parts.keys():
        owner, other = key.split(".")[0], "projections" if places is _OF_NEURONS else "populations"
        raise UserError(
            f"{where}: {key}: the rule {name} joins {_joins(library[name])}, not {owner}; "
            f"expected it under {other}.<name>.rules or in [rules.{name}]"
        )
    return _use(key, name, table, (), library, where)


def _joins(rule: Rule) -> str:
    words = {"neuron": "populations", "source": "projections", "target": "projections",
             "synapse": "projections", "neuropil": "the neuropil"}  # fmt: skip
    return " and ".join(dict.fromkeys(words[place] for place in rule.parts))


def _chosen(key: str, choice: str, projection: dict, library, where: str) -> RuleUse:
    """Return the rule of formation or elimination that a projection has chosen."""
    table = dict(projection[choice])
    known = [name for name, rule in library.items() if rule.kind == choice]
    name = table.pop("rule", None)
    if name is None:
        raise UserError(f"{where}: {key}.rule: missing (expected one of {', '.join(known)})")
    if name not in known:
        raise UserError(
            f'{where}: {key}.rule = "{name}": expected a rule of {choice}{nearest(name, known)}'
        )
    return _use(key, name, table, (), library, where)


def _grown(key: str, element: str, table: dict, library, where: str) -> RuleUse:
    """Return the growth curve of one kind of synaptic element."""
    if element not in ELEMENTS:
        raise UserError(f"{where}: {key}: unknown element{nearest(element, ELEMENTS)}")
    table = dict(table)
    curves = [n.removesuffix("_growth") for n, rule in library.items() if rule.kind == "growth"]
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


def _use(key: str, name: str, table: Any, plain: tuple, library, where: str) -> RuleUse:
    """Return one use of a rule with its constants read and checked."""
    if name not in library:
        raise UserError(f"{where}: {key}: unknown rule{nearest(name, library)}")
    known = library[name].constants
    plain = ("enabled", *plain)
    use = {k: table[k] for k in plain if k in table}
    given = {k: value for k, value in table.items() if k not in plain}
    for k in given:
        if k not in known:
            raise UserError(f"{where}: {key}.{k}: unknown key{nearest(k, [*known, *plain])}")
    constants = {}
    for k, constant in known.items():
        value = given.get(k, constant.default)
        if value is None:
            raise UserError(f"{where}: {key}.{k}: missing ({constant.meaning})")
        text, source = (
            (value.get("value"), value.get("source", ""))
            if isinstance(value, dict)
            else (value, "")
        )
        try:
            constants[k] = Quantity.parse(text, constant.unit, source)
        except UserError as error:
            raise UserError(f"{where}: {key}.{k} = {error}") from None
    return RuleUse(rule=name, constants=constants, **use)
