"""Compile a circuit once and play any protocol on it, segment by segment."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..circuit.compiler import INSTALL, compiler
from ..circuit.group import CircuitPlan
from ..parameters.errors import UserError
from .announcing import Announce, silent
from .worker import Worker

if TYPE_CHECKING:
    from .binary import Binary

#: The warning on a machine without a compiler.
SLOWER = f"no C++ compiler: running in Brian2's slower runtime mode; {INSTALL}"


class Engine:
    """Makes workers for one circuit.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    kind : {"auto", "standalone", "runtime"}
        Compiled, or Brian2's runtime mode; ``"auto"`` compiles where there is a compiler.
    announce : callable
        Called with a line of text when something slow starts.
    binary : Binary, optional
        The compiled circuit, if there is one already; no compiler is needed then.
    """

    def __init__(
        self,
        plan: CircuitPlan,
        kind: str = "auto",
        announce: Announce = silent,
        binary: Binary | None = None,
    ):
        self.plan, self._binary = plan, binary
        self.kind = "standalone" if binary is not None else kind
        if self.kind == "auto":
            self.kind = "runtime" if compiler() is None else "standalone"
            if self.kind == "runtime":
                warnings.warn(SLOWER, stacklevel=2)
        if self.kind == "standalone" and binary is None:
            from .binary import compiled

            if compiler() is None:
                raise UserError(f"--engine standalone: no C++ compiler found; {INSTALL}")
            self._binary = compiled(plan, announce)

    def worker(self, seed: int) -> Worker:
        """Return a worker with the connectivity of a seed; close it after use."""
        from ..circuit.connectivity import contacts

        drawn = contacts(self.plan.circuit, seed)
        if self.kind == "runtime":
            from .runtime import RuntimeWorker

            return RuntimeWorker(self.plan, drawn)
        from .standalone import StandaloneWorker

        assert self._binary is not None
        return StandaloneWorker(self._binary, drawn)
