"""A sweep as a dataset over its axes and seeds."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .axes import coordinate
from .missing import missing_lines
from .sweep_folder import SweepFolder
from .sweep_plan import SweepPlan
from .table import Table, collected

if TYPE_CHECKING:
    import xarray


def open_sweep(folder: str | Path) -> xarray.Dataset:
    """Open the results of a sweep, finished or not.

    Parameters
    ----------
    folder : str or Path
        Of ``synaptoket sweep``.

    Returns
    -------
    xarray.Dataset
        A variable for each summary quantity, over the axes, ``arm`` and ``seed``, with ``units``
        and ``long_name``; NaN where a run is not done or has no such quantity. An axis of
        quantities has numbers as its coordinate, and their unit; of a design the parameters are
        coordinates along ``sample``. ``file`` is the file of each run, "" if it is not done.

    Warns
    -----
    UserWarning
        If runs are missing, have failed, or have a damaged file: how many, and which.

    Raises
    ------
    UserError
        If the folder holds no sweep, or one whose plan has been edited.

    Examples
    --------
    >>> data = open_sweep("results/dose_by_share")  # doctest: +SKIP
    >>> data["gain_24h"].sel(arm="stress_ketamine").mean("seed")  # doctest: +SKIP
    """
    import xarray

    where = SweepFolder(folder)
    plan = where.load()
    table = collected(where, plan)
    seeds = list(dict.fromkeys(seed for _, seed in plan.runs))
    names = [axis.name for axis in plan.axes]
    index = run_numbers(plan, seeds)
    for line in missing_lines(where, table):
        warnings.warn(line, stacklevel=2)
    arms = sorted({arm for _, arm in table.columns})
    variables = {
        key: ((*names, "arm", "seed"), _values(table, key, arms, index), _described(description))
        for key, description in sorted(table.described.items())
    }
    paths = [str(where.run_file(n)) if table.rows[n] else "" for n in range(len(plan.runs))]
    files = np.array([*paths, ""])[index]
    coords = {"arm": arms, "seed": seeds, "file": ((*names, "seed"), files)}
    for axis in plan.axes:
        values, unit = coordinate(axis.labels)
        coords[axis.name] = (axis.name, values, {"units": unit} if unit else {})
        if axis.name == "sample":
            for name in axis.settings[0]:
                values, unit = coordinate([settings[name] for settings in axis.settings])
                coords[name] = ("sample", values, {"units": unit})
    attributes = {"experiment": Path(plan.script).stem, "sweep": plan.digest}
    return xarray.Dataset(variables, coords, attributes)


def run_numbers(plan: SweepPlan, seeds: list[int]) -> np.ndarray:
    """Return the number of each run over axes and seeds; the number of runs where there is none."""
    shape = (*(len(axis) for axis in plan.axes), len(seeds))
    index = np.full(shape, len(plan.runs))
    column = {seed: place for place, seed in enumerate(seeds)}
    for number, (point, seed) in enumerate(plan.runs):
        index[(*plan.points[point], column[seed])] = number
    return index


def _values(table: Table, key: str, arms: list[str], index: np.ndarray) -> np.ndarray:
    """Return a quantity over axes, arm and seed; NaN where there is none."""
    nowhere = np.full(len(table.rows), np.nan)
    columns = [table.columns.get((key, arm), nowhere) for arm in arms]
    filled = np.array([np.append(column, np.nan) for column in columns])
    return np.moveaxis(filled[:, index], 0, -2)


def _described(description: dict[str, str]) -> dict[str, str]:
    return {"units": description["unit"], "long_name": description["quantity"]}
