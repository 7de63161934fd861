"""What a run will play, give and take, before it is started: ``synaptoket run --dry-run``.

The time is that of a pilot: the first segments of the experiment, played by as many processes as
the run would have, in a folder that is gone afterwards. Its file tells how large the files will be.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..circuit.numerics import SEGMENT
from ..engine import Engine
from ..parameters.time_units import time_unit
from ..pharmacology.dose import ResolvedDose
from ..pharmacology.exposure import exposure
from ..results.text_table import aligned
from . import timelapse_bound
from .arm_tree import Branch, branches
from .checkpoint_policy import KEEP, kind_of
from .phase import Phase
from .prepare import Prepared
from .progress import NoProgress, clock
from .run import play
from .run_options import Keep, RunOptions
from .schedule import Schedule
from .timelapse_cuts import as_text

#: Segments of the pilot, and how many at its start do not count.
PILOT, WARM = 12, 4

#: Bytes that a row of an arm takes in a file.
ROW = 60.0


def forecast(prepared: Prepared, options: RunOptions, name: str) -> str:
    """Return in words what a run plays and gives, and the time and disk space that it needs.

    Parameters
    ----------
    prepared, options
        The run.
    name : str
        Of the experiment.
    """
    tree = branches(prepared.schedules, list(prepared.schedules))
    jobs, seeds = options.jobs, len(options.seeds)
    seconds, size = _pilot(prepared, options)
    total = tree.segments() * SEGMENT * seeds
    circuit = prepared.plan.circuit
    return "\n".join(
        [
            f"{name}: {len(prepared.schedules)} arms, {seeds} seed{'s' * (seeds > 1)}, "
            f"{prepared.experiment.circuit}, {circuit.neurons} neurons",
            "",
            aligned(*_phase_table(prepared, options, tree, seconds / jobs), indent="", left=2),
            "",
            *_dose_lines(prepared),
            "",
            f"spiking: {total:.0f} s of all arms and seeds, at {1 / seconds:.3g} s/s in each of "
            f"{jobs} processes (a pilot of {PILOT * SEGMENT:.0f} s)",
            f"time: about {clock(max(total / jobs, _longest(tree) * SEGMENT) * seconds)}",
            f"disk: about {in_words(_disk(tree, prepared, options, size) * seeds)}",
            *(f"warning: {line}" for line in prepared.warnings),
        ]
    )


def _phase_table(
    prepared: Prepared, options: RunOptions, tree: Branch, seconds: float
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: each phase, its time-lapse and what bounds it, spiking and time."""
    experiment, scale = prepared.experiment, options.timelapse_scale
    limits = timelapse_bound.limits(experiment, prepared.plan, prepared.drugs, options.tolerance)
    played = Counter(_phases_played(tree, prepared.schedules))
    header = ["phase", "time-lapse set by", "time-lapse", "duration", "spiking", "time"]
    rows = []
    for phase, bound in zip(experiment.phases, limits.of_phases(experiment), strict=True):
        spiking = played[phase.name] * SEGMENT * len(options.seeds)
        rows.append([
            phase.name, bound.process.name, _lapses(phase, scale),
            str(phase.duration), f"{spiking:.0f} s",
            clock(spiking * seconds),
        ])  # fmt: skip
    return header, rows


def _phases_played(tree: Branch, schedules: dict[str, Schedule]) -> Iterator[str]:
    """Yield the phase of each segment that is played, those that arms share once."""
    yield from schedules[tree.arms[0]].phase[tree.start : tree.stop]
    for child in tree.children:
        yield from _phases_played(child, schedules)


def _lapses(phase: Phase, scale: float) -> str:
    """Return the smallest and the largest time-lapse of a phase as text."""
    ratios = [piece.ratio * scale for piece in phase.pieces()]
    low, high = as_text(min(ratios)), as_text(max(ratios))
    return low if low == high else f"{low} to {high}"


def _dose_lines(prepared: Prepared) -> Iterator[str]:
    """Yield the doses of each drug, the highest concentrations that they reach, and their arms."""
    experiment = prepared.experiment
    unit, weight = time_unit(experiment.end()), experiment.weight()
    arms: dict[str, list[str]] = {}
    for name, arm in experiment.arms.items():
        both = list(zip(arm.doses, experiment.resolved_doses(arm), strict=True))
        for drug in dict.fromkeys(dose.drug for dose in arm.doses):
            own = [each for each in both if each[0].drug == drug]
            given = [
                f"{dose.described(weight)} at {unit.written(resolved.start)}"
                for dose, resolved in own
            ]
            highest = _highest(prepared, drug, [resolved for _, resolved in own])
            arms.setdefault(f"{'; '.join(given)}\n  {highest}", []).append(name)
    for line, names in arms.items():
        yield f"{line}\n  in {', '.join(names)}"


