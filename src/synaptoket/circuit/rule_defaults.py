"""The tables of a circuit's file that use a rule, before they are checked: defaults, removal."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..parameters.errors import names_one
from ..plasticity import Rule

#: The keys of a projection that choose one rule, and the source of a constant left to its default.
CHOICES = ("formation", "elimination")
_DEFAULT = "default of the rule"


def write_defaults(tree: dict[str, Any], library: Mapping[str, Rule]) -> None:
    """Write, in place, every switch and default of a circuit's rules into its tables.

    Settings can then name them, and a result file keeps them. Wrong tables are left as they are:
    `read_rule_tables` reports them.
    """
    for rule, table in _tables(tree):
        table.setdefault("enabled", True)
        constants = library[rule].constants if names_one(rule, library) else {}
        for name, constant in constants.items():
            if constant.default is not None:
                table.setdefault(name, {"value": constant.default, "source": _DEFAULT})


def without_rules(tree: dict[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return the tables of a circuit without those that use some rules.

    Which cells may contact each other does not depend on rules: without such tables, the contacts
    of a circuit can be drawn even if its rules are not available.
    """
    removed = [id(table) for rule, table in _tables(tree) if rule in names]

    def remaining(branch: Any) -> Any:
        if not isinstance(branch, dict):
            return branch
        return {key: remaining(value) for key, value in branch.items() if id(value) not in removed}

    return remaining(tree)


def _tables(tree: dict[str, Any]) -> Iterator[tuple[Any, dict]]:
    """Yield every table that uses a rule, after the rule's name (anything, in a wrong file)."""
    yield from subtables(tree, "rules")
    for _, projection in subtables(tree, "projections"):
        yield from subtables(projection, "rules")
        for key, table in subtables(projection):
            if key in CHOICES:
                yield table.get("rule"), table
        for key, table in subtables(projection):
            if key == "structure":
                yield key, table
    for _, population in subtables(tree, "populations"):
        yield from subtables(population, "rules")
        for _, table in subtables(population, "elements"):
            yield f"{table.get('curve')}_growth", table


def subtables(tree: dict[str, Any], key: str | None = None) -> list[tuple[str, dict]]:
    """Return the names and tables within a table, or within one of its tables."""
    table = tree if key is None else tree.get(key)
    if not isinstance(table, dict):
        return []
    return [(name, value) for name, value in table.items() if isinstance(value, dict)]
