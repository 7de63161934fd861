"""The lives of synapses, from the events of a result file: survival, lifetimes, turnover.

A history is one contact, from its formation to its elimination. Times are those of the events: a
segment is the resolution, and a contact that came and went within one has lived for no time.

Synapses that are there at the start are left-truncated: those that were lost before are not
seen, and their ages are drawn, not lived. So they are followed as a cohort, in time since one
moment at which all were there, and left out of the lifetimes, which are those of synapses whose
formation was seen. What is there at the end is censored in both.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from ..parameters.errors import UserError
from ..results.events import read_events
from ..results.layout import sound_rows
from ..results.sources import PathLike, opened, root_attributes
from .network import arm_state, arm_states, potential_pairs, stored_circuit


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


class Survival(NamedTuple):
    """Kaplan-Meier estimate of the share that lives longer than a time, from 0 on.

    Attributes
    ----------
    hours, probability : ndarray of float64, shape (times,)
        A step at each time at which a life ended or was censored; 1 at hour 0.
    low, high : ndarray of float64, shape (times,)
        Pointwise 95 % interval (log-log Greenwood); NaN where none is left. Contacts count
        as independent: it says how sure the curve of this one network is, not that of others.
    at_risk, lost : int
        Contacts in the estimate, and how many of them were lost.
    """

    hours: np.ndarray
    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: int
    lost: int

    def at(self, hours: float) -> float:
        """Return the share that lives longer; NaN beyond the record."""
        if hours > self.hours[-1]:
            return np.nan
        return float(self.probability[np.searchsorted(self.hours, hours, side="right") - 1])

    def median(self) -> float:
        """Return the hours after which half is lost; infinity if the record ends before."""
        below = self.probability <= 0.5
        return float(self.hours[np.argmax(below)]) if below.any() else np.inf


class Turnover(NamedTuple):
    """What came and went between two hours.

    Attributes
    ----------
    start, end : float
        In hours.
    before, after : int
        Contacts at the start and at the end.
    formed, eliminated : int
        All formations and eliminations.
    gained, lost : int
        Contacts at the end that were not there at the start, and the reverse: what two images
        would tell. A contact that came and went in between is in neither.
    ratio : float
        (gained + lost) / (before + after), the turnover ratio of imaging studies (Holtmaat 2005
        Neuron 45:279); NaN without contacts.
    """

    start: float
    end: float
    before: int
    after: int
    formed: int
    eliminated: int
    gained: int
    lost: int
    ratio: float


def histories(path: PathLike, arm: str, projection: str, seed: int = 0) -> Histories:
    """Return the life of every contact of a projection in an arm.

    Parameters
    ----------
    path : str or Path
        A file, finished or not, of a run with ``--record-events``.
    arm, projection : str
    seed : int
        The contacts of a pair are not told apart in the file: where one of several is lost, this
        decides which. With one contact a pair, as in most circuits, there is no choice.

    Raises
    ------
    UserError
        If there are no events, or nothing to tell which synapses were there at the start.
    """
    events = read_events(path, arm, projection)
    pre, post, present = initial_contacts(path, arm, projection, events)
    with opened(path) as file:
        end = float(file[arm]["time"][sound_rows(file[arm]) - 1])
    return follow(pre, post, present, events, end, seed)


def initial_contacts(
    path: PathLike, arm: str, projection: str, events: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs of a projection and their contacts at the start of the record.

    They are those of the first state of the arm that is stored, with the events up to then undone;
    without any, those with which the circuit begins.

    Parameters
    ----------
    path, arm, projection
        As for `histories`.
    events : ndarray of dtype `EVENT`
        All of the projection.

    Returns
    -------
    pre, post, present : ndarray of integers, shape (potential synapses,)
    """
    root = root_attributes(path)
    pairs = potential_pairs(path, projection, root)
    name = f"{projection}.present"
    states = arm_states(path, arm)
    if states:
        stored = arm_state(path, arm, states[0])
        present = stored.state.get(name, np.ones(len(pairs.pre))).astype(int)
        undone = events[events["time"] <= stored.attributes["hours"]]
        key = pairs.pre.astype(np.int64) * pairs.shape[1] + pairs.post
        order = np.argsort(key)
        wanted = undone["pre"].astype(np.int64) * pairs.shape[1] + undone["post"]
        at = order[np.searchsorted(key, wanted, sorter=order)]
        np.subtract.at(present, at, 2 * undone["formed"].astype(int) - 1)
        return pairs.pre, pairs.post, present
    if root.get("start_state"):
        raise UserError(f"{path}: no state of {arm} is stored to tell what was there at the start")
    from ..circuit.initial import initial_state
    from ..circuit.plan import plan

    state = initial_state(plan(stored_circuit(root, path)), int(root["seed"]))
    return pairs.pre, pairs.post, state.get(name, np.ones(len(pairs.pre))).astype(int)