def _highest(prepared: Prepared, drug: str, doses: Sequence[ResolvedDose]) -> str:
    """Return the highest concentrations of a drug in words."""
    end = prepared.experiment.end()
    steps = [each.start + np.geomspace(10.0, end, 2000) for each in doses]
    times = np.unique(np.concatenate([*steps, *([each.start, each.end] for each in doses)]))
    reached = exposure(doses, prepared.drugs, times[times <= end], prepared.experiment.weight())
    given = prepared.drugs[drug]
    found = (reached.plasma[given.name], reached.brain_free[given.name])
    plasma, free = (1e3 * concentration.max() for concentration in found)  # mM to µM
    mass = 1e3 * float(given.molar_mass) * plasma  # µM times kg/mol: ng/mL
    return f"reaches {mass:.3g} ng/mL ({plasma:.3g} µM) in plasma, {free:.3g} µM free in the brain"


def _longest(tree: Branch) -> int:
    """Return the segments of the arm that takes longest: they cannot be shared out."""
    return tree.stop - tree.start + max((_longest(child) for child in tree.children), default=0)


def _disk(
    tree: Branch, prepared: Prepared, options: RunOptions, pilot: tuple[float, float]
) -> float:
    """Return the bytes of one file: its states, its rows, and the rest, as in the pilot's file.

    Parameters
    ----------
    pilot : tuple of float
        Bytes of the pilot's file without a state, and of a state.
    """
    rest, state = pilot
    rows = sum(len(schedule.time) for schedule in prepared.schedules.values())
    return rest + rows * ROW + state * _states(tree, prepared.schedules, KEEP[options.keep])


def _states(tree: Branch, schedules: dict[str, Schedule], kinds: tuple[str, ...]) -> int:
    """Return how many states stay in a finished file."""
    ends = range(tree.start + 1, tree.stop + 1)
    own = sum(kind_of(tree, schedules[tree.arms[0]], at) in kinds for at in ends)
    return own + sum(_states(child, schedules, kinds) for child in tree.children)


def _stopwatch(times: list[float]) -> type[NoProgress]:
    """Return what notes the time at which each segment is done."""

    class Stopwatch(NoProgress):
        def advance(self, amount: float, phase: str, reached: float, length: float) -> None:
            times.append(time.monotonic())

    return Stopwatch


def _pilot(prepared: Prepared, options: RunOptions) -> tuple[float, tuple[float, float]]:
    """Return seconds per second of spiking of a process, and the bytes of a file and of a state."""
    jobs = options.jobs
    short = replace(
        prepared,
        experiment=replace(prepared.experiment, probes=None),
        schedules={arm: _first(each, PILOT) for arm, each in prepared.schedules.items()},
        warnings=(),
    )
    engine = Engine(prepared.plan, options.engine, announce=print)
    sizes, times = {}, []
    with tempfile.TemporaryDirectory(prefix="synaptoket-pilot-") as folder:
        for keep, seeds in ((Keep.none, (1,)), (Keep.branches, tuple(range(1, jobs + 1)))):
            chosen = replace(options, seeds=seeds, out=Path(folder) / keep, keep=keep.value,
                             resume=False, start=None)  # fmt: skip
            times = [time.monotonic()]
            file = play(short, chosen, "pilot", _stopwatch(times), engine)[0]
            sizes[keep] = file.stat().st_size
    times = sorted(times)
    times = times[min(WARM * jobs, len(times) - 2) :]  # a short experiment has no more segments
    segment = jobs * (times[-1] - times[0]) / (len(times) - 1)
    tree = branches(short.schedules, list(short.schedules))
    states = _states(tree, short.schedules, KEEP[Keep.branches])
    rest = sizes[Keep.none]
    return segment / SEGMENT, (rest, (sizes[Keep.branches] - rest) / states)


def _first(schedule: Schedule, segments: int) -> Schedule:
    """Return the first segments of a schedule."""

    def cut(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: each[:segments] for name, each in values.items()}

    return replace(
        schedule,
        time=schedule.time[:segments],
        phase=schedule.phase[:segments],
        timelapse=schedule.timelapse[:segments],
        drives=cut(schedule.drives),
        plasma=cut(schedule.plasma),
        brain_free=cut(schedule.brain_free),
        hormone=schedule.hormone[:segments],
    )


def in_words(size: float) -> str:
    """Return a number of bytes in words.

    >>> in_words(2_300_000)
    '2.3 MB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} bytes"
