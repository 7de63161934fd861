"""Compiled circuits that travel with a sweep, so that its workers need no compiler.

A program made for one processor runs, and gives the same bits, on any that knows all of its
instructions. So a worker takes the driver's wherever it can be run, else one that another worker
has left, and compiles only for a processor that none of them suits.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from ..circuit.group import CircuitPlan
from ..engine.binary import (
    Binary,
    code_key,
    compiled,
    compiler,
    processor,
    read_binary,
)
from ..errors import UserError


def ship(plan: CircuitPlan, folder: Path, announce=lambda text: None) -> Binary:
    """Compile a circuit, or find it in the cache, and put a copy into the sweep's folder.

    Parameters
    ----------
    plan : CircuitPlan
    folder : Path
        Of the sweep's binaries; a circuit's are in ``<code>/<processor>/``.
    announce : callable
        Told in a line when a compilation starts.
    """
    mine = compiled(plan, announce)
    shelf = folder / code_key(plan)
    place = shelf / hashlib.sha256(_machine().encode()).hexdigest()[:12]
    if not (place / "main").is_file():
        partial = shelf / f".{place.name}.{os.getpid()}.tmp"
        wanted = {"main", "manifest.json", "static_arrays"}
        shutil.copytree(mine.folder, partial, ignore=lambda at, names: (
            set(names) - wanted if Path(at) == mine.folder else set()))  # fmt: skip
        first = not any(shelf.glob("*/main"))
        (partial / "machine.json").write_text(json.dumps({"needs": _machine(), "first": first}))
        with suppress(OSError):  # another worker was quicker
            os.replace(partial, place)
        shutil.rmtree(partial, ignore_errors=True)
    return read_binary(place)


def find(plan: CircuitPlan, folder: Path) -> Binary | None:
    """Return a binary of a circuit that this machine can run, the driver's first, or None."""
    here = set(_machine().split())
    found = []
    for told in sorted((folder / code_key(plan)).glob("*/machine.json")):
        machine = json.loads(told.read_text())
        if set(machine["needs"].split()) <= here:
            found.append((not machine["first"], told.parent))
    return read_binary(min(found)[1]) if found else None


def provide(plan: CircuitPlan, folder: Path) -> Binary | None:
    """Return a binary that this machine can run, made here if there is none.

    None if no circuit was ever compiled for the sweep: it is run without.

    Raises
    ------
    UserError
        If there is none and no compiler either.
    """
    found = find(plan, folder)
    if found is None and compiler() is not None:
        return ship(plan, folder)
    if found is None and any(folder.glob("*/*/main")):
        raise UserError(
            "no program for this processor and circuit, and no compiler here to make one; "
            "start the sweep on a machine of this kind, too, or install g++"
        )
    return found


def _machine() -> str:
    """Return what a program made here needs: the system and the processor's instructions."""
    import platform

    known = processor().partition(":")[2] or processor()
    return f"{platform.system()}-{platform.machine()} {known}"
