"""Dotted overrides, ``--set ketamine.dose="1.0 mg/kg"``: change one number of a model by its name.

A model file is a tree of tables. A *leaf* is a number, a text, a boolean, a list, or a table
``{ value = "25 nS", source = "Author 2020" }``. The dotted name of a leaf is the path to it, such
as ``populations.pyramidal.capacitance``; an item of a list is named by its position, from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, NamedTuple

from . import units
from .errors import UserError

COMMAND_LINE = "set on the command line"

Value = bool | int | float | str
Dotted = tuple[str, ...]
Row = tuple[str, str, str, str, str, str]


class Override(NamedTuple):
    """A parameter and the value that replaces the one in its file.

    Attributes
    ----------
    dotted : tuple of str
        The parts of the parameter's dotted name.
    value : bool, int, float or str
        The new value.
    text : str
        Name and value as the user wrote them, ``"name=value"``: result files record it.
    """

    dotted: Dotted
    value: Value
    text: str

    @property
    def name(self) -> str:
        """The dotted name as one text."""
        return ".".join(self.dotted)

    @classmethod
    def of(cls, name: str, value: Value) -> Override:
        """Return an override from a dotted name and a value, for files and Python programs.

        >>> Override.of("rules.scaling.enabled", False).text
        'rules.scaling.enabled=false'
        """
        written = str(value).lower() if isinstance(value, bool) else value
        parsed = parse_value(value) if isinstance(value, str) else value
        return cls(tuple(name.split(".")), parsed, f"{name}={written}")


_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")


def parse_assignment(text: str) -> Override:
    """Return the override that ``name=value`` denotes.

    Numbers and ``true``/``false`` are converted; everything else remains text.

    Raises
    ------
    UserError
        If there is no ``=``, or nothing on one of its sides.

    >>> parse_assignment("ketamine.dose=1.0 mg/kg")
    Override(dotted=('ketamine', 'dose'), value='1.0 mg/kg', text='ketamine.dose=1.0 mg/kg')
    >>> parse_assignment("rules.scaling.enabled=false").value
    False
    """
    name, equals, value = text.partition("=")
    dotted = tuple(part.strip() for part in name.split("."))
    if not equals or not all(dotted):
        raise UserError(f'--set {text!r}: expected a dotted name and a value, as in "a.b=25 nS"')
    if not value.strip():
        raise UserError(f"--set {text!r}: expected a value after '='")
    return Override(dotted, parse_value(value), text)


def parsed_overrides(assignments: Iterable[Override | str]) -> tuple[Override, ...]:
    """Return overrides; a Python program may give some of them as text, ``"name=value"``."""
    return tuple(parse_assignment(a) if isinstance(a, str) else a for a in assignments)


def parse_value(text: str) -> Value:
    """Return a boolean or a number if `text` is one, else the text without quotes.

    >>> [parse_value(text) for text in ("true", "3", "0.5", "0.5 mg/kg", '"prefrontal"')]
    [True, 3, 0.5, '0.5 mg/kg', 'prefrontal']
    """
    text = text.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    with suppress(units.UnitsError):
        number, unit = units.split(text)
        if not unit:
            return units.read_number(number)
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise UserError(f"{text}: expected a finite number")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def assign(tree: dict[str, Any], dotted: Dotted | str, value: Value, where: str) -> dict[str, Any]:
    """Give the leaf named `dotted` a new value, in place, and return the tree.

    A leaf written ``{ value = …, source = … }`` keeps that form, and its source becomes the command
    line. Whether the value is valid is checked later, when the model is read from the tree.

    Parameters
    ----------
    tree : dict
        The contents of a model file; unchanged when an error is raised.
    dotted : tuple of str, or str
        The dotted name of the leaf.
    value : bool, int, float or str
        The new value.
    where : str
        The file's name, for the message.

    Raises
    ------
    UserError
        If no leaf has that name (the message names the nearest), or it is not a single value.

    >>> tree = {"axon": {"delay": {"value": "1 ms", "source": "Example 2020"}}}
    >>> assign(tree, "axon.delay", "2 ms", "axon.toml")
    {'axon': {'delay': {'value': '2 ms', 'source': 'set on the command line'}}}
    >>> assign(tree, "axon.dely", "2 ms", "axon.toml")
    Traceback (most recent call last):
    UserError: axon.toml: no parameter 'axon.dely'; did you mean 'axon.delay'?
    """
    dotted = tuple(dotted.split(".")) if isinstance(dotted, str) else dotted
    branch: Any = tree
    for part in dotted[:-1]:
        branch = _step(branch, part, tree, dotted, where)
    current = _step(branch, dotted[-1], tree, dotted, where)
    key: Any = int(dotted[-1]) if isinstance(branch, list) else dotted[-1]
    if is_valued(current):
        current["value"] = value
        current["source"] = COMMAND_LINE
        # A prior and a variance describe the value of the file, not the new one.
        current.pop("prior", None)
        current.pop("variance", None)
    elif isinstance(current, (dict, list)):
        name = ".".join(dotted)
        inside = [leaf for leaf in names(tree) if leaf.startswith(f"{name}.")]
        example = f", such as {inside[0]}" if inside else ""
        raise UserError(f"{where}: {name} is not a single value; set one inside it{example}")
    else:
        branch[key] = value
    return tree


def _step(branch: Any, part: str, tree: dict[str, Any], dotted: Dotted, where: str) -> Any:
    """Return the node of `branch` named `part`; `UserError` with a suggestion if there is none."""
    if isinstance(branch, dict) and part in branch and not is_valued(branch):
        return branch[part]
    if isinstance(branch, list) and part.isdecimal() and int(part) < len(branch):
        return branch[int(part)]
    name = ".".join(dotted)
    raise UserError(f"{where}: no parameter {name!r}{suggestion(name, names(tree))}")


def is_valued(node: Any) -> bool:
    """Return whether a node of the tree is a leaf of the form ``{ value = …, source = … }``."""
    return isinstance(node, dict) and "value" in node and not isinstance(node["value"], dict)


def leaves(tree: Any, prefix: Dotted = ()) -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the node of every leaf, in the order of the file.

    >>> list(leaves({"a": {"b": 1, "c": {"value": "2 ms"}}, "d": [5]}))
    [('a.b', 1), ('a.c', {'value': '2 ms'}), ('d.0', 5)]
    """
    if isinstance(tree, dict) and not is_valued(tree):
        for key, node in tree.items():
            yield from leaves(node, (*prefix, key))
    elif isinstance(tree, list):
        for place, node in enumerate(tree):
            yield from leaves(node, (*prefix, str(place)))
    else:
        yield ".".join(prefix), tree


