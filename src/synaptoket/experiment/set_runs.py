"""Run an experiment on the circuit as it is, and on other parameter sets that are as good.

What the calibration leaves open is part of the answer: a number is given over seeds, and over the
sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..parameters.hypotheses import set_files
from ..pharmacology.dose import described
from ..results.destination import check_destination
from ..results.parameter_sets import set_folder
from .prepare import prepare
from .progress import Progress, ProgressType
from .protocol import Experiment
from .run import play
from .run_options import RunOptions


def _options_on_sets(
    experiment: Experiment, options: RunOptions, place: str, seeds: tuple[int, ...]
) -> dict[str, RunOptions]:
    """Return the options of the run on the circuit itself, named "", and of that on each set."""
    runs = {"": options}
    for path in set_files(place, options.circuit or experiment.circuit):
        out = set_folder(options.out, path.stem)
        runs[path.stem] = replace(options, overlay=str(path), out=out, seeds=seeds)
    return runs


def run_on_sets(
    experiment: Experiment,
    options: RunOptions,
    place: str,
    progress: ProgressType = Progress,
    script: str | Path | None = None,
    seeds: Sequence[int] | None = None,
) -> Sequence[Path]:
    """Run an experiment on the circuit and on each parameter set; return all result files.

    Parameters
    ----------
    experiment, progress, script
        As for `run`.
    options : RunOptions
        With a folder as destination and without an overlay.
    place : str
        A folder of overlays, or a pattern of their names.
    seeds : sequence of int, optional
        Of each set, in place of those that the circuit itself is played with.

    Raises
    ------
    UserError
        For wrong input with any of the sets; nothing has been compiled or written by then.
    """
    name = Path(script).stem if script else "experiment"
    runs = _options_on_sets(experiment, options, place, tuple(seeds or options.seeds))
    prepared = {each: prepare(experiment, chosen) for each, chosen in runs.items()}
    if not options.resume:
        for chosen in runs.values():
            for seed in chosen.seeds:
                check_destination(chosen.out / f"seed_{seed}.h5", overwrite=options.overwrite)
    plain = prepared[""].experiment
    print(described(plain.doses(), plain.weight()), flush=True)
    files: list[Path] = []
    for each, chosen in runs.items():
        print(f"parameter set: {each or 'that of the circuit'}", flush=True)
        files += play(prepared[each], chosen, name, progress)
    return files
