"""Find and read the states that a result file holds, finished or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from ..parameters.errors import UserError, nearest
from ..parameters.printable import printable
from .checkpoints import CheckpointFolder, State, read_attributes, read_state, stored_size
from .destination import checked_name, reason
from .inspection import Inspection
from .schema import CHECKPOINTS, SEALED
from .sealing import run_key
from .sources import PathLike, opened


class StoredState(NamedTuple):
    """A state with what is known of it, and of the file that it lies in.

    Parameters
    ----------
    name : str
    state : dict of str to ndarray
    attributes : dict
        Of the state: arms, phase, hours, segments.
    root : dict
        Attributes of the file's root.
    brain : dict of str to float
        Free concentration of each drug in brain at that time, in micromolar.
    verified : bool
        Whether a hash says that it is what was saved; files of schema_version 1 have none.
    """

    name: str
    state: State
    attributes: dict[str, Any]
    root: dict[str, Any]
    brain: dict[str, float]
    verified: bool = True


def list_states(path: PathLike, file: h5py.File) -> dict[str, tuple[dict, int]]:
    """Return attributes and size in bytes of the states of an open result file, in order of time.

    Those of an unfinished run lie beside its file.
    """

    def look(group: h5py.Group) -> tuple[dict, int]:
        return read_attributes(group), stored_size(group)

    found = {}
    for name, group in file.get(CHECKPOINTS, {}).items():
        Inspection(Path(path)).state(group)
        try:
            found[name] = look(group)
        except UserError as error:
            raise UserError(f"{path}: checkpoint {printable(name)}: {error}") from None
    found |= CheckpointFolder(Path(path)).all(look)
    return dict(sorted(found.items(), key=lambda item: item[1][0].get("segment", 0)))


def load_state(path: PathLike, name: str) -> StoredState:
    """Return a state of a result file.

    Parameters
    ----------
    path : str or Path
        A file, finished or not.
    name : str
        Of the state; any arm that is part of it will do, and spaces for underscores.

    Raises
    ------
    UserError
        If there is no such file or state, or it is damaged.
    """
    if not checked_name(path).exists():
        raise UserError(f"{path}: no such file")
    with opened(path) as file:
        listed = {key: attributes for key, (attributes, _) in list_states(path, file).items()}
        if not listed:
            raise UserError(f"{path}: holds no checkpoint to start from")
        found = _find(name, listed)
        if found is None:
            everything = ", ".join(listed)
            close = nearest(name, listed)
            hint = close if close.startswith("; did") else ""
            raise UserError(f"{path}: no checkpoint {name!r}{hint}; it holds {everything}")
        run, sealed = run_key(file.attrs), int(file.attrs["schema_version"]) >= SEALED
        try:
            if found in file.get(CHECKPOINTS, {}):
                state, attributes = read_state(file[CHECKPOINTS][found], found, run, sealed)
            else:
                state, attributes = CheckpointFolder(Path(path)).state(found, run, sealed)
        except UserError as error:
            raise UserError(f"{path}: checkpoint {found}: {error}") from None
        except (OSError, KeyError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else error
            raise UserError(f"{path}: checkpoint {found}: cannot be read: {why}") from None
        brain = _brain(file, attributes)
        return StoredState(found, state, attributes, dict(file.attrs), brain, sealed)


def _find(name: str, listed: dict[str, dict]) -> str | None:
    """Return the state of a name, or of the name that another arm of it would have."""
    name = name.replace(" ", "_")
    arm, _, rest = name.partition("@")
    for key, attributes in listed.items():
        same = key.partition("@")[2] == rest and arm in attributes.get("arms", ())
        if key == name or (rest and same):
            return key
    return None


def _brain(file: h5py.File, attributes: dict) -> dict[str, float]:
    arm = next((arm for arm in attributes.get("arms", ()) if arm in file), None)
    if arm is None or "brain_free" not in file[arm]:
        return {}
    row = int(np.argmin(np.abs(file[arm]["time"][:] - attributes.get("hours", 0.0))))
    names = file[arm]["drug"].asstr()[:]
    return dict(zip(names, map(float, file[arm]["brain_free"][row]), strict=True))
