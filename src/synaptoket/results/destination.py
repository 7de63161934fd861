"""Where files are written: which names are allowed, what may be replaced, and how a file is saved.

The checks run before anything is simulated, so that a run of hours is not lost for a wrong name.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ..parameters import files
from ..parameters.errors import UserError
from .text_table import MARKS

FIGURE, TABLE, REPORT, RESULTS = (
    (".png", ".pdf", ".svg"), (".md",), (".html", ".htm"), (".h5",),
)  # fmt: skip

#: The name by which figures and pages of this program are recognised.
CREATOR = "synaptoket"

#: The bytes that a file of each kind contains if this program wrote it.
_SIGNS = {
    ".png": [b"Software\0synaptoket"],
    ".pdf": [b"/Creator (synaptoket)"],
    ".svg": [b"<dc:title>synaptoket</dc:title>"],
    ".md": [mark.encode() for mark in MARKS],
    ".html": [b'<meta name="generator" content="synaptoket">'],
    ".htm": [b'<meta name="generator" content="synaptoket">'],
}

#: Bytes at the beginning of a file that are searched for a sign.
_SEARCHED = 1 << 24


class Output(NamedTuple):
    """A file that a command will write: the option that names it, and the allowed suffixes."""

    option: str
    path: Path | None
    suffixes: Sequence[str]


def check_outputs(
    outputs: Iterable[Output], inputs: Iterable[str | Path | None] = (), overwrite: bool = False
) -> None:
    """Raise UserError unless every output of a command may be written; write nothing.

    An output must have an allowed suffix. It may not replace an input, a file of ``models/`` or
    ``experiments/``, another output, or a file that this program did not write. Files of this
    program are recognised: a figure or report carries its name, a table has `MARKS` around it.

    Parameters
    ----------
    outputs : iterable of Output
        Outputs without a path are ignored.
    inputs : iterable of path
        The files and folders that the command reads; None is ignored.
    overwrite : bool
        Also replace files that this program did not write, but never an input.
    """
    paths = [(o.option, o.path, o.suffixes) for o in outputs if o.path is not None]
    read = [Path(path) for path in inputs if path is not None]
    for place, (option, path, suffixes) in enumerate(paths):
        label = f"{option} {path}"
        checked_name(path)
        if path.suffix.lower() not in suffixes:
            choices = " or ".join(filter(None, [", ".join(suffixes[:-1]), suffixes[-1]]))
            raise UserError(f"{label}: expected a name that ends in {choices}")
        for other_option, other_path, _ in paths[:place]:
            if _same(path, other_path):
                raise UserError(f"{label}: is also the file of {other_option}")
        _check_regular(path, label)
        check_folder(path)
        _check_no_input(path, read, label)
        if path.exists() and not overwrite and not is_ours(path):
            raise UserError(f"{label}: exists and was not written by synaptoket; "
                            "choose another name, or --overwrite replaces it")  # fmt: skip


def check_no_input(path: Path, inputs: Iterable[str | Path | None], label: str = "") -> None:
    """Raise UserError if a file to be written is also read, under this or another name."""
    read = [Path(path) for path in inputs if path is not None]
    _check_no_input(path, read, label or str(path))


def _check_no_input(path: Path, inputs: Sequence[Path], label: str) -> None:
    if not path.exists():
        return
    for read in inputs:
        if _same(path, read):
            raise UserError(f"{label}: is an input, {read}; choose another name")
    for folder in ("models", "experiments"):
        for shipped in (files.root() / folder).rglob("*"):
            if shipped.is_file() and _same(path, shipped):
                name = files.display(shipped)
                raise UserError(f"{label}: is {name}, which is read; choose another name")


def is_ours(path: Path) -> bool:
    """Return whether this program wrote a figure, page or report, or the file is empty."""
    signs = _SIGNS.get(path.suffix.lower(), [])
    try:
        with open(path, "rb") as file:
            beginning = file.read(_SEARCHED)
    except OSError:
        return False
    return not beginning or (bool(signs) and all(sign in beginning for sign in signs))


def _same(first: Path, second: Path) -> bool:
    """Return whether two paths lead to the same file, or would if the file existed."""
    try:
        return os.path.samefile(first, second)
    except OSError:
        return first.resolve() == second.resolve()


def _check_regular(path: Path, label: str) -> None:
    """Raise UserError for a folder, a device, a pipe, or a link to a file that does not exist."""
    if path.is_symlink() and not path.exists():
        raise UserError(f"{label}: is a link that leads nowhere")
    if path.is_dir():
        raise UserError(f"{label}: expected the name of a file, this is a folder")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise UserError(f"{label}: expected the name of a file, this is a device or a pipe")


def checked_name(path: str | Path) -> Path:
    """Return a path, or raise UserError if no file can have that name."""
    path = Path(path)
    try:
        os.lstat(path)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            shown = str(path) if len(str(path)) < 100 else f"{str(path)[:60]}...{str(path)[-20:]}"
            raise UserError(f"{shown}: this name is too long for the file system") from None
    except ValueError:
        raise UserError(f"{str(path)!r}: no file can have a name with a NUL in it") from None
    return path


def part_path(path: Path) -> Path:
    """Return the path of a result file while its run is unfinished.

    >>> part_path(Path("results/x.h5")).name
    'x.h5.part'
    """
    return path.with_name(path.name + ".part")


def check_destination(path: str | Path, overwrite: bool = False, resume: bool = False) -> Path:
    """Return `path` if a run may write its results there; write nothing.

    Parameters
    ----------
    path : str or Path
        The finished file, ``results/x.h5``.
    overwrite, resume : bool
        Whether an existing file may be replaced, or an unfinished one continued.

    Raises
    ------
    UserError
        If the name does not end in ``.h5``, a file exists that may not be replaced, or the
        folder cannot be written.
    """
    path = checked_name(path)
    if path.suffix != ".h5":
        raise UserError(f"{path}: expected the name of a result file to end in .h5")
    # The longest name beside the result file while the run goes on.
    checked_name(path.with_name(f"{path.name}.part.checkpoints"))
    for place in (path, part_path(path)):
        _check_regular(place, str(place))
    check_folder(path)
    if overwrite:
        return path
    # A finished file may exist as well, if the unfinished run was started with --overwrite.
    if resume and part_path(path).exists():
        return path
    if path.exists():
        raise UserError(f"{path}: exists already; --overwrite replaces it")
    if part_path(path).exists():
        raise UserError(
            f"{part_path(path)}: holds an unfinished run; "
            "--resume continues it, --overwrite starts again"
        )
    return path


def check_folder(path: Path) -> None:
    """Raise UserError unless the folder of `path` can be written, or can be created."""
    folder = checked_name(path).parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"{path}: {folder} is a file, expected a folder that can be written")
    try:
        # Only an attempt to write also detects read-only and full file systems.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{path}: the folder {folder} cannot be written: {reason(error)}") from None


@contextmanager
def replacing(
    path: str | Path, make_folder: bool = True, refusal: type[UserError] = UserError
) -> Iterator[Path]:
    """Yield a temporary path to write to; it replaces `path` if the ``with`` block succeeds.

    Parameters
    ----------
    path : str or Path
    make_folder : bool
        Make the folder of `path` if it is not there.
    refusal : type
        The error to raise.

    Raises
    ------
    UserError
        If the file system is full or cannot be written; the old file then stays.
    """
    path = Path(path)
    partial = path.with_name(f".{uuid.uuid4().hex[:12]}.tmp")
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise refusal(f"{path}: cannot be written: {reason(error)}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def reason(error: BaseException) -> str:
    """Return the reason for an error of the operating system or of HDF5, on one line.

    For a full disk or quota the line also says what to do. HDF5 gives the number of the error only
    in its text: ``... errno = 28, ...``.
    """
    text = str(error)
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC or f"errno = {errno.ENOSPC}," in text:
        return "the disk is full; free some space"
    if number == errno.EDQUOT or f"errno = {errno.EDQUOT}," in text:
        return "your quota of disk space is used up; free some space"
    return " ".join((getattr(error, "strerror", None) or text).splitlines()[:1])
