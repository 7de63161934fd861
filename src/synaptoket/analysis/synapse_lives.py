"""The lives of synapses, from the events of a result file: when each was formed and lost.

A history is one contact, from its formation to its elimination. Times are those of the events: a
segment is the resolution, and a contact that came and went within one has lived for no time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..parameters.errors import UserError
from ..results.events import read_events
from ..results.network_states import Network, check_network, record_end


class Histories(NamedTuple):
    """Every contact that existed at some time of the record.

    Attributes
    ----------
    pre, post : ndarray of int32, shape (contacts,)
        Its cells, as indices in their populations.
    born : ndarray of float64, shape (contacts,)
        Hour of its formation; minus infinity if it was there at the start.
    lost : ndarray of float64, shape (contacts,)
        Hour of its elimination; infinity if it was there at the end.
    end : float
        Hour of the end of the record, which starts at 0.
    """

    pre: np.ndarray
    post: np.ndarray
    born: np.ndarray
    lost: np.ndarray
    end: float

    def present(self, hour: float) -> np.ndarray:
        """Return which contacts exist at an hour: ndarray of bool, shape (contacts,)."""
        return (self.born <= hour) & (self.lost > hour)


def histories(network: Network, arm: str, projection: str, seed: int = 0) -> Histories:
    """Return the life of every contact of a projection in an arm.

    Parameters
    ----------
    network : Network
        From `synaptoket.open_network`, of a run with ``--record-events``.
    arm, projection : str
    seed : int
        The file does not tell the contacts of a pair apart: where one of several is lost, this
        seed decides which. With one contact a pair, as in most circuits, there is no choice.

    Raises
    ------
    UserError
        If the file holds no events, or nothing that says which synapses were there at the start.
    """
    check_network(network)
    events = read_events(network.path, arm, projection)
    pre, post, present = contacts_at_start(network, arm, projection, events)
    return follow(pre, post, present, events, record_end(network.path, arm), seed)


def contacts_at_start(
    network: Network, arm: str, projection: str, events: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs of a projection and their contacts at the start of the record.

    They are those of the first stored state of the arm, with the events up to then undone; without
    any state, those with which the circuit begins.

    Parameters
    ----------
    network, arm, projection
        As for `histories`.
    events : ndarray of dtype `EVENT`
        All of the projection.

    Returns
    -------
    pre, post, present : ndarray of integers, shape (potential synapses,)
    """
    pairs = network.pairs(projection)
    states = network.states(arm)
    if not states:
        if network.attributes.get("start_state"):
            raise UserError(
                f"{network.path}: no state of {arm} is stored to tell what was there at the start"
            )
        return pairs.pre, pairs.post, network.first_contacts(projection)
    stored = network.state(arm, states[0])
    everywhere = np.ones(len(pairs.pre))
    present = stored.state.get(f"{projection}.present", everywhere).astype(int)
    undone = events[events["time"] <= stored.attributes["hours"]]
    # A number for each pair, to find the pair of an event.
    key = pairs.pre.astype(np.int64) * pairs.shape[1] + pairs.post
    order = np.argsort(key)
    wanted = undone["pre"].astype(np.int64) * pairs.shape[1] + undone["post"]
    at = order[np.searchsorted(key, wanted, sorter=order)]
    np.subtract.at(present, at, 2 * undone["formed"].astype(int) - 1)
    return pairs.pre, pairs.post, present


def follow(
    pre: np.ndarray, post: np.ndarray, present: np.ndarray, events: np.ndarray, end: float,
    seed: int = 0,
) -> Histories:  # fmt: skip
    """Return the life of every contact, from the contacts at the start and the events.

    Parameters
    ----------
    pre, post, present : ndarray of integers, shape (pairs,)
        Pairs of cells and their contacts at the start.
    events : ndarray of dtype `EVENT`
        Of one projection, in order.
    end : float
        Hour of the end of the record.
    seed : int
        Decides which of a pair's contacts is lost.

    Raises
    ------
    ValueError
        If a contact is eliminated that was not there.
    """
    ends = np.concatenate([np.repeat([pre, post], present, axis=1),
                           [e[events["formed"] == 1] for e in (events["pre"], events["post"])]],
                          axis=1).astype(np.int32)  # fmt: skip
    born = np.full(ends.shape[1], -np.inf)
    lost = np.full(ends.shape[1], np.inf)
    count = int(np.sum(present))
    generator = np.random.default_rng(seed)
    touched = set(zip(events["pre"].tolist(), events["post"].tolist(), strict=True))
    alive: dict[tuple[int, int], list[int]] = {pair: [] for pair in touched}
    for contact, pair in enumerate(zip(*ends[:, :count].tolist(), strict=True)):
        if pair in alive:
            alive[pair].append(contact)
    for hour, _, source, target, formed in events.tolist():
        living = alive[source, target]
        if formed:
            born[count] = hour
            living.append(count)
            count += 1
        elif not living:
            raise ValueError(f"at {hour} h {source} -> {target} is eliminated, which is not there")
        else:
            choice = int(generator.integers(len(living))) if len(living) > 1 else 0
            lost[living.pop(choice)] = hour
    return Histories(ends[0], ends[1], born, lost, float(end))
