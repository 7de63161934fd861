"""The page and the printed table, made from the results of one run."""

from .provenance import machine
from .rows import RATE_TOLERANCE, SYNAPSE_TOLERANCE, TARGETS
from .sections import accuracy, costs, growth, met, reason, scale

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
in each round, and the table shows the median and the range of rounds. A row is not measured, and
says so, if a population of the peer fires more than {rates:.0%} off ours, the numbers of synapses
differ by more than {synapses:.0%}, numbers of cells or time steps differ, or a run fails in any
round. For ours, the time of a segment is the whole call of `advance`, with the state going in and
out; for a peer it is its simulation alone.

- **plain Brian2** (`benchmarks/peers/plain_brian2.py`): the same equations and rules in one script,
  as one would write it without this package: `(unless refractory)`, `PoissonInput`, connectivity
  drawn by Brian2, `run_regularly`, default compiler preferences, double precision. Its time is
  the one Brian2 reports for the run, without code generation and compilation.
- **NEST** (`benchmarks/peers/nest_structural.py`): `iaf_cond_exp` cells with the in-degrees that
  exist (81 between pyramidal cells), a connection update every second, one thread (its
  structural plasticity allows no more). It has no NMDA receptors, adaptation, or plasticity
  other than structural: less to compute than ours. Its background comes at the rate of ours; the
  weights are found anew before the timing (`benchmarks/background.py`), so that its cells fire as
  ours do in the circuit as it is{background}.
- **ten sets**: ten values of the AMPA weight between pyramidal cells, {peer_seconds:g} s of spiking
  each. Ours is one process with two workers, from the start of Python to the last spike;
  `ten_sets_standalone` with an empty cache (compiles once), `ten_sets_runtime` with a warm one.
  The peer runs one set after another: {ten_note}. In standalone mode each set is generated and
  compiled in full: in a loop with `device.reinit()` Brian2 numbers its unnamed `PoissonInput`s
  anew and thereby changes every file.{same_folder}
- **structural_overhead**: rules `protein_formation`, `spine_stages`, `spine_size` and
  `ampa_insertion` on or off.
- **state_update_limit**: the state updates of our populations as Brian2 generates them from our
  circuit, nothing else in the network, against `benchmarks/peers/state_update.cpp`; same
  equations, numbers of neurons, compiler flags and precision ({precision}). Ours is below one
  where its exponential is inlined; the loop by hand calls the vector library, as one would.
"""


def table(results: dict) -> str:
    """Return the table of ratios: a line for each row, measured or not."""
    lines = [
        "| name | against | numerator | denominator | ratio (range) | target | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in TARGETS:
        row = results["ratios"].get(name)
        start = f"| {name} | {AGAINST[name]} |"
        if row is None:
            lines.append(f"{start} {reason(results, name)} | – | – | {TARGETS[name]} | – |")
            continue
        lines.append(
            f"{start} {_times(row['numerator'])} {row['unit']} "
            f"| {_times(row['denominator'])} | {row['median']:.2f} "
            f"({row['min']:.2f} to {row['max']:.2f}) | {TARGETS[name]} | {met(row['met'])} |"
        )
    return "\n".join(lines)


def page(results: dict) -> str:
    """Return the text of ``docs/benchmarks.md``."""
    quick = " **A quick test run, not a measurement.**" if results["run"].get("quick") else ""
    parts = [
        "# Benchmarks",
        "Made by `make bench` (`python -m benchmarks.run`): all numbers are of one run, and what "
        f"it did not measure is shown as not measured.{quick}",
        machine(results["run"]),
        "Ratios of comparisons with peers are the peer's time over ours.",
        table(results),
        _rates(results["ratios"]),
        _explanation(results),
        scale(results),
        costs(results),
        growth(results),
        accuracy(results),
        _measured(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


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
    weights = ratios.get("nest_structural", {}).get("background_weights", {})
    found = ", ".join(f"{weight:.3g}" for weight in weights.values())
    return EXPLANATION.format(
        rates=RATE_TOLERANCE,
        synapses=SYNAPSE_TOLERANCE,
        background=f" ({found} nS onto pyramidal, PV and SST cells)" if found else "",
        peer_seconds=results["run"].get("peer_seconds", 20),
        ten_note="all ten are run"
        if timed > 1
        else "one set is timed and counted ten times "
        "(start of\n  Python once; `--full` runs all ten)",
        same_folder=same,
        precision=ratios.get("state_update_limit", {}).get("precision", "not measured"),
    ).rstrip()


def _rates(ratios: dict) -> str:
    lines = ["Rates in Hz (pyramidal, PV, SST):", "", "| row | | Hz |", "|---|---|---|"]
    for name in TARGETS:
        for who, rates in ratios.get(name, {}).get("rates", {}).items():
            lines.append(f"| {name} | {who} | {', '.join(f'{r:.2f}' for r in rates.values())} |")
    return "\n".join(lines) if len(lines) > 4 else ""


def _measured(results: dict) -> str:
    """Return the table of when, where and with what every row was measured."""
    lines = [
        "## When and with what",
        "",
        "| row | date | processor | versions | load before, after | took |",
        "|---|---|---|---|---|---|",
    ]
    for row, entry in results["measured"].items():
        versions = ", ".join(
            f"{name} {number}" for name, number in entry["versions"].items() if number
        )
        before, after = entry["load"]
        lines.append(
            f"| {row} | {entry['date']} | {entry['processor']} | {versions} "
            f"| {before:.1f}, {after:.1f} | {entry['seconds']:.0f} s |"
        )
    return "\n".join(lines) if results["measured"] else ""


def _times(values: list[float]) -> str:
    middle = sorted(values)[len(values) // 2]
    return f"{middle:.3g}" if middle < 1000 else f"{middle:.0f}"
