"""Rules from outside: a Python file of the user's own, or a package's entry point.

A package registers a rule in its table ``[project.entry-points."synaptoket.rules"]``, as
``name = "module:RULE"``.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from runpy import run_path

from ..errors import UserError
from .rule import Rule

GROUP = "synaptoket.rules"


def read_rule(path: str | Path) -> dict[str, Rule]:
    """Return the rules that a Python file defines, by name.

    Raises
    ------
    UserError
        If there is no such file, it fails, or it defines no `Rule`.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"--rule {path}: no such file; expected a Python file that defines a Rule")
    try:
        made = run_path(str(path))
    except Exception as error:  # whatever the user's file raises
        raise UserError(f"--rule {path}: {type(error).__name__}: {error}") from error
    found = {value.name: value for value in made.values() if isinstance(value, Rule)}
    if not found:
        raise UserError(f"--rule {path}: defines no Rule; expected RULE = synaptoket.Rule(...)")
    return found


@cache
def _loaded() -> tuple[Rule, ...]:
    return tuple(point.load() for point in entry_points(group=GROUP))


def installed_rules(taken: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return the rules of installed packages, by name.

    Raises
    ------
    UserError
        If one of them has the name of a rule that ships.
    """
    for rule in _loaded():
        if rule.name in taken:
            raise UserError(
                f"an installed package registers the rule {rule.name!r}, which ships already: "
                "expected another name"
            )
    return {rule.name: rule for rule in _loaded()}
