"""The folder of a sweep: what lies where, and how it is written so that no reader sees a half.

::

    plan.json            every run, the hash of it all, where it comes from
    sweep.toml           the file as it was given
    binaries/            the compiled circuits, for workers without a compiler
    runs/000/000123.h5   what was kept of run 123
    errors/000/000123.txt  why run 123 failed, and the command that repeats it
    running/000123.json  a worker is at it; touched while it lives
    journal/*.csv        what each worker has done: run, when, seconds, outcome
    summary.h5           one row for each run
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import UserError
from ..provenance import provenance
from ..results.destination import reason
from .plan import SweepPlan

#: Seconds between two signs of life of a run, and after which one without counts as lost.
SIGN, STALE = 10.0, 45.0


class SweepFolder:
    """Where a sweep is kept.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)

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

        >>> SweepFolder("x").run_file(20123).as_posix()
        'x/runs/020/020123.h5'
        """
        return self.path / "runs" / f"{number // 1000:03d}" / f"{number:06d}.h5"

    def error_file(self, number: int) -> Path:
        return self.path / "errors" / f"{number // 1000:03d}" / f"{number:06d}.txt"

    def marker(self, number: int) -> Path:
        return self.path / "running" / f"{number:06d}.json"

    def holds_sweep(self) -> bool:
        return self.plan_file.is_file()

    def load(self) -> SweepPlan:
        """Return the plan; `UserError` if the folder holds none."""
        try:
            tree = json.loads(self.plan_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{self.path}: holds no sweep (no plan.json)") from None
        except (OSError, ValueError) as error:
            raise UserError(f"{self.plan_file}: cannot be read: {error}") from None
        try:
            return SweepPlan.from_tree(tree["plan"])
        except (KeyError, TypeError, ValueError) as error:
            problem = str(error).splitlines()[0]
            raise UserError(f"{self.plan_file}: of another version: {problem}") from None

    def save(self, plan: SweepPlan, text: str, command: str) -> None:
        """Write the plan, its hash and where it comes from."""
        for folder in ("runs", "errors", "running", "journal", "binaries"):
            (self.path / folder).mkdir(parents=True, exist_ok=True)
        told = {"hash": plan.digest, "command": command, **provenance(), "plan": plan.tree()}
        with replaced(self.plan_file) as partial:
            partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        with replaced(self.path / "sweep.toml") as partial:
            partial.write_text(text, encoding="utf-8")

    def done(self) -> set[int]:
        """Return the numbers of all runs whose file is there."""
        return _numbers(self.path / "runs", ".h5")

    def failed(self) -> set[int]:
        """Return the numbers of all runs that ended in an error."""
        return _numbers(self.path / "errors", ".txt")

    def running(self) -> set[int]:
        """Return the numbers of the runs at which a worker is."""
        now, found = time.time(), set()
        try:
            for entry in os.scandir(self.path / "running"):
                if entry.name.endswith(".json") and now - entry.stat().st_mtime < STALE:
                    found.add(int(entry.name[:-5]))
        except FileNotFoundError:
            pass
        return found


def _numbers(folder: Path, suffix: str) -> set[int]:
    """Return the numbers of the files in the subfolders of a folder."""
    found: set[int] = set()
    try:
        shelves = [entry.path for entry in os.scandir(folder)]
    except FileNotFoundError:
        return found
    for shelf in shelves:
        names = os.listdir(shelf)
        stems = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
        found |= {int(stem) for stem in stems if stem.isdecimal()}
    return found


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a name to write to, and rename it to `path` if all went well.

    Raises
    ------
    UserError
        If the file system refuses: it is full, or cannot be written.
    """
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {reason(error)}") from error
    finally:
        partial.unlink(missing_ok=True)
