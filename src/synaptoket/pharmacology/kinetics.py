"""The distribution of a dose: linear compartments, solved exactly between dose events.

    dx/dT = A x + b(T),     x(T + Δ) = exp(A Δ) x(T) + ∫ exp(A s) b ds

Here b is constant between the events at which a dose starts or stops. Both terms therefore come
from one matrix exponential, without a time step. `x` holds the amounts (mol) of the drug and of its
metabolites in depots, blood and tissues, and the free concentration (mol/m3) of each of them in the
brain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from scipy.linalg import expm

from .dose import ResolvedDose
from .drug import Drug, Substance
from .routes import Path


@dataclass(frozen=True)
class Input:
    """An input of `amount` (mol) into compartment `index` from `start` (s) over `duration` (s)."""

    index: int
    amount: float
    start: float
    duration: float


@dataclass(frozen=True)
class Compartments:
    """The linear system of a drug in a body.

    Attributes
    ----------
    names : tuple of str
        The states: ``"oral depot"``, ``"ketamine central"``, ``"ketamine brain"``, …
    matrix : ndarray (n, n), 1/s
        A of dx/dT = A x.
    volumes : dict
        Central volume of each species, m3.
    """

    names: tuple[str, ...]
    matrix: np.ndarray
    volumes: dict[str, float]

    def index(self, name: str) -> int:
        """Return the position of a state."""
        return self.names.index(name)


def compartments(drug: Drug, body_weight: float, routes: Iterable[str] = ()) -> Compartments:
    """Return the linear system of a drug, its metabolites and the depots of `routes`.

    Parameters
    ----------
    drug : Drug
    body_weight : float
        In kg.
    routes : iterable of str
        The routes in use; each path of an extravascular one gets a depot.
    """
    depots = {
        _depot(route, name): path
        for route in sorted(set(routes) - {"intravenous"})
        for name, path in drug.routes[route].all_paths.items()
    }
    names = [*depots]
    for species, substance in drug.species.items():
        tissues = [f"{species} {tissue}" for tissue in substance.kinetics.peripheral]
        names += [f"{species} central", *tissues, f"{species} brain"]
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    volumes = {}
    for species, substance in drug.species.items():
        volumes[species] = _disposition(matrix, place, species, substance, body_weight)
    _metabolism(matrix, place, drug, body_weight)
    for depot, path in depots.items():
        _absorption(matrix, place, drug, depot, path)
    return Compartments(tuple(names), matrix, volumes)


def _disposition(
    matrix: np.ndarray, place: dict[str, int], species: str, substance: Substance, weight: float
) -> float:
    """Write elimination, exchange with tissues and entry into the brain; return the volume (m3)."""
    kinetics = substance.kinetics
    flow_factor, volume_factor = kinetics.scaled(weight)
    volume = kinetics.central_volume * volume_factor
    central = place[f"{species} central"]
    matrix[central, central] -= kinetics.clearance * flow_factor / volume
    for name, tissue in kinetics.peripheral.items():
        out = tissue.flow * flow_factor / volume
        back = tissue.flow * flow_factor / (tissue.volume * volume_factor)
        _move(matrix, central, place[f"{species} {name}"], out)
        _move(matrix, place[f"{species} {name}"], central, back)
    # The brain follows the plasma without taking drug from it: the amount is negligible.
    brain = place[f"{species} brain"]
    rate = log(2) / substance.brain.equilibration_half_time
    matrix[brain, brain] -= rate
    matrix[brain, central] += rate * substance.unbound_fraction * substance.brain.partition / volume
    return float(volume)


def _metabolism(matrix: np.ndarray, place: dict[str, int], drug: Drug, weight: float) -> None:
    """Write the part of the drug's clearance that forms each metabolite, mole for mole."""
    flow_factor, volume_factor = drug.kinetics.scaled(weight)
    rate = drug.kinetics.clearance * flow_factor / (drug.kinetics.central_volume * volume_factor)
    central = place[f"{drug.name} central"]
    for name, metabolite in drug.metabolites.items():
        matrix[place[f"{name} central"], central] += rate * metabolite.formation_fraction


def _absorption(
    matrix: np.ndarray, place: dict[str, int], drug: Drug, depot: str, path: Path
) -> None:
    """Write the emptying of a depot into the blood and into metabolites; the rest is lost."""
    source = place[depot]
    matrix[source, source] -= path.rate
    matrix[place[f"{drug.name} central"], source] += path.rate * path.arriving
    for metabolite, fraction in path.first_pass.items():
        matrix[place[f"{metabolite} central"], source] += path.rate * fraction


