"""When, where and with what a row was measured."""

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .commands import BenchmarkError, compiler

#: The packages besides ours that decide the numbers of a row or part.
PACKAGES = {
    "nest_structural": ("nest-simulator",),
    "growth": ("nest-simulator",),
    "runtime_cython": ("cython",),
    "ten_sets_runtime": ("cython",),
}
ALL = ("synaptoket", "brian2", "numpy")


def of_run(quick: bool, settings) -> dict:
    """Return machine, versions and settings of a run."""
    return {
        "date": date.today().isoformat(),
        "quick": quick,
        "machine": f"{processor()}, {_cores()} cores, {platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0],
        "compiler": _compiler(),
        "python": platform.python_version(),
        "versions": versions((*ALL, "nest-simulator", "cython")),
        "rounds": settings.rounds,
        "peer_seconds": settings.peer,
    }


def of_row(name: str, seconds: float, load: float) -> dict:
    """Return date, processor, versions and load (before, after) of a row that took some seconds."""
    return {
        "date": date.today().isoformat(),
        "processor": processor(),
        "versions": versions((*ALL, *PACKAGES.get(name, ()))),
        "load": [load, os.getloadavg()[0]],
        "seconds": seconds,
    }


def machine(run: dict) -> str:
    """Return the line of the page on the machine and the versions of a run."""
    installed = ", ".join(f"{name} {number}" for name, number in run["versions"].items() if number)
    return (
        f"{run['date']}; {run['machine']}; {run['compiler']}; Python {run['python']}; {installed}. "
        f"{run['rounds']} rounds; load average {run['load']:.1f} at the end of the last part."
    )


def versions(names) -> dict[str, str]:
    """Return the versions of packages, empty for one that is not installed."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """Return the name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _compiler() -> str:
    try:
        command = [*compiler(), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (BenchmarkError, OSError, subprocess.CalledProcessError):
        return "no C++ compiler"
    return done.stdout.splitlines()[0]
