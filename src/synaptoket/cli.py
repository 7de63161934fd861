"""The command ``synaptoket``: run an experiment, look into a result file, plot it, show a model.

Everything heavy (Brian2, xarray, Matplotlib) is imported by the command that needs it. An error
of the user's making is one line on standard error and exit status 2.
"""

from __future__ import annotations

import math
import os
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from . import __version__, library, settings
from .errors import EngineError, UserError

# The base of all errors in how a command is written; its module differs between typer's versions.
UsageError = typer.BadParameter.__base__

app = typer.Typer(
    name="synaptoket",
    help="From a dose of ketamine to a count of synapses.",
    epilog="A research model; no medical advice.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_TOLERANCE = 0.05
_TOLERANCE_HELP = "Error of a slow process, of its largest response, at automatic time-lapses."


class Engine(StrEnum):
    """How a circuit is run."""

    auto = "auto"
    standalone = "standalone"
    runtime = "runtime"


class Keep(StrEnum):
    """Which checkpoints stay in a finished file."""

    phases = "phases"
    branches = "branches"
    none = "none"


class Terminated(KeyboardInterrupt):
    """SIGTERM: takes the same way out as Ctrl-C."""


def main(arguments: Sequence[str] | None = None, shown_as: str = "synaptoket") -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command's arguments; those of the process.
    shown_as : str
        How the command was started, for the record in the result file.

    Returns
    -------
    int
        0, or 2 after an error of the user's making (one line on standard error), 130 after
        Ctrl-C, 143 after SIGTERM.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    command = f"{shown_as} {shlex.join(arguments)}".strip()
    return _dispatch(arguments, command)


def run_script(script: str | Path, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the experiment that a script defines, with the options of ``synaptoket run``; then exit.

    The last lines of an experiment script::

        if __name__ == "__main__":
            synaptoket.run_script(__file__)

    Parameters
    ----------
    script : str or Path
        The script; it is loaded again by its path, so that worker processes can do the same.
    arguments : sequence of str, optional
        Options as on the command line; those of the process.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    command = f"python {shlex.join([library.display(script), *arguments])}"
    sys.exit(_dispatch(["run", str(Path(script).resolve()), *arguments], command))


def _dispatch(arguments: list[str], command: str) -> int:
    try:
        status = app(arguments, prog_name="synaptoket", standalone_mode=False, obj=command)
    except UsageError as error:
        # In typer's own form this is a box of several lines.
        return _fail(error.format_message())
    except UserError as error:
        return _fail(str(error))
    except EngineError as error:
        _fail(str(error))
        return 1
    return status if isinstance(status, int) else 0


def _fail(message: str) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _version(wanted: bool) -> None:
    if wanted:
        print(f"synaptoket {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def run(
    context: typer.Context,
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A script, or the name of one that ships.")
    ],
    seed: Annotated[int | None, typer.Option(help="One seed (default 1): one file.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 1 to N: a folder of files.")] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Processes at once (default: the cores there are).")
    ] = None,
    neurons: Annotated[int | None, typer.Option(help="Size of the circuit.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change any parameter; may be repeated."),
    ] = None,
    timelapse_scale: Annotated[
        float, typer.Option(help="0.5: half the hours of biology in a second of spiking.")
    ] = 1.0,
    tolerance: Annotated[float, typer.Option(help=_TOLERANCE_HELP)] = _TOLERANCE,
    out: Annotated[
        Path | None, typer.Option(help="One seed: a file .h5. Several seeds: a folder.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace old results.")] = False,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the results into this file (.png, .pdf, .svg).")
    ] = None,
    circuit: Annotated[
        str | None, typer.Option(help="Another circuit than the experiment's: a name or a .toml.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="standalone: compiled; runtime: without a compiler, slower.")
    ] = Engine.auto,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE:CHECKPOINT",
            help="Start from a state of another run (info lists them), or of each seed's in a "
            "folder.",
        ),
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(metavar="N", help="Save a state to resume from every N segments, too."),
    ] = None,
    keep: Annotated[
        Keep,
        typer.Option(
            "--keep-checkpoints", help="What stays in a finished file: ends of phases, of branches."
        ),
    ] = Keep.phases,
) -> None:
    """Run an experiment: all its arms, for one seed or several."""
    path = library.experiment_path(experiment)
    numbers = _seeds(seed, seeds, start)
    counts = {"--jobs": jobs, "--neurons": neurons, "--seeds": seeds}
    _check_numbers(counts | {"--checkpoint-every": checkpoint_every}, tolerance, set_)
    if not (math.isfinite(timelapse_scale) and timelapse_scale > 0):
        raise UserError(f"--timelapse-scale {timelapse_scale:g}: expected a number above zero")
    if circuit is not None:
        library.model_path("circuits", circuit)
    target = _target(path.stem, numbers, several=seeds is not None, out=out)
    _check_target(target, seeds is not None, resume, overwrite)
    if figure is not None:
        _check_figure(figure)
    loaded = library.load_experiment(path)

    from .experiment import RunOptions
    from .experiment import run as run_experiment
    from .progress import Progress

    options = RunOptions(
        seeds=numbers,
        jobs=jobs or _cores(),
        neurons=neurons,
        settings=tuple(set_ or ()),
        timelapse_scale=timelapse_scale,
        tolerance=tolerance,
        out=target,
        resume=resume,
        overwrite=overwrite,
        circuit=circuit,
        engine=engine.value,
        start=start,
        checkpoint_every=checkpoint_every,
        keep=keep.value,
        command=context.obj or context.command_path,
    )
    with _interruptible(options.command):
        files = run_experiment(loaded, options, progress=Progress, script=path)
        _report(files, target, figure)


