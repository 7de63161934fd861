"""The exceptions that end a command with one line, and the hints in their messages."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Wrong input: the message names the file, the key, the value and what was expected.

    The command line prints it as one line and exits with status 2.
    """


class EngineError(RuntimeError):
    """The simulation failed: the compiled program died, or a value became NaN or infinite.

    The command line prints it as one line and exits with status 1.
    """


class InvariantError(ValueError):
    """A result file contradicts itself; the message names the file, arm, dataset and row."""


#: SIGKILL, the signal that no program can catch; `signal` does not name it on every system.
KILL = 9


class EngineKilled(EngineError):
    """The program was ended from outside, for its memory or its time.

    Attributes
    ----------
    signal : int
        The signal that the program received.
    """

    def __init__(self, signal: int):
        why = "; perhaps out of memory" if signal == KILL else ""
        super().__init__(f"the compiled circuit was killed (exit status -{signal}{why})")
        self.signal = signal


def shortened(text: str, most: int = 60) -> str:
    """Return a text for a message, cut after `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"


def names_one(value: object, valid: Iterable[str]) -> bool:
    """Return whether a value of a file is a text and one of the valid names.

    >>> names_one("ketamine", {"ketamine": 1}), names_one(["ketamine"], {"ketamine": 1})
    (True, False)
    """
    return isinstance(value, str) and value in valid


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a hint: the valid name closest to `name`, or all valid names if none is close.

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
