"""What a spike opens at the synapses of a projection, worked out from the equations that run.

The statements of the circuit's plan are evaluated on a state: first those that a spike runs in the
presynaptic cell (its NMDA gate opens, transmitter is released), then the one by which the synapse
opens a receptor of its target. So a rule that changes transmission is heard here without being
named.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...circuit.expressions import evaluated
from ...circuit.group import GroupPlan, names_in
from .probe import ProbedCircuit

#: The arrays of a state.
Arrays = Mapping[str, np.ndarray]

_OPERATORS = {"+=": operator.add, "-=": operator.sub, "*=": operator.mul, "/=": operator.truediv}


def transmission(
    circuit: ProbedCircuit, state: Arrays, projection: str, receptor: str
) -> np.ndarray:
    """Return the conductance that a spike would open at each synapse of a projection, in siemens.

    Parameters
    ----------
    circuit : ProbedCircuit
    state : mapping of str to ndarray
        The state in which the presynaptic cells fire.
    projection : str
    receptor : str
        ``"ampa"``, ``"nmda"`` or ``"gaba"``.

    Returns
    -------
    ndarray, shape (potential synapses,)
        Zero if the projection does not open such receptors.
    """
    group = circuit.plan.projections[projection]
    pre, post = circuit.contacts[projection]
    opening = {target: right for target, _, right in _assignments(group.on_pre)}
    if f"g_{receptor}_post" not in opening:
        return np.zeros(group.size)
    parts = subexpressions(group)
    source = circuit.plan.populations[group.source]

    def value(name: str) -> Any:
        if name in parts:
            return evaluated(parts[name], value)
        if f"{projection}.{name}" in state:
            return _each(state[f"{projection}.{name}"])
        if name.endswith("_pre"):
            return _each(after_spike(source, state, name.removesuffix("_pre")), pre)
        return _each(state[f"{group.target}.{name.removesuffix('_post')}"], post)

    opened = evaluated(opening[f"g_{receptor}_post"], value)
    return np.broadcast_to(opened, pre.shape).astype(float)


def after_spike(group: GroupPlan, state: Arrays, variable: str) -> np.ndarray:
    """Return a variable of each cell of a population as a spike would leave it: shape (cells,)."""
    needed, run = {variable}, []
    for target, sign, right in reversed(list(_assignments(group.reset))):
        if target in needed:
            needed |= names_in(right)
            run.insert(0, (target, sign, right))
    changed: dict[str, Any] = {}

    def value(name: str) -> Any:
        return changed[name] if name in changed else _each(state[f"{group.name}.{name}"])

    for target, sign, right in run:
        new = evaluated(right, value)
        changed[target] = _OPERATORS[sign](value(target), new) if sign in _OPERATORS else new
    return np.broadcast_to(value(variable), (group.size,))


def in_cells(group: GroupPlan, state: Arrays, text: str) -> np.ndarray:
    """Return an expression of a population's variables and constants: shape (cells,), SI units."""
    parts = subexpressions(group)

    def value(name: str) -> Any:
        if name in parts:
            return evaluated(parts[name], value)
        return _each(state[f"{group.name}.{name}"])

    return np.broadcast_to(evaluated(text, value), (group.size,))


def subexpressions(group: GroupPlan) -> dict[str, str]:
    """Return the expressions that the equations of a group give a name to."""
    named = re.findall(r"^\s*(\w+)\s*=([^:]*):", group.equations, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in named}


def _assignments(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield target, operator and right-hand side of each statement."""
    for line in text.splitlines():
        if match := re.match(r"\s*(\w+)\s*([-+*/]?=)(.*)", line):
            yield match[1], match[2], match[3].strip()


def _each(values: np.ndarray, cells: np.ndarray | None = None) -> Any:
    """Return a shared constant as a number, else the values (of some cells)."""
    if len(values) == 1:
        return values[0]
    return values if cells is None else values[cells]
