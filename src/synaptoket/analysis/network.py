"""Who contacts whom in a stored state: sparse matrices of contacts and of weights, and degrees.

A state says how many contacts each pair of potential partners has. Which pairs there are follows
from the circuit and the seed of its connectivity, both of which the result file keeps.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..parameters.errors import UserError, nearest
from ..results.sources import PathLike, opened, root_attributes
from ..results.states import StoredState, list_states, load_state

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ..circuit.circuit_file import Circuit


class Pairs(NamedTuple):
    """The potential partners of a projection, in the order of its state variables.

    Attributes
    ----------
    pre, post : ndarray of int32, shape (potential synapses,)
        Cells of each pair, as indices in their populations.
    shape : tuple of int
        Presynaptic and postsynaptic cells that there are.
    recurrent : bool
        Whether both ends are the same population.
    """

    pre: np.ndarray
    post: np.ndarray
    shape: tuple[int, int]
    recurrent: bool


def graph(path: PathLike, arm: str, projection: str, checkpoint: str | None = None) -> csr_array:
    """Return the contacts of a projection in a stored state.

    Parameters
    ----------
    path : str or Path
        A result file, finished or not.
    arm : str
    projection : str
        Such as ``"pyramidal_to_pyramidal"``.
    checkpoint : str, optional
        A state of the arm: its name, or the phase that it ends; the last there is.

    Returns
    -------
    scipy.sparse.csr_array of int, shape (presynaptic cells, postsynaptic cells)
        Contacts of each pair that has any.

    Raises
    ------
    UserError
        If there is no such file, arm, projection or state, or the contacts of the stored circuit
        are drawn in another way now.
    """
    pairs, present, _ = _read(path, arm, projection, checkpoint, ())
    return _matrix(pairs, present, present)


def weights(
    path: PathLike,
    arm: str,
    projection: str,
    checkpoint: str | None = None,
    variable: str = "ampa_content",
) -> csr_array:
    """Return a state variable of the synapses that are present.

    Parameters
    ----------
    path, arm, projection, checkpoint
        As for `graph`.
    variable : str
        Any that the projection's synapses have, in SI units: ``ampa_content`` (1 is that of a mean
        spine), ``log_size``, ``age`` (s). ``"spine_size"`` is the exponential of ``log_size``.

    Returns
    -------
    scipy.sparse.csr_array of float, shape (presynaptic cells, postsynaptic cells)
        An entry for each pair with a contact, zeros among them.

    Raises
    ------
    UserError
        As `graph`, and if the synapses have no such variable.
    """
    stored = "log_size" if variable == "spine_size" else variable
    pairs, present, (values,) = _read(path, arm, projection, checkpoint, (stored,))
    values = np.exp(values) if variable == "spine_size" else values
    return _matrix(pairs, present, np.asarray(values, float))


class Degrees(NamedTuple):
    """Partners of each cell: shape (presynaptic cells,) and shape (postsynaptic cells,)."""

    outgoing: np.ndarray
    incoming: np.ndarray


def degrees(adjacency: csr_array, contacts: bool = False) -> Degrees:
    """Return the out-degrees of presynaptic and the in-degrees of postsynaptic cells.

    Parameters
    ----------
    adjacency : csr_array, shape (presynaptic cells, postsynaptic cells)
        From `graph`.
    contacts : bool
        Count contacts in place of partners.

    >>> from scipy.sparse import csr_array
    >>> degrees(csr_array([[0, 2, 1], [0, 0, 1]])).incoming.tolist()
    [0, 1, 2]
    """
    matrix = adjacency if contacts else adjacency.astype(bool).astype(int)
    return Degrees(np.asarray(matrix.sum(axis=1)).ravel(), np.asarray(matrix.sum(axis=0)).ravel())


def stored_circuit(root: Mapping[str, Any], where: PathLike) -> Circuit:
    """Return the circuit of a result file, from the parameters that it keeps.

    Rules that do not ship are left out: who could contact whom does not depend on them.

    Parameters
    ----------
    root : mapping
        Attributes of the file's root.
    where : str or Path
        The file, for the message.
    """
    from ..circuit.circuit_file import read_circuit
    from ..circuit.rule_defaults import without_rules

    try:
        tree = tomllib.loads(root["parameters"])["circuit"]
    except (KeyError, tomllib.TOMLDecodeError):
        raise UserError(f"{where}: parameters: holds no circuit") from None
    tree.setdefault("name", "circuit")
    outside = json.loads(root.get("rules") or "{}")
    return read_circuit(without_rules(tree, outside), f"{where}: parameters: circuit")


def potential_pairs(path: PathLike, projection: str, root: Mapping[str, Any]) -> Pairs:
    """Return who could contact whom in a projection of a result file.

    Raises
    ------
    UserError
        If there is no such projection, or these are not the pairs that the file was made with.
    """
    from ..circuit.connectivity import contacts
    from ..circuit.identity import contacts_digest

    circuit = stored_circuit(root, path)
    if projection not in circuit.projections:
        hint = nearest(projection, circuit.projections)
        raise UserError(f"{path}: no projection {projection!r}{hint}")
    held = json.loads(root["circuit"])
    pre, post = contacts(circuit, held["connectivity_seed"])[projection]
    if contacts_digest(pre, post) != held["contacts"][projection]:
        raise UserError(f"{path}: contacts of {projection}: this version draws others")
    ends = circuit.projections[projection]
    shape = (circuit.sizes[ends.source], circuit.sizes[ends.target])
    return Pairs(pre, post, shape, ends.source == ends.target)


def arm_state(path: PathLike, arm: str, checkpoint: str | None = None) -> StoredState:
    """Return a state of an arm: by its name, by the phase that it ends, or the last there is.

    Raises
    ------
    UserError
        If there is none.
    """
    if checkpoint is None:
        names = arm_states(path, arm)
        if not names:
            raise UserError(f"{path}: holds no state of the arm {arm}")
        checkpoint = names[-1]
    name = checkpoint if "@" in checkpoint else f"{arm}@{checkpoint}"
    stored = load_state(path, name)
    if arm not in stored.attributes.get("arms", ()):
        raise UserError(f"{path}: checkpoint {stored.name}: is no state of the arm {arm}")
    return stored


def arm_states(path: PathLike, arm: str) -> list[str]:
    """Return the names of the states that an arm is part of, in order of time."""
    from ..results.layout import arm_names

    if not Path(path).exists():
        raise UserError(f"{path}: no such file")
    with opened(path) as file:
        arms = arm_names(file)
        if arm not in arms:
            raise UserError(f"{path}: no arm {arm!r}{nearest(arm, arms)}")
        states = list_states(path, file)
    return [name for name, (told, _) in states.items() if arm in told.get("arms", ())]


def synapse_variables(stored: StoredState, projection: str) -> list[str]:
    """Return the state variables of the synapses of a projection; those without rules have none."""
    start = f"{projection}."
    return [name.removeprefix(start) for name in stored.state if name.startswith(start)]


def _read(path: PathLike, arm: str, projection: str, checkpoint: str | None, variables):
    """Return pairs, contacts and further variables of a projection in a state."""
    stored = arm_state(path, arm, checkpoint)
    pairs = potential_pairs(path, projection, root_attributes(path))
    # Synapses that do not come and go are all there.
    present = stored.state.get(f"{projection}.present", np.ones(len(pairs.pre), np.int8))
    known = synapse_variables(stored, projection)
    for name in variables:
        if name not in known:
            hint = nearest(name, known)
            raise UserError(f"{path}: synapses of {projection} have no variable {name!r}{hint}")
    return pairs, present, [stored.state[f"{projection}.{name}"] for name in variables]


def _matrix(pairs: Pairs, present: np.ndarray, values: np.ndarray) -> csr_array:
    from scipy.sparse import csr_array

    there = present > 0
    ends = (pairs.pre[there], pairs.post[there])
    kind = float if values.dtype.kind == "f" else int
    return csr_array((values[there].astype(kind), ends), shape=pairs.shape)
