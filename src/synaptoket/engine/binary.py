"""Compile a circuit once: Brian2 standalone code, a segment server around it, a cache of both.

Constants, drives, seeds and connectivity are data that the binary reads; only the text of the
equations and the sizes are compiled in. The key of the cache is a hash of the generated code: other
code gets another binary, and everything else finds the one that is there. A program is run only if
this user has compiled it and it has not changed since (`seal`); otherwise it is compiled anew.
"""

import json
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..circuit.compiler import INSTALL, compiler
from ..circuit.group import CircuitPlan
from ..parameters.errors import UserError
from . import seal
from .announcing import Announce, silent
from .cache import MAKING, cache_folder, open_cache, remove_leftovers, unusable
from .compilation import check_compiler, compile_project
from .generation import flags, generate, is_single
from .keys import LENGTH, code_key, plan_key, processor, source_key
from .seal import NotSealedError

__all__ = ["Binary", "adopted", "build", "cache_folder", "code_key", "compiled", "compiler",
           "processor", "read_binary"]  # fmt: skip


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
        Static arrays that hold connectivity: each worker brings those of its seed.
    populations : list of str
        In the order in which spikes are written.
    """

    folder: Path
    arrays: list[tuple[str, str, int]]
    contacts: dict[str, tuple[str, int]]
    populations: list[str]


def compiled(plan: CircuitPlan, announce: Announce = silent) -> Binary:
    """Return the binary of a plan, compiling it if the cache does not hold it.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    announce : callable
        Called with a line of text when a compilation starts, and when something in the cache does
        not fit.

    Raises
    ------
    UserError
        If there is no compiler, if it fails, or if the cache cannot be used.
    """
    cache = open_cache()
    key = plan_key(plan)
    quick = cache / "plans" / f"{key}.json"
    folder = _folder_of_plan(quick, key, announce)
    if folder is not None and _sound(folder, announce):
        return read_binary(folder)
    try:
        folder = _compiled_in_cache(plan, cache, announce)
        _replace(quick, {"binary": folder.name, "signature": seal.signature(key, folder.name)})
    except OSError as error:
        raise unusable(cache, error) from None
    return read_binary(folder)


def adopted(place: Path, name: str) -> Binary:
    """Return a program that lies in another folder, from a copy in this user's cache.

    Raises
    ------
    NotSealedError
        If this user has not compiled it under this name, or if it is not as it was compiled.
    """
    import filelock

    files = seal.sealed_files(place, name)
    cache = open_cache()
    copy = cache / seal.signature(name, json.dumps(files, sort_keys=True))[:LENGTH]
    if _sound(copy, name=name):
        return read_binary(copy)
    try:
        with (
            filelock.FileLock(f"{copy}.lock", mode=0o600),
            tempfile.TemporaryDirectory(prefix=MAKING, dir=cache) as temporary,
        ):
            if not _sound(copy, name=name):  # another process was quicker
                unfinished = Path(temporary) / "copy"
                seal.copy(place, files, unfinished)
                seal.seal(unfinished, name)
                _move(unfinished, copy)
    except OSError as error:
        raise unusable(cache, error) from None
    return read_binary(copy)


def build(plan: CircuitPlan, folder: Path, adjust=lambda circuit: None) -> Binary:
    """Generate and compile the project of a plan in a folder of its own, without the cache.

    `adjust` may change the Brian2 objects before code is generated from them.
    """
    _compile(plan, folder, generate(plan, folder, adjust))
    return read_binary(folder)


def read_binary(folder: Path) -> Binary:
    """Return the compiled circuit that lies in a folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    arrays = [(name, dtype, size) for name, dtype, size in manifest["arrays"]]
    ends = {name: (projection, end) for name, (projection, end) in manifest["contacts"].items()}
    return Binary(folder, arrays, ends, manifest["populations"])


def _folder_of_plan(quick: Path, key: str, announce: Announce) -> Path | None:
    """Return the folder that the file of a plan's key names, if this user has written the file."""
    try:
        record = json.loads(seal.read(quick, seal.LARGEST))
        name, signed = record["binary"], record["signature"]
        if re.fullmatch(rf"[0-9a-f]{{{LENGTH}}}", name) and signed == seal.signature(key, name):
            return quick.parents[1] / name
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    announce(f"{quick}: not written by this user, or damaged: not used")
    return None


def _sound(folder: Path, announce: Announce = silent, name: str = "") -> bool:
    """Return whether a folder of the cache holds a program as this user compiled it."""
    if not os.path.lexists(folder):
        return False
    try:
        seal.check(folder, name or folder.name)
    except NotSealedError as error:
        announce(f"{folder}: {error}: not used")
        return False
    return True


def _compiled_in_cache(plan: CircuitPlan, cache: Path, announce: Announce) -> Path:
    """Return the folder of a plan's program, compiled unless another plan has the same code."""
    import filelock

    remove_leftovers(cache)
    with tempfile.TemporaryDirectory(prefix=MAKING, dir=cache) as temporary:
        check_compiler(_command(), flags(is_single(plan)), Path(temporary))
        source = Path(temporary) / "source"
        manifest = generate(plan, source)
        folder = cache / source_key(plan, source, manifest)
        with filelock.FileLock(f"{folder}.lock", mode=0o600):
            if not _sound(folder, announce):
                announce("compiling the circuit (once; kept for every later run)")
                _compile(plan, source, manifest)
                seal.seal(source, folder.name)
                _move(source, folder)
    return folder


def _compile(plan: CircuitPlan, source: Path, manifest: dict) -> None:
    """Compile a generated project; leave its source and the files that a worker needs."""
    compile_project(_command(), source, flags(is_single(plan)))
    (source / "manifest.json").write_text(json.dumps(manifest))
    for name in manifest["contacts"]:
        (source / "static_arrays" / name).unlink()
    shutil.rmtree(source / "results", ignore_errors=True)


def _command() -> list[str]:
    command = compiler()
    if command is None:
        raise UserError(f"no C++ compiler found; {INSTALL}")
    return command


def _move(source: Path, folder: Path) -> None:
    """Move a folder to a path, and remove the folder, file or link that is there."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        old = folder.with_name(f"{MAKING}old-{secrets.token_hex(8)}")
        os.replace(folder, old)
        shutil.rmtree(old, ignore_errors=True)
    os.replace(source, folder)


def _replace(path: Path, tree: dict) -> None:
    """Write a tree as JSON in the place of a file, in one step."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        partial.write_text(json.dumps(tree))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
