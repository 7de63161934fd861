"""The network of a result file: who could contact whom, and the states that say who does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import h5py
import numpy as np

from ..parameters.errors import UserError, nearest
from .layout import arm_names, sound_rows
from .sources import PathLike, opened
from .states import StoredState, list_states, load_state


class Pairs(NamedTuple):
    """The potential partners of a projection, in the order of its state variables.

    Attributes
    ----------
    pre, post : ndarray of int32, shape (potential synapses,)
        Cells of each pair, as indices in their populations.
    shape : tuple of int
        Number of presynaptic and of postsynaptic cells.
    recurrent : bool
        Whether both ends are the same population.
    """

    pre: np.ndarray
    post: np.ndarray
    shape: tuple[int, int]
    recurrent: bool


def check_network(network: object) -> None:
    """Raise `UserError` for a path in the place of a network."""
    if isinstance(network, str | Path):
        raise UserError(
            f"{network}: expected an opened network, as in "
            f"synaptoket.open_network({str(network)!r})"
        )


class Network(Protocol):
    """One network, as `synaptoket.open_network` returns it: pairs, states and first contacts.

    The potential pairs are not in a result file: they are drawn again from the stored circuit,
    which a reader of result files cannot do.
    """

    @property
    def path(self) -> Path:
        """The result file."""
        ...

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of the file's root."""
        ...

    def pairs(self, projection: str) -> Pairs:
        """Return who could contact whom in a projection."""
        ...

    def states(self, arm: str) -> list[str]:
        """Return the names of the states that an arm is part of, in order of time."""
        ...

    def state(self, arm: str, checkpoint: str | None = None) -> StoredState:
        """Return a state of an arm: by its name, by the phase that it ends, or the last one."""
        ...

    def first_contacts(self, projection: str) -> np.ndarray:
        """Return the contacts of each pair with which the circuit begins."""
        ...


def arm_states(path: PathLike, arm: str) -> list[str]:
    """Return the names of the states that an arm is part of, in order of time.

    Raises
    ------
    UserError
        If there is no such file or arm.
    """
    if not Path(path).exists():
        raise UserError(f"{path}: no such file")
    with opened(path) as file:
        arms = arm_names(file)
        if arm not in arms:
            raise UserError(f"{path}: no arm {arm!r}{nearest(arm, arms)}")
        states = list_states(path, file)
    return [name for name, (attributes, _) in states.items() if arm in attributes.get("arms", ())]


def arm_state(path: PathLike, arm: str, checkpoint: str | None = None) -> StoredState:
    """Return a state of an arm: by its name, by the phase that it ends, or the last one.

    Raises
    ------
    UserError
        If there is no such state.
    """
    if checkpoint is None:
        names = arm_states(path, arm)
        if not names:
            raise UserError(
                f"{path}: holds no state of the arm {arm}; --keep-checkpoints phases "
                "keeps those of a run"
            )
        checkpoint = names[-1]
    name = checkpoint if "@" in checkpoint else f"{arm}@{checkpoint}"
    stored = load_state(path, name)
    if arm not in stored.attributes.get("arms", ()):
        raise UserError(f"{path}: checkpoint {stored.name}: is no state of the arm {arm}")
    return stored


def synapse_variables(stored: StoredState, projection: str) -> list[str]:
    """Return the state variables of the synapses of a projection; those without rules have none."""
    start = f"{projection}."
    return [name.removeprefix(start) for name in stored.state if name.startswith(start)]


def record_end(path: PathLike, arm: str) -> float:
    """Return the hour of the last whole row of an arm."""
    with opened(path) as file:
        group = file[arm]
        assert isinstance(group, h5py.Group)
        times = group["time"]
        assert isinstance(times, h5py.Dataset)
        return float(times[sound_rows(group) - 1])
