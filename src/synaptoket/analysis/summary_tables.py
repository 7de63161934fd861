"""The summary of an experiment, quantity by quantity and arm by arm, as data and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..results.arm_rows import RowsByArm, rows_by_arm
from ..results.text_table import aligned, markdown
from .acute_entries import acute_entries, antagonist_entries
from .end_entries import end_entries
from .probe_tables import function_table
from .protocol_timeline import timeline
from .set_ranges import remark, shown_range, with_set_ranges
from .summary_entry import Entry
from .synapse_entries import synapse_entries

if TYPE_CHECKING:
    import xarray


def summary(
    tree: xarray.DataTree | RowsByArm, sets: Mapping[str, xarray.DataTree] | None = None
) -> list[Entry]:
    """Return the results of an experiment, one entry for each quantity and arm.

    Parameters
    ----------
    tree : xarray.DataTree or RowsByArm
        From `open_results`, or what a run has just recorded.
    sets : mapping of str to xarray.DataTree, optional
        The results on other parameter sets, from `open_sets`.

    Returns
    -------
    list of dict
        ``key`` and ``quantity`` (short and long name), ``arm``, ``unit``, ``values`` (one for each
        seed), ``mean``, ``low`` and ``high`` (95 % interval over seeds; NaN for one seed), ``n``
        (seeds with a value), ``at_least`` (true if the record ended before the value was reached,
        in at least one seed). Quantities that the record does not reach are left out. With `sets`,
        also the keys of `with_set_ranges`.

    Notes
    -----
    Synapses are those of the first projection of which some come and go. Changes of glutamate and
    rates are extremes, during the infusion, of the running mean of three rows, relative to the
    mean of the 24 h before the dose in the same arm. Each arm is compared with the vehicle arm of
    its own stress (`Timeline.vehicle`). The share of the gain that comes from the end of stress is
    one less the gain of a dose at another time, or under stress that goes on, over the gain of the
    same dose at the end of stress.

    Without any dose and without a phase of stress, the entries are about the end: synapses of each
    projection of which some come and go, and firing rates in the last phase.
    """
    if sets:
        return with_set_ranges(summary(tree), {name: summary(each) for name, each in sets.items()})
    rows, plan = rows_by_arm(tree), timeline(tree)
    if not plan.doses and plan.phase("stress") is None:
        return [entry for entry in end_entries(rows, plan) if entry["n"]]
    entries: list[Entry] = []
    entries += synapse_entries(rows, plan)
    entries += antagonist_entries(rows, plan)
    for arm in plan.treated:
        entries += acute_entries(rows, plan, arm)
    entries = [entry for entry in entries if entry["n"]]
    order = list(dict.fromkeys(entry["key"] for entry in entries))
    return sorted(entries, key=lambda entry: order.index(entry["key"]))


HEADER = ("quantity", "arm", "unit", "mean", "95 % interval", "n")
OVER_SETS = "over acceptable sets"

#: How the keys of the quantities begin that a short table has.
MAIN = ("stress_loss", "count_24h", "count_14d", "gain_24h", "gain_72h", "stress_end_share",
        "glutamate_peak", "pyramidal_peak", "end_", "rate_")  # fmt: skip


def _cells(entries: Sequence[Entry]) -> list[list[str]]:
    """Return the rows of the table; arms with the same values, such as twins, share one row."""
    rows: list[list[str]] = []
    for key in dict.fromkeys(entry["key"] for entry in entries):
        group = [entry for entry in entries if entry["key"] == key]
        first = group[0]
        same = [
            np.array_equal(e["values"], first["values"], equal_nan=True)
            and e.get("sets") == first.get("sets")
            for e in group
        ]
        shared = len(group) > 1 and all(same)
        for entry in group[:1] if shared else group:
            arm = f"all {len(group)} arms" if shared else entry["arm"]
            mean = f"{'≥ ' if entry['at_least'] else ''}{entry['mean']:.1f}"
            bounds = f"{entry['low']:.1f} to {entry['high']:.1f}" if entry["n"] >= 2 else "-"
            quantity = entry["quantity"] if entry is first else ""
            over_sets = [shown_range(entry)] if "sets" in entry else []
            rows.append([quantity, arm, entry["unit"], mean, bounds, *over_sets, str(entry["n"])])
    return rows


def _table(
    tree: xarray.DataTree,
    sets: Mapping[str, xarray.DataTree] | None,
    whole: bool,
    written: bool = False,
) -> str:
    """Return the table of the summary, as Markdown or lined up, and what its ranges are.

    Columns that say the same in every row are left out; a line says it.
    """
    entries = summary(tree, sets)
    shown = entries if whole else [entry for entry in entries if entry["key"].startswith(MAIN)]
    cells = _cells(shown)
    if not cells:
        return ""
    header = [*HEADER[:-1], *([OVER_SETS] if sets else []), HEADER[-1]]
    remarks, columns = [], [*zip(header, zip(*cells, strict=True), strict=True)]
    seeds = set(columns[-1][1])
    if len(seeds) == 1:
        columns.pop()
        several = seeds != {"1"}
        remarks.append(f"over {seeds.pop()} seeds" if several else "one seed: no intervals")
    columns = [(name, column) for name, column in columns if set(column) != {"-"}]
    left = len({entry["key"] for entry in entries} - {entry["key"] for entry in shown})
    if left:
        remarks.append(f"{left} further read-outs with --all")
    header = [name for name, _ in columns]
    rows = [*zip(*(column for _, column in columns), strict=True)]
    table = markdown(header, rows, left=3) if written else aligned(header, rows, "", left=3)
    lines = [table]
    if remarks:
        lines.append("; ".join(remarks))
    if sets:
        lines.append(remark([*sets], [each.sizes["seed"] for each in sets.values()]))
    return "\n\n".join(lines)


def summary_table(
    tree: xarray.DataTree,
    sets: Mapping[str, xarray.DataTree] | None = None,
    whole: bool = False,
) -> str:
    """Return the summary and the read-outs of probes as lined-up text for a terminal.

    Parameters
    ----------
    tree, sets
        As for `summary`.
    whole : bool
        All quantities; the main ones by default.
    """
    parts = _table(tree, sets, whole), function_table(tree)
    return "\n\n".join(part for part in parts if part)


def summary_markdown(
    tree: xarray.DataTree,
    sets: Mapping[str, xarray.DataTree] | None = None,
    whole: bool = False,
) -> str:
    """Return the summary as a Markdown table, and another table of the read-outs of probes.

    Parameters are those of `summary_table`.
    """
    parts = _table(tree, sets, whole, written=True), function_table(tree, True)
    return "\n\n".join(part for part in parts if part)
