"""The range of each number over parameter sets: what the calibration leaves open.

Sets that meet the calibration's targets alike may differ in what nobody has measured. Each set
gives the mean over its seeds, and the range over sets is from the least to the largest of these. It
is no confidence interval: a handful of sets, chosen to be far apart, is no random sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .statistics import interval, percent_of_control
from .summary_entry import Entry

if TYPE_CHECKING:
    import xarray


class SetRange(NamedTuple):
    """Least and largest of the means of several sets, over time; NaN where no set has a value."""

    low: np.ndarray
    high: np.ndarray
    n: int


def with_set_ranges(
    entries: Sequence[Entry], of_sets: Mapping[str, Sequence[Entry]]
) -> list[Entry]:
    """Return the entries of a summary, each with its means on other parameter sets.

    Parameters
    ----------
    entries : sequence of dict
        From `summary`, of the circuit itself.
    of_sets : mapping of str to sequence of dict
        The summary of each set.

    Returns
    -------
    list of dict
        With the further keys ``sets`` (mean over seeds by the name of the set; a set without the
        quantity is left out), ``sets_low`` and ``sets_high`` (NaN without any), and
        ``sets_at_least`` (true if the record of a set ended before the value was reached).
    """
    known = {
        name: {(entry["key"], entry["arm"]): entry for entry in summary if entry["n"]}
        for name, summary in of_sets.items()
    }
    ranged: list[Entry] = []
    for entry in entries:
        place = entry["key"], entry["arm"]
        found = {name: each[place] for name, each in known.items() if place in each}
        means = {name: each["mean"] for name, each in found.items()}
        ranged.append({
            **entry,
            "sets": means,
            "sets_low": min(means.values(), default=float("nan")),
            "sets_high": max(means.values(), default=float("nan")),
            "sets_at_least": any(each["at_least"] for each in found.values()),
        })  # fmt: skip
    return ranged


def shown_range(entry: Entry) -> str:
    """Return the range over sets as a table has it.

    >>> shown_range({"sets": {"a": 1.0, "b": 2.0}, "sets_low": 1.0, "sets_high": 2.0,
    ...              "sets_at_least": False})
    '1.0 to 2.0 (2)'
    """
    if not entry["sets"]:
        return "-"
    at_least = "≥ " if entry["sets_at_least"] else ""
    return f"{at_least}{entry['sets_low']:.1f} to {entry['sets_high']:.1f} ({len(entry['sets'])})"


def remark(names: Sequence[str], seeds: Sequence[int]) -> str:
    """Return in words what a range over sets is.

    >>> remark(["a", "b"], [3, 3])
    'Over acceptable sets: least and largest of the means (3 seeds) of 2 sets; no interval. a, b.'
    """
    each = f"{min(seeds)}" if len(set(seeds)) == 1 else f"{min(seeds)} to {max(seeds)}"
    unit = "seed" if each == "1" else "seeds"
    sets = f"{len(names)} set{'s' if len(names) > 1 else ''}"
    return (
        f"Over acceptable sets: least and largest of the means ({each} {unit}) of {sets}; "
        f"no interval. {', '.join(names)}."
    )


def count_ranges(
    sets: Mapping[str, xarray.DataTree], arm: str, projection: str, hours: Any
) -> SetRange:
    """Return the range over sets of the synapses of an arm, in percent of control, at some hours.

    Sets that lack the arm or the projection are left out. The time-lapse of a set may differ, so
    that its rows have other hours: they are interpolated.
    """
    courses = []
    for tree in sets.values():
        percent = percent_of_control(tree).get(arm)
        if percent is None or projection not in percent["projection"].values:
            continue
        mean = interval(percent.sel(projection=projection).values).mean
        times = percent["time"].values
        courses.append(np.interp(hours, times, mean, left=np.nan, right=np.nan))
    if not courses:
        nothing = np.full(np.shape(hours), np.nan)
        return SetRange(nothing, nothing, 0)
    low = np.fmin.reduce(courses)  # fmin, unlike nanmin, is silent where all are NaN
    return SetRange(low, np.fmax.reduce(courses), len(courses))
