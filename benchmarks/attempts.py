"""What a benchmark could not measure, and why; everything else is measured all the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from synaptoket.parameters.errors import EngineError, UserError

from .commands import ROOT, BenchmarkError

#: Errors whose message needs no name of a class before it.
EXPLAINED = (BenchmarkError, EngineError, UserError)


class Attempts:
    """Blocks that may fail without taking others with them.

    Attributes
    ----------
    missing : dict of str to str
        The reason for each name that could not be measured.

    >>> attempt = Attempts(say=lambda text: None)
    >>> with attempt("nest"):
    ...     raise OSError("no such program")
    >>> attempt.missing
    {'nest': 'OSError: no such program'}
    """

    def __init__(self, say: Callable[[str], None] = print):
        self.say, self.missing = say, {}

    @contextmanager
    def __call__(self, *names: str) -> Iterator[None]:
        """Run the block; if it fails, note the reason for each name that has none yet."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the other rows are measured
            for name in names:
                if name not in self.missing:
                    self.missing[name] = explained(error)
                    self.say(f"  {name} is not measured: {self.missing[name]}")

    def rounds(self, number: int, *names: str) -> Iterator[int]:
        """Count rounds, as long as one of the names can still be measured."""
        for k in range(number):
            if self.missing.keys() >= set(names):
                return
            yield k


def explained(error: Exception) -> str:
    """Return what went wrong in one line that names no folder of this machine."""
    text = str(error) if isinstance(error, EXPLAINED) else f"{type(error).__name__}: {error}"
    for folder in (ROOT, Path.home()):
        text = text.replace(f"{folder}/", "")
    return " ".join(text.split())
