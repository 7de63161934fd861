"""The processes that the benchmark times: ours, and each peer as its own users would start it."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).with_name("peers")

#: AMPA weights in nS of the ten parameter sets: a few percent around that of the circuit.
TEN_WEIGHTS = (0.348, 0.352, 0.355, 0.359, 0.362, 0.366, 0.369, 0.373, 0.376, 0.380)


class BenchmarkError(Exception):
    """A run failed, or is not comparable with what it is compared with."""


def run(command: list[str]) -> tuple[list[dict], float]:
    """Run a command; return what it printed as lines of JSON, and its wall time in seconds."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise BenchmarkError(f"{' '.join(command[:3])}: exit status {done.returncode}: {lines[-1]}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchmarkError(f"{' '.join(command[:3])}: printed no result")
    return [json.loads(line) for line in lines], wall


def ours(what: str, **options) -> tuple[dict, float]:
    """Run one of the measurements of `ours`; return its result and the wall time."""
    results, wall = run(["-m", "benchmarks.ours", what, *_options(options)])
    return results[0], wall


def plain(mode: str, **options) -> tuple[list[dict], float]:
    """Run the plain Brian2 script; return the results of its runs and the wall time."""
    script = str(PEERS / "plain_brian2.py")
    return run([script, "--mode", mode, "--json", *_options(options)])


def nest(**options) -> dict:
    """Run the NEST script; return its result."""
    return run([str(PEERS / "nest_structural.py"), "--json", *_options(options)])[0][0]


def emptied(folder: Path) -> Path:
    """Return a folder that exists and is empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _options(options: dict) -> list[str]:
    words = []
    for name, value in options.items():
        words.append("--" + name.replace("_", "-"))
        if isinstance(value, list | tuple):
            words += [str(item) for item in value]
        elif value is not True:
            words.append(str(value))
    return words
