"""Read-outs of a finding that is simulated on the circuit: one value for each seed.

They read the rows of the result files. From the checkpoints they read the spikes of single cells
and the ages of single spines, which no row holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.reported_names import EXCITATORY, principal
from ...circuit.initial import State
from ...circuit.numerics import SEGMENT
from ...experiment.protocol import phase_label
from ...results import open_results
from ...results.states import load_state

if TYPE_CHECKING:
    import xarray

#: Hours of the running mean from which a half-time is read.
SMOOTHING = 0.25


@dataclass(frozen=True)
class Run:
    """A finding's simulations: the result files, one a seed, and their rows as one tree.

    `projection` is the one whose synapses come and go.
    """

    files: tuple[Path, ...]
    tree: xarray.DataTree
    projection: str

    @classmethod
    def open(cls, files: Sequence[Path]) -> Run:
        """Open result files, ordered by seed."""
        tree = open_results(list(files))
        paths = tuple(Path(str(path)) for path in tree.dataset["file"].values)
        return cls(paths, tree, principal(tree))

    def arm(self, name: str) -> xarray.Dataset:
        """Return the rows of an arm, variable by variable: (seed, time, ...)."""
        import xarray

        node = self.tree[name]
        assert isinstance(node, xarray.DataTree)
        return node.dataset

    def phases(self, arm: str) -> list[str]:
        """Return the phases of an arm, in their order."""
        return list(dict.fromkeys(self.arm(arm)["phase"].values))

    def rows(self, arm: str, phase: str) -> np.ndarray:
        """Return which rows of an arm belong to a phase: booleans of shape (time,)."""
        return np.asarray(self.arm(arm)["phase"].values == phase)

    def mean(self, arm: str, phase: str, variable: str) -> np.ndarray:
        """Return the mean of a variable over a phase: shape (seed, ...)."""
        return self.arm(arm)[variable].values[:, self.rows(arm, phase)].mean(axis=1)

    def count(self, arm: str) -> xarray.DataArray:
        """Return the synapses of the plastic projection: (seed, time)."""
        return self.arm(arm)["synapse_count"].sel(projection=self.projection).astype(float)

    def states(self, arm: str, phase: str) -> Iterator[State]:
        """Yield the state of each seed at the end of a phase."""
        for file in self.files:
            yield load_state(file, f"{arm}@{phase_label(phase)}").state


def change(run: Run, arm: str, against: str, phase: str, variable: str) -> np.ndarray:
    """Return the mean of a variable over a phase, relative to another arm's, in percent."""
    treated, twin = (run.mean(name, phase, variable) for name in (arm, against))
    return 100 * (treated / twin - 1)


def change_of_peak(
    run: Run, arm: str, peak: Sequence[str], against: str, phase: str, variable: str
) -> np.ndarray:
    """Return `change` of an arm in percent of the largest among other arms; NaN if none rose."""
    top = np.max([change(run, other, against, phase, variable) for other in peak], axis=0)
    ratio = 100 * change(run, arm, against, phase, variable) / np.where(top > 0, top, 1)
    return np.where(top > 0, ratio, np.nan)


def share_changed(
    run: Run, arm: str, populations: Sequence[str], sign: int, before: str, after: str
) -> np.ndarray:
    """Return the percentage of cells whose rate in a phase is above (1) or below (-1) another's.

    Cells of the same rate count for neither side.
    """
    seconds = {p: SEGMENT * run.rows(arm, p).sum() for p in (before, after)}
    order = run.phases(arm)
    earlier = {p: order[: order.index(p)][-1:] for p in (before, after)}  # none before the first
    needed = {before, after, *earlier[before], *earlier[after]}
    counts = {p: _spike_counts(run, arm, populations, p) for p in needed}
    shares = []
    for seed in range(len(run.files)):
        rates = {}
        for p in (before, after):
            at_start = counts[earlier[p][0]][seed] if earlier[p] else 0.0
            rates[p] = (counts[p][seed] - at_start) / seconds[p]
        shares.append(100 * (sign * (rates[after] - rates[before]) > 0).mean())
    return np.array(shares)


def _spike_counts(run: Run, arm: str, populations: Sequence[str], phase: str) -> list[np.ndarray]:
    """Return for each seed the spikes of every cell up to the end of a phase: shape (cells,)."""
    return [
        np.concatenate([state[f"{name}.spike_count"].astype(float) for name in populations])
        for state in run.states(arm, phase)
    ]


def lag(
    run: Run, arm: str, populations: Sequence[str], before: str, phases: Sequence[str]
) -> np.ndarray:
    """Return how many minutes before pyramidal cells rise the cells of `populations` fall.

    Rise and fall are timed at half of the change, in a running mean. The change is that from the
    mean of the phase `before` to the mean of the last of `phases`. NaN where pyramidal cells do not
    rise or the others do not fall.
    """
    node = run.arm(arm)
    sizes = _sizes(run, arm)
    times = node["time"].values
    during = np.isin(node["phase"].values, list(phases))
    start = times[run.rows(arm, before)][-1]
    lags = []
    for seed in range(len(run.files)):
        half = []
        for names, sign in (((EXCITATORY,), 1), (populations, -1)):
            weights = np.array([sizes[name] for name in names], float)
            rates = node["rate"].sel(population=list(names)).values[seed] @ weights / weights.sum()
            rest = rates[run.rows(arm, before)].mean()
            end = rates[run.rows(arm, phases[-1])].mean()
            course = _running_mean(times[during], sign * (rates[during] - rest))
            top = sign * (end - rest)
            reached = course >= top / 2
            half.append(times[during][np.argmax(reached)] - start if top > 0 else np.nan)
        lags.append(60 * (half[0] - half[1]))
    return np.array(lags)


