"""The C++ compiler of this machine: g++, or the command that ``CXX`` names."""

import os
import shlex
import shutil
from pathlib import Path

from ..parameters.errors import UserError

#: What to do without a compiler, for messages.
INSTALL = "on Debian: apt-get install g++ (or name another in CXX)"


def compiler() -> list[str] | None:
    """Return the command of the C++ compiler, or None if there is none.

    Returns
    -------
    list of str
        The words of ``CXX``, split as a shell does (``ccache g++``), or ``g++`` if ``CXX`` is not
        set. The first word is the full path of the program.

    Raises
    ------
    UserError
        If ``CXX`` is set and names no program.
    """
    command = os.environ.get("CXX")
    if command is None:
        path = shutil.which("g++")
        return None if path is None else [path]
    try:
        words = shlex.split(command)
    except ValueError as error:  # a quote that is not closed
        raise wrong(str(error).lower()) from None
    if not words:
        raise wrong("no command")
    path = shutil.which(words[0])
    if path is None:
        raise wrong(_why_not(words[0]))
    return [os.path.abspath(path), *words[1:]]


def named(command: list[str]) -> str:
    """Return the compiler's name for messages: ``CXX`` with its value, if that is set."""
    value = os.environ.get("CXX")
    return shlex.join(command) if value is None else f'CXX="{value}"'


def wrong(why: str) -> UserError:
    """Return the error that says what is wrong with ``CXX``."""
    return UserError(
        f'CXX="{os.environ["CXX"]}": no C++ compiler: {why}; '
        "expected a command such as g++ or ccache g++, or CXX unset"
    )


def _why_not(program: str) -> str:
    """Return in words why a program cannot be started."""
    if os.path.dirname(program):
        path = Path(program)
        if path.is_dir():
            return f"{program} is a folder"
        if path.exists():
            return f"{program} is not executable"
        return f"there is no {program}"
    return f"no {program} on the PATH"
