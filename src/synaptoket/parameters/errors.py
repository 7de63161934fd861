"""The one exception a user is meant to see: a single line that says what to change."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Wrong input: the message names the file, the key, the value and what was expected.

    The command line prints it as one line and exits with status 2.
    """


class EngineError(RuntimeError):
    """The simulation itself went wrong: a program that died, or a value that is no number.

    The command line prints it as one line and exits with status 1.
    """


class InvariantError(ValueError):
    """A result file contradicts itself; the message names file, arm, dataset and row."""


#: The signal that no program can refuse; not every system names it.
KILL = 9


class EngineKilled(EngineError):
    """Somebody else ended the program: the system for its memory, a cluster for its time.

    Attributes
    ----------
    signal : int
        The signal that it got.
    """

    def __init__(self, signal: int):
        why = "; perhaps out of memory" if signal == KILL else ""
        super().__init__(f"the compiled circuit was killed (exit status -{signal}{why})")
        self.signal = signal


def shortened(text: str, most: int = 60) -> str:
    """Return a text for a message, cut if it is very long."""
    return text if len(text) <= most else f"{text[:most]}…"


def names_one(given: object, valid: Iterable[str]) -> bool:
    """Return whether a value of a file is the name of one of the valid things.

    A list or a table in the place of a name is none.

    >>> names_one("ketamine", {"ketamine": 1}), names_one(["ketamine"], {"ketamine": 1})
    (True, False)
    """
    return isinstance(given, str) and given in valid


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the valid name closest to `name`, else the choices.

    >>> nearest("ketamin", ["ketamine", "nbqx"])
    "; did you mean 'ketamine'?"
    >>> nearest("zzz", ["ketamine", "nbqx"])
    '; valid: ketamine, nbqx'
    """
    valid = sorted(valid)
    close = difflib.get_close_matches(name, valid, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; valid: {', '.join(valid)}" if valid else ""
