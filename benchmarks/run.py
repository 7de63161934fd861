"""The benchmark: every row of the table, the scale, the costs and the errors, in one run.

    python -m benchmarks.run
    python -m benchmarks.run --only plain_standalone,costs --rounds 5
    python -m benchmarks.run --quick

A whole run writes ``results/benchmarks.json`` after each part and, when it is through,
``docs/benchmarks.md``: all numbers there are of one run. A row that cannot be measured (its peer is
not installed or fails, or is not comparable) has its reason in its place, and the others are
measured all the same. A run of some rows (``--only``) or a short one (``--quick``) writes to
``build/benchmarks``, unless ``--json`` and ``--page`` say where; nothing is taken over from a file
of an earlier run.

Exit status: 0 if all that was asked for was measured (whether or not it meets its target), 1 if
something is missing, 2 for wrong options, 130 if interrupted.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from synaptoket.parameters.errors import UserError
from synaptoket.results.destination import Output, check_outputs

from . import accuracy, provenance, report
from .attempts import Attempts
from .commands import ROOT
from .comparisons import GROUPS
from .growth import growth
from .rows import TARGETS, Settings
from .scale import costs, scale

RESULTS, PAGE = ROOT / "results" / "benchmarks.json", ROOT / "docs" / "benchmarks.md"
FOLDER = ROOT / "build" / "benchmarks"


def errors(settings: Settings) -> dict:
    """Measure the error of every approximation."""
    return accuracy.accuracy(
        settings.neurons,
        settings.seeds,
        settings.accuracy,
        say=settings.say,
        attempt=settings.attempt,
    )


OTHERS = {"scale": scale, "costs": costs, "growth": growth, "accuracy": errors}
NAMES = [*TARGETS, *OTHERS]
QUICK = {
    "rounds": 1, "ours": 4.0, "peer": 2.0, "nest": 2.0, "structure": 4.0, "update": 1.0,
    "scale": ((500, None), (1000, None)), "neurons": 100, "seeds": 2, "accuracy": 2.0,
    "growth": 20.0,
}  # fmt: skip


def arguments(given=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME,...", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, help="of ours and its peer in turn (3)")
    parser.add_argument("--quick", action="store_true", help="short, to test the benchmark")
    parser.add_argument("--full", action="store_true", help="peers run all of the ten sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of what is compiled")
    parser.add_argument("--json", type=Path, help="results (results/benchmarks.json)")
    parser.add_argument("--page", type=Path, help="page (docs/benchmarks.md)")
    parser.add_argument("--overwrite", action="store_true", help="replace --json and --page")
    args = parser.parse_args(given)
    whole = args.only is None and not args.quick
    args.only = args.only.split(",") if args.only is not None else NAMES
    if unknown := [name for name in args.only if name not in NAMES]:
        parser.error(f"--only {unknown[0]}: expected some of {', '.join(NAMES)}")
    if args.rounds is not None and args.rounds < 1:
        parser.error(f"--rounds {args.rounds}: expected 1 or more")
    args.json = args.json or (RESULTS if whole else FOLDER / RESULTS.name)
    args.page = args.page or (PAGE if whole else FOLDER / PAGE.name)
    own = {RESULTS, PAGE, FOLDER / RESULTS.name, FOLDER / PAGE.name}
    outputs = [Output("--json", args.json, (".json",)), Output("--page", args.page, (".md",))]
    try:
        for output in outputs:
            check_outputs([output], overwrite=args.overwrite or output.path in own)
    except UserError as error:
        parser.error(str(error))
    return args


def settings(args) -> Settings:
    """Return how long and how often, from the options."""
    chosen = dict(QUICK) if args.quick else {}
    if args.rounds:
        chosen["rounds"] = args.rounds
    return Settings(
        args.folder.resolve(), full=args.full, say=_say, attempt=Attempts(_say), **chosen
    )


def measure(args, results: dict) -> None:
    """Measure what was asked into `results`; the file of results is written after each part."""
    chosen, started = settings(args), time.perf_counter()
    parts = [(names, function) for function, names in GROUPS.items()]
    parts += [((name,), function) for name, function in OTHERS.items()]
    parts = [part for part in parts if set(part[0]) & set(args.only)]
    results["missing"] = dict.fromkeys(args.only, "the run has not come to it")
    for number, (names, function) in enumerate(parts, 1):
        so_far = (time.perf_counter() - started) / 60
        _say(f"[{number}/{len(parts)}] {', '.join(names)} (after {so_far:.1f} min)")
        part(names, function, chosen, results)
        results["run"] |= provenance.of_run(args.quick, chosen)
        results["run"]["wall_seconds"] = time.perf_counter() - started
        write_results(args, results)


def part(names: tuple[str, ...], function, chosen: Settings, results: dict) -> None:
    """Measure rows or a section; what fails is noted in ``results["missing"]``."""
    began, load = time.perf_counter(), os.getloadavg()[0]
    found = None
    with chosen.attempt(*names):
        found = function(chosen)
    seconds = time.perf_counter() - began
    for name in names:
        results["missing"].pop(name, None)
    results["missing"] |= chosen.attempt.missing
    if names[0] in OTHERS:
        results[names[0]] = found
    else:
        rows = {row.name: row for row in found or [] if row.name not in results["missing"]}
        results["ratios"] |= {name: row.as_json() for name, row in rows.items()}
    for name in names:
        if results.get(name) or name in results["ratios"]:
            results["measured"][name] = provenance.of_row(name, seconds, load)
    results["run"].setdefault("part_seconds", {})[names[0]] = seconds


def write_results(args, results: dict) -> None:
    """Write the file of results."""
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(results, indent=1) + "\n")


def main(given=None) -> int:
    """Run the benchmark; return the exit status."""
    args = arguments(given)
    results = {"ratios": {}, **dict.fromkeys(OTHERS), "run": {}, "missing": {}, "measured": {}}
    try:
        measure(args, results)
    except KeyboardInterrupt:
        print(f"interrupted: {args.page.name} is as it was", file=sys.stderr)
        return 130
    args.page.parent.mkdir(parents=True, exist_ok=True)
    args.page.write_text(report.page(results))
    _say(f"{report.table(results)}\n{results['run']['wall_seconds'] / 60:.1f} min; {args.page}")
    for name, why in results["missing"].items():
        print(f"error: {name} is not measured: {why}", file=sys.stderr)
    return 1 if results["missing"] else 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
