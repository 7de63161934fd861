"""What makes a state belong to a circuit: its populations, synapses, variables and contacts.

The values of constants are no part of it: a state may go on in a circuit with other weights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from .connectivity import contacts
from .group import CircuitPlan, GroupPlan
from .initial import State, variable_sizes


def identity(plan: CircuitPlan, seed: int) -> dict[str, Any]:
    """Return what a result file keeps of its circuit, to compare another one with.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    seed : int
        Of its connectivity.

    Returns
    -------
    dict
        Numbers of cells and of potential synapses, a digest of each group's equations and of
        each projection's contacts, and the seed.
    """
    drawn = contacts(plan.circuit, seed)
    return {
        "connectivity_seed": seed,
        "populations": {name: group.size for name, group in plan.populations.items()},
        "projections": {name: group.size for name, group in plan.projections.items()},
        "equations": {name: _digest(_text(group)) for name, group in plan.groups().items()},
        "contacts": {name: contacts_digest(*ends) for name, ends in drawn.items()},
    }


def contacts_digest(pre: np.ndarray, post: np.ndarray) -> str:
    """Return a short text that two projections share only if their contacts are the same."""
    return _digest(pre, post)


def _text(group: GroupPlan) -> bytes:
    return json.dumps([group.model(), *group.statements().values()]).encode()


def _digest(*parts) -> str:
    sums = hashlib.sha256()
    for part in parts:
        sums.update(part)
    return sums.hexdigest()[:12]


def mismatch(plan: CircuitPlan, state: State, held: Mapping[str, Any], own: Mapping) -> str:
    """Return in words why a state does not fit a circuit; nothing if it does.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit that is to go on.
    state : dict of str to ndarray
        The state.
    held, own : mapping
        `identity` of the state's circuit, and of this one with the state's connectivity seed.
    """
    for kind, noun in (("populations", "{} cells"), ("projections", "potential synapses of {}")):
        there, here = held[kind], own[kind]
        for name in {**there, **here}:
            if name not in here:
                return f"the state has the {kind[:-1]} {name}, the circuit has not"
            if name not in there:
                return f"the circuit has the {kind[:-1]} {name}, the state has not"
            if there[name] != here[name]:
                what = noun.format(name)
                return f"the state holds {there[name]} {what}, the circuit {here[name]}"
    wrong = misfit(plan, state)
    if wrong:
        return wrong
    others = [name for name in own["contacts"] if own["contacts"][name] != held["contacts"][name]]
    if others:
        return f"the contacts of {', '.join(others)} are drawn in another way than the state's"
    return ""


def misfit(plan: CircuitPlan, state: State) -> str:
    """Return in words which variable a state lacks, or has and should not; nothing if none."""
    sizes = variable_sizes(plan)
    for names, owner, other in (
        ([n for n in sizes if n not in state], "circuit", "state"),
        ([n for n in state if n not in sizes], "state", "circuit"),
    ):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            return f"the {owner} has {', '.join(names[:3])}{more}, which the {other} lacks"
    for name, size in sizes.items():
        if state[name].size != size:
            return f"{name} has {state[name].size} entries in the state, {size} in the circuit"
    return ""


def other_equations(held: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    """Return the groups whose equations are not those that the state was made with."""
    return [n for n, text in own["equations"].items() if held["equations"].get(n) != text]
