"""Twins of a healthy circuit whose activity differs by some percent, and where each would settle.

A circuit settles. From its state twins go on with the same random numbers; one has a little more
background input to its excitatory cells, the other a little less. They are held for minutes, in
which nothing slow moves: synapses, adaptation and homeostasis stay what they were. Averages over
spikes are taken over a longer window than in a run, so that few seeds are enough. Then a single
slow step stands for so much biology that each slow variable reaches the value at which it would
settle, by the text of its own rule, because that text is written in exact exponential form:

    x += (1 - exp(-elapsed/tau))*(target - x)

An average of single spikes (a `SlowTime` without a window) is taken while twins are held, and stays
what it is in that step. What acts back on activity (a `SlowTime` that is a loop, such as synaptic
scaling) has no part in it. A variable that its reader's text reads before it is updated, such as
the level that TrkB is adapted to, has none either. So the exponents are those of the chain as it
stands, without lag, adaptation and homeostasis; in a run these make the answer later and smaller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event

import numpy as np

from ...circuit.connectivity import Contacts
from ...circuit.constants import releasing
from ...circuit.expressions import at_synapses
from ...circuit.group import CircuitPlan
from ...circuit.initial import State, constants, initial_state
from ...circuit.numerics import SEGMENT, SLOW_STEP
from ...engine.worker import Worker
from ...experiment import timelapse_bound
from ...experiment.phase import Phase
from ...experiment.protocol import Arm, Experiment
from ...experiment.run_options import TOLERANCE
from ...experiment.seed_run import segment_seed
from ...parameters.errors import UserError
from .chain import ACTIVITY, Follower, forming, statements

#: Biology in which the circuit settles.
SETTLING = "10 day"

#: Seconds of spiking for which twins are held, and over which spikes are averaged.
HOLD, WINDOW = 500.0, 100.0

#: Seconds of biology in the step in which slow variables settle, and the factor by which a loop is
#: slowed down before it.
SETTLED, FROZEN = 1e12, 1e20

#: Slow steps of a segment.
STEPS = round(SEGMENT / SLOW_STEP)


@dataclass(frozen=True)
class Twins:
    """One seed's circuit, of which twins are played.

    Attributes
    ----------
    plan : CircuitPlan
    contacts : dict of str to (pre, post)
    worker : Worker
        With the connectivity of the seed.
    seed : int
    followers : sequence of Follower
        What is read.
    stop : Event
        When it is set, the next segment raises `InterruptedError`.
    """

    plan: CircuitPlan
    contacts: Contacts
    worker: Worker
    seed: int
    followers: Sequence[Follower]
    stop: Event

    def _advance(self, lapse: np.ndarray, at: int) -> State:
        """Play a segment and return the state after it, valid until the next."""
        if self.stop.is_set():
            raise InterruptedError
        return self.worker.advance({"timelapse": lapse}, segment_seed(self.seed, at))

    def settled(self) -> tuple[State, int]:
        """Return the state of the healthy circuit, and how many segments were played."""
        alone = Experiment((Phase("settling", SETTLING),), {"control": Arm()})
        limits = timelapse_bound.limits(alone, self.plan, {}, TOLERANCE)
        (phase,) = timelapse_bound.with_timelapses(alone, limits).phases
        count = phase.segments()
        self.worker.load(initial_state(self.plan, self.seed))
        lapse = np.full(STEPS, phase.seconds() / (count * SEGMENT))
        for at in range(count):
            self._advance(lapse, at)
        return self.worker.state(), count

    def twin(self, state: State, at: int, factor: float) -> dict[str, float]:
        """Return what a twin shows whose background input is multiplied by a factor.

        Parameters
        ----------
        state : dict of str to ndarray
            Where it starts.
        at : int
            Segments that were played before.
        factor : float

        Returns
        -------
        dict of str to float
            The mean rate of the releasing cells (Hz) under `ACTIVITY`, and the followers by key.
        """
        cells = f"{releasing(self.plan.circuit)}.spike_count"
        constants_held, averages = self._held()
        self.worker.load(state | constants_held | background(self.plan, factor))
        still, last = np.ones(STEPS), np.ones(STEPS)
        last[-2:] = SETTLED / SLOW_STEP, 0.0  # then a step of no time, for what reads it
        arrays, before, rate = state, _spikes(state[cells]), 0.0
        # as of the average that a slow step keeps: the same spikes weigh the same
        fresh = -np.expm1(-SEGMENT / WINDOW)
        count = round(HOLD / SEGMENT)
        for k in range(count):
            if k == count - 1:  # what is an average of single spikes stays what it is
                self.worker.load({name: value * FROZEN for name, value in averages.items()})
            arrays = self._advance(still if k < count - 1 else last, at + k)
            now = _spikes(arrays[cells])
            of_segment = (now - before) / len(arrays[cells]) / SEGMENT
            rate += (fresh if k else 1.0) * (of_segment - rate)
            before = now
        return {ACTIVITY: rate} | {f.key: self._value(f.key, arrays) for f in self.followers}

    def _held(self) -> tuple[State, State]:
        """Return constants with which averages last for `WINDOW` and loops do not move.

        The second ones are those of them that are the time constants of averages of single spikes.
        """
        known = constants(self.plan)
        held: State = {}
        averages: State = {}
        for joined in self.plan.rules.all:
            for slow in joined.rule.slow_times:
                for name, value in known.items():
                    constant = name.partition(".")[2]
                    if constant == slow.window:
                        held[name] = np.array([WINDOW])
                    elif constant == slow.time and not slow.window:
                        averages[name] = np.array([WINDOW])
                    elif constant == slow.time and slow.loop:
                        rate = joined.rule.constants[slow.time].unit.startswith("1/")
                        held[name] = value / FROZEN if rate else value * FROZEN
        return held | averages, averages

    def _value(self, key: str, state: Mapping[str, np.ndarray]) -> float:
        projection, _, variable = key.partition(".")
        if variable == "birth_rate":
            return births(self.plan, self.contacts, state, projection)
        return float(state[key].mean(dtype=np.float64))


def background(plan: CircuitPlan, factor: float) -> State:
    """Return the background rates of the excitatory populations, multiplied by a factor.

    Raises
    ------
    UserError
        If the circuit has no background input to change.
    """
    known, changed = constants(plan), {}
    for name, population in plan.circuit.populations.items():
        key = f"{name}.background_rate"
        if population.excitatory and population.background_rate and key in known:
            changed[key] = known[key] * factor
    if not changed:
        raise UserError(
            f"{plan.circuit.where}: populations: no excitatory one has a background_rate, which "
            "is what activity is changed by"
        )
    return changed


def births(
    plan: CircuitPlan, contacts: Contacts, state: Mapping[str, np.ndarray], projection: str
) -> float:
    """Return the expected births of a projection per second of biology, in a state.

    The sum over all pairs of cells of the contacts that they lack, times the hazard of a birth.

    Raises
    ------
    UserError
        If the hazard is no expression of the state.
    """
    known: dict[str, np.ndarray] = {}
    try:
        for name, expression in statements(forming(plan)[projection]):
            known[name] = at_synapses(expression, plan, contacts, projection, state, known)
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{plan.circuit.where}: {projection}: birth_rate cannot be read from the state: {error}"
        ) from None
    present = state[f"{projection}.present"]
    several = state.get(f"{projection}.contacts", np.ones(1))[0]
    return float((known["birth_rate"] * (several - present)).sum(dtype=np.float64))


def _spikes(counts: np.ndarray) -> int:
    return int(counts.sum(dtype=np.int64))
