"""Compile a circuit once and play any protocol on it, segment by segment."""

import warnings

from ..circuit.group import CircuitPlan
from ..errors import UserError


class Engine:
    """Makes workers for one circuit.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    kind : {"auto", "standalone", "runtime"}
        Compiled, or Brian2's runtime mode; ``"auto"`` compiles where there is a compiler.
    announce : callable
        Told in a line when something slow starts.
    binary : Binary, optional
        The compiled circuit, if it is there already: then no compiler is looked for.
    """

    def __init__(
        self, plan: CircuitPlan, kind: str = "auto", announce=lambda text: None, binary=None
    ):
        from .binary import compiled, compiler

        self.plan, self._binary = plan, binary
        if binary is not None:
            self.kind = "standalone"
            return
        if kind == "standalone" and compiler() is None:
            raise UserError("--engine standalone: no C++ compiler found (g++, or name it in CXX)")
        if kind == "auto" and compiler() is None:
            warnings.warn("no C++ compiler: running in Brian2's slower runtime mode", stacklevel=2)
        self.kind = "runtime" if kind == "runtime" or compiler() is None else "standalone"
        self._binary = compiled(plan, announce) if self.kind == "standalone" else None

    def worker(self, seed: int):
        """Return a worker with the connectivity of a seed; close it after use."""
        from ..circuit.connectivity import contacts

        drawn = contacts(self.plan.circuit, seed)
        if self.kind == "runtime":
            from .runtime import RuntimeWorker

            return RuntimeWorker(self.plan, drawn)
        from .standalone import StandaloneWorker

        return StandaloneWorker(self._binary, drawn)
