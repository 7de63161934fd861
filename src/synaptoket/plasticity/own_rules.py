"""Rules from outside: a Python file of the user's own, or a package's entry point.

A package registers a rule in its table ``[project.entry-points."synaptoket.rules"]``, as
``name = "module:RULE"``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from ..parameters.errors import UserError
from ..parameters.files import display, expanded, shipped
from ..parameters.scripts import load_module
from .rule import Rule

GROUP = "synaptoket.rules"


@dataclass(frozen=True)
class RuleSource:
    """Where rules that do not ship come from.

    Attributes
    ----------
    origin : str
        The file as it is shown, or the package with its version.
    text : str
        The Python text that defines them; empty if it cannot be read.
    rules : dict of str to Rule
    """

    origin: str
    text: str
    rules: dict[str, Rule]


def read_source(path: str | Path, known: Mapping[str, Rule]) -> RuleSource:
    """Return the rules that a Python file defines.

    Parameters
    ----------
    path : str or Path
        The file. Rules that it only imports are left out.
    known : mapping of str to Rule
        Rules that there are already, whose names are taken.

    Raises
    ------
    UserError
        If there is no such file, it fails, it defines no `Rule`, or one whose name is taken.
    """
    path = shipped(expanded(path))
    if path.suffix != ".py" or not os.path.isfile(path):
        there = "not a Python file" if os.path.isfile(path) else "no such file"
        raise UserError(f"--rule {path}: {there}; expected a file .py that defines a Rule")
    try:
        made = vars(load_module(path))
    except UserError as error:
        raise UserError(f"--rule {error}") from error
    found = [value for value in made.values() if isinstance(value, Rule)]
    own = {rule.name: rule for rule in found if known.get(rule.name) is not rule}
    if not own:
        raise UserError(
            f"--rule {display(path)}: defines no Rule; expected RULE = synaptoket.Rule(...)"
        )
    for name in own:
        if name in known:
            raise UserError(
                f"--rule {display(path)}: the rule {name!r} is there already: expected another name"
            )
    return RuleSource(display(path), path.read_text(encoding="utf-8"), own)


def read_sources(paths: Iterable[str | Path], known: Mapping[str, Rule]) -> list[RuleSource]:
    """Return what several Python files define, as `read_source`; no two rules share a name."""
    taken, sources = dict(known), []
    for path in dict.fromkeys(map(str, paths)):
        sources.append(read_source(path, taken))
        taken |= sources[-1].rules
    return sources


@cache
def installed_sources() -> tuple[RuleSource, ...]:
    """Return the rules of installed packages.

    Raises
    ------
    UserError
        If one cannot be imported, or is no `Rule`.
    """
    sources = []
    for point in entry_points(group=GROUP):
        package = f"{point.dist.name} {point.dist.version}" if point.dist else point.module
        try:
            rule = point.load()
        except Exception as error:  # noqa: BLE001 - another package may raise anything
            raise UserError(
                f"{package}: its rule {point.name} = {point.value!r} cannot be imported: "
                f"{type(error).__name__}: {error}"
            ) from error
        if not isinstance(rule, Rule):
            raise UserError(f"{package}: {point.name} = {point.value!r}: expected a Rule")
        sources.append(RuleSource(package, _text(point.module), {rule.name: rule}))
    return tuple(sources)


def _text(module: str) -> str:
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file).read_text(encoding="utf-8") if file and file.endswith(".py") else ""


def installed_rules(taken: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return the rules of installed packages, by name.

    Raises
    ------
    UserError
        If one of them has the name of a rule that ships, or of another package's.
    """
    found: dict[str, Rule] = {}
    for source in installed_sources():
        for name, rule in source.rules.items():
            if name in taken or name in found:
                raise UserError(
                    f"{source.origin} registers the rule {name!r}, which is there already: "
                    "expected another name"
                )
            found[name] = rule
    return found