def _move(matrix: np.ndarray, source: int, target: int, rate: float) -> None:
    matrix[source, source] -= rate
    matrix[target, source] += rate


def _depot(route: str, path: str) -> str:
    """Return the name of the depot of a path."""
    return f"{route} {path} depot" if path else f"{route} depot"


def inputs(body: Compartments, drug: Drug, doses: Sequence[ResolvedDose]) -> list[Input]:
    """Return what doses of a drug put into which compartment, and when.

    Parameters
    ----------
    body : Compartments
        With the depots of all routes of the doses.
    drug : Drug
    doses : sequence of ResolvedDose
        All doses of the drug, in any order; doses of zero count for nothing.
    """
    by_route: dict[str, list[ResolvedDose]] = defaultdict(list)
    for dose in doses:
        if dose.amount > 0:
            by_route[dose.route].append(dose)
    entering = []
    for name, given in by_route.items():
        if name == "intravenous":
            central = body.index(f"{drug.name} central")
            entering += [_input(central, drug, dose, dose.amount) for dose in given]
            continue
        route = drug.routes[name]
        for dose, later in zip(given, route.later([dose.start for dose in given]), strict=True):
            for path, share in route.shares(later).items():
                depot = body.index(_depot(name, path))
                taken = route.all_paths[path]
                entering.append(_input(depot, drug, dose, dose.amount * share, taken))
    return entering


def _input(
    index: int, drug: Drug, dose: ResolvedDose, amount: float, path: Path | None = None
) -> Input:
    """Return the input of an amount in kg, which may take a path with a lag and a duration."""
    lag = path.lag if path and path.lag else 0.0
    duration = path.zero_order_duration if path and path.zero_order_duration else dose.duration
    return Input(index, float(amount / drug.molar_mass), dose.start + lag, float(duration))


def trajectory(matrix: np.ndarray, inputs: Sequence[Input], times: np.ndarray) -> np.ndarray:
    """Return the states at `times`, exactly, whatever their spacing and order.

    Parameters
    ----------
    matrix : ndarray (n, n), 1/s
    inputs : sequence of Input
        Doses; several may overlap. A bolus counts from its instant on, inclusive.
    times : ndarray (m,), s

    Returns
    -------
    ndarray (m, n)
        Exactly zero before the first dose and for doses of zero.
    """
    times = np.asarray(times, dtype=float)
    states = np.zeros((len(times), len(matrix)))
    inputs = [dose for dose in inputs if dose.amount > 0]
    if not inputs:
        return states
    # Amounts are relative to the total dose, so that the rounding error scales with the dose.
    total = sum(dose.amount for dose in inputs)
    order = np.argsort(times, kind="stable")
    events = sorted({t for dose in inputs for t in (dose.start, dose.start + dose.duration)})
    state, rate = np.zeros(len(matrix)), np.zeros(len(matrix))
    for i, event in enumerate(events):
        if i:
            state = _propagated(matrix, state, rate, np.array([event - events[i - 1]]))[0]
        rate = np.zeros(len(matrix))
        for dose in inputs:
            if dose.duration == 0 and dose.start == event:
                state[dose.index] += dose.amount / total
            elif dose.start <= event < dose.start + dose.duration:
                rate[dose.index] += dose.amount / total / dose.duration
        following = events[i + 1] if i + 1 < len(events) else np.inf
        rows = order[(times[order] >= event) & (times[order] < following)]
        states[rows] = _propagated(matrix, state, rate, times[rows] - event)
    # Compartments only pass drug on, so that a negative amount can only be a rounding error.
    return np.maximum(states, 0.0) * total


def _propagated(
    matrix: np.ndarray, state: np.ndarray, rate: np.ndarray, elapsed: np.ndarray
) -> np.ndarray:
    """Return the states after `elapsed` (m,) s, ascending, of constant input: shape (m, n).

    The input is an additional state that remains 1, so that one exponential gives both terms.
    """
    n = len(matrix)
    extended = np.zeros((n + 1, n + 1))
    extended[:n, :n], extended[:n, n] = matrix, rate

    # Each step leads from one time to the next. An even grid then needs few exponentials, not m.
    states = np.empty((len(elapsed), n))
    current = np.append(state, 1.0)
    for i, step in enumerate(np.diff(elapsed, prepend=0.0)):
        current = _exponential(extended.tobytes(), n + 1, float(step)) @ current
        states[i] = current[:n]
    return states


@lru_cache(maxsize=4096)
def _exponential(matrix: bytes, size: int, step: float) -> np.ndarray:
    """Return exp(matrix step), cached for other arms and runs of the process."""
    return expm(np.frombuffer(matrix).reshape(size, size) * step)
