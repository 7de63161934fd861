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
    """Measure time and memory at each size; return the points and what they say of the targets."""
    points = []
    for neurons, in_degree in settings.scale:
        size = {"neurons": neurons} | ({"in_degree": in_degree} if in_degree else {})
        compiled, _ = commands.ours("compile", **size)
        point, _ = commands.ours("scale", seconds=_seconds(settings, neurons, in_degree), **size)
        point["compile_seconds"] = compiled["seconds"]
        point["compile_python_bytes"] = compiled["python_bytes"]
        points.append(point)
        settings.say(
            f"  {neurons} neurons, {point['potential_synapses']} potential synapses: "
            f"{point['seconds_per_second']:.3f} s per s, {point['peak_bytes'] / 2**20:.0f} MiB"
        )
    return {"points": points} | judged(points)


def _seconds(settings: Settings, neurons: int, in_degree: int | None) -> float:
    """Return seconds of spiking: fewer where each costs more."""
    return max(settings.structure * min(1.0, 1000 / neurons), 4.0)


def judged(points: list[dict]) -> dict:
    """Return the targets of scale and whether the points keep to them.

    Growth is that over the circuit of 1,000 neurons (or the smallest there is). Bytes per
    potential synapse are the memory that a larger circuit needs more, per synapse more: what
    Python and its libraries take is not counted.
    """
    base = next((p for p in points if p["neurons"] == 1000), points[0])
    smallest = min(points, key=lambda p: p["potential_synapses"])
    for point in points:
        size = point["potential_synapses"] / base["potential_synapses"]
        time_ratio = point["seconds_per_second"] / base["seconds_per_second"]
        point["growth"] = time_ratio / size
        more = point["potential_synapses"] - smallest["potential_synapses"]
        point["bytes_per_synapse"] = (
            (point["peak_bytes"] - smallest["peak_bytes"]) / more if more else None
        )
    larger = [p for p in points if p["potential_synapses"] > base["potential_synapses"]]
    worst = max((p["growth"] for p in larger), default=None)
    bytes_ = max((p["bytes_per_synapse"] for p in larger), default=None)
    largest = [p for p in points if p["contacts"]["pyramidal_to_pyramidal"] >= LARGEST]
    peak = largest[0]["peak_bytes"] if largest else None
    return {
        "growth": _judgement(worst, 1 + GROWTH),
        "bytes_per_synapse": _judgement(bytes_, BYTES_PER_SYNAPSE),
        "ten_million_bytes": _judgement(peak, LARGEST_BYTES),
    }


def costs(settings: Settings) -> dict:
    """Measure what the engine costs beyond the simulation, and the start of the command."""
    commands.ours("compile")
    values = {
        "segment_milliseconds": commands.ours("overhead", seconds=settings.structure)[0][
            "milliseconds"
        ],
        "compile_seconds": commands.ours(
            "compile", cache=commands.emptied(settings.folder / "cold")
        )[0]["seconds"],
        "help_seconds": median(_help() for _ in range(5)),
    }
    for name, value in values.items():
        settings.say(f"  {name}: {value:.3g}")
    return {name: _judgement(value, COST_TARGETS[name]) for name, value in values.items()}


def _judgement(value: float | None, target: float) -> dict:
    return {"value": value, "target": target, "met": None if value is None else value <= target}


def _help() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "synaptoket", "--help"], capture_output=True, check=True)
    return time.perf_counter() - started
