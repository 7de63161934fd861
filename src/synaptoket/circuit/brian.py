"""Brian2, imported so that it works in any thread and leaves Ctrl-C alone.

Brian2 installs a handler of Ctrl-C when it is imported. Outside the main thread Python refuses
that, and the import fails. In the main thread, Ctrl-C would then end a segment in its middle as if
it were complete. All modules of this package therefore import Brian2 from here.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..parameters.errors import UserError
from .compiler import compiler


@contextmanager
def _signals_left_alone() -> Iterator[None]:
    """Undo, at the end of a block, every signal handler that it installs."""
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
    """Let Brian2 use numpy if there is no C++ compiler.

    Otherwise Brian2 searches for a compiler and reports the failure in several lines.

    Returns
    -------
    bool
        Whether there is a compiler.
    """
    try:
        available = compiler() is not None
    except UserError:  # the compiler that CXX names cannot be used
        available = False
    if not available and b2.prefs.codegen.target == "auto":
        b2.prefs.codegen.target = "numpy"
    return available
