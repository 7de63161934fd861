"""Shared by the commands: checks of options, and an orderly end when a command is stopped."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from ..experiment.run_options import LARGEST_SEED, option_of, options_of_a_run
from ..parameters.errors import UserError

#: The most seeds that ``--seeds`` takes, so that a typing error does not fill the memory.
MOST_SEEDS = 100_000


class Terminated(KeyboardInterrupt):
    """SIGTERM: takes the same way out as Ctrl-C."""


def option(field: str) -> Any:
    """Return the command-line option that sets a field of `RunOptions`, for an annotation."""
    about = option_of(field)
    return typer.Option(about.name, metavar=about.metavar, help=about.help)


def beginning_with(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return a completion of an argument by the names that ship."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in names() if name.startswith(incomplete)]

    return complete


#: The option ``--all`` of commands that print a summary.
All = Annotated[
    bool, typer.Option("--all", help="Every read-out of the summary, not the main ones alone.")
]

#: Python files with rules of one's own: the option ``--rule``.
RuleFiles = Annotated[list[Path] | None, option("rules")]


def check_numbers(counts: Mapping[str, int | None], tolerance: float) -> None:
    """Raise `UserError` for a number out of range, before anything heavy is imported.

    Parameters
    ----------
    counts : mapping of str to int or None
        By option: ``"--seeds"``, or the option of a field of `RunOptions`.
    tolerance : float
    """
    check_counts(counts)
    if not 0 < tolerance <= 1:
        raise UserError(f"--tolerance {tolerance:g}: expected a share above 0, up to 1")


def check_counts(counts: Mapping[str, int | None]) -> None:
    """Raise `UserError` for a number below one, or so large that it would fill the memory."""
    most: dict[str, float] = {"--seeds": MOST_SEEDS, "--set-seeds": MOST_SEEDS}
    most |= {about.name: about.bounds.most for about in options_of_a_run() if about.bounds}
    for name, value in counts.items():
        if value is None:
            continue
        if value < 1:
            raise UserError(f"{name} {value}: expected 1 or more")
        if value > most[name]:
            raise UserError(f"{name} {value}: expected at most {most[name]}")


def seed_numbers(seed: int | None, seeds: int | None, start: str | None) -> tuple[int, ...]:
    """Return the seeds to run: those of the options, else that of the state to start from."""
    if seed is not None and seeds is not None:
        raise UserError("--seed and --seeds: give one of the two (--seeds 8 means seeds 1 to 8)")
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise UserError(f"--seed {seed}: expected 0 or more, below 2^63")
    check_counts({"--seeds": seeds})
    if seeds is not None:
        return tuple(range(1, seeds + 1))
    if seed is None and start is not None:
        from ..experiment.start_state import seed_of

        seed = seed_of(start)
    return (1 if seed is None else seed,)


def destination(name: str, numbers: tuple[int, ...], several: bool, out: Path | None) -> Path:
    """Return where results go: a folder with ``--seeds``, else a file."""
    if several:
        if out is not None and out.suffix == ".h5":
            raise UserError(f"--out {out}: several seeds are a folder, expected one; got a .h5")
        return out or Path("results") / name
    if out is not None and out.suffix != ".h5":
        raise UserError(f"--out {out}: one seed is one file, expected a name that ends in .h5")
    return out or Path("results") / f"{name}_seed{numbers[0]}.h5"


def check_target(target: Path, several: bool, resume: bool, overwrite: bool) -> None:
    """Raise `UserError` for a place that cannot be written, before anything is read.

    Whether something is there already is checked when all other arguments have proved right.
    """
    from ..results.destination import check_destination, check_folder

    if resume and overwrite:
        raise UserError("--resume and --overwrite: give one of the two")
    if several:
        check_folder(target / "seed.h5")
    else:
        check_destination(target, overwrite=True)


def check_outputs(
    figure: Path | None = None,
    table: Path | None = None,
    report: Path | None = None,
    out: Path | None = None,
    inputs: Iterable[str | Path | None] = (),
    overwrite: bool = False,
) -> None:
    """Raise `UserError` for an output of a command that may not be written; `out` is a figure."""
    from ..results import destination as place

    outputs = []
    for option, path in (("--figure", figure), ("--out", out)):
        outputs.append(place.Output(option, path, place.FIGURE))
        if path is not None:
            outputs.append(place.Output(option, probes_figure(path), place.FIGURE))
    outputs.append(place.Output("--table", table, place.TABLE))
    outputs.append(place.Output("--report", report, place.REPORT))
    place.check_outputs(outputs, inputs, overwrite)


def probes_figure(figure: Path) -> Path:
    """Return where the figure of the probes of an experiment goes, beside that of its counts."""
    return figure.with_name(f"{figure.stem}_function{figure.suffix}")


def files_of(source: Path | None) -> list[Path]:
    """Return a file or folder that a command reads, and what lies in the folder."""
    if source is None:
        return []
    within = list(source.iterdir()) if source.is_dir() else []
    return [source, *(path for path in within if path.suffix in (".h5", ".part", ".toml"))]


def cores() -> int:
    """Return how many cores this process may use (a cluster gives it fewer than there are)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def interruptible(command: str, resume: Sequence[str] = ("--resume",)) -> Iterator[Event]:
    """Turn Ctrl-C and SIGTERM into one line that says how to go on, and their exit status.

    `resume` are the words that, added to the command, continue what was interrupted. SIGTERM sets
    the event that is yielded, for callers whose libraries may swallow the exception.
    """
    terminated = Event()

    def terminate(number: int, frame: Any) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not cut the closing of files
        terminated.set()
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield terminated
    except KeyboardInterrupt as stop:
        words = [word for word in shlex.split(command) if word not in ("--overwrite", "--resume")]
        again = shlex.join([*words, *resume])
        print(f"interrupted: what was done is kept; continue with: {again}", file=sys.stderr)
        raise typer.Exit(
            143 if isinstance(stop, Terminated) or terminated.is_set() else 130
        ) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def draw(tree: Any, figure: Path, sets: Mapping[str, Any] | None = None) -> None:
    """Draw the figure of an experiment and, beside it, that of its probes, if there are any.

    `sets` are its results on other parameter sets.
    """
    from ..analysis import has_probes, timeline
    from ..analysis.figures.headline import headline_figure
    from ..analysis.figures.saving import save

    if timeline(tree).doses:
        drawn = headline_figure(tree, sets)
    else:
        from ..analysis.figures.overview import overview_figure

        drawn = overview_figure(tree)
    save(drawn, figure)
    print(f"figure: {figure}")
    if has_probes(tree):
        from ..analysis.figures.function import function_figure

        beside = probes_figure(figure)
        save(function_figure(tree), beside)
        print(f"figure: {beside}")
