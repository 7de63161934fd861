"""How time and memory grow with the circuit, and what the engine costs besides simulating."""

import subprocess
import sys
import time
from statistics import median

from . import commands
from .rows import Settings

#: Seconds may grow as neurons x synapses per neuron and this share more.
GROWTH, BYTES_PER_SYNAPSE, LARGEST_BYTES = 0.15, 110, 3 * 2**30
LARGEST = 10_000_000
COST_TARGETS = {"segment_milliseconds": 60, "compile_seconds": 30, "help_seconds": 0.6}


def scale(settings: Settings) -> dict:
    """Measure time and memory at each size; return the points and what they say of the targets.

    A size that fails is noted as `scale.<neurons>` or `scale.<neurons>.<in-degree>`.
    """
    points = []
    for neurons, in_degree in settings.scale:
        with settings.attempt(".".join(["scale", *map(str, filter(None, (neurons, in_degree)))])):
            points.append(_point(settings, neurons, in_degree))
    judgements = judged(points)
    if len(points) < len(settings.scale):  # the size that is missing may miss a target
        for entry in judgements.values():
            entry["met"] = None if entry["met"] else entry["met"]
    return {"points": points} | judgements


def _point(settings: Settings, neurons: int, in_degree: int | None) -> dict:
    """Measure one size; it plays fewer seconds where each costs more."""
    size = {"neurons": neurons} | ({"in_degree": in_degree} if in_degree else {})
    compiled, _ = commands.ours("compile", **size)
    seconds = max(settings.structure * min(1.0, 1000 / neurons), 4.0)
    point, _ = commands.ours("scale", seconds=seconds, **size)
    point["compile_seconds"] = compiled["seconds"]
    point["compile_python_bytes"] = compiled["python_bytes"]
    settings.say(
        f"  {neurons} neurons, {point['potential_synapses']} potential synapses: "
        f"{point['seconds_per_second']:.3f} s per s, {point['peak_bytes'] / 2**20:.0f} MiB"
    )
    return point


def judged(points: list[dict]) -> dict:
    """Return the targets of scale and whether the points keep to them.

    Growth is that over the circuit of 1,000 neurons, None without it. Bytes per potential synapse
    are the memory that a larger circuit needs more, per synapse more: what Python and its libraries
    take is not counted.
    """
    base = next((p for p in points if p["neurons"] == 1000), None)
    smallest = min(points, key=lambda p: p["potential_synapses"], default=None)
    for point in points:
        point["growth"] = _per_synapse(point) / _per_synapse(base) if base else None
        more = point["potential_synapses"] - smallest["potential_synapses"]
        point["bytes_per_synapse"] = (
            (point["peak_bytes"] - smallest["peak_bytes"]) / more if more else None
        )
    larger = [p for p in points if p["neurons"] > 1000]
    worst = max((p["growth"] for p in larger), default=None) if base else None
    bytes_ = max((p["bytes_per_synapse"] for p in larger if p is not smallest), default=None)
    largest = [p for p in points if p["contacts"]["pyramidal_to_pyramidal"] >= LARGEST]
    peak = largest[0]["peak_bytes"] if largest else None
    return {
        "growth": _judgement(worst, 1 + GROWTH),
        "bytes_per_synapse": _judgement(bytes_, BYTES_PER_SYNAPSE),
        "ten_million_bytes": _judgement(peak, LARGEST_BYTES),
    }


def _per_synapse(point: dict) -> float:
    return point["seconds_per_second"] / point["potential_synapses"]


def costs(settings: Settings) -> dict:
    """Measure what the engine costs beyond the simulation, and the start of the command.

    What fails is None, and noted as `costs.<name>`.
    """
    measures = {
        "segment_milliseconds": _segment,
        "compile_seconds": _compilation,
        "help_seconds": lambda settings: median(_help() for _ in range(5)),
    }
    values = dict.fromkeys(measures)
    for name, measure in measures.items():
        with settings.attempt(f"costs.{name}"):
            values[name] = measure(settings)
            settings.say(f"  {name}: {values[name]:.3g}")
    return {name: _judgement(value, COST_TARGETS[name]) for name, value in values.items()}


def _segment(settings: Settings) -> float:
    commands.ours("compile")
    return commands.ours("overhead", seconds=settings.structure)[0]["milliseconds"]


def _compilation(settings: Settings) -> float:
    cache = commands.emptied(settings.folder / "cold")
    return commands.ours("compile", cache=cache)[0]["seconds"]


def _judgement(value: float | None, target: float) -> dict:
    return {"value": value, "target": target, "met": None if value is None else value <= target}


def _help() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "synaptoket", "--help"], capture_output=True, check=True)
    return time.perf_counter() - started