def _running_mean(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of `values` within `SMOOTHING` hours around each time."""
    near = np.abs(times[:, None] - times[None, :]) <= SMOOTHING / 2
    return near @ values / near.sum(axis=1)


def _sizes(run: Run, arm: str) -> dict[str, int]:
    first = next(run.states(arm, run.phases(arm)[-1]))
    names = run.arm(arm)["population"].values
    return {str(name): len(first[f"{name}.v"]) for name in names}


def spines_lost(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the percentage of the spines at the end of one phase that are gone at another's.

    As in repeated imaging, a spine that comes and goes between two sessions is not seen.
    """
    return 100 - spines_kept(run, arm, before, after)


def spines_kept(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the percentage of the spines at the end of one phase that are left at another's."""
    there, _, old = _sessions(run, arm, before, after)
    return 100 * old / there


def spines_new(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return the spines that are new at the end of `after`, in percent of those at `before`'s."""
    there, now, old = _sessions(run, arm, before, after)
    return 100 * (now - old) / there


def new_ratio(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return the new spines of an arm over those of another."""
    return spines_new(run, arm, before, after) / spines_new(run, against, before, after)


def lost_ratio(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return the lost spines of an arm over those of another."""
    return spines_lost(run, arm, before, after) / spines_lost(run, against, before, after)


def _sessions(run: Run, arm: str, before: str, after: str) -> np.ndarray:
    """Return spines at a first session, at a second, and those of both: shape (3, seeds)."""
    projection = run.projection
    times, phases = run.arm(arm)["time"].values, run.arm(arm)["phase"].values
    first, second = (times[phases == name][-1] for name in (before, after))
    # A spine that was there at the first session is as old as the interval; half a minute of grace.
    elapsed = (second - first) * 3600 - 30
    counts = []
    for one, other in zip(run.states(arm, before), run.states(arm, after), strict=True):
        was, now = (state[f"{projection}.present"] > 0 for state in (one, other))
        old = now & (other[f"{projection}.age"] >= elapsed)
        counts.append((was.sum(), now.sum(), old.sum()))
    return np.array(counts, float).T


def least_excess(run: Run, arm: str, against: str, after: str, hours: float = 24.0) -> np.ndarray:
    """Return the smallest daily excess of synapses over another arm, in percent.

    From `hours` after the end of the phase `after` to the end of the record, day by day.
    """
    times = run.arm(arm)["time"].values
    start = times[run.rows(arm, after)][-1] + hours
    days = np.floor((times - start) / 24).astype(int)
    treated, twin = run.count(arm).values, _at(times, run.count(against))
    excess = [
        100 * (treated[:, days == day].mean(axis=1) / twin[:, days == day].mean(axis=1) - 1)
        for day in np.unique(days[days >= 0])
    ]
    return np.min(excess, axis=0)


def loss(run: Run, arm: str, against: str, phase: str) -> np.ndarray:
    """Return the synapses that an arm lacks at the end of a phase, in percent of another's."""
    return 100 - percent(run, arm, against, phase)


def percent(run: Run, arm: str, against: str, phase: str, span: float = 6.0) -> np.ndarray:
    """Return synapses in percent of another arm's, mean of the last `span` hours of a phase."""
    ends = []
    for name in (arm, against):
        times = run.arm(name)["time"].values
        end = times[run.rows(name, phase)][-1]
        inside = run.rows(name, phase) & (times > end - span)
        ends.append(run.count(name).values[:, inside].mean(axis=1))
    return 100 * ends[0] / ends[1]


def blocked_gain(
    run: Run, arm: str, blocked: str, vehicle: str, against: str, phase: str
) -> np.ndarray:
    """Return the gain over the vehicle of an arm with antagonist, in percent of that without.

    NaN where there is no gain without the antagonist.
    """
    base = percent(run, vehicle, against, phase)
    gain, left = (percent(run, name, against, phase) - base for name in (arm, blocked))
    return np.where(gain > 0, 100 * left / np.where(gain > 0, gain, 1), np.nan)


def recovered(run: Run, arm: str, against: str, before: str, after: str) -> np.ndarray:
    """Return by how many percent a deficit shrinks from the end of one phase to another's."""
    first, last = (loss(run, arm, against, phase) for phase in (before, after))
    return np.where(first > 0, 100 * (1 - last / np.where(first > 0, first, 1)), np.nan)


def _at(times: np.ndarray, data: xarray.DataArray) -> np.ndarray:
    """Return the course of each seed at other times: shape (seed, time)."""
    recorded = data["time"].values
    return np.stack([np.interp(times, recorded, course) for course in data.values])


READOUTS = {
    function.__name__: function
    for function in (
        change,
        change_of_peak,
        share_changed,
        lag,
        spines_lost,
        spines_kept,
        spines_new,
        new_ratio,
        lost_ratio,
        least_excess,
        loss,
        percent,
        blocked_gain,
        recovered,
    )
}
