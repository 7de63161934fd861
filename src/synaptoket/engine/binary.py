"""Compile a circuit once: Brian2 standalone code, a segment server around it, a cache of both.

Constants, drives, seeds and connectivity are data that the binary reads; only the text of the
equations and the sizes are compiled in. The cache is keyed by the generated code, so whatever
changes the code gets another binary and whatever does not finds the one there is.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..circuit.group import CircuitPlan
from ..errors import UserError
from .generation import FLAGS, flags, generate, is_single


@dataclass(frozen=True)
class Binary:
    """A compiled circuit.

    Attributes
    ----------
    folder : Path
        Where the program ``main``, ``manifest.json`` and the default static arrays are.
    arrays : list of (name, dtype, size)
        What the server exchanges, in the order of the shared file.
    contacts : dict of str to (projection, end)
        Static arrays that hold connectivity, to be replaced for another seed.
    """

    folder: Path
    arrays: list[tuple[str, str, int]]
    contacts: dict[str, tuple[str, int]]
    populations: list[str]


def cache_folder() -> Path:
    """Return the folder of compiled circuits; ``SYNAPTOKET_CACHE`` sets another."""
    import platformdirs

    given = os.environ.get("SYNAPTOKET_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("synaptoket"))


def compiler() -> str | None:
    """Return the path of the C++ compiler (``CXX``, else g++), or None if there is none."""
    return shutil.which(os.environ.get("CXX", "g++"))


def compiled(plan: CircuitPlan, announce=lambda text: None) -> Binary:
    """Return the binary of a plan, compiling it if the cache does not hold it.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    announce : callable
        Told in a line when a compilation starts.
    """
    import filelock

    cache = cache_folder()
    try:
        (cache / "plans").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{cache}: cannot be made: {error.strerror}; set SYNAPTOKET_CACHE"
        ) from None
    quick = cache / "plans" / f"{_plan_key(plan)}.json"
    if quick.is_file():
        folder = cache / json.loads(quick.read_text())["binary"]
        if (folder / "main").is_file():
            return read_binary(folder)
    if not os.access(cache, os.W_OK):
        raise UserError(f"{cache}: cannot be written; set SYNAPTOKET_CACHE")
    with tempfile.TemporaryDirectory(prefix="synaptoket-", dir=cache) as temporary:
        source = Path(temporary) / "source"
        manifest = generate(plan, source)
        folder = cache / _source_key(source)
        with filelock.FileLock(f"{folder}.lock"):
            if not (folder / "main").is_file():
                announce("compiling the circuit (once; kept for every later run)")
                _compile(source, flags(is_single(plan)))
                (source / "manifest.json").write_text(json.dumps(manifest))
                shutil.rmtree(folder, ignore_errors=True)
                shutil.rmtree(source / "results", ignore_errors=True)
                os.replace(source, folder)
    partial = quick.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps({"binary": folder.name}))
    os.replace(partial, quick)
    return read_binary(folder)


def read_binary(folder: Path) -> Binary:
    """Return the compiled circuit that lies in a folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    arrays = [(name, dtype, size) for name, dtype, size in manifest["arrays"]]
    contacts = {name: (who, end) for name, (who, end) in manifest["contacts"].items()}
    return Binary(folder, arrays, contacts, manifest["populations"])


def _plan_key(plan: CircuitPlan) -> str:
    """Hash what decides the machine code, so that Brian2 need not be asked for it."""
    text = json.dumps([_code(plan), _environment()])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def code_key(plan: CircuitPlan) -> str:
    """Hash what decides the generated code, on whatever machine: plans with one key share it."""
    return hashlib.sha256(_code(plan).encode()).hexdigest()[:20]


def _code(plan: CircuitPlan) -> str:
    """Return what decides the generated code, as text."""
    groups = {
        name: [
            group.size, group.model(), group.statements(), group.source, group.target,
            {n: kind.str for n, kind in group.dtypes(plan.circuit.numerics.precision).items()},
        ]
        for name, group in plan.groups().items()
    }  # fmt: skip
    delay = float(plan.circuit.receptors.delay)
    own = [path.read_text() for path in sorted(Path(__file__).parent.glob("*"))
           if path.suffix in (".py", ".h", ".cpp")]  # fmt: skip
    assembly = Path(__file__).parents[1] / "circuit"
    own += [(assembly / name).read_text() for name in ("assembly.py", "group.py")]
    numerics = plan.circuit.numerics.model_dump()
    return json.dumps([groups, delay, numerics, own], sort_keys=True)


def _environment() -> list[str]:
    """Return what besides the code decides the machine code: versions, flags, processor."""
    from importlib.metadata import version

    return [version("brian2"), version("numpy"), compiler() or "", *FLAGS, processor()]


def processor() -> str:
    """Return the instructions that this machine's processor knows, as Linux lists them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()


def _source_key(folder: Path) -> str:
    digest = hashlib.sha256(json.dumps(_environment()).encode())
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix in (".cpp", ".h", "")
            and path.is_file()
            and path.parent.name != "static_arrays"
        ):
            digest.update(path.relative_to(folder).as_posix().encode())
            # Brian2 sets its clocks to zero in the order of a set, another one in each process.
            digest.update(b"\n".join(sorted(path.read_bytes().splitlines())))
    return digest.hexdigest()[:20]


_PREFIX = """#include "objects.h"
#include "segment_server.h"
#include "brianlib/common_math.h"
#include "brianlib/stdint_compat.h"
#include <climits>
#include <cmath>
#include <ctime>
#include <map>
#include <set>
"""


#: Files of code that runs once, or, in ``main.cpp``, of the segment server.
_ONCE = {
    "objects.cpp": ["-w", "-O0", "-std=c++17"],
    "run.cpp": ["-w", "-O0", "-std=c++17"],
    "main.cpp": ["-w", "-O2", "-std=c++17"],
}


def build(plan: CircuitPlan, folder: Path, adjust=lambda circuit: None) -> Binary:
    """Generate and compile the project of a plan in a folder of its own, past the cache."""
    manifest = generate(plan, folder, adjust)
    _compile(folder, flags(is_single(plan)))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return read_binary(folder)


def _compile(folder: Path, flags: list[str]) -> None:
    """Compile a project folder to ``main``.

    Brian2's makefile would do, in six times the time: here the headers are compiled once for all
    files, and ``objects.cpp``, thousands of lines that run once, is not optimised.
    """
    command = compiler()
    (folder / "prefix.h").write_text(_PREFIX)
    _run([command, *flags, "-I.", "-x", "c++-header", "prefix.h", "-o", "prefix.h.gch"], folder)
    sources = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.cpp"))
    sources.sort(key=lambda name: name not in ("objects.cpp", "main.cpp"))

    def build(name: str) -> str:
        target = name.replace(".cpp", ".o")
        how = _ONCE.get(name, [*flags, "-include", "prefix.h"])
        _run([command, *how, "-I.", "-c", name, "-o", target], folder)
        return target

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        objects = list(pool.map(build, sources))
    # linked with fast-math too, the program flushes denormal numbers to zero: a decaying trace of a
    # silent cell would else slow its loop down many times over
    _run([command, "-ffast-math", *objects, "-o", "main"], folder)
    for path in [folder / "prefix.h.gch", *(folder / name for name in objects)]:
        path.unlink()


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
        raise UserError(f"the circuit does not compile: {lines[0]}")
