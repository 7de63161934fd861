"""The processes that the benchmark times: ours, and each peer as its own users would start it."""

import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from synaptoket.circuit.compiler import compiler as compiler_command

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).with_name("peers")

#: A command that takes longer, in seconds, has gone wrong; the longest needs a third of this.
LONGEST = 1800.0


class BenchmarkError(Exception):
    """A run failed, or is not comparable with what it is compared with."""


def run(command: list[str]) -> tuple[list[dict], float]:
    """Run Python with a command; return what it printed as lines of JSON, and its wall time.

    Parameters
    ----------
    command : list of str
        A script or module and its options.

    Returns
    -------
    list of dict, float
        The lines, and the wall time in seconds.

    Raises
    ------
    BenchmarkError
        If it fails, is killed, takes longer than `LONGEST`, or prints no result or one with a
        number that is none.
    """
    name = " ".join(command[:3])
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{name}: took more than {LONGEST:g} s") from None
    wall = time.perf_counter() - started
    if done.returncode:
        raise BenchmarkError(f"{name}: {_ending(done)}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchmarkError(f"{name}: printed no result")
    return [json.loads(line, parse_constant=_refuse(name)) for line in lines], wall


def _ending(done: subprocess.CompletedProcess) -> str:
    """Say how a command ended that failed."""
    if done.returncode < 0:
        return f"ended by signal {-done.returncode} ({signal.strsignal(-done.returncode)})"
    lines = done.stderr.strip().splitlines() or ["no message"]
    return f"exit status {done.returncode}: {lines[-1]}"


def _refuse(name: str):
    def refuse(constant: str):
        raise BenchmarkError(f"{name}: {constant} among its results")

    return refuse


def ours(what: str, **options) -> tuple[dict, float]:
    """Run one of the measurements of `ours`; return its result and the wall time."""
    results, wall = run(["-m", "benchmarks.ours", what, *_options(options)])
    return results[0], wall


def plain(mode: str, **options) -> tuple[list[dict], float]:
    """Run the plain Brian2 script; return the results of its runs and the wall time."""
    script = str((PEERS / "plain_brian2.py").relative_to(ROOT))
    if mode == "runtime":
        installed("Cython", "cython")
    return run([script, "--mode", mode, "--json", *_options(options)])


def nest(**options) -> dict:
    """Run the NEST script; return its result."""
    installed("nest", "nest-simulator")
    script = str((PEERS / "nest_structural.py").relative_to(ROOT))
    return run([script, "--json", *_options(options)])[0][0]


def nest_growth(**options) -> dict:
    """Run the NEST script of homeostatic growth; return its result."""
    installed("nest", "nest-simulator")
    script = str((PEERS / "nest_growth.py").relative_to(ROOT))
    return run([script, "--json", *_options(options)])[0][0]


def installed(module: str, package: str) -> None:
    """Raise `BenchmarkError` if a peer is not installed."""
    if importlib.util.find_spec(module) is None:
        raise BenchmarkError(f"{package} is not installed: pip install {package}")


def compiler() -> list[str]:
    """Return the words of the command of the C++ compiler."""
    found = compiler_command()
    if not found:
        raise BenchmarkError("there is no C++ compiler: install g++, or name one in CXX")
    return found


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
