"""A seal on what this user has compiled: what bears none is not run.

A cache or the folder of a sweep may come from somebody else, and a program that lies in it would be
run with this user's rights. So a program carries the SHA-256 of each of its files, signed
(HMAC-SHA256) with a key that only this user can read. The key lies in the user's home, outside the
cache and all sweeps, so that none can bring a key of its own; the machines of a cluster that share
the home share the programs, too.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path

from ..parameters.errors import UserError

SEAL = "seal.json"

#: Bytes that a seal has at most, and bytes that are hashed at a time.
LARGEST, PART = 1 << 20, 1 << 20


class NotSealedError(Exception):
    """A program that this user has not compiled, or that is damaged: the message says which."""


def signature(*parts: str) -> str:
    """Return what only this user can compute of a text."""
    return hmac.new(_key(), json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def seal(folder: Path, name: str) -> None:
    """Seal the files of a program, under a name for what it was made for.

    They are ``main`` and, where they are, ``manifest.json``, ``machine.json`` and the files in
    ``static_arrays``.
    """
    files = {}
    for path in (folder, folder / "static_arrays", folder / "main"):
        path.chmod(0o700)
    for path in _files(folder):
        if path.name != "main":
            path.chmod(0o600)
        files[path.relative_to(folder).as_posix()] = [path.stat().st_size, _sha256(path)]
    text = json.dumps(files, sort_keys=True)
    (folder / SEAL).write_text(json.dumps({"files": files, "signature": signature(name, text)}))


def sealed_files(folder: Path, name: str) -> dict[str, list]:
    """Return size and hash of each file of a program, as its seal has them.

    Raises
    ------
    NotSealedError
        If it has no seal of this user under this name. The files may differ from it.
    """
    try:
        held = json.loads(read(folder / SEAL, LARGEST))
        files, signed = held["files"], held["signature"]
        text = json.dumps(files, sort_keys=True)
        ours = hmac.compare_digest(signature(name, text).encode(), signed.encode())
    except FileNotFoundError:
        raise NotSealedError("not compiled by this user (no seal)") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotSealedError("its seal cannot be read") from None
    if not ours:
        raise NotSealedError("not compiled by this user for this circuit (another's seal)")
    return files


def check(folder: Path, name: str) -> None:
    """Raise `NotSealedError` unless a folder is private and holds the files of its seal.

    They are hashed once in a process, and again when they have changed.
    """
    for path in (folder.parent, folder, folder / "static_arrays"):
        _check_private(path)
    files = sealed_files(folder, name)
    present = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    for other in sorted(files.keys() ^ present.keys()):
        raise NotSealedError(f"{other} is {'missing' if other in files else 'not its own'}")
    for relative, (size, digest) in files.items():
        path = present[relative]
        _check_private(path)
        held = path.stat()
        stamp = (held.st_size, held.st_mtime_ns, held.st_ctime_ns, held.st_ino)
        if held.st_size != size or _digest(str(path), stamp) != digest:
            raise NotSealedError(f"{relative} is not as it was compiled")


def copy(folder: Path, files: dict[str, list], target: Path) -> None:
    """Copy the files of a program; `NotSealedError` if one is not what the seal says."""
    for relative in files:
        path = target / relative
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content(folder, files, relative))


def content(folder: Path, files: dict[str, list], name: str) -> bytes:
    """Return the content of a file; `NotSealedError` if it is not what the seal says."""
    size, digest = files.get(name, (0, ""))
    try:
        held = read(folder / name, size)
    except (OSError, ValueError):
        held = b""
    if hashlib.sha256(held).hexdigest() != digest:
        raise NotSealedError(f"{name} is not as it was compiled")
    return held


def read(path: Path, largest: int) -> bytes:
    """Return the content of a plain file; `ValueError` if it is another thing, or larger."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(number, "rb") as file:
        held = os.fstat(number)
        if not stat.S_ISREG(held.st_mode) or held.st_size > largest:
            raise ValueError(f"{path}: not a file of at most {largest} bytes")
        return file.read(largest + 1)


def _files(folder: Path) -> list[Path]:
    """Return the files of a program that are there."""
    found = [folder / name for name in ("main", "manifest.json", "machine.json")]
    static = folder / "static_arrays"
    found += sorted(static.iterdir()) if static.is_dir() else []
    return [path for path in found if os.path.lexists(path)]


def _check_private(path: Path) -> None:
    """Raise `NotSealedError` for a link, and for what others own or can write to."""
    try:
        held = path.lstat()
    except OSError as error:
        raise NotSealedError(f"{path.name}: {error.strerror}") from None
    if not (stat.S_ISREG(held.st_mode) or stat.S_ISDIR(held.st_mode)):
        raise NotSealedError(f"{path.name} is a link, and not a file or folder")
    if held.st_uid != os.getuid():
        raise NotSealedError(f"{path.name} belongs to another user")
    if held.st_mode & 0o022:
        raise NotSealedError(f"others can write to {path.name}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(PART):
            digest.update(part)
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _digest(path: str, stamp: tuple[int, ...]) -> str:
    """Return the hash of a file that has not changed since it had a stamp of size and times."""
    return _sha256(Path(path))


def _key() -> bytes:
    """Return this user's key; made where there is none, and anew where others could read it."""
    import filelock
    import platformdirs

    path = platformdirs.user_state_path("synaptoket") / "key"
    try:
        if not _is_secret(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with filelock.FileLock(path.with_suffix(".lock"), mode=0o600):
                if not _is_secret(path):
                    _write_key(path)
        return read(path, LARGEST)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"{path}: {why}; the key to your compiled programs is kept there: "
            "set XDG_STATE_HOME to a folder of your own"
        ) from None


def _is_secret(path: Path) -> bool:
    try:
        held, above = path.lstat(), path.parent.stat()
    except FileNotFoundError:
        return False
    alone = held.st_uid == above.st_uid == os.getuid() and not above.st_mode & 0o022
    return alone and stat.S_ISREG(held.st_mode) and held.st_size == 32 and not held.st_mode & 0o077


def _write_key(path: Path) -> None:
    if path.parent.stat().st_uid != os.getuid():
        raise ValueError("its folder belongs to another user")
    path.parent.chmod(0o700)
    partial = path.with_name(f".key.{secrets.token_hex(8)}")
    number = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "wb") as file:
        file.write(secrets.token_bytes(32))
    os.replace(partial, path)
