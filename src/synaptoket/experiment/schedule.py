"""The schedule of an arm: its segments, and the drives of each slow step.

Each stretch of one time-lapse is cut into whole segments, and the time-lapse is adjusted so that
they fill it. So a longer protocol needs more segments, but no other binary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from ..circuit.numerics import SEGMENT, SLOW_STEP
from ..parameters.errors import UserError
from ..pharmacology import StressHormone, exposure
from ..pharmacology.drug import Drug
from ..pharmacology.stress_hormone import Stretch, course, load_stress_hormone
from .phase import DAY, Phase
from .protocol import Arm, Experiment

#: The most segments of all arms together: a million seconds of spiking, a gigabyte of drives.
MOST_SEGMENTS = 500_000


@dataclass
class Schedule:
    """One arm, cut into segments.

    Attributes
    ----------
    time : ndarray, shape (segments,)
        End of each segment, seconds of biology.
    phase : list of str
        Phase of each segment.
    timelapse : ndarray, shape (segments,)
        Seconds of biology per second of spiking.
    drives : dict of str to ndarray, shape (segments, slow steps)
        What the circuit is fed, SI units: every drive of `pharmacology.drives.DRIVES`.
    plasma, brain_free : dict of str to ndarray, shape (segments,)
        Concentration of each species at the end of each segment, mol/m3.
    stress : list of (int, list of Stretch)
        Segments of each phase, and its stress, in seconds from the start of the phase.
    first_hormone : float
        Stress hormone at the start.
    hormone : ndarray, shape (segments,)
        Stress hormone at the end of each segment.
    """

    time: np.ndarray
    phase: list[str]
    timelapse: np.ndarray
    drives: dict[str, np.ndarray]
    plasma: dict[str, np.ndarray] = field(default_factory=dict)
    brain_free: dict[str, np.ndarray] = field(default_factory=dict)
    stress: list[tuple[int, list[Stretch]]] = field(default_factory=list)
    first_hormone: float = 0.0
    hormone: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def feed(self, hormone: StressHormone, first: float = 0.0) -> None:
        """Set the drive of the stress hormone, whose level is `first` at the start.

        Each phase is followed from its own start on, so that a run that begins with a phase, from a
        state of another run, is fed the same bits.
        """
        steps = round(SEGMENT / SLOW_STEP)
        means, ends, segment = [], [], 0
        self.first_hormone = level = first
        for count, stretches in self.stress:
            step = SLOW_STEP * np.repeat(self.timelapse[segment : segment + count], steps)
            edges = np.concatenate([[0.0], np.cumsum(step)])
            followed = course(hormone, stretches, edges, level)
            means.append(followed.means.reshape(count, steps))
            ends.append(followed.at_edges[steps::steps])
            level, segment = float(followed.at_edges[-1]), segment + count
        self.drives["stress_hormone"] = np.concatenate(means)
        self.hormone = np.concatenate(ends)

    def segment(self, index: int) -> dict[str, np.ndarray]:
        """Return the drives of one segment, each of shape (slow steps,)."""
        return {name: values[index] for name, values in self.drives.items()}


def check_length(experiment: Experiment, timelapse_scale: float = 1.0) -> None:
    """Raise `UserError` for an experiment of too many segments, before they take up memory."""
    counts = {phase: phase.segments(timelapse_scale) for phase in experiment.phases}
    total = sum(counts.values()) * len(experiment.arms)
    if total > MOST_SEGMENTS:
        longest = max(counts, key=counts.__getitem__)
        raise UserError(
            f"experiment: {total * SEGMENT:.3g} s of spiking in all arms: expected at most "
            f"{MOST_SEGMENTS * SEGMENT:.3g} s; the phase {longest.name} alone has "
            f"{counts[longest] * SEGMENT:.3g} s in each arm (duration {longest.duration}, "
            f"time-lapse {longest.timelapse}): shorten it, or raise its time-lapse or the tolerance"
        )


def schedule(
    experiment: Experiment,
    arm: Arm,
    drugs: Mapping[str, Drug],
    timelapse_scale: float = 1.0,
    hormone: StressHormone | None = None,
) -> Schedule:
    """Return the schedule of an arm: its segments and their drives.

    Parameters
    ----------
    experiment : Experiment
        Phases and body weight.
    arm : Arm
        Stress and doses.
    drugs : mapping of str to Drug
        All drugs of the experiment, so that every arm records the same species.
    timelapse_scale : float
        Factor on every time-lapse: 0.5 simulates twice as much spiking.
    hormone : StressHormone, optional
        The one that ships, if it is not given.
    """
    steps = round(SEGMENT / SLOW_STEP)
    names, lapses, stimulus, starts, stress = [], [], [], [], []
    at = 0.0
    levels = arm.stress_levels(experiment.phases)
    for phase, level in zip(experiment.phases, levels, strict=True):
        for piece in phase.pieces():
            count = piece.segments(timelapse_scale)
            lapse = piece.seconds / (count * SEGMENT)
            lapses += [lapse] * count
            starts += [at + k * lapse * SEGMENT for k in range(count)]
            at += piece.seconds
        count = len(lapses) - len(names)
        names += [phase.name] * count
        stimulus += [phase.stimulus if arm.stimulated else 0.0] * count
        stress.append((count, stretches(phase, level)))
    timelapse, start = np.array(lapses), np.array(starts)
    ends = start + timelapse * SEGMENT
    # The drive of a slow step is the value at its middle; the hormone's is its mean.
    middle = start[:, None] + (np.arange(steps) + 0.5) * SLOW_STEP * timelapse[:, None]
    weight = experiment.weight()
    doses = experiment.resolved_doses(arm)
    exposed = exposure(doses, drugs, np.concatenate([middle.ravel(), ends]), weight)
    inside = middle.size  # the first times are those of the drives, the others ends of segments
    drives = {
        name: values[:inside].reshape(middle.shape) for name, values in exposed.drives.items()
    }
    drives["timelapse"] = np.repeat(timelapse[:, None], steps, axis=1)
    drives["stimulus"] = np.repeat(np.array(stimulus)[:, None], steps, axis=1)
    made = Schedule(
        ends,
        names,
        timelapse,
        drives,
        {name: values[inside:] for name, values in exposed.plasma.items()},
        {name: values[inside:] for name, values in exposed.brain_free.items()},
        stress,
    )
    made.feed(hormone or load_stress_hormone())
    return made


def stretches(phase: Phase, level: float) -> list[Stretch]:
    """Return the times of constant stress of a phase, from its start on.

    Stress of some hours a day fills the first hours of each day.

    >>> phase = Phase("stress", "2 day", stress_per_day="6 h")
    >>> [(stretch.start / 3600, stretch.level) for stretch in stretches(phase, 0.5)]
    [(0.0, 0.5), (6.0, 0.0), (24.0, 0.5), (30.0, 0.0)]
    """
    length, session = phase.seconds(), phase.session()
    if not level or session >= DAY:
        return [Stretch(0.0, level)]
    pieces = []
    for day in range(ceil(length / DAY)):
        pieces.append(Stretch(day * DAY, level))
        if day * DAY + session < length:
            pieces.append(Stretch(day * DAY + session, 0.0))
    return pieces
