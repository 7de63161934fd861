"""Read-outs of probes by arm and time, paired with those of the control: what circuits can do.

A value is compared with that of the control of the same seed at the same time; intervals are over
seeds. Band power is in percent of its value in the same arm and seed at the last probe before the
dose: its size depends on the number of cells, its change does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..results.schema import PROBES, probe_table
from ..results.text_table import aligned, markdown
from .protocol_timeline import timeline
from .reported_names import CONTROL, EXCITATORY
from .statistics import SAME, interval

if TYPE_CHECKING:
    import xarray


class ProbeQuantity(NamedTuple):
    """A read-out as tables and figures report it.

    Attributes
    ----------
    name : str
        Of the read-out in the file.
    label, unit : str
        For a reader.
    factor : float
        From the unit of the file to `unit`.
    relative : bool
        Whether it is divided by its value before the dose.
    """

    name: str
    label: str
    unit: str
    factor: float = 1.0
    relative: bool = False


#: The read-outs that are reported, if a file has them.
QUANTITIES = (
    ProbeQuantity("completion", "completion of the assembly", "% of cells", 100.0),
    ProbeQuantity("persistence", "persistence after the cue", "ms", 1e3),
    ProbeQuantity("evoked_spikes", "spikes evoked by glutamate", "per 100 cells", 100.0),
    ProbeQuantity("evoked_ampa", "AMPA conductance of the pulse", "nS"),
    ProbeQuantity("epsp_slope", "initial slope after a volley", "mV/ms"),
    ProbeQuantity("volley_ampa", "AMPA conductance of a volley", "nS"),
    ProbeQuantity("volley_nmda", "NMDA conductance of a volley", "nS"),
    ProbeQuantity("population_spike", "population spike after a volley", "% of cells", 100.0),
    ProbeQuantity("theta_power", "theta power", "% of before dose", 100.0, relative=True),
    ProbeQuantity("alpha_power", "alpha power", "% of before dose", 100.0, relative=True),
    ProbeQuantity("gamma_power", "gamma power", "% of before dose", 100.0, relative=True),
    ProbeQuantity("resting_rate", "pyramidal rate at rest", "Hz"),
    ProbeQuantity("interval_cv", "CV of pyramidal intervals", "1"),
)


def has_probes(tree: xarray.DataTree) -> bool:
    """Return whether any arm has been probed."""
    return any(_probed(tree, arm) for arm in tree.children)


def _probed(tree: xarray.DataTree, arm: str) -> int:
    """Return how many times an arm has been probed."""
    node = tree[arm].children.get(PROBES)
    return 0 if node is None else node.sizes["probe_time"]


def probe_values(tree: xarray.DataTree, quantity: ProbeQuantity) -> dict[str, xarray.DataArray]:
    """Return a quantity of every arm that has been probed: (seed, probe_time), in its unit."""
    by_arm = {}
    for arm in tree.children:
        if not _probed(tree, arm):
            continue
        values = tree[probe_table(arm)][quantity.name].astype(float)
        if "population" in values.dims:
            names = values["population"].values
            values = values.sel(population=EXCITATORY if EXCITATORY in names else names[0])
        if quantity.relative:
            reference = values.isel(probe_time=before_dose(tree, arm), drop=True)
            values = values / reference.where(reference > 0)
        by_arm[arm] = quantity.factor * values
    return by_arm


def before_dose(tree: xarray.DataTree, arm: str) -> int:
    """Return the index of the last probe before the dose; 0 if there is none."""
    infusion = timeline(tree).infusion(arm)
    if infusion is None:
        return 0
    times = tree.children[arm].children[PROBES].dataset["probe_time"].values
    return max(int((times <= infusion[0] + SAME).sum()) - 1, 0)


def function(tree: xarray.DataTree) -> list[dict[str, Any]]:
    """Return what the probes found, one entry for each quantity, arm and time.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`.

    Returns
    -------
    list of dict
        ``key`` and ``quantity`` (short and long name), ``unit``, ``arm``, ``phase`` and ``hour``
        of the probe, ``values`` (one for each seed), ``mean``, ``low``, ``high`` (95 % interval
        over seeds), ``n``; ``difference``, ``difference_low`` and ``difference_high``: from the
        control of the same seed at the same time, NaN in the control itself or without one.
    """
    if not has_probes(tree):
        return []
    entries = []
    first = tree[probe_table(next(arm for arm in tree.children if _probed(tree, arm)))]
    for quantity in QUANTITIES:
        if quantity.name not in first:
            continue
        values = probe_values(tree, quantity)
        for arm, data in values.items():
            whole = interval(data.values)
            apart = interval(difference_from_control(values, arm))
            for k, phase in enumerate(data["phase"].values):
                entries.append({
                    "key": quantity.name, "quantity": quantity.label, "unit": quantity.unit,
                    "arm": arm, "phase": str(phase), "hour": float(data["probe_time"][k]),
                    "values": data.values[:, k], "mean": float(whole.mean[k]),
                    "low": float(whole.low[k]), "high": float(whole.high[k]),
                    "n": int(whole.n[k]), "difference": float(apart.mean[k]),
                    "difference_low": float(apart.low[k]), "difference_high": float(apart.high[k]),
                })  # fmt: skip
    return entries


def difference_from_control(values: Mapping[str, xarray.DataArray], arm: str) -> np.ndarray:
    """Return the values of an arm minus those of the control of the same seed and time.

    Returns
    -------
    ndarray, shape (seed, probe_time)
        NaN for the control itself, without a control, and at times at which the control was not
        probed.
    """
    arm_values = values[arm]
    difference = np.full(arm_values.shape, np.nan)
    if arm == CONTROL or CONTROL not in values:
        return difference
    other = values[CONTROL]
    times = other["probe_time"].values
    for k, hour in enumerate(arm_values["probe_time"].values):
        same = np.flatnonzero(np.abs(times - hour) < SAME)
        if len(same):
            difference[:, k] = arm_values.values[:, k] - other.values[:, same[0]]
    return difference


TITLE = (
    "What the circuit can do, at the ends of phases: mean ± half of the 95 % interval over {n}.\n"
    "Arms other than control: difference from the control of the same seed."
)


def function_table(tree: xarray.DataTree, as_markdown: bool = False) -> str:
    """Return the entries of `function` as text, one column for each probe; empty without probes.

    The control has its values, every other arm the paired differences from them. Without a control,
    all arms have their values.
    """
    entries = function(tree)
    if not entries:
        return ""
    phases = list(dict.fromkeys(entry["phase"] for entry in entries))
    rows, last = [], ""
    for key, arm in dict.fromkeys((entry["key"], entry["arm"]) for entry in entries):
        by_phase = {e["phase"]: e for e in entries if (e["key"], e["arm"]) == (key, arm)}
        one = next(iter(by_phase.values()))
        new, last = key != last, key
        cells = [_cell(by_phase[phase]) if phase in by_phase else "" for phase in phases]
        rows.append([one["quantity"] if new else "", one["unit"] if new else "", arm, *cells])
    header = ["quantity", "unit", "arm", *phases]
    n = max(entry["n"] for entry in entries)
    title = TITLE.format(n=f"{n} seeds" if n != 1 else "one seed")
    table = markdown(header, rows, left=3) if as_markdown else aligned(
        header, rows, indent="", left=3
    )  # fmt: skip
    return f"{title}\n\n{table}"


def _cell(entry: dict[str, Any]) -> str:
    """Return a value or paired difference, with half of its interval if there is one."""
    paired = np.isfinite(entry["difference"])
    value, high = (
        (entry["difference"], entry["difference_high"])
        if paired
        else (entry["mean"], entry["high"])
    )
    if not np.isfinite(value):
        return "-"
    digits = 2 if entry["unit"] in ("1", "Hz", "nS", "mV/ms") else 1
    text = f"{value:+.{digits}f}" if paired else f"{value:.{digits}f}"
    return f"{text} ±{high - value:.{digits}f}" if np.isfinite(high) else text
