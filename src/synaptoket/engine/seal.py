"""A seal on the programs that this user has compiled: a program without one is not run.

A cache or the folder of a sweep may come from another user, and a program in it would run with this
user's rights. So a program carries the SHA-256 of each of its files, signed (HMAC-SHA256) with a
key that only this user can read. The key lies in the user's home, outside the cache and all sweeps,
so that neither can bring a key of its own. Machines of a cluster that share the home share the
programs, too.
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
    """Return a text's signature, which only this user can compute."""
    return hmac.new(_key(), json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def seal(folder: Path, name: str) -> None:
    """Seal the files of a program under a name, which says what circuit it was compiled for.

    The files are ``main`` and, if they exist, ``manifest.json``, ``machine.json`` and those in
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
    """Return the size and hash of each file of a program that its seal states.

    Raises
    ------
    NotSealedError
        If it has no seal of this user under this name. Whether the files match is not checked.
    """
    try:
        statement = json.loads(read(folder / SEAL, LARGEST))
        files, signed = statement["files"], statement["signature"]
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
        status = path.stat()
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        if status.st_size != size or _digest(str(path), stamp) != digest:
            raise NotSealedError(f"{relative} is not as it was compiled")


def copy(folder: Path, files: dict[str, list], target: Path) -> None:
    """Copy the files of a program; raise `NotSealedError` if one differs from its seal."""
    for relative in files:
        path = target / relative
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content(folder, files, relative))


def content(folder: Path, files: dict[str, list], name: str) -> bytes:
    """Return the content of a file; raise `NotSealedError` if it differs from its seal."""
    size, digest = files.get(name, (0, ""))
    try:
        data = read(folder / name, size)
    except (OSError, ValueError):
        data = b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise NotSealedError(f"{name} is not as it was compiled")
    return data


def read(path: Path, largest: int) -> bytes:
    """Return the content of a file; raise `ValueError` if it is no plain file, or larger."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            raise ValueError(f"{path}: not a file of at most {largest} bytes")
        return file.read(largest + 1)


def _files(folder: Path) -> list[Path]:
    """Return the files of a program that exist."""
    paths = [folder / name for name in ("main", "manifest.json", "machine.json")]
    static = folder / "static_arrays"
    paths += sorted(static.iterdir()) if static.is_dir() else []
    return [path for path in paths if os.path.lexists(path)]


def _check_private(path: Path) -> None:
    """Raise `NotSealedError` for a link, and for a path that others own or can write to."""
    try:
        status = path.lstat()
    except OSError as error:
        raise NotSealedError(f"{path.name}: {error.strerror}") from None
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise NotSealedError(f"{path.name} is a link, and not a file or folder")
    if status.st_uid != os.getuid():
        raise NotSealedError(f"{path.name} belongs to another user")
    if status.st_mode & 0o022:
        raise NotSealedError(f"others can write to {path.name}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(PART):
            digest.update(part)
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _digest(path: str, stamp: tuple[int, ...]) -> str:
    """Return the hash of a file; `stamp`, its size and times, makes a changed file another one."""
    return _sha256(Path(path))


def _key() -> bytes:
    """Return this user's key; make one if there is none or others could read it."""
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
    """Return whether a file is a key that only this user can read or replace."""
    try:
        status, above = path.lstat(), path.parent.stat()
    except FileNotFoundError:
        return False
    if not status.st_uid == above.st_uid == os.getuid() or above.st_mode & 0o022:
        return False
    plain = stat.S_ISREG(status.st_mode) and status.st_size == 32
    return plain and not status.st_mode & 0o077


def _write_key(path: Path) -> None:
    if path.parent.stat().st_uid != os.getuid():
        raise ValueError("its folder belongs to another user")
    path.parent.chmod(0o700)
    partial = path.with_name(f".key.{secrets.token_hex(8)}")
    number = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "wb") as file:
        file.write(secrets.token_bytes(32))
    os.replace(partial, path)
