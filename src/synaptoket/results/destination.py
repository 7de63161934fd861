"""Where files go: which names are allowed, what may be replaced, and how a file is written.

Asked before anything is simulated, so that a run of hours is not lost for a name.
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

#: What figures and pages carry that this program made, as bytes near their begin or end.
CREATOR = "synaptoket"
_SIGNS = {
    ".png": [b"Software\0synaptoket"],
    ".pdf": [b"/Creator (synaptoket)"],
    ".svg": [b"<dc:title>synaptoket</dc:title>"],
    ".md": [mark.encode() for mark in MARKS],
    ".html": [b'<meta name="generator" content="synaptoket">'],
    ".htm": [b'<meta name="generator" content="synaptoket">'],
}

#: Bytes of a file that are searched for a sign; of a page all of it.
_SEARCHED = 1 << 24


class Output(NamedTuple):
    """A file that a command is to write: the option that names it, and the suffixes that fit."""

    option: str
    path: Path | None
    suffixes: Sequence[str]


def check_outputs(
    outputs: Iterable[Output], inputs: Iterable[str | Path | None] = (), overwrite: bool = False
) -> None:
    """Raise UserError unless every output of a command may be written there; write nothing.

    An output has a suffix that fits and replaces no input, no file of ``models/`` or
    ``experiments/``, no other output, and nothing that this program did not write. What it wrote
    itself may be replaced: a figure or report carries its name, a table stands between `MARKS`.

    Parameters
    ----------
    outputs : iterable of Output
        Those without a path are left out.
    inputs : iterable of path
        What the command reads, files or folders; None is left out.
    overwrite : bool
        Also replace what somebody else wrote, but never an input.
    """
    asked = [output for output in outputs if output.path is not None]
    held = [Path(one) for one in inputs if one is not None]
    for place, (option, path, suffixes) in enumerate(asked):
        told = f"{option} {path}"
        checked_name(path)
        if path.suffix.lower() not in suffixes:
            choices = " or ".join(filter(None, [", ".join(suffixes[:-1]), suffixes[-1]]))
            raise UserError(f"{told}: expected a name that ends in {choices}")
        for other in asked[:place]:
            if _same(path, other.path):
                raise UserError(f"{told}: is also the file of {other.option}")
        _check_plain(path, told)
        check_folder(path)
        _check_no_input(path, held, told)
        if path.exists() and not overwrite and not is_ours(path):
            raise UserError(f"{told}: exists and was not written by synaptoket; "
                            "choose another name, or --overwrite replaces it")  # fmt: skip


def check_no_input(path: Path, inputs: Iterable[str | Path | None], told: str = "") -> None:
    """Raise UserError if a file to be written is one that is read, by whatever name."""
    _check_no_input(path, [Path(one) for one in inputs if one is not None], told or str(path))


def _check_no_input(path: Path, inputs: Sequence[Path], told: str) -> None:
    if not path.exists():
        return
    for given in inputs:
        if _same(path, given):
            raise UserError(f"{told}: is an input, {given}; choose another name")
    for folder in ("models", "experiments"):
        for shipped in (files.root() / folder).rglob("*"):
            if shipped.is_file() and _same(path, shipped):
                name = files.display(shipped)
                raise UserError(f"{told}: is {name}, which is read; choose another name")


def is_ours(path: Path) -> bool:
    """Return whether this program wrote a figure, page or report."""
    signs = _SIGNS.get(path.suffix.lower(), [])
    try:
        with open(path, "rb") as file:
            begin = file.read(_SEARCHED)
    except OSError:
        return False
    return not begin or (bool(signs) and all(sign in begin for sign in signs))


def _same(one: Path, other: Path) -> bool:
    """Return whether two names are of one file, by links, or if it does not exist, would be."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return one.resolve() == other.resolve()


def _check_plain(path: Path, told: str) -> None:
    """Raise UserError for a folder, device, pipe, or link that leads nowhere."""
    if path.is_symlink() and not path.exists():
        raise UserError(f"{told}: is a link that leads nowhere")
    if path.is_dir():
        raise UserError(f"{told}: expected the name of a file, this is a folder")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise UserError(f"{told}: expected the name of a file, this is a device or a pipe")


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
    """Return the name of the file while its run is unfinished.

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
    # The longest name of what lies beside it while the run goes on.
    checked_name(path.with_name(f"{path.name}.part.checkpoints"))
    for place in (path, part_path(path)):
        _check_plain(place, str(place))
    check_folder(path)
    if overwrite:
        return path
    if resume and part_path(path).exists():  # perhaps of a run that was to replace a finished file
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
    """Raise UserError unless the folder of `path` can be written, or be made."""
    folder = checked_name(path).parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"{path}: {folder} is a file, expected a folder that can be written")
    try:
        # Trying is the only test that also knows read-only and full file systems.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{path}: the folder {folder} cannot be written: {reason(error)}") from None


@contextmanager
def replacing(
    path: str | Path, make_folder: bool = True, refusal: type[UserError] = UserError
) -> Iterator[Path]:
    """Give a name to write to, and rename it to `path` if all went well: else the old file stays.

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
        If the file system refuses: it is full, or cannot be written.
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
    """Return why the operating system or HDF5 refused, on one line, and what to do if it is full.

    HDF5 hides the number of the error in its text: ``... errno = 28, ...``.
    """
    text = str(error)
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC or f"errno = {errno.ENOSPC}," in text:
        return "the disk is full; free some space"
    if number == errno.EDQUOT or f"errno = {errno.EDQUOT}," in text:
        return "your quota of disk space is used up; free some space"
    return " ".join((getattr(error, "strerror", None) or text).splitlines()[:1])
