"""Compiled circuits that travel with a sweep, so that its workers need no compiler.

A program made for one processor runs, and gives the same bits, on every processor that knows all of
its instructions. So a worker takes the driver's program wherever it can be run, else one that
another worker has left, and compiles only on a processor that no program suits. The folder of a
sweep may come from somebody else: a worker takes only programs that its user has compiled
(`engine.seal`), and runs a copy in its own cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from ...circuit.group import CircuitPlan
from ...engine import SLOWER, seal
from ...engine.binary import Binary, adopted, code_key, compiled, compiler, processor
from ...engine.seal import NotSealedError
from ...parameters.errors import UserError
from ...results.destination import reason


def supply(circuits: list[CircuitPlan], folder: Path, tell) -> None:
    """Compile circuits for a sweep; without a compiler, warn that its runs will be slow."""
    slow = False
    for circuit in circuits:
        if compiler() is not None:
            ship(circuit, folder, tell)
        else:
            slow = provide(circuit, folder) is None or slow
    if slow:
        tell(f"warning: {SLOWER}")


def ship(plan: CircuitPlan, folder: Path, announce=lambda text: None) -> Binary:
    """Compile a circuit, or find it in the cache, and put a copy into the sweep's folder.

    Parameters
    ----------
    plan : CircuitPlan
    folder : Path
        Of the sweep's binaries; a circuit's are in ``<code>/<processor>/``.
    announce : callable
        Told in a line when a compilation starts, and when a program in the folder is not run.
    """
    shelf = folder / code_key(plan)
    place = shelf / hashlib.sha256(_machine().encode()).hexdigest()[:12]
    try:
        _check(place)
        return adopted(place, shelf.name)
    except NotSealedError as error:
        if os.path.lexists(place):
            announce(f"{place}: {error}: not run; compiled here")
    mine = compiled(plan, announce)
    partial = shelf / f".{place.name}.{os.getpid()}.tmp"
    first = all(path.parent == place for path in shelf.glob("*/main"))
    try:
        for path in (folder, shelf, place):
            _discard(path, link_only=path != place)
        _copy(mine, partial, first)
        with suppress(FileExistsError, NotADirectoryError):  # another worker was quicker
            os.replace(partial, place)
    except OSError as error:
        raise UserError(f"{place}: cannot be written: {reason(error)}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return mine


def find(plan: CircuitPlan, folder: Path) -> Binary | None:
    """Return a binary of a circuit that this machine can run, the driver's first, or None."""
    here = set(_machine().split())
    shelf = folder / code_key(plan)
    suitable = []
    for place in sorted(path for path in shelf.glob("*") if not path.name.startswith(".")):
        with suppress(NotSealedError):
            machine = json.loads(_check(place)["machine.json"])
            if set(machine["needs"].split()) <= here:
                suitable.append((not machine["first"], place))
    return adopted(min(suitable)[1], shelf.name) if suitable else None


def provide(plan: CircuitPlan, folder: Path) -> Binary | None:
    """Return a binary that this machine can run, made here if there is none.

    None if no circuit was ever compiled for the sweep: it is run without.

    Raises
    ------
    UserError
        If there is none and no compiler either.
    """
    binary = find(plan, folder)
    if binary is None and compiler() is not None:
        return ship(plan, folder)
    if binary is None and any(folder.glob("*/*/main")):
        raise UserError(
            "no program for this processor and circuit that this user has compiled, and no "
            "compiler here to make one; start the sweep on a machine of this kind, too, "
            "or install g++"
        )
    return binary


def all_ours(folder: Path) -> bool:
    """Return whether a sweep's folder holds programs, and this user has compiled them all."""
    places = [path for path in folder.glob("*/*") if not path.name.startswith(".")]
    try:
        for place in places:
            _check(place)
    except NotSealedError:
        return False
    return bool(places)


def _check(place: Path) -> dict[str, bytes]:
    """Return the files of a program, if all are as this user's seal for its circuit says."""
    files = seal.sealed_files(place, place.parent.name)
    return {name: seal.content(place, files, name) for name in files}


def _copy(mine: Binary, partial: Path, first: bool) -> None:
    """Copy a program, say on which machines it runs, and seal it for its circuit."""
    partial.mkdir(mode=0o700, parents=True)
    for name in ("main", "manifest.json"):
        shutil.copy(mine.folder / name, partial / name)
    shutil.copytree(mine.folder / "static_arrays", partial / "static_arrays")
    (partial / "machine.json").write_text(json.dumps({"needs": _machine(), "first": first}))
    seal.seal(partial, partial.parent.name)


def _discard(path: Path, link_only: bool) -> None:
    """Remove a program that is not run, or a link by which one would be written elsewhere."""
    if path.is_symlink():
        path.unlink()
    elif path.exists() and not link_only:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _machine() -> str:
    """Return the requirements of a program made here: system and processor instructions."""
    import platform

    known = processor().partition(":")[2] or processor()
    return f"{platform.system()}-{platform.machine()} {known}"
