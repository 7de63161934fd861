"""Who could contact whom: a fixed number of potential contacts onto each neuron.

With a fixed in-degree every array has the same size whatever the seed, so that another
connectivity needs no new binary.
"""

import numpy as np

from .schema import Circuit

Contacts = dict[str, tuple[np.ndarray, np.ndarray]]


def contacts(circuit: Circuit, seed: int) -> Contacts:
    """Draw the (potential) contacts of every projection.

    Returns
    -------
    dict of str to (pre, post)
        Index arrays of int32, one entry a contact.
    """
    sizes = circuit.sizes
    return {
        name: potential_contacts(
            sizes[p.source], sizes[p.target], p.in_degree, p.source == p.target, seed, stream
        )
        for stream, (name, p) in enumerate(circuit.projections.items())
    }


def potential_contacts(
    sources: int, targets: int, in_degree: float, within: bool, seed: int, stream: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw distinct presynaptic partners for every target neuron.

    Parameters
    ----------
    sources, targets : int
        Sizes of the two populations.
    in_degree : int or inf
        Contacts of each target; capped by the partners there are.
    within : bool
        Whether both populations are the same, in which case no neuron contacts itself.
    seed, stream : int
        The run's seed and the number of the projection in its circuit.

    Returns
    -------
    pre, post : ndarray of int32, shape (targets * in_degree,)
        Indices, sorted by pre so that a spike's synapses lie together in memory.

    >>> pre, post = potential_contacts(10, 10, 4, True, seed=1, stream=0)
    >>> bool((pre == post).any()), np.bincount(post).tolist()
    (False, [4, 4, 4, 4, 4, 4, 4, 4, 4, 4])
    """
    degree = effective_in_degree(sources, in_degree, within)
    generator = np.random.default_rng([seed, 1, stream])
    candidates = sources - 1 if within else sources
    pre = np.empty((targets, degree), dtype=np.int32)
    for target in range(targets):
        chosen = generator.permutation(candidates)[:degree]
        pre[target] = chosen + (chosen >= target) if within else chosen
    post = np.repeat(np.arange(targets, dtype=np.int32), degree)
    order = np.lexsort((post, pre.ravel()))
    return pre.ravel()[order], post[order]


def effective_in_degree(sources: int, in_degree: float, within: bool) -> int:
    """Return the in-degree, or the number of possible partners if that is smaller."""
    return int(min(in_degree, sources - 1 if within else sources))
