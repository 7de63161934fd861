"""Compile a circuit once: Brian2 standalone code, a segment server around it, a cache of both.

Constants, drives, seeds and connectivity are data that the binary reads; only the text of the
equations and the sizes are compiled in. The cache is keyed by the generated code, so whatever
changes the code gets another binary and whatever does not finds the one there is. Only what this
user has compiled and what is as it was compiled is run (`seal`); the rest is compiled anew.
"""

import json
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..circuit.compiler import compiler
from ..circuit.group import CircuitPlan
from ..parameters.errors import UserError
from . import seal
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
    """

    folder: Path
    arrays: list[tuple[str, str, int]]
    contacts: dict[str, tuple[str, int]]
    populations: list[str]


def compiled(plan: CircuitPlan, announce=lambda text: None) -> Binary:
    """Return the binary of a plan, compiling it if the cache does not hold it.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    announce : callable
        Told in a line when a compilation starts, and when something in the cache does not fit.

    Raises
    ------
    UserError
        If there is no compiler, if it fails, or if the cache cannot be used.
    """
    cache = open_cache()
    key = plan_key(plan)
    quick = cache / "plans" / f"{key}.json"
    folder = _planned(quick, key, announce)
    if folder is not None and _sound(folder, announce):
        return read_binary(folder)
    try:
        folder = _made(plan, cache, announce)
        _replace(quick, {"binary": folder.name, "signature": seal.signature(key, folder.name)})
    except OSError as error:
        raise unusable(cache, error) from None
    return read_binary(folder)


def adopted(place: Path, name: str) -> Binary:
    """Return a program of this user's that lies in another folder, from a copy in the cache.

    Raises
    ------
    NotSealedError
        If this user has not compiled it under this name, or if it is not as it was compiled.
    """
    import filelock

    files = seal.sealed_files(place, name)
    cache = open_cache()
    own = cache / seal.signature(name, json.dumps(files, sort_keys=True))[:LENGTH]
    if _sound(own, name=name):
        return read_binary(own)
    try:
        with (
            filelock.FileLock(f"{own}.lock", mode=0o600),
            tempfile.TemporaryDirectory(prefix=MAKING, dir=cache) as temporary,
        ):
            if not _sound(own, name=name):  # another process was quicker
                copied = Path(temporary) / "copy"
                seal.copy(place, files, copied)
                seal.seal(copied, name)
                _move(copied, own)
    except OSError as error:
        raise unusable(cache, error) from None
    return read_binary(own)


def build(plan: CircuitPlan, folder: Path, adjust=lambda circuit: None) -> Binary:
    """Generate and compile the project of a plan in a folder of its own, past the cache."""
    _compile(plan, folder, generate(plan, folder, adjust))
    return read_binary(folder)


def read_binary(folder: Path) -> Binary:
    """Return the compiled circuit that lies in a folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    arrays = [(name, dtype, size) for name, dtype, size in manifest["arrays"]]
    contacts = {name: (who, end) for name, (who, end) in manifest["contacts"].items()}
    return Binary(folder, arrays, contacts, manifest["populations"])


def _planned(quick: Path, key: str, announce) -> Path | None:
    """Return the folder that a plan's file names, if this user has written it."""
    try:
        held = json.loads(seal.read(quick, seal.LARGEST))
        name, signed = held["binary"], held["signature"]
        if re.fullmatch(rf"[0-9a-f]{{{LENGTH}}}", name) and signed == seal.signature(key, name):
            return quick.parents[1] / name
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    announce(f"{quick}: not written by this user, or damaged: not used")
    return None


def _sound(folder: Path, announce=lambda text: None, name: str = "") -> bool:
    """Return whether a folder of the cache holds a program as this user compiled it."""
    if not os.path.lexists(folder):
        return False
    try:
        seal.check(folder, name or folder.name)
    except NotSealedError as error:
        announce(f"{folder}: {error}: not used")
        return False
    return True


def _made(plan: CircuitPlan, cache: Path, announce) -> Path:
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
    """Compile a generated project and leave what a worker needs, and the source."""
    compile_project(_command(), source, flags(is_single(plan)))
    (source / "manifest.json").write_text(json.dumps(manifest))
    for name in manifest["contacts"]:
        (source / "static_arrays" / name).unlink()
    shutil.rmtree(source / "results", ignore_errors=True)


def _command() -> list[str]:
    command = compiler()
    if command is None:
        raise UserError("no C++ compiler found (g++, or name it in CXX)")
    return command


def _move(source: Path, folder: Path) -> None:
    """Put a folder in the place of what is there: a folder that does not fit, or a link."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        old = folder.with_name(f"{MAKING}old-{secrets.token_hex(8)}")
        os.replace(folder, old)
        shutil.rmtree(old, ignore_errors=True)
    os.replace(source, folder)


def _replace(path: Path, tree: dict) -> None:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        partial.write_text(json.dumps(tree))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