def follow(
    pre: np.ndarray, post: np.ndarray, present: np.ndarray, events: np.ndarray, end: float,
    seed: int = 0,
) -> Histories:  # fmt: skip
    """Return the life of every contact, from those at the start and what came and went.

    Parameters
    ----------
    pre, post, present : ndarray of integers, shape (pairs,)
        Pairs of cells and their contacts at the start.
    events : ndarray of dtype `EVENT`
        Of one projection, in order.
    end : float
        Hour of the end of the record.
    seed : int
        Which of a pair's contacts is lost is drawn.

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
    first = int(np.sum(present))
    generator = np.random.default_rng(seed)
    touched = set(zip(events["pre"].tolist(), events["post"].tolist(), strict=True))
    alive: dict[tuple[int, int], list[int]] = {pair: [] for pair in touched}
    for contact, pair in enumerate(zip(*ends[:, :first].tolist(), strict=True)):
        if pair in alive:
            alive[pair].append(contact)
    for hour, _, source, target, formed in events.tolist():
        own = alive[source, target]
        if formed:
            born[first] = hour
            own.append(first)
            first += 1
        elif not own:
            raise ValueError(f"at {hour} h {source} -> {target} is eliminated, which is not there")
        else:
            lost[own.pop(int(generator.integers(len(own))) if len(own) > 1 else 0)] = hour
    return Histories(ends[0], ends[1], born, lost, float(end))


def survival(hours: np.ndarray, censored: np.ndarray) -> Survival:
    """Return the Kaplan-Meier estimate of survival.

    Parameters
    ----------
    hours : array_like, shape (lives,)
        How long each life lasted, or was followed.
    censored : array_like of bool, shape (lives,)
        Whether it went on after that.

    Raises
    ------
    ValueError
        If there is no life.

    >>> found = survival([1, 2, 3, 4], [False, True, False, True])
    >>> found.probability.tolist(), found.median()
    ([1.0, 0.75, 0.75, 0.375, 0.375], 3.0)
    """
    from scipy.stats import CensoredData, ecdf

    hours, censored = np.asarray(hours, float), np.asarray(censored, bool)
    if not len(hours):
        raise ValueError("no life to estimate survival from")
    estimate = ecdf(CensoredData(uncensored=hours[~censored], right=hours[censored])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no interval where all or none are left
        band = estimate.confidence_interval(0.95, method="log-log")
    low, high = band.low.probabilities, band.high.probabilities
    whole = estimate.probabilities == 1  # before the first loss
    return Survival(
        np.concatenate([[0.0], estimate.quantiles]),
        np.concatenate([[1.0], estimate.probabilities]),
        np.concatenate([[1.0], np.where(whole, 1.0, low)]),
        np.concatenate([[1.0], np.where(whole, 1.0, high)]),
        len(hours),
        int((~censored).sum()),
    )


def cohort_survival(lives: Histories, at: float = 0.0) -> Survival:
    """Return the survival of all contacts that exist at an hour, in the time since then.

    Parameters
    ----------
    lives : Histories
    at : float
        In hours.
    """
    chosen = lives.present(at)
    lost = lives.lost[chosen]
    return survival(np.minimum(lost, lives.end) - at, np.isinf(lost))


def lifetimes(lives: Histories, start: float = 0.0, end: float = np.inf) -> Survival:
    """Return the survival of the contacts that are formed after `start` and up to `end`.

    The time is that since the formation of each; what was there before is left out.

    Parameters
    ----------
    lives : Histories
    start, end : float
        In hours.
    """
    chosen = (lives.born > start) & (lives.born <= end)
    lost = lives.lost[chosen]
    return survival(np.minimum(lost, lives.end) - lives.born[chosen], np.isinf(lost))


def turnover(lives: Histories, start: float, end: float) -> Turnover:
    """Return what came and went after `start` and up to `end`, in hours."""
    there, then = lives.present(start), lives.present(end)
    before, after = int(there.sum()), int(then.sum())
    gained, lost = int((then & ~there).sum()), int((there & ~then).sum())
    formed = int(((lives.born > start) & (lives.born <= end)).sum())
    eliminated = int(((lives.lost > start) & (lives.lost <= end)).sum())
    ratio = (gained + lost) / (before + after) if before + after else np.nan
    return Turnover(start, end, before, after, formed, eliminated, gained, lost, ratio)
