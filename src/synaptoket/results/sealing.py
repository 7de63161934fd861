"""What a stored state says of itself: a list of its arrays, and a hash of every bit of it.

The hash also covers the state's name, its attributes and the run that it belongs to, so that a
state that was altered, renamed or taken over from another run is told from one that was saved.
It guards against damage and mix-ups; who can write the file can also write a hash that fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..parameters.errors import UserError
from .schema import IDENTITY, ORIGIN

State = dict[str, np.ndarray]

#: Attributes of the group of a state.
CONTENTS, SEAL = "contents", "sha256"


def run_key(root: Mapping[str, Any]) -> str:
    """Return a text that two result files share only if they are of the same run.

    Parameters
    ----------
    root : mapping
        Attributes of the root, as stored.
    """
    told = [(n, str(root.get(n, ""))) for n in ("seed", "engine", "arms", *IDENTITY, *ORIGIN)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def contents(state: Mapping[str, np.ndarray]) -> str:
    """Return the name, type and shape of each array of a state, as JSON."""
    return json.dumps({name: [a.dtype.str, list(a.shape)] for name, a in sorted(state.items())})


def seal(name: str, run: str, attributes: str, state: Mapping[str, np.ndarray]) -> str:
    """Return the hash of a state.

    Parameters
    ----------
    name : str
        Of the state.
    run : str
        From `run_key`.
    attributes : str
        Of the state, JSON.
    state : mapping of str to ndarray
    """
    sums = hashlib.sha256(json.dumps([name, run, attributes, contents(state)]).encode())
    for array in sorted(state):
        sums.update(np.ascontiguousarray(state[array]))
    return sums.hexdigest()


def check_seal(
    name: str, run: str, attributes: str, state: Mapping[str, np.ndarray], told: Mapping[str, Any]
) -> None:
    """Raise UserError unless a state is as it was saved.

    Parameters
    ----------
    name, run, attributes, state
        As for `seal`, of what was read.
    told : mapping
        The attributes `CONTENTS` and `SEAL` of its group.
    """
    if SEAL not in told or CONTENTS not in told:
        raise UserError("carries no hash of what was saved")
    wanted, found = json.loads(told[CONTENTS]), json.loads(contents(state))
    for array in wanted:
        if array not in found:
            raise UserError(f"lacks {array}")
    for array, (kind, shape) in found.items():
        if array not in wanted:
            raise UserError(f"holds {array}, which was not saved")
        if wanted[array] != [kind, shape]:
            was = "{} {}".format(*wanted[array])
            raise UserError(f"{array} is {kind} {shape}, saved was {was}")
    if told[SEAL] != seal(name, run, attributes, state):
        raise UserError("is not what was saved under this name in this run: its hash is another")
