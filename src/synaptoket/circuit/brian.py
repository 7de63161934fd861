"""Brian2, imported in whatever thread, with Ctrl-C left to those who handle it.

Brian2 takes Ctrl-C over when it is imported. Outside the main thread Python refuses that, and the
import fails; in the main thread a Ctrl-C would end a segment in its middle, as if it were whole.
So all modules of this package get Brian2 from here.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..parameters.errors import UserError
from .compiler import compiler


@contextmanager
def _signals_left_alone() -> Iterator[None]:
    """Let a block set no signal handler that outlasts it."""
    original, main = signal.signal, threading.main_thread()
    if threading.current_thread() is main:
        before = signal.getsignal(signal.SIGINT)
        try:
            yield
        finally:
            original(signal.SIGINT, before)
        return

    def in_main_thread_only(number, handler):
        return original(number, handler) if threading.current_thread() is main else None

    signal.signal = in_main_thread_only
    try:
        yield
    finally:
        signal.signal = original


with _signals_left_alone():
    import brian2 as b2

__all__ = ["b2", "choose_target"]


def choose_target() -> bool:
    """Keep Brian2 from looking for a compiler, in several lines, where there is none.

    Returns
    -------
    bool
        Whether there is one.
    """
    try:
        found = compiler() is not None
    except UserError:  # the one that CXX names cannot be used
        found = False
    if not found and b2.prefs.codegen.target == "auto":
        b2.prefs.codegen.target = "numpy"
    return found
