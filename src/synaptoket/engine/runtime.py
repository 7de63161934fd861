"""A worker in Brian2's runtime mode, for a machine without a C++ compiler.

It is slower than the compiled circuit and has other random numbers; the equations are the same.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..circuit.connectivity import Contacts
from ..circuit.group import CircuitPlan
from ..circuit.initial import State
from ..circuit.numerics import SEGMENT
from .divergence import LOOK_EVERY, check_firing, check_values, limits


class RuntimeWorker:
    """A `Worker` whose circuit is in this process.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    contacts : dict of str to (pre, post)
        Connectivity.
    """

    def __init__(self, plan: CircuitPlan, contacts: Contacts):
        from ..circuit.brian import b2, choose_target
        from ..circuit.brian_objects import assemble

        b2.set_device("runtime")
        choose_target()
        self._circuit = assemble(plan, contacts)
        entries = [entry[:3] for entry in self._circuit.variables()] + [*self._circuit.constants()]
        self._views: dict[str, Any] = {}
        for name, owner, variable in entries:
            assert owner is not None
            self._views[name] = owner.variables[variable]
        self._limits = limits(plan)
        self._counted: dict[str, int] = {}
        step = float(plan.circuit.numerics.step) * LOOK_EVERY
        check = b2.NetworkOperation(self._check, dt=step * b2.second, when="end", order=1000)
        self._circuit.network.add(check)

    def _check(self) -> None:
        """Raise `EngineError` if the circuit has diverged since the last check."""
        step = float(self._circuit.plan.circuit.numerics.step)
        for name, monitor in self._circuit.monitors.items():
            spikes, group = monitor.num_spikes, self._circuit.groups[name]
            period = max(float(self._array(f"{name}.refractory_period")[0]), 2 * step)
            recent = spikes - self._counted.get(name, spikes)
            check_firing(name, recent, len(group), LOOK_EVERY * step, period)
            self._counted[name] = spikes
        check_values({name: self._array(name) for name in self._limits}, self._limits)

    def _array(self, name: str) -> np.ndarray:
        return np.atleast_1d(self._views[name].get_value())

    @property
    def arrays(self) -> State:
        """The current state, as arrays in SI units."""
        return {name: self._array(name) for name in self._views}

    def load(self, state: State) -> None:
        """Replace the state; arrays that `state` does not name keep their values."""
        for name, values in state.items():
            variable = self._views[name]
            variable.set_value(values[0] if variable.scalar else values)

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state; see `Worker.advance`."""
        from ..circuit.brian import b2

        circuit = self._circuit
        for name, drive in circuit.drives.items():
            drive.values[:] = drives.get(name, 0.0)
        for synapses in circuit.synapses.values():
            for pathway in synapses._pathways:
                if pathway.queue is not None:  # spikes on their way end with the segment
                    pathway.queue._restore_from_full_state(None)
        self._counted.clear()
        recorded = {name: monitor.num_spikes for name, monitor in circuit.monitors.items()}
        b2.seed(seed % 2**32)
        circuit.network.t_ = 0.0
        circuit.network.run(SEGMENT * b2.second)
        if circuit.network.t_ < SEGMENT * (1 - 1e-9):  # Ctrl-C ends Brian2's run early, silently
            raise KeyboardInterrupt
        if spikes is not None:
            self._append(spikes, recorded)
        check_values(self.arrays, self._limits)
        return self.arrays

    def _append(self, path: Path, recorded: dict[str, int]) -> None:
        """Append the spikes of a segment to a file; `recorded` counts those before it."""
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
        """Release nothing: the circuit is in this process."""
