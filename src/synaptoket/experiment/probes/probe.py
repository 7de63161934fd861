"""Probes: the interface of one kind, and the plan of an experiment's probes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...circuit.connectivity import Contacts
from ...circuit.group import CircuitPlan
from ...parameters.errors import UserError, nearest
from ...parameters.quantities import Quantity
from ...results.schema import Variable
from ..assembly import Assembly, excitatory_population, recurrent_projection

#: Indices and times (s) of the spikes of one segment, by population.
Spikes = Mapping[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class ProbedCircuit:
    """The circuit as a probe sees it: cells, contacts and the assembly, but no arms.

    Parameters
    ----------
    plan : CircuitPlan
    contacts : dict of str to (pre, post)
    seed : int
        Of the connectivity: which cells are stimulated is the same in every arm and at any time.
    assembly : Assembly
        Stored or not.
    """

    plan: CircuitPlan
    contacts: Contacts
    seed: int
    assembly: Assembly

    @property
    def cells(self) -> str:
        """Name of the excitatory population."""
        return excitatory_population(self.plan)

    @property
    def size(self) -> int:
        """Number of excitatory cells."""
        return self.plan.populations[self.cells].size

    @property
    def recurrent(self) -> str:
        """Name of the projection of the excitatory population onto itself."""
        return recurrent_projection(self.plan)


@dataclass(frozen=True)
class Trial:
    """One segment, played without the stimulus and with it.

    Parameters
    ----------
    before : dict of str to ndarray
        What the probe keeps of the state at its start (`Probe.observe`), SI units.
    added : dict of str to ndarray
        What the stimulus added to the state.
    rest : dict of str to (index, time)
        Spikes without the stimulus.
    evoked : dict of str to (index, time)
        Spikes with it, from the same state with the same random numbers; `rest` without a stimulus.
    """

    before: Mapping[str, np.ndarray]
    added: Mapping[str, np.ndarray]
    rest: Spikes
    evoked: Spikes


@dataclass(frozen=True)
class Probe:
    """A question to a circuit; a kind of probe is a frozen dataclass that derives from it.

    Attributes
    ----------
    kind : str
        Its name in parameters and ``--set probes.<kind>.<number>=...``.
    readouts : tuple of Variable
        What it measures: name, dimension (None or ``"population"``), type, unit and meaning.
    numbers : dict of str to str
        The parameters that are quantities, with their units.
    """

    kind: ClassVar[str]
    readouts: ClassVar[tuple[Variable, ...]]
    numbers: ClassVar[Mapping[str, str]] = {}

    def stimulus(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return what is added to which arrays of the state at the start of a trial, SI units.

        Nothing, by default: the probe listens to the circuit at rest.
        """
        return {}

    def observe(
        self, circuit: ProbedCircuit, state: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return what `measure` needs of the state at the start of a trial, SI units.

        By default the variables of the excitatory population, by their bare names.
        """
        names = circuit.plan.populations[circuit.cells].variables
        return {name: state[f"{circuit.cells}.{name}"] for name in names}

    def measure(self, circuit: ProbedCircuit, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return a value for each read-out, in its unit."""
        raise NotImplementedError

    def check_circuit(self, plan: CircuitPlan) -> None:
        """Raise `UserError` if the circuit lacks what the probe needs: by default, excitation."""
        excitatory_population(plan)

    def check(self) -> None:
        """Raise `UserError` if a parameter is out of range."""
        for name in self.numbers:
            if self.value(name) < 0:
                raise UserError(
                    f"probes.{self.kind}.{name} = {getattr(self, name)!r}: expected zero or more"
                )

    def value(self, name: str) -> float:
        """Return a parameter in SI units."""
        try:
            return float(Quantity.parse(str(getattr(self, name)), self.numbers[name]))
        except UserError as error:
            raise UserError(f"probes.{self.kind}.{name} = {error}") from None


@dataclass(frozen=True)
class Probes:
    """Which probes are played, and when.

    Parameters
    ----------
    kinds : tuple of Probe
    after : tuple of str
        Names of phases: probes are played at the end of each, in every arm.
    trials : int
        Segments (2 s) at rest. Every probe has one trial at the start of each.
    """

    kinds: tuple[Probe, ...]
    after: tuple[str, ...]
    trials: int = 10

    def check(self, phases: Sequence[str]) -> None:
        """Raise `UserError` if a phase is unknown, a read-out is not unique or a value wrong."""
        if isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 1:
            raise UserError(f"probes.trials = {self.trials!r}: expected a whole number above 0")
        for phase in self.after:
            if phase not in phases:
                raise UserError(f"probes: unknown phase {phase!r}{nearest(phase, phases)}")
        names = [readout.name for readout in self.readouts()]
        for name in names:
            if names.count(name) > 1:
                raise UserError(f"probes: two read-outs are named {name!r}")
        for probe in self.kinds:
            probe.check()

    def check_circuit(self, plan: CircuitPlan) -> None:
        """Raise `UserError` if the circuit lacks what a probe needs."""
        for probe in self.kinds:
            probe.check_circuit(plan)

    def readouts(self) -> list[Variable]:
        """Return the read-outs of all probes."""
        return [readout for probe in self.kinds for readout in probe.readouts]

    def parameters(self) -> dict[str, Any]:
        """Return every number as a tree of tables."""
        numbers = {probe.kind: asdict(probe) for probe in self.kinds}
        return {"trials": self.trials, "after": list(self.after), **numbers}

    def changed(self, dotted: Sequence[str], value: Any) -> Probes:
        """Return the plan with one number set: ``trials``, or ``<kind>.<number>``."""
        if list(dotted) == ["trials"]:
            return replace(self, trials=value)
        valid = {f"{probe.kind}.{name}" for probe in self.kinds for name in asdict(probe)}
        if ".".join(dotted) not in valid:
            hint = nearest(".".join(dotted), [*valid, "trials"])
            raise UserError(f"--set probes.{'.'.join(dotted)}: no such parameter{hint}")
        kind, name = dotted
        change: dict[str, Any] = {name: value}
        kinds = tuple(replace(p, **change) if p.kind == kind else p for p in self.kinds)
        return replace(self, kinds=kinds)
