"""Who contacts whom in a stored state: sparse matrices of contacts and of weights, and degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..parameters.errors import UserError, nearest
from ..results.network_states import Network, Pairs, check_network, synapse_variables

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def graph(network: Network, arm: str, projection: str, checkpoint: str | None = None) -> csr_array:
    """Return the contacts of a projection in a stored state.

    Parameters
    ----------
    network : Network
        From `synaptoket.open_network`.
    arm : str
    projection : str
        Such as ``"pyramidal_to_pyramidal"``.
    checkpoint : str, optional
        A state of the arm: its name, or the phase that it ends. Without it, the last state.

    Returns
    -------
    scipy.sparse.csr_array of int, shape (presynaptic cells, postsynaptic cells)
        Contacts of each pair that has any.

    Raises
    ------
    UserError
        If there is no such arm, projection or state, or this version draws other potential
        contacts than those that the file was made with.
    """
    pairs, present, _ = _read(network, arm, projection, checkpoint)
    return _matrix(pairs, present, present)


def weights(
    network: Network,
    arm: str,
    projection: str,
    checkpoint: str | None = None,
    variable: str = "ampa_content",
) -> csr_array:
    """Return a state variable of the synapses that are present.

    Parameters
    ----------
    network, arm, projection, checkpoint
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
    stored_as = "log_size" if variable == "spine_size" else variable
    pairs, present, (values,) = _read(network, arm, projection, checkpoint, stored_as)
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


def shape(adjacency: csr_array) -> tuple[int, int]:
    """Return the numbers of presynaptic and of postsynaptic cells of a graph."""
    return adjacency.shape  # pyright: ignore[reportReturnType]


def _read(
    network: Network, arm: str, projection: str, checkpoint: str | None, *variables: str
) -> tuple[Pairs, np.ndarray, list[np.ndarray]]:
    """Return pairs, contacts and further variables of a projection in a state."""
    check_network(network)
    stored = network.state(arm, checkpoint)
    pairs = network.pairs(projection)
    # Synapses that do not come and go are all there.
    present = stored.state.get(f"{projection}.present", np.ones(len(pairs.pre), np.int8))
    known = synapse_variables(stored, projection)
    for name in variables:
        if name not in known:
            hint = nearest(name, known)
            raise UserError(
                f"{network.path}: synapses of {projection} have no variable {name!r}{hint}"
            )
    return pairs, present, [stored.state[f"{projection}.{name}"] for name in variables]


def _matrix(pairs: Pairs, present: np.ndarray, values: np.ndarray) -> csr_array:
    """Return values of the pairs that have a contact, as a matrix."""
    from scipy.sparse import csr_array

    there = present > 0
    ends = (pairs.pre[there], pairs.post[there])
    kind = float if values.dtype.kind == "f" else int
    return csr_array((values[there].astype(kind), ends), shape=pairs.shape)