@app.command()
def timelapse(
    context: typer.Context,
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A script, or the name of one that ships.")
    ],
    arm: Annotated[
        str | None, typer.Option(help="The arm (default: the one with the fewest doses).")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Seeds 1 to N, two or more.")] = 5,
    jobs: Annotated[
        int | None, typer.Option(help="Processes at once (default: the cores there are).")
    ] = None,
    neurons: Annotated[int | None, typer.Option(help="Size of the circuit.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change any parameter; may be repeated."),
    ] = None,
    phases: Annotated[
        str | None, typer.Option(help="Phases to compare, 'a,b' (default: from the first effect).")
    ] = None,
    tolerance: Annotated[float, typer.Option(help=_TOLERANCE_HELP)] = _TOLERANCE,
    out: Annotated[Path | None, typer.Option(help="A folder.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace old results.")] = False,
    table: Annotated[Path | None, typer.Option(help="Also write the table, as Markdown.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Measure the error of the time-lapse: an arm at 1, 1/2 and 1/4 of it, over several seeds."""
    path = library.experiment_path(experiment)
    if seeds < 2:
        raise UserError(f"--seeds {seeds}: expected 2 or more: one seed has no interval")
    _check_numbers({"--jobs": jobs, "--neurons": neurons}, tolerance, set_)
    target = _target(f"{path.stem}_timelapse", (), several=True, out=out)
    _check_target(target, True, resume, overwrite)
    if table is not None:
        from .results.destination import check_folder

        check_folder(table)
    loaded = library.load_experiment(path)

    from . import timelapse as comparison
    from .analysis import convergence, convergence_json, convergence_table
    from .experiment import RunOptions
    from .results import open_results
    from .results.text_table import write_table

    options = RunOptions(
        seeds=tuple(range(1, seeds + 1)),
        jobs=jobs or _cores(),
        neurons=neurons,
        settings=tuple(set_ or ()),
        tolerance=tolerance,
        out=target,
        resume=resume,
        overwrite=overwrite,
        keep="none",
        command=context.obj or context.command_path,
    )
    chosen = [name.strip() for name in phases.split(",")] if phases else []
    with _interruptible(options.command):
        files = comparison.compare(loaded, options, arm, chosen, script=path)
    tree = open_results(files)
    found = convergence(tree)
    comparison.record_error(files, found)
    print(convergence_json(found) if json_ else convergence_table(found))
    if table is not None:
        write_table(table, f"    {tree.attrs['command']}\n\n{convergence_table(found, True)}")
    print(f"results: {target}", file=sys.stderr)


def _check_numbers(counts: dict[str, int | None], tolerance: float, assignments) -> None:
    """Raise `UserError` for an option out of range, before anything heavy is imported."""
    for option, value in counts.items():
        if value is not None and value < 1:
            raise UserError(f"{option} {value}: expected 1 or more")
    if not 0 < tolerance <= 1:
        raise UserError(f"--tolerance {tolerance:g}: expected a share above 0, up to 1")
    for text in assignments or ():
        settings.parse_assignment(text)


def _seeds(seed: int | None, seeds: int | None, start: str | None) -> tuple[int, ...]:
    """Return the seeds to run: those that were asked for, else that of the state to start from."""
    if seed is not None and seeds is not None:
        raise UserError("--seed and --seeds: give one of the two (--seeds 8 means seeds 1 to 8)")
    if seed is not None and seed < 0:
        raise UserError(f"--seed {seed}: expected 0 or more")
    if seeds is not None:
        return tuple(range(1, seeds + 1))
    if seed is None and start is not None:
        from .starting import seed_of

        seed = seed_of(start)
    return (1 if seed is None else seed,)


def _target(name: str, numbers: tuple[int, ...], several: bool, out: Path | None) -> Path:
    """Return where results go: a folder with ``--seeds``, else a file."""
    if several:
        if out is not None and out.suffix == ".h5":
            raise UserError(f"--out {out}: several seeds are a folder, expected one; got a .h5")
        return out or Path("results") / name
    if out is not None and out.suffix != ".h5":
        raise UserError(f"--out {out}: one seed is one file, expected a name that ends in .h5")
    return out or Path("results") / f"{name}_seed{numbers[0]}.h5"


def _check_target(target: Path, several: bool, resume: bool, overwrite: bool) -> None:
    """Raise `UserError` for a place that cannot be written, before anything is compiled."""
    from .results.destination import check_destination, check_folder

    if resume and overwrite:
        raise UserError("--resume and --overwrite: give one of the two")
    if several:
        check_folder(target / "seed.h5")
    elif not (resume and target.is_file()):  # a finished run is resumed by leaving it alone
        check_destination(target, overwrite=overwrite, resume=resume)


def _check_figure(figure: Path) -> None:
    from .results.destination import check_folder

    if figure.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise UserError(f"--figure {figure}: expected a name that ends in .png, .pdf or .svg")
    check_folder(figure)


def _cores() -> int:
    """Return how many cores this process may use (a cluster gives it fewer than there are)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _interruptible(command: str) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into one line that says how to go on, and their exit status."""

    def terminate(number: int, frame: Any) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not cut the closing of files
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except KeyboardInterrupt as stop:
        words = [word for word in shlex.split(command) if word not in ("--overwrite", "--resume")]
        again = shlex.join([*words, "--resume"])
        print(f"interrupted: what was done is kept; continue with: {again}", file=sys.stderr)
        raise typer.Exit(143 if isinstance(stop, Terminated) else 130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(files: Sequence[Path], target: Path, figure: Path | None) -> None:
    from .analysis import summary_table
    from .results import open_results

    tree = open_results(files)
    print(summary_table(tree))
    print(f"\nresults: {target}")
    if figure is not None:
        _draw(tree, figure)


def _draw(tree: Any, figure: Path) -> None:
    from .figures import headline_figure, save

    save(headline_figure(tree), figure)
    print(f"figure: {figure}")


@app.command()
def info(files: Annotated[list[Path], typer.Argument(metavar="FILE...")]) -> None:
    """Print what result files (or a folder of them) hold."""
    from .results import describe

    print(describe(files[0] if len(files) == 1 else files))


@app.command()
def plot(
    source: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER")],
    out: Annotated[Path | None, typer.Option(help="The figure (default: beside the file).")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Also write the summary table, as Markdown.")
    ] = None,
) -> None:
    """Draw the figure of a result file, or of a folder with one file for each seed."""
    out = out or source.with_suffix(".png")
    _check_figure(out)

    from .results import open_results

    tree = open_results(source)
    _draw(tree, out)
    if table is not None:
        from .analysis import summary_markdown
        from .results.destination import check_folder

        check_folder(table)
        heading = f"# {tree.attrs['experiment']}, {tree.attrs['neurons']} neurons\n\n"
        made = f"    {tree.attrs['command']}\n\n"
        table.write_text(heading + made + summary_markdown(tree) + "\n", encoding="utf-8")
        print(f"table: {table}")


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A model; without it, what there is.")
    ] = None,
    equations: Annotated[
        bool, typer.Option("--equations", help="The equations of a circuit, as they run.")
    ] = False,
) -> None:
    """Print the parameters of a model with their units and sources."""
    if name is None:
        print(library.catalogue())
        return
    path = library.find_model(name)
    tree = library.read_toml(path)
    circuit = path.parent.name == "circuits" or "populations" in tree
    if equations and not circuit:
        raise UserError(f"{library.display(path)}: only a circuit has equations to show")
    if equations:
        from .circuit.describe import equations as circuit_equations

        print(circuit_equations(name))
    elif circuit:
        from .circuit.describe import table

        _print_rows(library.display(path), table(name))
    else:
        _print_rows(library.display(path), settings.rows(tree))


def _print_rows(title: str, rows: Iterable[settings.Row]) -> None:
    """Print rows as a table; columns that are empty throughout are left out."""
    header = ("name", "symbol", "value", "unit", "source")
    rows = [tuple(str(cell) for cell in row) for row in rows]
    used = [i for i in range(len(header)) if any(row[i] for row in rows)]
    rows = [[row[i] for i in used] for row in rows]
    header = [header[i] for i in used]
    if not sys.stdout.isatty():
        # In a file or a pipe a parameter stays one line, which can be searched for.
        from .results.text_table import aligned

        print(title)
        print(aligned(header, rows, indent="", left=len(header)))
        return

    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in header:
        table.add_column(name, no_wrap=name in ("symbol", "value", "unit"), overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)
