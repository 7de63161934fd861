"""The largest time-lapse at which every slow process follows the spikes closely enough.

Slow variables advance by exact exponentials and are stable at any time-lapse L. But they read
averages of the spikes over a window of W seconds of spiking, so that they follow a change L W of
biology late. A first-order process driven by the effect E of a drug,

    dx/dT = (E - x)/tau,

is then wrong by L W dx/dT. The time-lapse of a phase is sound if this is at most a tolerance of
the process' own largest response,

    L <= tolerance max|x| / (W max|dx/dT|),    the latter over the stretch of one time-lapse,

for every process of the circuit. At the onset of a lasting effect the bound is tolerance tau/W,
and exp(a/tau) times as much after a time a of constant effect: a process at rest sets no bound.
While the effect changes more slowly than tau, its own time scale takes tau's place. Drives that act
on slow variables directly (stress, block of mTORC1 or TrkB, binding to TrkB) wait for no window;
`pharmacology.drives` says which do. Drives that no rule of the circuit reads do not count. A phase
that leaves its time-lapse open is cut into stretches (`timelapse_cuts`), so that a drug is followed
closely only as long as it acts.

A process that acts back on the spikes it reads is a loop, and noise keeps it active in every phase.
With one lag L W in it, dx/dT = -y/tau, dy/dT = (x - y)/(L W), it returns without swinging if

    L <= tau/(4 W).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, log10
from typing import NamedTuple

import numpy as np

from ..circuit.circuit_file import Circuit
from ..circuit.group import CircuitPlan
from ..circuit.joined_rules import joined_rules
from ..pharmacology import exposure
from ..pharmacology.drives import DRIVES, DRUG_DRIVES, Reach
from ..pharmacology.drug import Drug
from .phase import Phase
from .protocol import Experiment
from .timelapse_cuts import as_text, cut_text, cuts

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
    """The largest sound time-lapse of a stretch (s of biology per s of spiking) and its process.

    `lateness` is the error at a time-lapse of one, a share of a process' largest response.
    """

    timelapse: float
    process: Process
    lateness: float


@dataclass(frozen=True)
class Limits:
    """How fast the processes of a circuit are to change in an experiment, and how large L may be.

    Attributes
    ----------
    times : ndarray (n,), s
        Increasing, from the start of the experiment to its end.
    slopes : ndarray (n - 1, processes), 1/s
        The steepest max|dx/dT| / max|x| of each of `following` between two times, in any arm.
    following : tuple of Process
        Those that are no loop.
    known : tuple of Process
        All.
    tolerance : float
    """

    times: np.ndarray
    slopes: np.ndarray
    following: tuple[Process, ...]
    known: tuple[Process, ...]
    tolerance: float

    def within(self, begin: float, end: float) -> Bound:
        """Return the bound of a stretch from `begin` to `end`, in seconds of the experiment."""
        first = max(int(np.searchsorted(self.times, begin, side="right")) - 1, 0)
        last = max(int(np.searchsorted(self.times, end)), first + 1)
        steepest = self.slopes[first:last].max(axis=0, initial=0.0)
        late = [p.window * steep for p, steep in zip(self.following, steepest, strict=True)]
        followed = zip(late, self.following, strict=True)
        bounds = [(self.tolerance / lateness, p) for lateness, p in followed if lateness]
        bounds += [(p.time / (4 * p.window), p) for p in self.known if p.loop]
        if not bounds:  # no process is active: the bound is that of the slowest
            slowest = max(self.known, key=lambda p: p.time / p.window,
                          default=Process("nothing", inf, 1.0))  # fmt: skip
            bounds = [(self.tolerance * slowest.time / slowest.window, slowest)]
        timelapse, process = min(bounds, key=lambda bound: bound[0])
        return Bound(timelapse, process, max(late, default=0.0))

    def of_phases(self, experiment: Experiment) -> list[Bound]:
        """Return the bound of each phase as a whole."""
        starts = experiment.starts()
        return [
            self.within(starts[phase.name], starts[phase.name] + phase.seconds())
            for phase in experiment.phases
        ]

    def of_pieces(self, experiment: Experiment) -> Iterator[tuple[Phase, float, Bound]]:
        """Yield phase, time-lapse and bound of each stretch of one time-lapse."""
        for phase in experiment.phases:
            begin = experiment.starts()[phase.name]
            for piece in phase.pieces():
                yield phase, piece.ratio, self.within(begin, begin + piece.seconds)
                begin += piece.seconds

    def cut(self, begin: float, end: float) -> str:
        """Return the largest sound time-lapses of a stretch, as text that `Phase` reads."""
        inside = self.times[(self.times > begin) & (self.times < end)]
        return cut_text(cuts(inside - begin, end - begin,
                             lambda a, b: self.within(begin + a, begin + b).timelapse))  # fmt: skip


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


def limits(
    experiment: Experiment, plan: CircuitPlan, drugs: Mapping[str, Drug], tolerance: float
) -> Limits:
    """Return what bounds the time-lapse of an experiment: one for all arms, which stay twins.

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
    known = tuple(processes(plan.circuit))
    following = tuple(process for process in known if not process.loop)
    drives = [name for name in plan.drives() if name in followed_drives()]
    events, times = _times(experiment)
    at = np.zeros((len(times), len(following)))
    for effects in _effects(experiment, drugs, drives, times):
        at = np.maximum(at, relative_slopes(times, effects, [p.time for p in following]))
    # A bolus is a jump at its event: what is steep from then on was not before.
    later = np.where(np.isin(times[1:], events)[:, None], 0.0, at[1:])
    return Limits(times, np.maximum(at[:-1], later), following, known, tolerance)


