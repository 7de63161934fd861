"""The page and the printed table, made from the file of results."""

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import accuracy, growth
from .rows import TARGETS

AGAINST = {
    "plain_standalone": "plain Brian2, C++ standalone",
    "runtime_cython": "plain Brian2, runtime (Cython)",
    "nest_structural": "NEST, structural plasticity on",
    "ten_sets_standalone": "ten sets, loop of plain Brian2 standalone runs",
    "ten_sets_runtime": "ten sets, loop of plain Brian2 runtime runs",
    "structural_overhead": "ours with structural plasticity over ours without",
    "state_update_limit": "our state update over a hand-written loop",
}

EXPLANATION = """\
## What is compared

All rows but the last play the prefrontal circuit of 1,000 neurons with 240,000 potential contacts
between pyramidal cells, delays of 1 ms and steps of 0.1 ms, at three hours of biology for each
second of spiking, without drug or stress. Ours and the peer run in alternation; a ratio is taken
in each round, and the table shows the median and the range of rounds. The benchmark stops with an
error if a population of the peer fires more than 20 % off ours or the numbers of synapses differ
by more than 3 %. For ours, the time of a segment is the whole call of `advance`, with the state
going in and out; for a peer it is its simulation alone.

- **plain Brian2** (`benchmarks/peers/plain_brian2.py`): the same equations and rules in one script,
  as one would write it without this package: `(unless refractory)`, `PoissonInput`, connectivity
  drawn by Brian2, `run_regularly`, default compiler preferences, double precision. Its time is
  the one Brian2 reports for the run, without code generation and compilation.
- **NEST** (`benchmarks/peers/nest_structural.py`): `iaf_cond_exp` cells with the in-degrees that
  exist (81 between pyramidal cells), a connection update every second, one thread (its
  structural plasticity allows no more). It has no NMDA receptors, adaptation, or plasticity
  other than structural: less to compute than ours. Its background is tuned to the rates.
- **ten sets**: ten values of the AMPA weight between pyramidal cells, {peer_seconds:g} s of spiking
  each. Ours is one process with two workers, from the start of Python to the last spike;
  `ten_sets_standalone` with an empty cache (compiles once), `ten_sets_runtime` with a warm one.
  The peer runs one set after another: {ten_note}. In standalone mode each set is generated and
  compiled in full: in a loop with `device.reinit()` Brian2 numbers its unnamed `PoissonInput`s
  anew and thereby changes every file.{same_folder}
- **structural_overhead**: rules `protein_formation`, `size_elimination`, `spine_size` and
  `ampa_insertion` on or off.
- **state_update_limit**: the state updates of our populations as Brian2 generates them from our
  circuit, nothing else in the network, against `benchmarks/peers/state_update.cpp`; same
  equations, numbers of neurons, compiler flags and precision ({precision}). Ours is below one
  because its exponential is inlined; the loop by hand calls the vector library, as one would.
"""


