"""Which recorded variables follow which, from the text of a circuit's rules.

A slow update such as ``protein -= expm1(-elapsed/tau)*(synthesis - protein)`` follows the names
that it reads. Through names that are not recorded the search goes on, until it ends at recorded
ones (``synthesis`` is made of ``mtorc1``) or at what spikes leave behind: the circuit's activity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...circuit.group import CircuitPlan, names_in
from ...circuit.joined_rules import JoinedPart
from ...parameters.errors import UserError

#: The cause of all links: the mean rate of the cells that release glutamate.
ACTIVITY = "activity"

_STATEMENT = re.compile(r"^\s*(\w+)\s*[-+*/]?=(?!=)\s*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Follower:
    """A recorded variable, or the births of a projection, and what it follows.

    Attributes
    ----------
    key : str
        ``"group.variable"``; of births, ``"projection.birth_rate"``.
    label : str
        Its name in tables.
    leaders : tuple of str
        Keys of the followers that it reads without another one in between; none of them if it
        follows the activity alone.
    """

    key: str
    label: str
    leaders: tuple[str, ...]


def chain(plan: CircuitPlan) -> list[Follower]:
    """Return the recorded variables of the neuropil and the cells, in their order, then births.

    A rule that is switched off keeps its place, so that a link that is cut is seen as one.

    Raises
    ------
    UserError
        If no projection of the circuit has births at a hazard.
    """
    projections = forming(plan)
    if not projections:
        raise UserError(
            f"{plan.circuit.where}: no projection has a rule of formation that sets birth_rate: "
            "expected one, such as protein_formation"
        )
    births = [f"{name}.birth_rate" for name in projections]
    cells = {end for name in projections for end in _ends(plan, name)}
    recorded = [*_recorded(plan, cells), *births]
    graph = _reads(plan)
    above = {key: _ancestors(key, graph) & {*recorded} - {key} for key in recorded}
    return [Follower(key, _label(key, recorded), _nearest(key, above)) for key in recorded]


def forming(plan: CircuitPlan) -> dict[str, str]:
    """Return the text that sets the hazard of births, by projection."""
    texts = {}
    for name in plan.projections:
        for part in plan.rules.of_projection(name):
            if "birth_rate" in dict(_STATEMENT.findall(part.part.slow)):
                texts[name] = part.part.slow
    return texts


def statements(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name that each statement gives a value to, and the expression.

    >>> list(statements("a = b*c\\nd -= a"))
    [('a', 'b*c'), ('d', 'a')]
    """
    yield from _STATEMENT.findall(text)


def _ends(plan: CircuitPlan, projection: str) -> tuple[str, str]:
    group = plan.projections[projection]
    return group.source, group.target


def _recorded(plan: CircuitPlan, cells: set[str]) -> Iterator[str]:
    """Yield the recorded variables of the neuropil and of some populations."""
    for name, group in plan.groups().items():
        if name == "neuropil" or name in cells:
            for variable, declared in group.variables.items():
                if declared.recording is not None:
                    yield f"{name}.{variable}"


def _label(key: str, keys: list[str]) -> str:
    group, variable = key.split(".")
    if variable == "birth_rate":
        return f"births, {group}"
    alone = sum(other.endswith(f".{variable}") for other in keys) == 1
    return variable if alone else f"{variable}, {group}"


def _reads(plan: CircuitPlan) -> dict[str, set[str]]:
    """Return, for each ``"group.name"`` that a slow update sets, what the update reads."""
    graph: dict[str, set[str]] = {}
    rules = plan.rules
    texts: list[tuple[str, list[JoinedPart], Mapping[str, str]]] = [
        (name, rules.of_population(name), {"": name}) for name in plan.populations
    ]
    texts.append(("neuropil", rules.of_neuropil(), {"": "neuropil"}))
    for name in plan.projections:
        source, target = _ends(plan, name)
        ends = {"_pre": source, "_post": target, "": name}
        texts.append((name, rules.of_projection(name), ends))
    for group, parts, ends in texts:
        for part in parts:
            for assigned, expression in statements(part.part.slow):
                read = {_key(plan, group, name, ends) for name in names_in(expression)}
                graph.setdefault(_key(plan, group, assigned, ends), set()).update(read)
    return graph


def _key(plan: CircuitPlan, group: str, name: str, ends: Mapping[str, str]) -> str:
    """Return ``"group.variable"`` of a name in the text of a group."""
    for suffix, cells in ends.items():
        if suffix and name.endswith(suffix):
            return f"{cells}.{name.removesuffix(suffix)}"
    own = plan.groups()[group].variables if group in plan.groups() else {}
    shared = plan.neuropil.variables if plan.neuropil else {}
    return f"neuropil.{name}" if name not in own and name in shared else f"{group}.{name}"


def _ancestors(key: str, graph: Mapping[str, set[str]]) -> set[str]:
    """Return all that a name follows, at whatever distance."""
    found, todo = set(), [key]
    while todo:
        for name in graph.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return found


def _nearest(key: str, above: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return those of the names above that no other of them stands between."""
    names = above[key]
    return tuple(
        name
        for name in names
        if not any(name in above[other] and other not in above[name] for other in names)
    )
