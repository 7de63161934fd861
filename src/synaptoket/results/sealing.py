"""The seal of a stored state: a list of its arrays, and a hash of all its bits.

The hash also covers the state's name, its attributes and its run. A state that was altered, renamed
or copied from another run therefore does not fit its hash. The seal guards against damage and
mix-ups, not against forgery: whoever can write the file can also write a hash that fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..parameters.errors import UserError
from .schema import IDENTITY, ORIGIN

#: The attributes of a state's group that hold the list and the hash.
CONTENTS, SEAL = "contents", "sha256"


def run_key(root: Mapping[str, Any]) -> str:
    """Return a text that two result files share only if they belong to the same run.

    Parameters
    ----------
    root : mapping
        Attributes of the root, as stored.
    """
    names = ("seed", "engine", "arms", *IDENTITY, *ORIGIN)
    values = [(name, str(root.get(name, ""))) for name in names]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def contents(state: Mapping[str, np.ndarray]) -> str:
    """Return the name, type and shape of each array of a state, as JSON."""
    return json.dumps({name: [a.dtype.str, list(a.shape)] for name, a in sorted(state.items())})


def seal(name: str, run: str, attributes: str, state: Mapping[str, np.ndarray]) -> str:
    """Return the hash of a state.

    Parameters
    ----------
    name : str
        Name of the state.
    run : str
        Key of its run, from `run_key`.
    attributes : str
        Attributes of the state, as JSON.
    state : mapping of str to ndarray
    """
    digest = hashlib.sha256(json.dumps([name, run, attributes, contents(state)]).encode())
    for array in sorted(state):
        digest.update(np.ascontiguousarray(state[array]).data)
    return digest.hexdigest()


def check_seal(
    name: str,
    run: str,
    attributes: str,
    state: Mapping[str, np.ndarray],
    stored: Mapping[str, Any],
) -> None:
    """Raise UserError unless a state has the same bits as when it was saved.

    Parameters
    ----------
    name, run, attributes, state
        The state as it was read, see `seal`.
    stored : mapping
        The attributes `CONTENTS` and `SEAL` of its group.
    """
    if SEAL not in stored or CONTENTS not in stored:
        raise UserError("carries no hash of what was saved")
    saved, read = json.loads(stored[CONTENTS]), json.loads(contents(state))
    for array in saved:
        if array not in read:
            raise UserError(f"lacks {array}")
    for array, (kind, shape) in read.items():
        if array not in saved:
            raise UserError(f"holds {array}, which was not saved")
        if saved[array] != [kind, shape]:
            before = "{} {}".format(*saved[array])
            raise UserError(f"{array} is {kind} {shape}, saved was {before}")
    if stored[SEAL] != seal(name, run, attributes, state):
        raise UserError("is not what was saved under this name in this run: its hash is another")
