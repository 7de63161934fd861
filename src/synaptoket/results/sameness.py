"""Comparison of a result file with a run: do they belong together, and what differs first?"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..parameters.errors import UserError
from .schema import IDENTITY, LONG, ORIGIN

_ABSENT = object()


def check_same_run(stored: Mapping[str, Any], run: Mapping[str, Any], where: str | Path) -> None:
    """Raise UserError unless a file belongs to a run.

    Parameters
    ----------
    stored, run : mapping
        Root attributes, as stored, of the file and of the run. Attributes that `run` lacks are not
        compared.
    where : str or Path
        The file, for the message.
    """
    for name in ("schema_version", "seed", "engine", "arms", *IDENTITY, *ORIGIN):
        if name in run:
            text = difference(name, stored.get(name), run[name])
            if text:
                raise UserError(f"{where}: {text}; --overwrite starts again")


def difference(name: str, stored: Any, of_run: Any) -> str:
    """Return the first difference in an attribute, in words; an empty text if there is none.

    >>> difference("parameters", "[a]\\nb = 1\\nc = 2", "[a]\\nb = 1\\nc = 3")
    'parameters: a.c = 2: this run has 3'
    >>> difference("seed", 3, 4)
    'seed = 3: this run has 4'
    >>> difference("seed", 3, 3)
    ''
    """
    stored, of_run = ("" if value is None else value for value in (stored, of_run))
    if str(stored) == str(of_run):
        return ""
    if name not in LONG:
        return f"{name} = {_shown(stored)}: this run has {_shown(of_run)}"
    try:
        before, now = flat(name, stored), flat(name, of_run)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return f"its {name} cannot be compared with the {name} of this run"
    for key in [*before, *(key for key in now if key not in before)]:
        old, new = before.get(key, _ABSENT), now.get(key, _ABSENT)
        if new is _ABSENT:
            return f"{name}: {key} = {old}: this run has no such entry"
        if old is _ABSENT:
            return f"{name}: no {key}: this run has {key} = {new}"
        if old != new:
            return f"{name}: {key} = {old}: this run has {new}"
    return ""


def _shown(value: Any) -> str:
    return "none" if str(value) == "" else str(value)


def flat(name: str, text: str) -> dict[str, Any]:
    """Return the values in an attribute of TOML (``parameters``) or JSON, by dotted names.

    A parameter with a source counts by its value alone.
    """
    tree = tomllib.loads(text) if name == "parameters" else json.loads(text)
    return dict(_walk(tree, ""))


def _walk(item: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(item, list) and item and all(isinstance(entry, dict) for entry in item):
        item = _labelled(item)
    if not isinstance(item, dict) or "value" in item:
        yield at, item["value"] if isinstance(item, dict) else item
        return
    for key, value in item.items():
        yield from _walk(value, f"{at}.{key}" if at else key)


def _labelled(entries: list[dict]) -> dict[str, dict]:
    """Return phases by their names, or doses by arm and drug; repeated labels are numbered."""
    labelled: dict[str, dict] = {}
    for entry in entries:
        label = ".".join(str(entry[key]) for key in ("name", "arm", "drug") if key in entry)
        earlier = sum(known.partition("#")[0] == label for known in labelled)
        labelled[f"{label}#{earlier + 1}" if earlier else label] = entry
    return labelled
