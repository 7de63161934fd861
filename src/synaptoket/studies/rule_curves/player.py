"""Plays given spike trains through a small circuit, in the text that the rules' files hold.

A circuit is a tree, as in a circuit's TOML. `small_circuit` and `pairs` add cells that rest unless
they are made to fire, so that a curve names only its rule and its numbers. `Player` builds the
circuit in Brian2, makes cells fire at given times, and returns state variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...circuit.circuit_file import read_circuit
from ...circuit.connectivity import Contacts, contacts
from ...circuit.initial import initial_state
from ...circuit.plan import plan
from ._trees import Tree, pairs, small_circuit

#: The times at which a cell fires, in s.
Train = Sequence[float] | np.ndarray


class Player:
    """A circuit that is played.

    Parameters
    ----------
    tree : dict
        The circuit, from `pairs` or `small_circuit`.
    contacts : dict of str to (pre, post), optional
        Who contacts whom. Where source and target have as many cells and `in_degree` is one,
        cells are paired in order; else contacts are drawn with `seed`.
    seed : int
        Seed of what is random.
    """

    def __init__(self, tree: Tree, contacts: Contacts | None = None, seed: int = 1):
        from ...circuit.brian import b2
        from ...circuit.brian_objects import assemble

        self.plan = plan(read_circuit(tree, "curve"))
        self.step = float(self.plan.circuit.numerics.step)
        drawn = _contacts(self.plan.circuit, seed) | (contacts or {})
        with _in_process(self.step):
            b2.seed(seed)
            self._circuit = assemble(self.plan, drawn)
            self._views: dict[str, Any] = {}
            for source in (self._circuit.variables(), self._circuit.constants()):
                for name, owner, variable, *_ in source:
                    assert owner is not None
                    self._views[name] = owner.variables[variable]
            for name, values in initial_state(self.plan, seed).items():
                self[name] = values
            self._trains: dict[str, Any] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a quantity of a group, ``"contact.weight"``, in SI units.

        It is a state variable, a constant, or a quantity of its equations, such as
        ``ampa_strength``.
        """
        if name in self._views:
            return np.array(self._views[name].get_value(), ndmin=1)
        owner, variable = self._owner(name)
        with _in_process(self.step):
            return np.array(getattr(owner, f"{variable}_")[:], ndmin=1)

    def __setitem__(self, name: str, values: Any) -> None:
        view = self._views[name]
        value = np.asarray(values)
        view.set_value(
            value.ravel()[0] if view.scalar else np.broadcast_to(value, view.get_value().shape)
        )

    def play(
        self,
        seconds: float,
        spikes: Mapping[str, Sequence[Train]] | None = None,
        record: Sequence[str] = (),
        **drives: float,
    ) -> dict[str, np.ndarray]:
        """Run on for some seconds of spiking.

        Parameters
        ----------
        seconds : float
            How long.
        spikes : mapping of str to a sequence of trains, optional
            For each population, the times at which each of its cells is made to fire, in s from
            now; whole steps, the first not before one.
        record : sequence of str
            State variables that are recorded at every step.
        **drives : float
            Drives of the circuit, such as `timelapse`, which is 1 by default.

        Returns
        -------
        dict of str to ndarray
            ``"time"`` (s from now), what was recorded, shape (cells or synapses, steps), and the
            times of all spikes as ``"<population>.spikes"``, shape (n, 2): cell, time.
        """
        from ...circuit.brian import b2

        circuit = self._circuit
        for name, value in ({"timelapse": 1.0} | drives).items():
            circuit.drives[name].values[:] = value
        with _in_process(self.step):
            start = float(circuit.network.t)
            monitors = {name: self._monitor(name) for name in record}
            for name, cells in (spikes or {}).items():
                self._set(name, cells, start)
            before = {name: m.num_spikes for name, m in circuit.monitors.items()}
            circuit.network.add(*monitors.values())
            circuit.network.run(seconds * b2.second)
            circuit.network.remove(*monitors.values())
        recorded = {
            name: np.array(getattr(m, name.split(".")[1] + "_")) for name, m in monitors.items()
        }
        times = next(iter(monitors.values())).t_ if monitors else np.array([])
        recorded["time"] = np.array(times) - start
        for name, m in circuit.monitors.items():
            fired = np.column_stack([m.i, np.asarray(m.t_) - start])
            recorded[f"{name}.spikes"] = fired[before[name] :]
        return recorded

    def _monitor(self, name: str):
        from ...circuit.brian import b2

        return b2.StateMonitor(*self._owner(name), record=True)

    def _owner(self, name: str):
        """Return the Brian2 object of a name, and the name of its variable."""
        group, variable = name.split(".")
        return self._circuit.groups.get(group) or self._circuit.synapses[group], variable

    def _set(self, name: str, cells: Sequence[Train], start: float) -> None:
        """Give the cells of a population their trains."""
        from ...circuit.brian import b2

        if name not in self._trains:
            generator, kick = _trains(self._circuit.groups[name])
            self._circuit.network.add(generator, kick)
            self._trains[name] = generator
        index = np.repeat(np.arange(len(cells)), [len(times) for times in cells])
        # a cell that is lifted over threshold in one step fires in the next
        times = np.concatenate([np.asarray(t, float) for t in cells]) - self.step
        steps = np.round((start + times) / self.step)
        self._trains[name].set_spikes(index, steps * self.step * b2.second)


def _trains(group):
    """Return a spike generator and synapses that make the cells of a group fire."""
    from ...circuit.brian import b2

    generator = b2.SpikeGeneratorGroup(len(group), [], [] * b2.second, name=f"{group.name}_trains")
    kick = b2.Synapses(generator, group, on_pre="v_post = 1*volt", name=f"{group.name}_kick")
    kick.connect(j="i")
    return generator, kick


def _contacts(circuit, seed: int) -> Contacts:
    drawn = contacts(circuit, seed)
    for name, projection in circuit.projections.items():
        size = circuit.sizes[projection.source]
        alike = size == circuit.sizes[projection.target] and projection.source != projection.target
        if alike and projection.in_degree == 1:
            cells = np.arange(size, dtype=np.int32)
            drawn[name] = (cells, cells)
    return drawn


@contextmanager
def _in_process(step: float) -> Iterator[None]:
    """Run Brian2 here, without a compiler, and leave its settings as they were."""
    from ...circuit.brian import b2

    target, clock = b2.prefs.codegen.target, b2.defaultclock.dt
    b2.set_device("runtime")
    b2.prefs.codegen.target = "numpy"
    b2.defaultclock.dt = step * b2.second
    try:
        yield
    finally:
        b2.prefs.codegen.target = target
        b2.defaultclock.dt = clock


__all__ = ["Player", "pairs", "small_circuit"]