def names(tree: dict[str, Any]) -> list[str]:
    """Return the dotted names of all leaves."""
    return [name for name, _ in leaves(tree)]


def suggestion(name: str, valid: list[str]) -> str:
    """Return a hint for a dotted name that does not exist.

    The hint is the nearest name; else a name that ends in the same or a similar word; else the
    first parts of all names, because a circuit has too many leaves to print them all.
    """
    ends = {leaf.rpartition(".")[2]: leaf for leaf in reversed(valid)}
    close = get_close_matches(name, valid, n=1, cutoff=0.75)
    if not close:
        close = [ends[end] for end in get_close_matches(name.rpartition(".")[2], ends, n=1)]
    close = close or get_close_matches(name, valid, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; valid names start with: {', '.join(sorted({v.partition('.')[0] for v in valid}))}"


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the name, old value and new value of every leaf that differs, for provenance.

    >>> changed({"a": {"value": "1 ms", "source": "x"}, "b": 1}, {"a": {"value": "2 ms"}, "b": 1})
    [('a', '1 ms', '2 ms')]
    """
    old = {name: plain(node) for name, node in leaves(before)}
    new = {name: plain(node) for name, node in leaves(after)}
    every = [*new, *(name for name in old if name not in new)]
    return [(n, old.get(n), new.get(n)) for n in every if old.get(n) != new.get(n)]


def plain(node: Any) -> Any:
    """Return the value of a leaf, without its source."""
    return node["value"] if is_valued(node) else node


def rows(tree: dict[str, Any]) -> list[Row]:
    """Return the rows of any model file, in the order of the file.

    A row has the name, symbol, value, unit, variance between patients and source of a leaf.

    >>> rows({"affinity": {"value": "0.33 uM", "source": "Kotermanski 2009"}})
    [('affinity', '', '0.33', 'uM', '', 'Kotermanski 2009')]
    """
    table = []
    for name, node in leaves(tree):
        value, unit = split_unit(plain(node))
        stated = node if is_valued(node) else {}
        symbol, source = stated.get("symbol", ""), stated.get("source", "")
        table.append((name, symbol, value, unit, str(stated.get("variance", "")), source))
    return table


def split_unit(value: Any) -> tuple[str, str]:
    """Return the number and the unit of a value; the unit of other values is empty.

    >>> split_unit("25 nS"), split_unit("Hill equation"), split_unit(0.5), split_unit(True)
    (('25', 'nS'), ('Hill equation', ''), ('0.5', ''), ('true', ''))
    """
    if isinstance(value, bool):
        return str(value).lower(), ""
    if isinstance(value, str):
        with suppress(units.UnitsError):
            number, unit = units.split(value)
            units.read_unit(unit)
            return (number, unit) if unit else (value, "")
    return str(value), ""
