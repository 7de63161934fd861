"""The largest time-lapse at which every slow process follows the spikes closely enough.

Slow variables advance by exact exponentials and are stable at any time-lapse L. But they read
averages of the spikes over a window of W seconds of spiking, so that they follow a change L W of
biology late. A first-order process driven by the effect E of a drug,

    dx/dT = (E - x)/tau,

is then wrong by L W dx/dT. The time-lapse of a phase is sound if this is at most a tolerance of
the process' own largest response,

    L <= tolerance max|x| / (W max|dx/dT|),    the latter over the phase,

for every process of the circuit. At the onset of a lasting effect the bound is tolerance tau/W,
and exp(a/tau) times as much after a time a of constant effect: a process at rest sets no bound.
While the effect changes more slowly than tau, its own time scale takes tau's place. Drives that
act on slow variables directly (stress, block of mTORC1 or TrkB, binding to TrkB) wait for no
window; `pharmacology.drives` says which do. Drives that no rule of the circuit reads do not count.

A process that acts back on the spikes it reads is a loop, and noise keeps it active in every phase.
With one lag L W in it, dx/dT = -y/tau, dy/dT = (x - y)/(L W), it returns without swinging if

    L <= tau/(4 W).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, inf, log10
from typing import NamedTuple

import numpy as np

from ..circuit.circuit_file import Circuit
from ..circuit.group import CircuitPlan
from ..circuit.joined_rules import joined_rules
from ..pharmacology import exposure
from ..pharmacology.drives import DRIVES, DRUG_DRIVES, Reach
from ..pharmacology.drug import Drug
from .protocol import Experiment, Phase

#: An effect below this share of the full one drives nothing.
_NEGLIGIBLE = 0.01
_ROUNDING = 0.01


class Process(NamedTuple):
    """A slow process of a circuit: time constant in s of biology, window in s of spiking."""

    name: str
    time: float
    window: float
    loop: bool = False


class Bound(NamedTuple):
    """The largest sound time-lapse of a phase (s of biology per s of spiking) and its process.

    `lateness` is the error at a time-lapse of one, a share of a process' largest response.
    """

    timelapse: float
    process: Process
    lateness: float


def processes(circuit: Circuit) -> list[Process]:
    """Return the slow processes of the rules that are switched on."""
    used = [joined for joined in joined_rules(circuit).all if joined.enabled]
    constants = {key: value for use in used for key, value in use.constants.items()}
    slow_processes = []
    for use in used:
        for slow in use.rule.slow_times:
            if slow.window in constants:  # otherwise the average that it follows is switched off
                value = float(constants[slow.time])
                rate = use.rule.constants[slow.time].unit.startswith("1/")
                if rate and not value:  # a process at no rate is never late
                    continue
                slow_processes.append(Process(slow.process, 1 / value if rate else value,
                                     float(constants[slow.window]), slow.loop))  # fmt: skip
    return slow_processes


def bounds(
    experiment: Experiment, plan: CircuitPlan, drugs: Mapping[str, Drug], tolerance: float
) -> list[Bound]:
    """Return the bound of each phase: one for all arms, which stay twins.

    Parameters
    ----------
    experiment : Experiment
        Phases, arms and doses.
    plan : CircuitPlan
        Of the circuit that is followed.
    drugs : mapping of str to Drug
        All drugs of the experiment.
    tolerance : float
        Share of its own largest response by which a process may be wrong, 0 to 1.
    """
    known = processes(plan.circuit)
    following = [process for process in known if not process.loop]
    slope = np.zeros((len(experiment.phases), len(following)))
    drives = [name for name in plan.drives() if name in followed_drives()]
    for times, effects in _effects(experiment, drugs, drives):
        phase = np.digitize(times, list(experiment.starts().values())[1:])
        steepest = steepest_slopes(times, effects, [process.time for process in following], phase)
        slope[: len(steepest)] = np.maximum(slope[: len(steepest)], steepest)
    return [_bound(known, following, row, tolerance) for row in slope]


def _bound(
    known: Sequence[Process], following: Sequence[Process], slope: np.ndarray, tolerance: float
) -> Bound:
    """Return the bound of a phase, in which `slope` is the steepest of each following process."""
    lateness = [process.window * steep for process, steep in zip(following, slope, strict=True)]
    limits = [(tolerance / late, p) for late, p in zip(lateness, following, strict=True) if late]
    limits += [(p.time / (4 * p.window), p) for p in known if p.loop]
    if not limits:  # no process is active: the bound is that of the slowest
        slowest = max(known, key=lambda p: p.time / p.window, default=Process("nothing", inf, 1.0))
        limits = [(tolerance * slowest.time / slowest.window, slowest)]
    timelapse, process = min(limits, key=lambda limit: limit[0])
    return Bound(timelapse, process, max(lateness, default=0.0))


def steepest_slopes(
    times: np.ndarray, effects: np.ndarray, constants: Sequence[float], phase: np.ndarray
) -> np.ndarray:
    """Return max|dx/dT| / max|x| in each phase: shape (phases, processes), 1/s.

    Parameters
    ----------
    times : ndarray (n,), s
        Increasing.
    effects : ndarray (drives, n)
        Between 0 and 1; straight from one time to the next.
    constants : sequence of float
        Time constants of the processes, s.
    phase : ndarray (n,) of int
        The phase of each time.

    >>> times = np.arange(0.0, 5.0, 0.01)
    >>> step = np.ones((1, len(times)))
    >>> slopes = steepest_slopes(times, step, [1.0], (times >= 3).astype(int))
    >>> [round(float(s), 3) for s in slopes[:, 0]]  # 1/tau, and exp(-3) of it
    [1.007, 0.05]
    """
    tau = np.asarray(constants, float)
    step = np.diff(times)
    kept = np.exp(-step[:, None] / tau)
    # An effect that rises by so much a second is followed at a distance of that times tau.
    behind = (np.diff(effects) / step).T[:, :, None] * tau
    state = np.zeros((len(effects), len(tau)))
    top = np.zeros_like(state)
    steepest = np.zeros((int(phase.max()) + 1, *state.shape))
    for i, now in enumerate(effects.T[:, :, None]):
        np.maximum(steepest[phase[i]], np.abs(now - state) / tau, out=steepest[phase[i]])
        if i < len(step):
            reached = effects[:, i + 1, None] - behind[i]
            state = reached + (state - now + behind[i]) * kept[i]
            np.maximum(top, np.abs(state), out=top)
    return (steepest / np.where(top > 0, top, inf)).max(axis=1, initial=0.0)


def followed_drives() -> list[str]:
    """Return the drives of drugs that reach slow variables through spikes.

    The stimulus does so, too, and is not followed: a phase that has one states its time-lapse.
    """
    return [name for name in DRUG_DRIVES if DRIVES[name].reach in (Reach.LOAD, Reach.EFFECT)]


def _effects(
    experiment: Experiment, drugs: Mapping[str, Drug], drives: Sequence[str]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield times (n,) and effects (drives, n) for each different set of doses of an arm."""
    starts = list(experiment.starts().values())
    differently_dosed = {arm.doses: arm for arm in experiment.arms.values() if arm.doses}
    for arm in differently_dosed.values():
        doses = experiment.resolved_doses(arm)
        events = {d.start for d in doses} | {d.start + d.duration for d in doses}
        times = _times(sorted(events), [*starts, experiment.end()])
        values = exposure(doses, drugs, times, experiment.weight()).drives
        effects = [
            values[name] / (1 + values[name]) if DRIVES[name].reach is Reach.LOAD else values[name]
            for name in drives
        ]
        strong = [effect for effect in effects if effect.max() > _NEGLIGIBLE]
        if strong:
            yield times, np.array(strong)


