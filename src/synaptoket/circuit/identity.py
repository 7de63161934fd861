"""Whether a state fits a circuit: its populations, synapses, variables and contacts.

The values of constants play no part: a run may continue a state in a circuit with other weights.
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
    """Return the identity of a circuit, which a result file keeps for comparisons.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    seed : int
        The seed of its connectivity.

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
    """Return a digest of the contacts of a projection."""
    return _digest(pre, post)


def _text(group: GroupPlan) -> bytes:
    return json.dumps([group.model(), *group.statements().values()]).encode()


def _digest(*parts) -> str:
    sums = hashlib.sha256()
    for part in parts:
        sums.update(part)
    return sums.hexdigest()[:12]


def mismatch(
    plan: CircuitPlan, state: State, of_state: Mapping[str, Any], of_circuit: Mapping[str, Any]
) -> str:
    """Return in words why a state does not fit a circuit; an empty text if it does.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit that is to continue the state.
    state : dict of str to ndarray
        The state.
    of_state, of_circuit : mapping
        `identity` of the state's circuit, and of this circuit at the state's connectivity seed.
    """
    for kind, noun in (("populations", "{} cells"), ("projections", "potential synapses of {}")):
        there, here = of_state[kind], of_circuit[kind]
        for name in {**there, **here}:
            if name not in here:
                return f"the state has the {kind[:-1]} {name}, the circuit has not"
            if name not in there:
                return f"the circuit has the {kind[:-1]} {name}, the state has not"
            if there[name] != here[name]:
                members = noun.format(name)
                return f"the state holds {there[name]} {members}, the circuit {here[name]}"
    if wrong_variables := misfit(plan, state):
        return wrong_variables
    there, here = of_state["contacts"], of_circuit["contacts"]
    others = [name for name in here if here[name] != there[name]]
    if others:
        return f"the contacts of {', '.join(others)} are drawn in another way than the state's"
    return ""


def misfit(plan: CircuitPlan, state: State) -> str:
    """Return in words which variables a state lacks or has in excess; an empty text if none."""
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


def other_equations(of_state: Mapping[str, Any], of_circuit: Mapping[str, Any]) -> list[str]:
    """Return the groups of a circuit whose equations are not those of the state's circuit."""
    there, here = of_state["equations"], of_circuit["equations"]
    return [name for name in here if there.get(name) != here[name]]
