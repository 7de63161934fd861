"""The error of the time-lapse, from one arm run at several: x(h) = x(0) + e h.

h is the time-lapse in units of the one in use, so that e = x(1) - x(0) is its error. Runs at other
time-lapses have other random numbers: the noise of a seed stays in every difference, and only the
interval over seeds tells error from noise. For h = 1, 1/2 and 1/4 the slope of a straight line is
a weighted mean of 2 (x(1) - x(1/2)) and 4 (x(1/2) - x(1/4)), with less noise than the first of
them; whether the two agree shows whether the error is of first order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..parameters.errors import UserError
from ..results.text_table import aligned, markdown
from .reported_names import EXCITATORY, principal
from .statistics import Interval, interval, smoothed

if TYPE_CHECKING:
    import xarray

PREFIX = "timelapse_"

#: Quantities whose highest value is compared, and all quantities whose course is compared.
PEAKED = ("glutamate", "bdnf", "mtorc1", "protein")
COURSES = (*PEAKED, "synapse_count", "nascent", "silent_fraction", "ampa_content",
           "ampa_content_established", "spine_size_mean", "nmda_block")  # fmt: skip
TOTALS = ("formed", "eliminated")


class Extrapolated(NamedTuple):
    """Error of the largest h, its interval, and how it falls with h.

    `difference` is x(1) - x(1/2), `error` is x(1) - x(0) of the straight line, both with intervals
    over seeds; `order` is log2 of the ratio of the successive differences, NaN where one of them
    is within the noise of the seeds.
    """

    difference: Interval
    error: Interval
    order: np.ndarray


def extrapolated(values: Mapping[float, Any]) -> Extrapolated:
    """Return the error of the largest h by the straight line through all.

    Parameters
    ----------
    values : mapping of float to array_like
        For each h an array (seed, ...), the same seeds in each.

    >>> exact = np.array([1.0, 2.0, 3.0])
    >>> difference, error, order = extrapolated({h: exact + 0.3 * h for h in (1, 0.5, 0.25)})
    >>> [round(float(x), 3) for x in (difference.mean, error.mean, order)]
    [0.15, 0.3, 1.0]
    """
    steps = np.array(sorted(values, reverse=True), float)
    if len(steps) < 2:
        raise UserError("an error needs two time-lapses or more")
    stacked = np.stack([np.asarray(values[h], float) for h in sorted(values, reverse=True)])
    weight = steps - steps.mean()
    slope = np.tensordot(weight / (weight @ weight), stacked, axes=1)
    differences = [interval(a - b) for a, b in zip(stacked, stacked[1:], strict=False)]
    order = np.full(stacked.shape[2:], np.nan)
    if len(steps) == 3 and np.allclose(steps[1:] / steps[:-1], 0.5):
        first, second = differences
        clear = _excludes_zero(first) & _excludes_zero(second) & (first.mean * second.mean > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            order = np.where(clear, np.log2(np.abs(first.mean / second.mean)), np.nan)
    return Extrapolated(differences[0], interval(slope * steps[0]), order)


def _excludes_zero(estimate: Interval) -> np.ndarray:
    return (estimate.low > 0) | (estimate.high < 0)


def convergence(tree: xarray.DataTree) -> list[dict[str, Any]]:
    """Return the error of the time-lapse for every slow quantity.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`, of files that ``synaptoket timelapse`` wrote: one arm for each h.

    Returns
    -------
    list of dict
        ``quantity``; ``measure``: ``"peak"``, ``"worst time"`` (the time at which the mean error
        is largest, of all times since the arms parted) or ``"total"``; ``hour`` of the worst time;
        ``value`` at h = 1; ``difference`` and ``error`` with ``low`` and ``high`` as
        in `Extrapolated`, in percent of the quantity's largest value; ``order``; ``clear``: whether
        the interval of the error leaves out zero; ``n`` seeds.

    Notes
    -----
    All are read at the times of the coarsest run, and averaged over three of these times: the
    same for every h. A synapse count is largest in health, so that its error is one of control.
    """
    arms = {float(name.removeprefix(PREFIX)): node for name, node in tree.children.items()
            if name.startswith(PREFIX)}  # fmt: skip
    if len(arms) < 2:
        raise UserError("expected results of `synaptoket timelapse`, with two time-lapses or more")
    if next(iter(arms.values())).sizes["seed"] < 2:
        raise UserError("the error of the time-lapse needs two seeds or more: one has no interval")
    whole = arms[max(arms)].dataset["time"].values
    in_step = zip(*(arm.dataset["time"].values for arm in arms.values()), strict=False)
    parted = next(
        (i for i, times in enumerate(in_step) if len({round(float(t), 9) for t in times}) > 1), 0
    )
    grid = whole[parted:]
    entries = []
    for name in (*COURSES, *TOTALS):
        courses = {h: _course(tree, arm, name, grid) for h, arm in arms.items()}
        scale = np.nanmax(_course(tree, arms[max(arms)], name, whole).mean(axis=0))
        if not scale > 0:
            continue
        if name in PEAKED:
            peaks = {h: course.max(axis=1) for h, course in courses.items()}
            entries.append(_entry(name, "peak", scale, peaks))
        if name in TOTALS:
            totals = {h: course[:, -1] - course[:, 0] for h, course in courses.items()}
            if totals[max(arms)].any():
                entries.append(_entry(name, "total", totals[max(arms)].mean(), totals))
        else:
            at = int(np.nanargmax(np.abs(extrapolated(courses).error.mean)))
            hour = float(smoothed(grid, grid)[0][at])
            there = {h: course[:, at] for h, course in courses.items()}
            entries.append(_entry(name, "worst time", scale, there, hour))
    return entries


def _course(tree, arm: xarray.DataTree, name: str, grid: np.ndarray) -> np.ndarray:
    """Return a quantity (seed, time) at the times of the grid, in means of three of them."""
    data = arm.dataset[name].astype(float)
    if "projection" in data.dims:
        data = data.sel(projection=principal(tree))
    if "population" in data.dims:
        names = list(data["population"].values)
        data = data.sel(population=EXCITATORY if EXCITATORY in names else names[0])
    values = data.values.cumsum(axis=1) if name in TOTALS else data.values
    times = arm.dataset["time"].values
    read = np.stack([np.interp(grid, times, seed) for seed in values])
    return read if name in TOTALS else smoothed(grid, read)[1]


def _entry(
    quantity: str, measure: str, scale: float, values: Mapping[float, np.ndarray], hour=np.nan
) -> dict[str, Any]:
    estimate = extrapolated({h: 100 * each / scale for h, each in values.items()})
    return {
        "quantity": quantity, "measure": measure, "hour": float(hour),
        "value": float(values[max(values)].mean()),
        "difference": float(estimate.difference.mean),
        "difference_low": float(estimate.difference.low),
        "difference_high": float(estimate.difference.high),
        "error": float(estimate.error.mean),
        "low": float(estimate.error.low), "high": float(estimate.error.high),
        "order": float(estimate.order), "clear": bool(_excludes_zero(estimate.error)),
        "n": int(estimate.error.n),
    }  # fmt: skip


def convergence_json(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the entries of `convergence` as JSON; what is not a number is null."""
    plain = [{k: None if isinstance(v, float) and not np.isfinite(v) else v
              for k, v in entry.items()} for entry in entries]  # fmt: skip
    return json.dumps(plain, indent=2)


HEADER = ("quantity", "measure", "at h", "value", "x(1) - x(1/2), %", "error, %", "95 % interval",
          "order", "n")  # fmt: skip


def convergence_table(entries: Sequence[Mapping[str, Any]], as_markdown: bool = False) -> str:
    """Return the entries of `convergence` as a table for a terminal or as Markdown."""
    rows = [
        [
            entry["quantity"],
            entry["measure"],
            f"{entry['hour']:.1f}" if np.isfinite(entry["hour"]) else "",
            f"{entry['value']:.4g}",
            f"{entry['difference']:.2f} ({entry['difference_low']:.2f} to "
            f"{entry['difference_high']:.2f})",
            f"{entry['error']:.2f}",
            f"{entry['low']:.2f} to {entry['high']:.2f}"
            + ("" if entry["clear"] else ", within noise"),
            f"{entry['order']:.1f}" if np.isfinite(entry["order"]) else "",
            str(entry["n"]),
        ]
        for entry in entries
    ]
    return (markdown if as_markdown else aligned)(HEADER, rows, left=2)
