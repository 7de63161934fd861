"""Expressions of a rule's text, evaluated at every potential synapse of a state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .connectivity import Contacts
from .group import CircuitPlan

#: A name that is no function's.
_NAME = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")


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
    from sympy import Symbol, lambdify, sympify

    group, (pre, post) = plan.projections[projection], contacts[projection]

    def values(name: str) -> np.ndarray:
        if known and name in known:
            return known[name]
        if f"{projection}.{name}" in state:
            of_synapses = state[f"{projection}.{name}"]
            return of_synapses if len(of_synapses) > 1 else of_synapses[0]
        cells, index = (group.source, pre) if name.endswith("_pre") else (group.target, post)
        of_cells = state[f"{cells}.{re.sub('_(pre|post)$', '', name)}"]
        return of_cells[index] if len(of_cells) > 1 else of_cells[0]

    names = sorted(set(_NAME.findall(text)))
    symbols: Any = {name: Symbol(name) for name in names}
    expression: Any = sympify(text, locals=symbols)  # pyright: ignore[reportCallIssue]
    whole = lambdify([symbols[name] for name in names], expression, "numpy")
    return np.broadcast_to(whole(*(values(name) for name in names)), post.shape).astype(float)
