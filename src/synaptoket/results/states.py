"""The states in a finished or unfinished result file: list them, find one by name, read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from ..parameters.errors import UserError, nearest
from ..parameters.printable import printable
from .checkpoints import CheckpointFolder, read_attributes, read_state, stored_size
from .destination import checked_name, reason
from .entries import dataset_at, group_at, names_in, texts_at
from .inspection import Inspection
from .schema import CHECKPOINTS, SEALED, State
from .sealing import run_key
from .sources import PathLike, opened


class StoredState(NamedTuple):
    """A state with its attributes and those of its file.

    Parameters
    ----------
    name : str
    state : dict of str to ndarray
    attributes : dict
        Attributes of the state: arms, phase, hours, segments.
    root : dict
        Attributes of the file's root.
    brain : dict of str to float
        Free concentration of each drug in the brain at that time, in micromolar.
    verified : bool
        Whether the state was compared with its hash; files of schema_version 1 have none.
    """

    name: str
    state: State
    attributes: dict[str, Any]
    root: dict[str, Any]
    brain: dict[str, float]
    verified: bool = True


def list_states(path: PathLike, file: h5py.File) -> dict[str, tuple[dict, int]]:
    """Return attributes and size in bytes of the states of an open result file, in order of time.

    The states of an unfinished run are in the folder beside its file.

    Raises
    ------
    UserError
        If a state is damaged.
    """

    def look(group: h5py.Group) -> tuple[dict, int]:
        return read_attributes(group), stored_size(group)

    states = {}
    for name in names_in(group_at(file, CHECKPOINTS)) if CHECKPOINTS in file else ():
        group = group_at(group_at(file, CHECKPOINTS), name)
        Inspection(Path(path)).state(group)
        try:
            states[name] = look(group)
        except UserError as error:
            raise UserError(f"{path}: checkpoint {printable(name)}: {error}") from None
    states |= CheckpointFolder(Path(path)).read_all(look)
    return dict(sorted(states.items(), key=lambda item: item[1][0].get("segment", 0)))


def load_state(path: PathLike, name: str) -> StoredState:
    """Return a state of a result file.

    Parameters
    ----------
    path : str or Path
        A finished or unfinished file.
    name : str
        Name of the state. Any arm that is part of the state may stand for its first arm, and
        spaces for underscores.

    Raises
    ------
    UserError
        If there is no such file or state, or the state is damaged.
    """
    if not checked_name(path).exists():
        raise UserError(f"{path}: no such file")
    with opened(path) as file:
        listed = {key: attributes for key, (attributes, _) in list_states(path, file).items()}
        if not listed:
            raise UserError(
                f"{path}: holds no checkpoint; --keep-checkpoints phases keeps those of a run"
            )
        key = _find(name, listed)
        if key is None:
            everything = ", ".join(listed)
            close = nearest(name, listed)
            hint = close if close.startswith("; did") else ""
            raise UserError(f"{path}: no checkpoint {name!r}{hint}; it holds {everything}")
        root: dict[str, Any] = dict(file.attrs)
        run, sealed = run_key(root), int(root["schema_version"]) >= SEALED
        try:
            if CHECKPOINTS in file and key in group_at(file, CHECKPOINTS):
                group = group_at(group_at(file, CHECKPOINTS), key)
                state, attributes = read_state(group, key, run, sealed)
            else:
                state, attributes = CheckpointFolder(Path(path)).state(key, run, sealed)
        except UserError as error:
            raise UserError(f"{path}: checkpoint {key}: {error}") from None
        except (OSError, KeyError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else error
            raise UserError(f"{path}: checkpoint {key}: cannot be read: {why}") from None
        return StoredState(key, state, attributes, root, _brain(file, attributes), sealed)


def _find(name: str, listed: dict[str, dict]) -> str | None:
    """Return the key of a state by its name, or by the name that another of its arms gives it."""
    name = name.replace(" ", "_")
    arm, _, rest = name.partition("@")
    for key, attributes in listed.items():
        same = key.partition("@")[2] == rest and arm in attributes.get("arms", ())
        if key == name or (rest and same):
            return key
    return None


def _brain(file: h5py.File, attributes: dict) -> dict[str, float]:
    """Return the free concentration (uM) of each drug in the brain at the time of a state."""
    arm = next((arm for arm in attributes.get("arms", ()) if arm in file), None)
    if arm is None or "brain_free" not in group_at(file, arm):
        return {}
    group = group_at(file, arm)
    row = int(np.argmin(np.abs(dataset_at(group, "time")[:] - attributes.get("hours", 0.0))))
    concentrations = dataset_at(group, "brain_free")[row]
    return dict(zip(texts_at(group, "drug"), map(float, concentrations), strict=True))
