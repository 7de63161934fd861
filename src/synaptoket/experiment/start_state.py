"""Start from a state of another run: find it, check that it fits, and note what differs.

State variables come from the file, constants from this run's parameters. The contacts between cells
belong to the state and are drawn from its seed. Time and phases are those of this run and begin at
zero. The random numbers continue those of the state's run, so that a run of the same seed gives
what the first run would have given if it had gone on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..circuit.identity import identity, mismatch, other_equations
from ..circuit.initial import State
from ..parameters.errors import UserError
from ..parameters.printable import printable
from ..results.checkpoints import digest
from ..results.provenance import to_toml
from ..results.sameness import flat
from ..results.states import StoredState, load_state
from .prepare import Prepared

#: Free concentration of a drug in brain, in micromolar, above which a note mentions it.
NOTICEABLE = 1e-3


@dataclass(frozen=True)
class StartingPoint:
    """A state that a run starts from.

    Attributes
    ----------
    state : dict of str to ndarray
        State variables, without constants.
    connectivity_seed : int
        Seed of the contacts between cells.
    segments_played : int
        Segments between the initial state of the first run and this one: they number the segments'
        random numbers.
    hormone : float
        Stress hormone at that time; zero in files of earlier versions, which do not tell.
    attributes : dict
        Attributes of the new file that name the state.
    notes : list of str
        Differences from the state's run, a line each.
    """

    state: State
    connectivity_seed: int
    segments_played: int
    hormone: float
    attributes: dict[str, Any]
    notes: list[str]


def split_source(text: str) -> tuple[Path, str]:
    """Return file (or folder) and checkpoint of ``FILE:CHECKPOINT``."""
    source, colon, name = text.rpartition(":")
    if not (colon and source and name):
        raise UserError(
            f"--from {text}: expected FILE:CHECKPOINT (synaptoket info FILE lists them)"
        )
    return Path(source), name


def source_file(source: Path, seed: int) -> Path:
    """Return the file to start from, which in a folder is that of the seed."""
    if not source.is_dir():
        return source
    for path in (source / f"seed_{seed}.h5", source / f"seed_{seed}.h5.part"):
        if path.exists():
            return path
    raise UserError(f"{source}: no file seed_{seed}.h5 in this folder, to start seed {seed} from")


def seed_of(text: str) -> int | None:
    """Return the seed of the run that a state comes from; None for a folder of several."""
    source, name = split_source(text)
    return None if source.is_dir() else int(load_state(source, name).root["seed"])


def starting_point(text: str, seed: int, prepared: Prepared) -> StartingPoint:
    """Return the state that ``--from`` names.

    Parameters
    ----------
    text : str
        ``FILE:CHECKPOINT`` or ``FOLDER:CHECKPOINT``.
    seed : int
        The run's seed, which chooses the file in a folder.
    prepared : Prepared
        The run that is to go on from the state.

    Raises
    ------
    UserError
        If there is no such state, or it belongs to another circuit.
    """
    source, name = split_source(text)
    path = source_file(source, seed)
    stored = load_state(path, name)
    if not stored.root.get("circuit"):
        raise UserError(f"{path}: does not say what circuit its states belong to")
    try:
        return _fitted(path, stored, prepared)
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(printable(error).split())[:100]
        raise UserError(
            f"{path}: checkpoint {stored.name}: its file does not tell what a run starts with: "
            f"{reason}"
        ) from error


def _fitted(path: Path, stored: StoredState, prepared: Prepared) -> StartingPoint:
    """Return a state that was read as a starting point, if it fits the run."""
    saved = json.loads(stored.root["circuit"])
    own = identity(prepared.plan, saved["connectivity_seed"])
    wrong = mismatch(prepared.plan, stored.state, saved, own)
    if wrong:
        raise UserError(f"{path}: checkpoint {stored.name}: state of another circuit: {wrong}")
    played = int(stored.attributes["played"])
    hormone = float(stored.attributes.get("hormone", 0.0))
    if not 0 <= hormone <= 1:
        raise UserError(f"{path}: checkpoint {stored.name}: hormone = {hormone}: expected 0 to 1")
    return StartingPoint(
        stored.state,
        saved["connectivity_seed"],
        played,
        hormone,
        {
            "start_file": str(path),
            "start_checkpoint": stored.name,
            "start_hours": float(stored.attributes["hours"]),
            "start_segment": played,
            "start_seed": int(stored.root["seed"]),
            "start_state": digest(stored.state),
        },
        [
            f"{path}: checkpoint {stored.name}: {note}"
            for note in _notes(stored, prepared, saved, own)
        ],
    )


def _notes(stored: StoredState, prepared: Prepared, saved: dict, own: dict) -> list[str]:
    """Return how this run differs from the state's; `saved` and `own` identify their circuits."""
    before = flat("parameters", stored.root["parameters"])
    now = flat("parameters", to_toml(prepared.parameters))
    changed = []
    for key in {**before, **now}:
        is_now, was = now.get(key, "absent"), before.get(key, "absent")
        if key.startswith(("circuit.", "receptors.")) and is_now != was:
            changed.append(f"{key.removeprefix('circuit.')} is {is_now}, was {was}")
    notes = []
    if not stored.verified:
        notes.append("its file is of schema_version 1 and has no hashes: cannot be verified")
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        notes.append(f"other parameters than the state's: {', '.join(changed[:3])}{more}")
    groups = other_equations(saved, own)
    if groups:
        notes.append(f"other equations than the state's: {', '.join(groups)}")
    there = [f"{value:.2g} uM {drug}" for drug, value in stored.brain.items() if value > NOTICEABLE]
    if there:
        notes.append(f"{', '.join(there)} in brain is not carried over, only what it has done")
    return notes