def relative_slopes(
    times: np.ndarray, effects: np.ndarray, constants: Sequence[float]
) -> np.ndarray:
    """Return the steepest |dx/dT| / max|x| of any effect at each time: shape (n, processes), 1/s.

    Parameters
    ----------
    times : ndarray (n,), s
        Increasing.
    effects : ndarray (drives, n)
        Between 0 and 1; straight from one time to the next.
    constants : sequence of float
        Time constants of the processes, s.

    >>> times = np.arange(0.0, 5.0, 0.01)
    >>> slopes = relative_slopes(times, np.ones((1, len(times))), [1.0])
    >>> [round(float(s), 3) for s in slopes[[0, 300], 0]]  # 1/tau, and exp(-3) of it
    [1.007, 0.05]
    """
    tau = np.asarray(constants, float)
    step = np.diff(times)
    kept = np.exp(-step[:, None] / tau)
    # An effect that rises by so much a second is followed at a distance of that times tau.
    behind = (np.diff(effects) / step).T[:, :, None] * tau
    state = np.zeros((len(effects), len(tau)))
    top = np.zeros_like(state)
    slopes = np.zeros((len(times), *state.shape))
    for i, now in enumerate(effects.T[:, :, None]):
        slopes[i] = np.abs(now - state) / tau
        if i < len(step):
            reached = effects[:, i + 1, None] - behind[i]
            state = reached + (state - now + behind[i]) * kept[i]
            np.maximum(top, np.abs(state), out=top)
    return (slopes / np.where(top > 0, top, inf)).max(axis=1, initial=0.0)


def followed_drives() -> list[str]:
    """Return the drives of drugs that reach slow variables through spikes.

    The stimulus does so, too, and is not followed: a phase that has one states its time-lapse.
    """
    return [name for name in DRUG_DRIVES if DRIVES[name].reach in (Reach.LOAD, Reach.EFFECT)]


def _effects(
    experiment: Experiment, drugs: Mapping[str, Drug], drives: Sequence[str], times: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield effects (drives, n) at some times (n,) for each different set of doses of an arm."""
    differently_dosed = {arm.doses: arm for arm in experiment.arms.values() if arm.doses}
    for arm in differently_dosed.values():
        doses = experiment.resolved_doses(arm)
        values = exposure(doses, drugs, times, experiment.weight()).drives
        effects = [
            values[name] / (1 + values[name]) if DRIVES[name].reach is Reach.LOAD else values[name]
            for name in drives
        ]
        strong = [effect for effect in effects if effect.max() > _NEGLIGIBLE]
        if strong:
            yield np.array(strong)


def _times(experiment: Experiment) -> tuple[np.ndarray, np.ndarray]:
    """Return the events of all arms, and times (n,) that are dense after each event; both in s.

    Events are the starts and ends of doses, after which drugs change fastest, and phases' starts.
    """
    end = experiment.end()
    doses = [d for arm in experiment.arms.values() for d in experiment.resolved_doses(arm)]
    dosed = sorted({d.start for d in doses} | {d.start + d.duration for d in doses})
    until = [*dosed[1:], max(end, dosed[-1] + 20.0)] if dosed else []
    after = [
        event + np.geomspace(10.0, stop - event, max(ceil(25 * log10((stop - event) / 10.0)), 2))
        for event, stop in zip(dosed, until, strict=True)
        if stop - event > 10.0
    ]
    events = np.concatenate([dosed, [*experiment.starts().values(), end]])
    # A bolus is a jump: one second before it there must be a time, with the concentration so far.
    times = np.unique(np.concatenate([np.asarray(dosed) - 1.0, events, *after]))
    return events, times[(times >= 0) & (times <= end)]


def with_timelapses(experiment: Experiment, bound: Limits) -> Experiment:
    """Return the experiment with the largest sound time-lapses where phases leave them open."""
    starts = experiment.starts()

    def filled(phase: Phase) -> Phase:
        begin = starts[phase.name]
        text = bound.cut(begin, begin + phase.seconds()) if phase.automatic else phase.timelapse
        return replace(phase, timelapse=text)

    return replace(experiment, phases=tuple(map(filled, experiment.phases)))


def expected_error(experiment: Experiment, bound: Limits, scale: float = 1.0) -> float:
    """Return the largest error of any process at any time, a share of its largest response."""
    pieces = bound.of_pieces(experiment)
    return max((ratio * scale * limit.lateness for _, ratio, limit in pieces), default=0.0)


def complaints(experiment: Experiment, bound: Limits, scale: float = 1.0) -> list[str]:
    """Return a line for each phase with a time-lapse larger than is sound, about the worst one.

    Phases that only the scale makes unsound share one line, about the worst of them.
    """
    worst: dict[str, tuple[float, float, Bound]] = {}
    for phase, ratio, limit in bound.of_pieces(experiment):
        excess = ratio / limit.timelapse
        worst[phase.name] = max(worst.get(phase.name, (0.0, ratio, limit)), (excess, ratio, limit),
                                key=lambda each: each[0])  # fmt: skip
    chosen, scaled = [], []
    for name, (excess, ratio, (largest, process, _)) in worst.items():
        if excess * scale > 1 + _ROUNDING:
            line = (
                f"phase {name}: time-lapse {as_text(ratio * scale)}: too large for "
                f"{process.name} (time constant {_duration(process.time)}, follows spikes over "
                f"{process.window:g} s); the largest sound one is {as_text(largest)}"
            )
            if excess > 1 + _ROUNDING:
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