def table(results: dict) -> str:
    """Return the table of ratios.

    >>> print(table({"ratios": {}}))
    | name | against | numerator | denominator | ratio (range) | target | met |
    |---|---|---|---|---|---|---|
    """
    lines = [
        "| name | against | numerator | denominator | ratio (range) | target | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in _ordered(results["ratios"]):
        lines.append(
            f"| {name} | {AGAINST[name]} | {_times(row['numerator'])} {row['unit']} "
            f"| {_times(row['denominator'])} | {row['median']:.2f} "
            f"({row['min']:.2f} to {row['max']:.2f}) | {TARGETS[name]} | {_met(row['met'])} |"
        )
    return "\n".join(lines)


def page(results: dict) -> str:
    """Return the text of ``docs/benchmarks.md``."""
    run = results["run"]
    parts = [
        "# Benchmarks",
        "Made by `make bench` (`python -m benchmarks.run`); the numbers are in "
        "`results/benchmarks.json`." + (" **A quick test run, not a measurement.**"
                                        if run.get("quick") else ""),
        _machine(run),
        "Ratios of comparisons with peers are the peer's time over ours.",
        table(results),
        _rates(results["ratios"]),
        _explanation(results),
    ]  # fmt: skip
    if results.get("scale"):
        parts.append(_scale(results["scale"]))
    if results.get("costs"):
        parts.append(_costs(results["costs"]))
    if results.get("growth"):
        parts.append(growth.section(results["growth"]))
    parts.append(_accuracy(results.get("accuracy")))
    return "\n\n".join(part for part in parts if part) + "\n"


def provenance(quick: bool, settings) -> dict:
    """Return machine, versions and settings of this run."""
    return {
        "date": date.today().isoformat(),
        "quick": quick,
        "machine": f"{_processor()}, {_cores()} cores, {platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0],
        "compiler": _compiler(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "rounds": settings.rounds,
        "peer_seconds": settings.peer,
    }


PACKAGES = ("synaptoket", "brian2", "nest-simulator", "numpy", "cython")


def _explanation(results: dict) -> str:
    ratios = results["ratios"]
    ten = ratios.get("ten_sets_standalone", {})
    timed = ten.get("peer_sets_timed", ratios.get("ten_sets_runtime", {}).get("peer_sets_timed", 1))
    same = (
        f"\n  A loop of separate processes that share one project folder compiles only what has "
        f"changed:\n  an estimate of {ten['peer_same_folder_seconds']:.0f} s for ten sets, "
        f"{ten['ratio_same_folder']:.1f} times ours. A user who plans for it can also\n"
        "  make the weight a `(shared)` variable and pass `run_args`, and compile once."
        if "ratio_same_folder" in ten
        else ""
    )
    return EXPLANATION.format(
        peer_seconds=results["run"].get("peer_seconds", 20),
        ten_note="all ten are run"
        if timed > 1
        else "one set is timed and counted ten times "
        "(start of\n  Python once; `--full` runs all ten)",
        same_folder=same,
        precision=ratios.get("state_update_limit", {}).get("precision", "not measured"),
    ).rstrip()


def _machine(run: dict) -> str:
    if not run:
        return ""
    versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items() if number)
    return (
        f"{run['date']}; {run['machine']}; {run['compiler']}; Python {run['python']}; {versions}. "
        f"{run['rounds']} rounds; load average {run['load']:.1f} at the end of the last part."
    )


def _rates(ratios: dict) -> str:
    lines = ["Rates in Hz (pyramidal, PV, SST):", "", "| row | | Hz |", "|---|---|---|"]
    for name, row in _ordered(ratios):
        for who, rates in row["rates"].items():
            lines.append(f"| {name} | {who} | {', '.join(f'{r:.2f}' for r in rates.values())} |")
    return "\n".join(lines) if len(lines) > 4 else ""


def _scale(scale: dict) -> str:
    lines = [
        "## Scale",
        "",
        "Peak resident memory of the binary and of Python, what both have mapped counted once; the "
        "binary was in the cache. Growth is time over that of 1,000 neurons, divided by the ratio "
        "of potential synapses. Bytes per synapse are the memory beyond that of the smallest "
        "circuit for each synapse beyond its. The last size has 1,250 potential contacts for each "
        "pyramidal cell, as many of which exist as usual.",
        "",
        "| neurons | potential synapses | s per s of spiking | growth | peak | bytes per synapse "
        "| pyramidal rate |",
        "|---|---|---|---|---|---|---|",
    ]
    for point in scale["points"]:
        each = point["bytes_per_synapse"]
        lines.append(
            f"| {point['neurons']:,} | {point['potential_synapses']:,} "
            f"| {point['seconds_per_second']:.3f} | {point['growth']:.2f} "
            f"| {point['peak_bytes'] / 2**20:,.0f} MiB | {'–' if each is None else f'{each:.0f}'} "
            f"| {point['rates']['pyramidal']:.2f} Hz |"
        )
    names = {
        "growth": "largest growth",
        "bytes_per_synapse": "most bytes per potential synapse",
        "ten_million_bytes": "bytes with ten million potential contacts",
    }
    return "\n".join([*lines, "", *_judgements(scale, names)])


def _costs(costs: dict) -> str:
    names = {
        "segment_milliseconds": "a segment of 1,000 neurons beyond the simulation, ms",
        "compile_seconds": "cold compilation, with the start of Brian2, s",
        "help_seconds": "`python -m synaptoket --help`, s",
    }
    return "\n".join(["## Costs of the engine", "", *_judgements(costs, names)])


def _judgements(values: dict, names: dict) -> list[str]:
    lines = ["| what | measured | target | met |", "|---|---|---|---|"]
    for name, label in names.items():
        entry = values[name]
        value = "not measured" if entry["value"] is None else f"{entry['value']:,.3g}"
        if entry["value"] and entry["value"] > 1e6:
            value = f"{entry['value']:,.0f}"
        lines.append(f"| {label} | {value} | ≤ {entry['target']:,} | {_met(entry['met'])} |")
    return lines


def _accuracy(found: dict | None) -> str:
    """Return the table of approximation errors."""
    if not found:
        return ""
    lines = [
        "## Accuracy",
        "",
        f"{found['neurons']:,} neurons, {found['seconds']:g} s of spiking, mean difference from "
        f"the reference with its 95 % interval over {found['seeds']} seeds. The reference: double "
        "precision, steps of 0.05 ms, background inputs at every step, synapses that come and go "
        "every 0.1 s. Each approximation is switched by `--set numerics.<name>=<value>`. Bound: "
        f"3 %, or the spread over seeds if that is larger; kept: {_met(found['met'])}.",
        "",
        accuracy.table(found),
    ]
    return "\n".join(lines)


def _ordered(ratios: dict) -> list[tuple[str, dict]]:
    return [(name, ratios[name]) for name in TARGETS if name in ratios]


def _times(values: list[float]) -> str:
    middle = sorted(values)[len(values) // 2]
    return f"{middle:.3g}" if middle < 1000 else f"{middle:.0f}"


def _met(met: bool | None) -> str:
    return {True: "yes", False: "**no**", None: "–"}[met]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _compiler() -> str:
    from synaptoket.compiler import compiler

    done = subprocess.run([*compiler(), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]
