"""Play probes on a worker, on a copy of its state, and put the state back.

The circuit is played at rest for some segments. At the start of each of them, every probe with a
stimulus has one trial, with the random numbers of that segment: trials are two seconds apart, and
each is paired with the same segment without the stimulus. Drugs and stress stay as they are; one
second of biology passes in a second of spiking, so that nothing slow moves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.standalone import read_spikes
from ...engine.worker import Worker
from ..schedule import Schedule
from .probe import Probe, ProbedCircuit, Probes, Spikes, Trial

#: Seconds of biology in a second of spiking while a probe is played.
RATIO = 1.0

#: Keeps the random numbers of probes apart from those of segments.
STREAM = 5


def probe_points(schedule: Schedule, probes: Probes | None) -> list[int]:
    """Return how many segments have been played at each probe of an arm: ends of its phases."""
    if probes is None:
        return []
    ends = {phase: k + 1 for k, phase in enumerate(schedule.phase)}
    return sorted(at for phase, at in ends.items() if phase in probes.after)


def constant_drives(drives: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return drives that stay as they are at the end of a segment, at the time-lapse of probes."""
    constant = {name: np.full_like(values, values[-1]) for name, values in drives.items()}
    return constant | {"timelapse": np.full_like(drives["timelapse"], RATIO)}


def trial_seed(seed: int, played: int, trial: int) -> int:
    """Return the seed of a trial's random numbers: the same in every arm of a run.

    Parameters
    ----------
    seed : int
        Of the run.
    played : int
        Segments since the very first state.
    trial : int
    """
    return int(np.random.SeedSequence([seed, played, trial, STREAM]).generate_state(1)[0])


def probed(
    worker: Worker,
    probes: Probes,
    circuit: ProbedCircuit,
    last_drives: Mapping[str, np.ndarray],
    seed: int,
    played: int,
) -> dict[str, Any]:
    """Return the read-outs of all probes at this moment, and leave the worker's state unchanged.

    Parameters
    ----------
    worker : Worker
        In the state at which the circuit is probed.
    probes : Probes
    circuit : ProbedCircuit
    last_drives : dict of str to ndarray
        Drives of the segment that has just been played.
    seed, played : int
        As in `trial_seed`.
    """
    drives, before = constant_drives(last_drives), worker.state()
    trials: dict[Probe, list[Trial]] = {probe: [] for probe in probes.kinds}
    populations = list(circuit.plan.populations)
    with tempfile.TemporaryDirectory(prefix="synaptoket-probe-") as folder:
        file = Path(folder) / "spikes"

        def play(number: int) -> Spikes:
            file.unlink(missing_ok=True)
            worker.advance(drives, trial_seed(seed, played, number), spikes=file)
            return read_spikes(file, populations)

        try:
            state = before
            for number in range(probes.trials):
                rest = play(number)
                after = worker.state()
                for probe in probes.kinds:
                    added = probe.stimulus(circuit, state)
                    evoked = rest
                    if added:
                        changed = {name: state[name] + more for name, more in added.items()}
                        worker.load({**state, **changed})
                        evoked = play(number)
                    seen = probe.observe(circuit, state)
                    trials[probe].append(Trial(seen, added, rest, evoked))
                worker.load(after)
                state = after
        finally:
            worker.load(before)
    return {
        name: value
        for probe in probes.kinds
        for name, value in probe.measure(circuit, trials[probe]).items()
    }