def _times(events: Sequence[float], others: Sequence[float]) -> np.ndarray:
    """Return times (n,) in s: dense after each event, when a concentration changes fastest."""
    until = [*events[1:], max(others[-1], events[-1] + 20.0)]
    after = [
        event + np.geomspace(10.0, stop - event, max(ceil(25 * log10((stop - event) / 10.0)), 2))
        for event, stop in zip(events, until, strict=True)
        if stop - event > 10.0
    ]
    # A bolus is a jump: one second before it there must be a time, with the concentration so far.
    times = np.concatenate([np.asarray(events) - 1.0, events, others, *after])
    return np.unique(times[(times >= 0) & (times <= others[-1])])


def with_timelapses(experiment: Experiment, limits: Sequence[Bound]) -> Experiment:
    """Return the experiment with the largest sound time-lapse in the phases that leave it open."""
    return replace(
        experiment,
        phases=tuple(
            replace(phase, timelapse=as_text(limit.timelapse)) if phase.automatic else phase
            for phase, limit in zip(experiment.phases, limits, strict=True)
        ),
    )


def as_text(timelapse: float) -> str:
    """Return a time-lapse as text of three digits, rounded down.

    >>> as_text(96.58), as_text(10800.0)
    ('1.6 min/s', '3 h/s')
    """
    unit, name = (3600.0, "h/s") if timelapse >= 3600 else (60.0, "min/s")
    value = min(timelapse / unit, 1e6)
    step = 10.0 ** (floor(log10(value)) - 2)
    return f"{floor(value / step * (1 + 1e-12)) * step:.6g} {name}"


def expected_error(phases: Sequence[Phase], limits: Sequence[Bound], scale: float = 1.0) -> float:
    """Return the largest error of any process in any phase, a share of its largest response."""
    return max(
        (
            phase.ratio() * scale * limit.lateness
            for phase, limit in zip(phases, limits, strict=True)
        ),
        default=0.0,
    )


def complaints(phases: Sequence[Phase], limits: Sequence[Bound], scale: float = 1.0) -> list[str]:
    """Return a line for each phase whose time-lapse is larger than is sound.

    Phases that only the scale makes unsound share one line, about the worst of them.
    """
    chosen, scaled = [], []
    for phase, limit in zip(phases, limits, strict=True):
        lapse, process = phase.ratio(), limit.process
        excess = lapse * scale / limit.timelapse
        if excess > 1 + _ROUNDING:
            line = (
                f"phase {phase.name}: time-lapse {as_text(lapse * scale)}: too large for "
                f"{process.name} (time constant {_duration(process.time)}, follows spikes over "
                f"{process.window:g} s); the largest sound one is {as_text(limit.timelapse)}"
            )
            if lapse > limit.timelapse * (1 + _ROUNDING):
                chosen.append(line)
            else:
                scaled.append((excess, line))
    if scaled:
        more = f"; so are {len(scaled) - 1} more phases" if len(scaled) > 1 else ""
        chosen.append(f"time-lapse scale {scale:g}: {max(scaled)[1]}{more}")
    return chosen


def _duration(seconds: float) -> str:
    unit, name = next(
        (u for u in ((86400, "day"), (3600, "h"), (60, "min")) if seconds >= u[0]), (1, "s")
    )
    return f"{seconds / unit:.3g} {name}"
