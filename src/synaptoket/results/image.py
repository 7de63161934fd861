"""HDF5 files made in memory and written in one piece by the operating system's own calls.

HDF5 cannot bear a disk that fills up: what it could not write it tries again when the file is
closed, when each object is deleted and when the process ends, with a message each time; several
trials ended in a crash. Here a write that fails is one `OSError`, and nothing is left behind.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py


@contextmanager
def written_at_once(path: Path) -> Iterator[h5py.File]:
    """Give an empty HDF5 file in memory; after the ``with`` block it is written to `path`.

    Raises
    ------
    OSError
        If the operating system refuses.
    """
    with h5py.File(str(path), "w", driver="core", backing_store=False) as file:
        yield file
        file.flush()
        image = file.id.get_file_image()
    _write(path, image)


@contextmanager
def changed_at_once(source: Path, target: Path) -> Iterator[h5py.File]:
    """Give the HDF5 file `source` in memory, for changes; it is then written to `target`.

    Raises
    ------
    OSError
        If the operating system refuses.
    """
    held = io.BytesIO(source.read_bytes())
    with h5py.File(held, "r+") as file:
        yield file
    _write(target, held.getvalue())


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # what was written of it takes room that is needed
        raise
