"""The folder of a sweep: its layout, and how files are written so that none is ever incomplete.

::

    plan.json            every run, the hash of it all, where it comes from
    sweep.toml           the file as it was given
    binaries/            the compiled circuits, for workers without a compiler
    runs/000/000123.h5   the summary of run 123, or its whole result file
    errors/000/000123.txt  why run 123 failed, and the command that repeats it
    running/000123.json  a worker is playing run 123; touched while the worker lives
    journal/*.csv        the runs that each worker has played: run, when, seconds, outcome
    summary.h5           one row for each run
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...parameters.errors import UserError
from ...parameters.files import display
from ...results.destination import reason, replacing
from ...results.provenance import provenance
from .plan_check import read_tree
from .sweep_plan import SweepPlan
from .sweep_values import one_line

#: Seconds between two signs of life of a worker, and the seconds without one after which its run
#: counts as lost.
SIGN, STALE = 10.0, 45.0

#: Folders of a sweep, and its files. None may be a symbolic link.
FOLDERS = ("runs", "errors", "running", "journal", "binaries", "logs")
FILES = ("plan.json", "sweep.toml", "summary.h5", ".driver.lock", ".begin.lock")


#: Size of a file in bytes, and when it was changed in ns.
Mark = tuple[int, int]


class FolderError(UserError):
    """The folder of a sweep cannot be written: no run can be done."""


class SweepFolder:
    """Where a sweep is kept.

    Parameters
    ----------
    path : Path
        From now on the same folder, whatever the working folder.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path).expanduser().absolute()

    @property
    def plan_file(self) -> Path:
        return self.path / "plan.json"

    @property
    def binaries(self) -> Path:
        return self.path / "binaries"

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def table(self) -> Path:
        return self.path / "summary.h5"

    def run_file(self, number: int) -> Path:
        """Return the file of a run.

        >>> SweepFolder("/x").run_file(20123).as_posix()
        '/x/runs/020/020123.h5'
        """
        return self.path / "runs" / f"{number // 1000:03d}" / f"{number:06d}.h5"

    def error_file(self, number: int) -> Path:
        return self.path / "errors" / f"{number // 1000:03d}" / f"{number:06d}.txt"

    def marker(self, number: int) -> Path:
        return self.path / "running" / f"{number:06d}.json"

    def holds_sweep(self) -> bool:
        return self.plan_file.is_file()

    def load(self) -> SweepPlan:
        """Return the plan.

        Raises
        ------
        UserError
            If the folder holds no plan, one that was edited, or a part that is a symbolic link.
        """
        self._refuse_links(self.path / name for name in (*FOLDERS, *FILES))
        if self.path.is_file():
            raise UserError(f"{display(self.path)}: is a file, expected the folder of a sweep")
        try:
            tree = read_tree(self.plan_file.read_text(encoding="utf-8"))
            return SweepPlan.from_tree(tree)
        except FileNotFoundError:
            raise UserError(f"{display(self.path)}: holds no sweep (no plan.json)") from None
        except OSError as error:
            raise UserError(f"{self.plan_file}: cannot be read: {reason(error)}") from None
        except (ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
            problem = one_line(str(error) or "not a plan")
            raise UserError(
                f"{display(self.plan_file)}: {problem}; start the sweep anew in another --out"
            ) from None

    def refuse_links(self) -> None:
        """Refuse a folder in which a name leads elsewhere, before anything is written to it."""
        for name in ("journal", "logs", "running"):
            self._refuse_links(Path(entry.path) for entry in _entries(self.path / name))

    def _refuse_links(self, paths: Iterable[Path]) -> None:
        for path in paths:
            if path.is_symlink():
                raise UserError(
                    f"{display(path)}: leads elsewhere, expected a part of the sweep's own folder"
                )

    def make(self) -> None:
        """Make the folders; `UserError` if they cannot be made."""
        for name in FOLDERS:
            try:
                (self.path / name).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise FolderError(
                    f"{display(self.path / name)}: cannot be written: {reason(error)}"
                ) from None

    def save(self, plan: SweepPlan, text: str, command: str) -> None:
        """Write the plan, its hash and where it comes from."""
        self.make()
        content = {"hash": plan.digest, "command": command, **provenance(), "plan": plan.tree()}
        with replaced(self.plan_file) as partial:
            partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        with replaced(self.path / "sweep.toml") as partial:
            partial.write_text(text, encoding="utf-8")

    def done(self) -> set[int]:
        """Return the numbers of all runs that have a file; its content is not read."""
        return {number for number, _ in self._files("runs", ".h5")}

    def marks(self) -> dict[int, Mark]:
        """Return size (bytes) and time of change (ns) of the file of each run that has one."""
        marks = {}
        for number, entry in self._files("runs", ".h5"):
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                marks[number] = status.st_size, status.st_mtime_ns
        return marks

    def failed(self) -> set[int]:
        """Return the numbers of all runs that ended in an error."""
        return {number for number, _ in self._files("errors", ".txt")}

    def running(self) -> set[int]:
        """Return the numbers of the runs that a worker is playing."""
        now, numbers = time.time(), set()
        for entry in _entries(self.path / "running"):
            stem = entry.name.removesuffix(".json")
            if stem.isdecimal() and entry.name == self.marker(int(stem)).name:
                with suppress(OSError):  # it has just ended
                    if now - entry.stat(follow_symlinks=False).st_mtime < STALE:
                        numbers.add(int(stem))
        return numbers

    def _files(self, name: str, suffix: str) -> Iterator[tuple[int, os.DirEntry]]:
        """Yield number and entry of the files in the subfolders of a folder."""
        for shelf in _entries(self.path / name):
            self._refuse_links([Path(shelf.path)])
            for entry in _entries(Path(shelf.path)):
                stem, ours = entry.name.removesuffix(suffix), entry.name.endswith(suffix)
                if not ours or len(stem) != 6 or not (stem.isascii() and stem.isdecimal()):
                    continue
                if stem[:3] == shelf.name and entry.is_file(follow_symlinks=False):
                    yield int(stem), entry


def _entries(folder: Path) -> list[os.DirEntry]:
    """Return what is in a folder; nothing if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a name to write to, and rename it to `path` if all went well.

    The folder of a thousand runs is made if it is not there; a sweep's own folder that is gone
    stays gone.

    Raises
    ------
    FolderError
        If the file system refuses: it is full, or cannot be written.
    """
    with replacing(path, make_folder=False, refusal=FolderError) as partial:
        if path.parent.parent.name in ("runs", "errors"):
            path.parent.mkdir(exist_ok=True)
        yield partial
