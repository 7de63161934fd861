"""HDF5 files built in memory and then written in one piece with the operating system's calls.

HDF5 handles a full disk badly: it repeats a failed write when the file is closed, when each object
is deleted and when the process ends, with a message each time, and in several trials it crashed.
Here a failed write is one `OSError`, and no partial file remains.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py


@contextmanager
def written_at_once(path: Path) -> Iterator[h5py.File]:
    """Open an empty HDF5 file in memory; after the ``with`` block it is written to `path`.

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
    """Open a copy of the HDF5 file `source` in memory; after the block it is written to `target`.

    Raises
    ------
    OSError
        If the operating system refuses.
    """
    buffer = io.BytesIO(source.read_bytes())
    with h5py.File(buffer, "r+") as file:
        yield file
    _write(target, buffer.getvalue())


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # the partial file would take space on a full disk
        raise
