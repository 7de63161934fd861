"""The command itself: how it is started, what it returns, and how errors are printed."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn, cast

import typer

from ..parameters import files
from ..parameters.errors import EngineError, UserError
from ..parameters.printable import printable
from ..parameters.version import VERSION

# The base of all errors in how a command is written; its module differs between typer's versions.
UsageError = cast(type[typer.BadParameter], typer.BadParameter.__base__)

#: What follows the list of commands when there are no arguments.
FIRST_STEPS = """\
To begin:
  synaptoket run rat_stress_and_ketamine --dry-run                   its phases, doses and costs
  synaptoket run rat_stress_and_ketamine --figure results/rat.png    the experiment, drawn
  synaptoket show                                                    what models there are
"""

app = typer.Typer(
    name="synaptoket",
    help="From a dose of ketamine to a count of synapses.",
    epilog="A research model; no medical advice.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
        0, or 2 after an error that the user can mend (one line on standard error), 130 after
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
    command = f"python {shlex.join([files.display(script), *arguments])}"
    sys.exit(_dispatch(["run", str(Path(script).resolve()), *arguments], command))


def _dispatch(arguments: list[str], command: str) -> int:
    """Run a command; print an error as one line, and return the exit status."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            status = app(arguments, prog_name="synaptoket", standalone_mode=False, obj=command)
    except UsageError as error:
        # In typer's own form this is a box of several lines.
        return _fail(error.format_message())
    except UserError as error:
        return _fail(str(error))
    except EngineError as error:
        _fail(str(error))
        return 1
    except OSError as error:  # a full disk, a name that is too long, a folder that vanished
        _fail(f"{error.filename or 'a file'}: {error.strerror or error}")
        return 1
    except MemoryError:
        _fail("not enough memory; try fewer --neurons, fewer --jobs or a shorter experiment")
        return 1
    return status if isinstance(status, int) else 0


def _fail(message: str) -> int:
    """Print an error as one line of printable characters; return 2."""
    print(f"error: {printable(' '.join(message.split()))}", file=sys.stderr)
    return 2


def _warn(message: Warning, *place: object) -> None:
    """Print a warning in one line, without the line of code that it comes from."""
    print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)


def _version(wanted: bool) -> None:
    """Print the version and end, if ``--version`` is there."""
    if wanted:
        print(f"synaptoket {VERSION}")
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
        print(FIRST_STEPS)
