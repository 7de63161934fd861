"""Expressions of a circuit's equations and rules, evaluated on a state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from .connectivity import Contacts
from .group import CircuitPlan

#: Returns the value of a name in an expression: a number, or one for each cell or synapse.
Lookup = Callable[[str], Any]

#: A name that is no function's.
_NAME = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")


def evaluated(text: str, value: Lookup) -> Any:
    """Return the value of an expression, of whose names `value` tells the values."""
    names, function = _function(text)
    return function(*map(value, names))


def at_synapses(
    text: str,
    plan: CircuitPlan,
    contacts: Contacts,
    projection: str,
    state: Mapping[str, np.ndarray],
    known: Mapping[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Return the value of an expression at each potential synapse, in SI units.

    Parameters
    ----------
    text : str
        As in a rule: names of the synapse, and with ``_pre`` and ``_post`` those of its cells.
    plan, contacts
        The circuit and its potential synapses.
    projection : str
        Whose synapses.
    state : mapping of str to ndarray
        Variables and constants, by ``"group.variable"``.
    known : mapping of str to ndarray, optional
        Further names, with their values at each potential synapse.

    Returns
    -------
    ndarray, shape (potential synapses,)

    Raises
    ------
    KeyError
        For a name that is neither of the synapse nor of its cells.
    """
    group, (pre, post) = plan.projections[projection], contacts[projection]

    def value(name: str) -> np.ndarray:
        if known and name in known:
            return known[name]
        if f"{projection}.{name}" in state:
            of_synapses = state[f"{projection}.{name}"]
            return of_synapses if len(of_synapses) > 1 else of_synapses[0]
        cells, index = (group.source, pre) if name.endswith("_pre") else (group.target, post)
        of_cells = state[f"{cells}.{re.sub('_(pre|post)$', '', name)}"]
        return of_cells[index] if len(of_cells) > 1 else of_cells[0]

    return np.broadcast_to(evaluated(text, value), post.shape).astype(float)


@lru_cache(maxsize=256)
def _function(text: str) -> tuple[list[str], Callable[..., Any]]:
    """Return the names in an expression, and the function of their values that it stands for."""
    from sympy import Symbol, lambdify, sympify

    names = sorted(set(_NAME.findall(text)))
    symbols: Any = {name: Symbol(name) for name in names}
    expression: Any = sympify(text, locals=symbols)  # pyright: ignore[reportCallIssue]
    return names, lambdify([*symbols.values()], expression, "numpy")
