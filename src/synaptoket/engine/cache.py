"""The folder of compiled circuits: private to its user, or not used."""

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path

from ..parameters.errors import UserError

#: Seconds after which the leftovers of a killed compilation are removed.
LEFT_BEHIND = 24 * 3600.0

#: How the names of unfinished folders begin. Old ones are removed, so the name is one that no
#: folder of a user has.
MAKING = ".synaptoket-making-"


def cache_folder() -> Path:
    """Return the folder of compiled circuits; ``SYNAPTOKET_CACHE`` sets another."""
    import platformdirs

    chosen = os.environ.get("SYNAPTOKET_CACHE")
    if not chosen:
        return Path(platformdirs.user_cache_dir("synaptoket"))
    try:
        return Path(chosen).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # no such user, a circle of links
        raise UserError(f"SYNAPTOKET_CACHE={chosen}: {error}; name a folder of your own") from None


def open_cache() -> Path:
    """Return the cache's folder, made if it is not there, with access for its user alone.

    Raises
    ------
    UserError
        If it cannot be made, belongs to another user, or holds other files and others may write to
        it.
    """
    cache = cache_folder()
    plans = cache / "plans"
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = cache.stat()
        if status.st_uid != os.getuid():
            raise UserError(f"{cache}: belongs to another user; {_NAME_ANOTHER}")
        # whoever may rename folders in a folder above could put another cache in place of this one
        for above in cache.resolve().parents:
            mode = above.stat().st_mode
            if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
                raise UserError(f"{cache}: anybody may write to {above}; {_NAME_ANOTHER}")
        ours = plans.is_dir() or not any(cache.iterdir())
        if ours and stat.S_IMODE(status.st_mode) & 0o077:
            cache.chmod(0o700)
        elif status.st_mode & 0o022:
            raise UserError(f"{cache}: others may write to it; {_NAME_ANOTHER}")
        plans.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unusable(cache, error) from None
    return cache


_NAME_ANOTHER = "set SYNAPTOKET_CACHE to a folder of your own"


def unusable(cache: Path, error: OSError) -> UserError:
    """Return the error that says why a cache cannot be used."""
    return UserError(f"{cache}: {error.strerror or error}; {_NAME_ANOTHER}, with room")


def remove_leftovers(cache: Path) -> None:
    """Remove the leftovers of compilations that were killed a day ago or earlier."""
    for entry in os.scandir(cache):
        with suppress(OSError):
            status = entry.stat(follow_symlinks=False)
            old = time.time() - status.st_mtime > LEFT_BEHIND
            ours = entry.name.startswith(MAKING) and status.st_uid == os.getuid()
            if old and ours and stat.S_ISDIR(status.st_mode):
                shutil.rmtree(entry.path, ignore_errors=True)
