"""Where a branch goes on: from the last of its states that is saved, or from its parent's end."""

from __future__ import annotations

from ..circuit.identity import misfit
from ..circuit.initial import State
from ..parameters.errors import UserError
from ..results.writer import ResultsFile
from .arm_tree import Branch
from .checkpoint_policy import last_saved
from .prepare import Prepared
from .run_files import Results
from .seed_run import SeedRun


def resume_point(file: Results, branch: Branch) -> tuple[str | None, int]:
    """Return the last saved state of a branch and the first segment that is still to be played.

    Without a saved state they are None and the branch's start.
    """
    return last_saved(file.checkpoints(), branch, min(file.rows(arm) for arm in branch.arms))


def state_before(file: Results, branch: Branch) -> str | None:
    """Return the last saved state of a branch, else the end of its parent; None without either."""
    name, _ = resume_point(file, branch)
    if name is None and branch.parent is not None:
        name, at = resume_point(file, branch.parent)
        if at != branch.start:  # an earlier state of the parent, whose end was deleted
            return None
    return name


def segments_played(file: Results, branch: Branch) -> int:
    """Return how many segments of a branch and its children need not be played again."""
    _, at = resume_point(file, branch)
    played = at - branch.start
    if at < branch.stop:
        return played
    return played + sum(segments_played(file, child) for child in branch.children)


def state_to_play(
    prepared: Prepared, run: SeedRun, file: Results, branch: Branch, name: str | None
) -> State:
    """Return the state variables of a name from `state_before`, from which a branch is played.

    Parameters
    ----------
    prepared, run, file
        The run, its seed, and what it has recorded.
    branch : Branch
    name : str or None
        Without one, a branch at the start of the protocol has the first state of the run.

    Raises
    ------
    UserError
        If the state, or the file with it, was deleted meanwhile, or the state is not whole.
    """
    if name is None and branch.start == 0:
        return run.first_state(prepared)
    where = file.path if isinstance(file, ResultsFile) else "this run"
    try:
        state, _ = file.load_checkpoint(name or "")
    except KeyError:
        file.flush()  # if the file itself was deleted, that is the error to tell
        arms = ", ".join(branch.arms)
        raise UserError(
            f"{where}: the state from which {arms} go on was deleted during the run; --resume "
            "plays again the segments that led to it"
        ) from None
    wrong = misfit(prepared.plan, state)
    if wrong:
        raise UserError(f"{where}: checkpoint {name}: {wrong}; --overwrite starts again")
    return state
