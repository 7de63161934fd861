"""The same segments in Brian2's runtime mode, for a machine without a C++ compiler.

Slower, and with other random numbers than the compiled circuit; the equations are the same.
"""

from pathlib import Path

import numpy as np

from ..circuit.group import CircuitPlan
from ..circuit.initial import State
from ..circuit.numerics import SEGMENT
from ..errors import EngineError


class RuntimeWorker:
    """A circuit in this process.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    contacts : dict of str to (pre, post)
        Connectivity.
    """

    def __init__(self, plan: CircuitPlan, contacts: dict):
        import brian2 as b2

        from ..circuit.assembly import assemble

        b2.set_device("runtime")
        self._circuit = assemble(plan, contacts)
        self._views = {
            name: owner.variables[variable]
            for name, owner, variable, _ in self._circuit.variables()
        } | {name: owner.variables[variable] for name, owner, variable in self._circuit.constants()}

    @property
    def arrays(self) -> State:
        """The current state, as arrays in SI units."""
        return {name: np.atleast_1d(v.get_value()) for name, v in self._views.items()}

    def load(self, state: State) -> None:
        """Replace the state; arrays that `state` does not name keep their values."""
        for name, values in state.items():
            variable = self._views[name]
            variable.set_value(values[0] if variable.scalar else values)

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state; see `StandaloneWorker.advance`."""
        import brian2 as b2

        circuit = self._circuit
        for name, values in drives.items():
            circuit.drives[name].values[:] = values
        for synapses in circuit.synapses.values():
            for pathway in synapses._pathways:
                if pathway.queue is not None:  # spikes on their way end with the segment
                    pathway.queue._restore_from_full_state(None)
        recorded = {name: monitor.num_spikes for name, monitor in circuit.monitors.items()}
        b2.seed(seed % 2**32)
        circuit.network.t_ = 0.0
        circuit.network.run(SEGMENT * b2.second)
        if spikes is not None:
            self._append(spikes, recorded)
        return finite(self.arrays)

    def _append(self, path: Path, recorded: dict[str, int]) -> None:
        with open(path, "ab") as out:
            for name, monitor in self._circuit.monitors.items():
                index = np.asarray(monitor.i)[recorded[name] :]
                time = np.asarray(monitor.t_)[recorded[name] :]
                np.int64(len(index)).tofile(out)
                index.astype(np.int32).tofile(out)
                time.astype(np.float64).tofile(out)

    def state(self) -> State:
        """Return a copy of the state: a checkpoint."""
        return {name: values.copy() for name, values in self.arrays.items()}

    def close(self) -> None:
        """Nothing to release."""


def finite(arrays: State) -> State:
    """Return the state; raise `EngineError` if it holds a value that is no number.

    All of it is looked at: a neuron whose conductance is no number fires at every step, and its
    potential, reset each time, looks sound.
    """
    for name, values in arrays.items():
        if values.dtype.kind == "f" and not np.isfinite(values.sum()):
            raise EngineError(f"the simulation diverged: {name} holds a value that is not a number")
    return arrays
