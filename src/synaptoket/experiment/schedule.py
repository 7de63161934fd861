"""The schedule of an arm: its segments, and the drives of each slow step.

Each phase is cut into whole segments, and its time-lapse is adjusted so that they fill it. So a
longer protocol needs more segments, but no other binary.
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
from ..pharmacology.stress_hormone import Stretch, load_stress_hormone, mean_hormone
from .protocol import DAY, Arm, Experiment

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
    """

    time: np.ndarray
    phase: list[str]
    timelapse: np.ndarray
    drives: dict[str, np.ndarray]
    plasma: dict[str, np.ndarray] = field(default_factory=dict)
    brain_free: dict[str, np.ndarray] = field(default_factory=dict)

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
    names, lapses, stimulus, starts = [], [], [], []
    at = 0.0
    for phase in experiment.phases:
        count = phase.segments(timelapse_scale)
        lapse = phase.seconds() / (count * SEGMENT)
        names += [phase.name] * count
        lapses += [lapse] * count
        stimulus += [phase.stimulus if arm.stimulated else 0.0] * count
        starts += [at + k * lapse * SEGMENT for k in range(count)]
        at += phase.seconds()
    timelapse, start = np.array(lapses), np.array(starts)
    ends = start + timelapse * SEGMENT
    # The drive of a slow step is the value at its middle; the hormone's is its mean.
    middle = start[:, None] + (np.arange(steps) + 0.5) * SLOW_STEP * timelapse[:, None]
    edges = np.append((middle - 0.5 * SLOW_STEP * timelapse[:, None]).ravel(), ends[-1])
    weight = experiment.weight()
    doses = experiment.resolved_doses(arm)
    exposed = exposure(doses, drugs, np.concatenate([middle.ravel(), ends]), weight)
    inside = middle.size  # the first times are those of the drives, the others ends of segments
    drives = {
        name: values[:inside].reshape(middle.shape) for name, values in exposed.drives.items()
    }
    drives["timelapse"] = np.repeat(timelapse[:, None], steps, axis=1)
    drives["stimulus"] = np.repeat(np.array(stimulus)[:, None], steps, axis=1)
    stressed = mean_hormone(hormone or load_stress_hormone(), stretches(experiment, arm), edges)
    drives["stress_hormone"] = stressed.reshape(middle.shape)
    return Schedule(
        ends,
        names,
        timelapse,
        drives,
        {name: values[inside:] for name, values in exposed.plasma.items()},
        {name: values[inside:] for name, values in exposed.brain_free.items()},
    )


def stretches(experiment: Experiment, arm: Arm) -> list[Stretch]:
    """Return the times of constant stress of an arm, from the start of the protocol on.

    Stress of some hours a day fills the first hours of each day of its phase.

    >>> from .protocol import Phase
    >>> phases = (Phase("stress", "2 day", stress=1.0, stress_per_day="6 h"), Phase("after", "1 h"))
    >>> experiment = Experiment(phases, {"stressed": Arm(stress=True)})
    >>> [(s.start / 3600, s.level) for s in stretches(experiment, experiment.arms["stressed"])]
    [(0.0, 1.0), (6.0, 0.0), (24.0, 1.0), (30.0, 0.0), (48.0, 0.0)]
    """
    pieces, at = [], 0.0
    for phase, level in zip(experiment.phases, arm.stress_levels(experiment.phases), strict=True):
        length, session = phase.seconds(), phase.session()
        if level and session < DAY:
            for day in range(ceil(length / DAY)):
                pieces.append(Stretch(at + day * DAY, level))
                if day * DAY + session < length:
                    pieces.append(Stretch(at + day * DAY + session, 0.0))
        else:
            pieces.append(Stretch(at, level))
        at += length
    return pieces
