"""A description of a result file in plain text, as ``synaptoket info`` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py

from ..parameters.printable import printable
from ..parameters.time_units import TimeUnit, time_unit
from .entries import dataset_at, group_at, texts_at
from .events import has_events, stored_events
from .layout import arm_names, sound_rows
from .sources import PathLike, find_files, opened
from .states import list_states
from .text_table import aligned


def describe(source: PathLike | Iterable[PathLike]) -> str:
    """Return a description of one or several result files, as text of several lines.

    Parameters
    ----------
    source : path, or several
        As in `open_results`. Of several files, the first is described in full.

    Raises
    ------
    UserError
        If a file is missing or is not a result file.
    """
    files = find_files(source)
    parts = []
    if len(files) > 1:
        rows = [_overview(path) for path in files]
        header = ["file", "seed", "complete", "rows", "size"]
        parts += [f"{len(files)} files", aligned(header, rows), ""]
    with opened(files[0]) as file:
        parts.append(_describe_file(files[0], file))
    return "\n".join(parts)


def _overview(path: Path) -> list[str]:
    with opened(path) as file:
        rows = sum(sound_rows(group_at(file, arm)) for arm in arm_names(file))
        seed, complete = file.attrs.get("seed", "-"), _yes(file.attrs["complete"])
    return [path.name, str(seed), complete, str(rows), _size(path)]


def _describe_file(path: Path, file: h5py.File) -> str:
    arms = arm_names(file)
    phases = _json(file, "protocol", [])
    unit = _unit(file, phases)
    sections = [
        f"{printable(path)}  ({_size(path)})",
        _facts(file),
        "arms",
        _arms_table(file, arms, unit),
    ]
    if phases:
        rows = [[p["name"], *(_time(p[end], unit) for end in ("start_h", "end_h"))] for p in phases]
        sections += ["phases", aligned(["phase", "start", "end"], rows)]
    doses = _json(file, "doses", [])
    if doses:
        rows = [[d["arm"], d["drug"], str(d["amount"]), d["route"], f"{d['start_h']:g} h",
                 f"{60 * d['duration_h']:g} min"] for d in doses]  # fmt: skip
        header = ["arm", "drug", "amount", "route", "start", "duration"]
        sections += ["doses", aligned(header, rows)]
    states = list_states(path, file)
    if states:
        sections += ["checkpoints, to start from with --from", _states_table(states, unit)]
    if arms and "projection" in group_at(file, arms[0]):
        sections += ["synapses at the end", _counts_table(file, arms)]
    return "\n".join(sections)


def _facts(file: h5py.File) -> str:
    attributes = file.attrs
    facts = {
        "complete": _yes(attributes["complete"]),
        "changed parameters": _pairs(_json(file, "changed", {})) or "none",
        **_rules(_json(file, "rules", {})),
        "versions": _pairs(_json(file, "versions", {})),
    }
    arms = arm_names(file)
    for axis in ("population", "projection", "drug"):
        if arms and axis in group_at(file, arms[0]):
            facts[axis + "s"] = ", ".join(texts_at(group_at(file, arms[0]), axis))
    names = ("experiment", "seed", "start_file", "start_checkpoint", "overlay", "neurons", "engine",
             "command", "git_commit", "host", "created", "wall_seconds", "timelapse_error",
             "timelapse_error_source")  # fmt: skip
    origin = {name: _short(attributes.get(name, "")) for name in names}
    facts = {**{name: value for name, value in origin.items() if value}, **facts}
    width = max(map(len, facts))
    return "\n".join(
        f"  {name.replace('_', ' ').ljust(width)}  {printable(value)}"
        for name, value in facts.items()
    )


def _short(value: object) -> str:
    """Return a value of an attribute as text, a fraction with four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _rules(rules: dict[str, dict[str, str]]) -> dict[str, str]:
    names = ", ".join(f"{name} ({rule['from']})" for name, rule in rules.items())
    return {"rules that do not ship": names} if names else {}


def _arms_table(file: h5py.File, arms: list[str], unit: TimeUnit) -> str:
    rows, header = [], ["arm", "rows", "until", "last phase"]
    for arm in arms:
        group = group_at(file, arm)
        n = sound_rows(group)
        last = float(dataset_at(group, "time")[n - 1]) if n else 0.0
        phase = str(dataset_at(group, "phase").asstr()[n - 1]) if n else "-"
        events = stored_events(file, file.filename, arm)
        number_of_events = [] if events is None else [str(len(events))]
        rows.append([arm, str(n), _time(last, unit), phase, *number_of_events])
    return aligned([*header, "events"] if has_events(file.attrs) else header, rows)


def _counts_table(file: h5py.File, arms: list[str]) -> str:
    projections = list(texts_at(group_at(file, arms[0]), "projection"))
    counts = {}
    for arm in arms:
        group = group_at(file, arm)
        n = sound_rows(group)
        last = dataset_at(group, "synapse_count")[n - 1] if n else ["-"] * len(projections)
        counts[arm] = last
    rows = [[p, *(str(counts[arm][i]) for arm in arms)] for i, p in enumerate(projections)]
    return aligned(["projection", *arms], rows)


def _states_table(states: dict[str, tuple[dict, int]], unit: TimeUnit) -> str:
    rows = [[name, _time(a.get("hours", 0.0), unit), _bytes(size)]
            for name, (a, size) in states.items()]  # fmt: skip
    lines = aligned(["checkpoint", "time", "size"], rows).splitlines()
    arms = ["arms", *(", ".join(a.get("arms", [])) for a, _ in states.values())]
    return "\n".join(f"{line}  {printable(names)}" for line, names in zip(lines, arms, strict=True))


def _json(file: h5py.File, name: str, default: Any) -> Any:
    return json.loads(str(file.attrs.get(name) or json.dumps(default)))


def _pairs(mapping: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in mapping.items())


def _yes(flag: Any) -> str:
    return "yes" if flag else "no"


def _unit(file: h5py.File, phases: list[dict]) -> TimeUnit:
    """Return the unit for the times of a file, from its protocol or else from its rows."""
    ends = [phase["end_h"] for phase in phases]
    for arm in () if ends else arm_names(file):
        group = group_at(file, arm)
        ends += list(dataset_at(group, "time")[: sound_rows(group)][-1:])
    return time_unit(3600 * max(ends, default=0.0))


def _time(hours: float, unit: TimeUnit) -> str:
    return unit.written(3600 * hours)


def _size(path: Path) -> str:
    return _bytes(path.stat().st_size)


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
