"""One run of several seeds: their files, the order of branches, and the segments of each."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..circuit.numerics import SEGMENT
from ..engine import Engine
from .arm_tree import Branch, branches
from .branch_queue import BranchQueue
from .prepare import Prepared
from .progress import ProgressType
from .resume_point import segments_played
from .run_files import RunFiles
from .run_options import RunOptions
from .seed_run import SeedRun
from .segment_player import SegmentPlayer


def play_seeds(
    prepared: Prepared,
    options: RunOptions,
    engine: Engine,
    runs: Mapping[int, SeedRun],
    paths: Mapping[int, Path | None],
    attributes: Mapping[int, Mapping[str, Any]],
    progress: ProgressType,
    name: str,
) -> RunFiles:
    """Play all branches of all seeds, and return what they have recorded.

    Parameters
    ----------
    prepared, options, engine
        The run, and what plays its circuit.
    runs : mapping of int to SeedRun
        By seed.
    paths : mapping of int to Path or None
        The file of each seed; None leaves its rows in memory.
    attributes : mapping of int to mapping
        The attributes of each file but for the engine, from `run_attributes`.
    progress : type
        Shows how far the run is.
    name : str
        Of the experiment.
    """
    tree = branches(prepared.schedules, list(prepared.schedules))
    # Brian2's runtime mode keeps its objects in this process: one simulation at a time.
    jobs = options.jobs if engine.kind == "standalone" else 1
    stop = threading.Event()
    in_memory = all(path is None for path in paths.values())
    with RunFiles(prepared, options) as files:
        for seed, path in paths.items():
            files.open(seed, path, {**attributes[seed], "engine": engine.kind})
        played = sum(segments_played(files[seed], tree) for seed in runs)
        with progress(tree.segments() * SEGMENT * len(runs), name, done=played * SEGMENT) as bar:
            player = SegmentPlayer(prepared, options, engine, bar, stop)

            def play(seed: int, branch: Branch) -> None:
                player.play(runs[seed], files[seed], branch)

            queue = BranchQueue(play, files.finish, stop, jobs, in_place=jobs == 1 and in_memory)
            queue.run(runs, tree)
    return files
