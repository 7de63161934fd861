"""Rules that do not ship: from Python files and from the entry points of packages.

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
    """A file or package that defines rules.

    Attributes
    ----------
    origin : str
        The file's name for readers, or the package with its version.
    text : str
        The Python text that defines the rules; empty if it cannot be read.
    rules : dict of str to Rule
        The rules, by name.
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
        The rules that exist already; their names are taken.

    Raises
    ------
    UserError
        If there is no such file, it fails, it defines no `Rule`, or the name of one is taken.
    """
    path = shipped(expanded(path))
    if path.suffix != ".py" or not os.path.isfile(path):
        there = "not a Python file" if os.path.isfile(path) else "no such file"
        raise UserError(f"--rule {path}: {there}; expected a file .py that defines a Rule")
    try:
        module = vars(load_module(path))
    except UserError as error:
        raise UserError(f"--rule {error}") from error
    in_module = [value for value in module.values() if isinstance(value, Rule)]
    defined = {rule.name: rule for rule in in_module if known.get(rule.name) is not rule}
    if not defined:
        raise UserError(
            f"--rule {display(path)}: defines no Rule; expected RULE = synaptoket.Rule(...)"
        )
    for name in defined:
        if name in known:
            raise UserError(
                f"--rule {display(path)}: the rule {name!r} is there already: expected another name"
            )
    return RuleSource(display(path), path.read_text(encoding="utf-8"), defined)


def read_sources(paths: Iterable[str | Path], known: Mapping[str, Rule]) -> list[RuleSource]:
    """Return the rules that several Python files define; no two of them may share a name."""
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
        If a registered object cannot be imported, or is no `Rule`.
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
    """Return the Python text of an imported module; empty if there is none."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file).read_text(encoding="utf-8") if file and file.endswith(".py") else ""


def installed_rules(taken: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return the rules of installed packages, by name.

    Raises
    ------
    UserError
        If one of them has a name in `taken`, or that of another package's rule.
    """
    rules: dict[str, Rule] = {}
    for source in installed_sources():
        for name, rule in source.rules.items():
            if name in taken or name in rules:
                raise UserError(
                    f"{source.origin} registers the rule {name!r}, which is there already: "
                    "expected another name"
                )
            rules[name] = rule
    return rules
