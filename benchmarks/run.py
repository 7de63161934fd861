"""The benchmark: every row of the table, the scale and the costs, in one run.

    python -m benchmarks.run
    python -m benchmarks.run --only plain_standalone,costs --rounds 5
    python -m benchmarks.run --quick

Writes ``results/benchmarks.json`` and, from it, ``docs/benchmarks.md``; parts that were not
measured keep what the file said of them.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from . import accuracy, report
from .commands import ROOT, BenchmarkError
from .growth import growth
from .rows import GROUPS, TARGETS, Settings
from .scale import costs, scale

RESULTS, PAGE = ROOT / "results" / "benchmarks.json", ROOT / "docs" / "benchmarks.md"


def errors(settings: Settings) -> dict:
    """Measure the error of every approximation."""
    return accuracy.accuracy(settings.neurons, settings.seeds, settings.accuracy, say=settings.say)


OTHERS = {"scale": scale, "costs": costs, "growth": growth, "accuracy": errors}
QUICK = {
    "rounds": 1, "ours": 4.0, "peer": 2.0, "nest": 2.0, "structure": 4.0, "update": 1.0,
    "scale": ((500, None), (1000, None)), "neurons": 100, "seeds": 2, "accuracy": 2.0,
    "growth": 20.0,
}  # fmt: skip


def arguments(given=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME,...", help=", ".join([*TARGETS, *OTHERS]))
    parser.add_argument("--rounds", type=int, help="of ours and its peer in turn (3)")
    parser.add_argument("--quick", action="store_true", help="short, to test the benchmark")
    parser.add_argument("--full", action="store_true", help="peers run all of the ten sets")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "benchmarks")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args(given)
    args.only = args.only.split(",") if args.only else [*TARGETS, *OTHERS]
    unknown = set(args.only) - {*TARGETS, *OTHERS}
    if unknown:
        parser.error(f"--only {unknown.pop()}: expected some of {', '.join([*TARGETS, *OTHERS])}")
    return args


def settings(args) -> Settings:
    """Return how long and how often, from the options."""
    chosen = dict(QUICK) if args.quick else {}
    if args.rounds:
        chosen["rounds"] = args.rounds
    return Settings(args.folder.resolve(), full=args.full, say=_say, **chosen)


def measure(args, results: dict) -> list[str]:
    """Measure what was asked into `results`, written after each part; return what failed."""
    chosen, failed = settings(args), []
    parts = [(names, function) for function, names in GROUPS.items()]
    parts += [((name,), function) for name, function in OTHERS.items()]
    for names, function in parts:
        if not set(names) & set(args.only):
            continue
        _say(", ".join(names))
        started = time.perf_counter()
        try:
            found = function(chosen)
        except BenchmarkError as error:
            failed.append(str(error))
            print(f"error: {error}", file=sys.stderr, flush=True)
            continue
        if names[0] in OTHERS:
            results[names[0]] = found
        else:
            results["ratios"] |= {row.name: row.as_json() for row in found}
        results["run"] |= report.provenance(args.quick, chosen)
        results["run"].setdefault("part_seconds", {})[names[0]] = time.perf_counter() - started
        write(args, results)
    return failed


def write(args, results: dict) -> None:
    """Write the file of results and the page."""
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(results, indent=1) + "\n")
    args.page.write_text(report.page(results))


def main() -> int:
    """Run the benchmark; the exit status is 1 if a comparison failed."""
    args = arguments()
    results = json.loads(args.json.read_text()) if args.json.is_file() else {}
    parts = dict.fromkeys(OTHERS)
    results = {"ratios": {}, **parts, "run": {}} | results
    started = time.perf_counter()
    failed = measure(args, results)
    results["run"]["wall_seconds"] = time.perf_counter() - started
    write(args, results)
    print(report.table(results))
    for error in failed:
        print(f"error: {error}", file=sys.stderr)
    return 1 if failed else 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
