"""The check of a plan that was read from a file, before it is used."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .sweep_file import RUNS_AT_MOST
from .sweep_values import LETTERS

#: The keys of a plan.
KEYS = {"sweep", "script", "script_hash", "axes", "points", "runs", "parameters"}


def digest_of(tree: dict[str, Any]) -> str:
    """Return the hash of a plan as JSON holds it."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def read_tree(text: str) -> dict[str, Any]:
    """Return the plan in the text of a ``plan.json``.

    Raises
    ------
    ValueError
        If it is no JSON, has been edited since it was written, or refers to a point or place that
        it does not have.
    """
    content = json.loads(text, parse_constant=_no_number)
    if not isinstance(content, dict) or not isinstance(content.get("plan"), dict):
        raise ValueError("expected a plan")
    tree = content["plan"]
    if set(tree) != KEYS:
        raise ValueError(f"of another version: expected {', '.join(sorted(KEYS))}")
    if content.get("hash") != digest_of(tree):
        raise ValueError("has been edited since it was written")
    _check(tree)
    return tree


def _no_number(name: str) -> None:
    raise ValueError(f"{name}: expected a number")


def _check(tree: dict[str, Any]) -> None:
    for key in ("script", "script_hash", "parameters"):
        if not isinstance(tree[key], str):
            raise ValueError(f"{key}: expected a text")
    if not tree["script"].isprintable() or len(tree["script"]) > 4096:
        raise ValueError("script: expected a name")
    if not all(isinstance(tree[key], list) for key in ("axes", "points", "runs")):
        raise ValueError("expected lists of axes, points and runs")
    lengths = [_length_of(axis) for axis in tree["axes"]]
    if len({axis[0] for axis in tree["axes"]}) < len(lengths):
        raise ValueError("two axes have one name")
    points, runs = tree["points"], tree["runs"]
    if not 1 <= len(runs) <= RUNS_AT_MOST or len(points) > len(runs):
        raise ValueError(f"expected up to {RUNS_AT_MOST} runs, and no more points than runs")
    _check_rows(points, lengths, "point")
    _check_rows(runs, [len(points), 2**63], "run")


def _length_of(axis: Any) -> int:
    """Return how many places an axis has; ValueError if it is none."""
    if not isinstance(axis, list) or len(axis) != 3:
        raise ValueError("an axis: expected name, labels and settings")
    name, labels, settings = axis
    if not _line(name) or not isinstance(labels, list) or not isinstance(settings, list):
        raise ValueError("an axis: expected name, labels and settings")
    if not labels or len(labels) != len(settings):
        raise ValueError(f"axis {name}: expected a label for each place")
    for label, chosen in zip(labels, settings, strict=True):
        values = [label, *chosen, *chosen.values()] if isinstance(chosen, dict) else [None]
        if not all(isinstance(value, (int, float)) or _line(value) for value in values):
            raise ValueError(f"axis {name}: expected names and values")
    return len(labels)


def _line(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LETTERS and text.isprintable()


def _check_rows(rows: list[Any], limits: list[int], what: str) -> None:
    """Refuse rows that are not whole numbers, each from zero to below its limit, or come twice."""
    for row in rows:
        fits = isinstance(row, list) and len(row) == len(limits)
        if not fits or not all(
            type(x) is int and 0 <= x < limit for x, limit in zip(row, limits, strict=True)
        ):
            raise ValueError(f"a {what} that is none: {str(row)[:60]}")
    if len({tuple(row) for row in rows}) < len(rows):
        raise ValueError(f"a {what} twice")
