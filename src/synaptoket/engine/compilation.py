"""Compile a generated project to the program ``main``, and say in a line why that failed."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

from ..circuit.compiler import named, wrong
from ..parameters.errors import KILL, UserError

#: Seconds after which a compiler counts as hung, and the same for an empty program.
TIME_LIMIT, TRIAL_LIMIT = 900.0, 60.0

#: Seconds between two looks at whether a compilation is to be stopped.
WAIT = 0.05

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

#: How the files are compiled that run once, and ``main.cpp`` with the segment server.
_ONCE = {
    "objects.cpp": ["-w", "-O0", "-std=c++17"],
    "run.cpp": ["-w", "-O0", "-std=c++17"],
    "main.cpp": ["-w", "-O2", "-std=c++17"],
}


class CompilerError(Exception):
    """A call of the compiler failed: the message says how."""


def check_compiler(command: list[str], flags: Sequence[str], place: Path) -> None:
    """Compile an empty program and run it.

    Parameters
    ----------
    command, flags : list of str
        The compiler, and how it is to compile.
    place : Path
        Where the circuit's program is going to run; the empty one is run there, too.

    Raises
    ------
    UserError
        If the command is no C++ compiler that can be used.
    """
    with tempfile.TemporaryDirectory(prefix="trial-", dir=place) as folder:
        (Path(folder) / "trial.cpp").write_text("int main() { return 0; }\n")
        words = [*command, *flags, "trial.cpp", "-o", "trial"]
        try:
            _run(words, Path(folder), "trial", TRIAL_LIMIT)
        except CompilerError as error:
            if "CXX" in os.environ:
                raise wrong(str(error)) from None
            raise UserError(f"{named(command)}: compiles no program: {error}") from None
        try:
            done = subprocess.run(["./trial"], cwd=folder, timeout=TRIAL_LIMIT, check=False)
            trouble = f"exit status {done.returncode}" if done.returncode else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            trouble = getattr(error, "strerror", None) or "it does not end"
    if trouble:
        raise UserError(
            f"{named(command)}: a program that it compiles does not run in {place}: {trouble}; "
            "set SYNAPTOKET_CACHE to a folder where programs may run, or CXX to another compiler"
        )


def compile_project(command: list[str], folder: Path, flags: Sequence[str]) -> None:
    """Compile a project folder to ``main``.

    Brian2's makefile takes six times as long. Here the headers are compiled once for all files, and
    ``objects.cpp``, whose thousands of lines run once, is not optimised.

    Raises
    ------
    UserError
        If the compiler fails, is killed, hangs, or writes nothing.
    """
    stopped = Event()

    def compiled(target: str, *words: str) -> str:
        _run([*command, *words, "-o", target], folder, target, TIME_LIMIT, stopped)
        return target

    def build(name: str) -> str:
        words = _ONCE.get(name, [*flags, "-include", "prefix.h"])
        return compiled(name.replace(".cpp", ".o"), *words, "-I.", "-c", name)

    (folder / "prefix.h").write_text(_PREFIX)
    sources = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.cpp"))
    sources.sort(key=lambda name: name not in ("objects.cpp", "main.cpp"))
    try:
        compiled("prefix.h.gch", *flags, "-I.", "-x", "c++-header", "prefix.h")
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            try:
                objects = list(pool.map(build, sources))
            except BaseException:  # Ctrl-C, too: the calls that are under way end at once
                stopped.set()
                raise
        # linked with fast-math, too, the program flushes denormal numbers to zero; otherwise the
        # decaying trace of a silent cell would slow its loop down many times over
        compiled("main", "-ffast-math", *objects)
    except CompilerError as error:
        raise UserError(f"the circuit does not compile: {named(command)}: {error}") from None
    for path in [folder / "prefix.h.gch", *(folder / name for name in objects)]:
        path.unlink()


def _run(
    command: list[str], folder: Path, target: str, limit: float, stopped: Event | None = None
) -> None:
    """Run a compiler in a folder; raise `CompilerError` unless it has written a file.

    It has a process group of its own, so that the processes that it has started end with it.
    """
    try:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise CompilerError(f"cannot be started: {error.strerror}") from None
    try:
        output = _output(process, limit, stopped or Event())
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    status = process.returncode
    if status < 0:
        why = "; perhaps out of memory" if status == -KILL else ""
        raise CompilerError(f"was killed by signal {-status} at {target}{why}")
    if status:
        raise CompilerError(f"exit status {status} at {target}: {_reason(output)}")
    written = folder / target
    if not written.is_file() or not written.stat().st_size:
        raise CompilerError(f"wrote no {target}, with exit status 0")


def _output(process: subprocess.Popen, limit: float, stopped: Event) -> str:
    """Wait for the end of a compiler and return what it has written to standard error."""
    ends = time.monotonic() + limit
    while not stopped.is_set():
        try:
            return process.communicate(timeout=WAIT)[1]
        except subprocess.TimeoutExpired:
            if time.monotonic() > ends:
                raise CompilerError(f"did not end within {limit:.0f} s: stopped") from None
    raise CompilerError("stopped")


def _reason(output: str) -> str:
    """Return the line of a compiler's output that tells most: its first error.

    >>> _reason("In file included from a.h:1:\\na.cpp:2:1: error: no such thing\\n    2 | x")
    'a.cpp:2:1: error: no such thing'
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return ([*errors[:1], *lines[-1:], "it said nothing"])[0][:300]
