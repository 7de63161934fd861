"""A sweep that begins in a folder or goes on there, once it has been checked."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ...circuit.group import CircuitPlan
from ...parameters.errors import UserError
from ...parameters.files import experiment_path
from ...parameters.scripts import load_experiment
from ...results.destination import check_folder
from .axis_check import circuits_of, with_parameters
from .binaries import all_ours
from .sweep_file import SweepFile
from .sweep_folder import SweepFolder
from .sweep_plan import SweepPlan, chosen_arms, difference, extended, make_plan
from .sweep_values import one_line

#: Bytes that each run takes at least: its file with the summary, its share of plan and table.
BYTES = 20_000


@dataclass(frozen=True)
class Opened:
    """A sweep that has been checked, and its folder.

    Attributes
    ----------
    where : SweepFolder
    plan : SweepPlan
    circuits : list of CircuitPlan
        Circuits that may have to be compiled; empty if nothing is new.
    fresh : int
        Number of runs that the plan in the folder does not have.
    """

    where: SweepFolder
    plan: SweepPlan
    circuits: list[CircuitPlan]
    fresh: int


def opened(sweep: SweepFile, out: Path, extend: bool = False) -> Opened:
    """Check a sweep and the folder it is to go to; write nothing.

    Raises
    ------
    UserError
        If something is wrong with the sweep, if the folder holds another one, if this one has been
        edited since (`extend` admits more points and seeds), or if there is no room.
    """
    plan = make_plan(sweep)
    script = experiment_path(plan.script)
    experiment = chosen_arms(load_experiment(script), sweep)
    where = SweepFolder(out)
    plan = with_parameters(plan, experiment)
    if not where.holds_sweep():
        _check_empty(where)
        circuits = circuits_of(plan, experiment)
        _check_room(where, len(plan.runs))
        return Opened(where, plan, circuits, len(plan.runs))
    old = where.load()
    where.refuse_links()
    if old.script != plan.script:
        raise UserError(
            f"{out}: holds a sweep of {one_line(Path(old.script).stem)}; choose another --out"
        )
    edited = difference(old, plan)
    if edited:
        shown = one_line(edited, 300)
        raise UserError(f"{out}: the sweep has been edited since it began: {shown}")
    try:
        grown = extended(old, plan)
    except UserError as error:
        raise UserError(f"{out}: the sweep has been edited since it began: {error}") from None
    fresh = len(grown.runs) - len(old.runs)
    if not fresh:
        ready = len(where.done()) == len(old.runs) or all_ours(where.binaries)
        return Opened(where, old, [] if ready else circuits_of(old, experiment), 0)
    if not extend:
        raise UserError(
            f"{out}: the sweep has been edited since it began: {fresh} runs are new; "
            "--extend adds them"
        )
    circuits = circuits_of(grown, experiment)
    _check_room(where, fresh)
    return Opened(where, grown, circuits, fresh)


def _check_empty(where: SweepFolder) -> None:
    check_folder(where.plan_file)
    if where.path.is_file():
        raise UserError(f"{where.path}: a file, expected a folder")
    if where.path.is_dir() and any(where.path.iterdir()):
        raise UserError(f"{where.path}: holds files, but no sweep; choose another --out")


def _check_room(where: SweepFolder, runs: int) -> None:
    folder = where.path.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < runs * BYTES:
        raise UserError(
            f"{where.path}: {runs} runs need at least {runs * BYTES / 1e6:.0f} MB, "
            f"{free / 1e6:.0f} MB are free"
        )
