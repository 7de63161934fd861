"""The tables of a circuit's file that use a rule: found, completed, left out, before any check."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..parameters.errors import names_one
from ..plasticity import Rule

#: What a projection chooses one rule for, and what stands for a constant that is left out.
CHOICES = ("formation", "elimination")
_DEFAULT = "default of the rule"


def write_defaults(tree: dict[str, Any], library: Mapping[str, Rule]) -> None:
    """Write, in place, every switch and default of a circuit's rules into its tables.

    So that they can be set by their names and are kept with a result. What is wrong is left as it
    is: `read_rule_tables` says so.
    """
    for rule, table in _tables(tree):
        table.setdefault("enabled", True)
        known = library[rule].constants if names_one(rule, library) else {}
        for name, constant in known.items():
            if constant.default is not None:
                table.setdefault(name, {"value": constant.default, "source": _DEFAULT})


def without_rules(tree: dict[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return the tables of a circuit without those that use some rules.

    Who could contact whom does not depend on rules, so that a circuit can be read of which a rule
    is not at hand.
    """
    gone = [id(table) for rule, table in _tables(tree) if rule in names]

    def kept(branch: Any) -> Any:
        if not isinstance(branch, dict):
            return branch
        return {key: kept(value) for key, value in branch.items() if id(value) not in gone}

    return kept(tree)


def _tables(tree: dict[str, Any]) -> Iterator[tuple[str, dict]]:
    """Yield every table that uses a rule, with the rule's name."""
    found = [*items(tree, "rules")]
    for projection in dict(items(tree, "projections")).values():
        found += items(projection, "rules")
        chosen = {k: v for k, v in items(projection) if k in CHOICES}
        found += [(table.get("rule"), table) for table in chosen.values()]
        found += [(k, v) for k, v in items(projection) if k == "structure"]
    for population in dict(items(tree, "populations")).values():
        found += items(population, "rules")
        grown = [table for _, table in items(population, "elements")]
        found += [(f"{table.get('curve')}_growth", table) for table in grown]
    yield from found


def items(tree: dict[str, Any], key: str | None = None) -> list[tuple[str, dict]]:
    """Return the tables within a table, or within one of its tables."""
    held = tree if key is None else tree.get(key)
    held = held if isinstance(held, dict) else {}
    return [(name, value) for name, value in held.items() if isinstance(value, dict)]
