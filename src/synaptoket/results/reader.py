"""Read result files as one `xarray.DataTree`: a node for each arm, a dimension for the seeds.

Opening reads only times, names and attributes. The values of a quantity are read from all files
when they are first used. A hundred files can thus be opened at once, and none stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import is_printable, printable
from .entries import axis_names, dataset_at, group_at, texts_at
from .layout import arm_names, meaning, sound_rows, stored_variables
from .probe_reader import probe_dataset
from .schema import AXES, IDENTITY, LONG, probe_table
from .sources import PathLike, find_files, opened

if TYPE_CHECKING:
    import xarray


class Header(NamedTuple):
    """The part of a file that is read on opening: attributes, times and phases of each arm."""

    path: Path
    attributes: dict[str, Any]
    times: dict[str, np.ndarray]
    phases: dict[str, np.ndarray]


def open_results(source: PathLike | Iterable[PathLike]) -> xarray.DataTree:
    """Open the seeds of one experiment as a tree with one node for each arm.

    Parameters
    ----------
    source : path, or several
        A result file, a folder of them (one for each seed), or a list.

    Returns
    -------
    xarray.DataTree
        ``tree["stress_ketamine"]["synapse_count"]`` has the dimensions (seed, time, projection);
        `time` is in hours, and `phase` is a coordinate along it. The root has the attributes of
        the first file. Attributes that differ between seeds (``complete``, ``wall_seconds``,
        ``timelapse_error``, ``file``) are variables of the root along ``seed``. The attribute
        ``complete`` is 1 if all files are complete, else 0. Rows that an unfinished file lacks are
        NaN, and all counts are then floating-point numbers.
        With probes, ``tree["stress_ketamine/probes"]`` has their read-outs along (seed,
        probe_time), see `probe_reader`.

    Raises
    ------
    UserError
        If a file is missing, is not a result file, or belongs to another experiment than the
        first; if a seed occurs twice; or if finished files have different times.
    """
    import xarray

    from .stacking import ArmBackend

    headers = [_read_header(path) for path in find_files(source)]
    headers.sort(key=lambda header: header.attributes["seed"])
    _check_same_experiment(headers)
    nodes = {"/": _root(headers)}
    for arm in headers[0].times:
        source_arm: Any = _Arm(arm, headers)
        nodes[arm] = xarray.open_dataset(source_arm, engine=ArmBackend)
        probes = probe_dataset(arm, {int(h.attributes["seed"]): h.path for h in headers})
        if probes is not None:
            nodes[probe_table(arm)] = probes
    return xarray.DataTree.from_dict(nodes)


def _read_header(path: Path) -> Header:
    with opened(path) as file:
        attributes = {name: _shown(v) for name, v in file.attrs.items() if name != "arms"}
        times, phases = {}, {}
        for arm in arm_names(file):
            group = group_at(file, arm)
            rows = sound_rows(group)
            times[arm] = dataset_at(group, "time")[:rows]
            phases[arm] = texts_at(group, "phase", rows)
            unprintable = [name for name in {*phases[arm]} if not is_printable(name)]
            if unprintable:
                shown = printable(unprintable[0])
                raise UserError(f"{path}: {arm}: phase {shown!r}: no name of a phase")
    attributes.setdefault("seed", 0)
    return Header(path, attributes, times, phases)


def _shown(value: Any) -> Any:
    """Return an attribute in a form that is safe to print, line by line."""
    if not isinstance(value, str):
        return value
    return "\n".join(map(printable, value.split("\n")))


def _finished(header: Header) -> bool:
    return bool(header.attributes.get("complete", 0))


def _check_same_experiment(headers: Sequence[Header]) -> None:
    first = headers[0]
    for previous, header in zip(headers, headers[1:], strict=False):
        seed = header.attributes["seed"]
        if seed == previous.attributes["seed"]:
            raise UserError(f"{header.path}: seed {seed} is also that of {previous.path}")
    for header in headers[1:]:
        for name in IDENTITY:
            here, there = (_identity(h.attributes, name) for h in (header, first))
            if here != there:
                shown = name if name in LONG else f"{name} = {here}"
                raise UserError(
                    f"{header.path}: {shown} is not that of {first.path}: "
                    "open one experiment at a time"
                )
        if [*header.times] != [*first.times]:
            raise UserError(f"{header.path}: its arms are not those of {first.path}")


def _identity(attributes: dict[str, Any], name: str) -> str:
    """Return an attribute as text, the parameters without the line that sets the seed."""
    text = str(attributes.get(name, ""))
    return "\n".join(line for line in text.splitlines() if not line.startswith("seed"))


def _root(headers: Sequence[Header]) -> xarray.Dataset:
    import xarray

    each = {
        "complete": [_finished(h) for h in headers],
        "wall_seconds": [float(h.attributes.get("wall_seconds", np.nan)) for h in headers],
        "timelapse_error": [float(h.attributes.get("timelapse_error", np.nan)) for h in headers],
        "file": [str(h.path) for h in headers],
    }
    seeds = [int(h.attributes["seed"]) for h in headers]
    attributes = {k: v for k, v in headers[0].attributes.items() if k not in (*each, "seed")}
    # A number, because netCDF, a format in which the tree may be saved, has no booleans.
    attributes["complete"] = int(all(each["complete"]))
    return xarray.Dataset(
        {name: ("seed", values) for name, values in each.items()}, {"seed": seeds}, attributes
    )


def _common_grid(arm: str, headers: Sequence[Header]) -> Header:
    """Return the file with the most rows of an arm; UserError if times of others differ."""
    longest = max(headers, key=lambda h: (len(h.times[arm]), _finished(h)))
    grid = longest.times[arm]
    for header in headers:
        times = header.times[arm]
        short = len(times) < len(grid) and _finished(header)
        if short or not np.allclose(times, grid[: len(times)], rtol=1e-9, atol=1e-9):
            raise UserError(
                f"{header.path}: the times of the arm {arm} are not those of {longest.path}"
            )
    return longest


class _Arm(NamedTuple):
    """One arm in all files; `stacking.ArmBackend` opens it."""

    name: str
    headers: Sequence[Header]

    def dataset(self) -> xarray.Dataset:
        """Return the arm of all files, stacked along `seed`."""
        return _stack(self)


def _stack(arm: _Arm) -> xarray.Dataset:
    import xarray

    from .stacking import Stack, lazy

    longest = _common_grid(arm.name, arm.headers)
    coordinates: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    files = [header.path for header in arm.headers]
    lengths = [len(header.times[arm.name]) for header in arm.headers]
    rows = len(longest.times[arm.name])
    with opened(longest.path) as file:
        group = group_at(file, arm.name)
        for name in AXES:
            if name in group:
                names = texts_at(group, name).astype(str)
                coordinates[name] = (name, names, meaning(dataset_at(group, name)))
        for name in (v.name for v in stored_variables(group)):
            dataset = dataset_at(group, name)
            shape = (len(files), rows, *dataset.shape[1:])
            stack = Stack(files, arm.name, name, lengths, shape, dataset.dtype)
            dimensions = ("seed", "time", *axis_names(dataset)[1:])
            variables[name] = xarray.Variable(dimensions, lazy(stack), meaning(dataset))
        time_meaning = meaning(dataset_at(group, "time"))
        coordinates["time"] = ("time", longest.times[arm.name], time_meaning)
    coordinates["phase"] = ("time", longest.phases[arm.name].astype(str))
    coordinates["seed"] = [int(h.attributes["seed"]) for h in arm.headers]
    return xarray.Dataset(variables, coordinates)
