"""From a plan to plain Brian2 objects: named groups, synapses and a network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..pharmacology.drives import DRIVES
from ..plasticity import Variable
from .brian import b2
from .connectivity import Contacts
from .group import CircuitPlan, GroupPlan, assigned_in
from .numerics import SEGMENT, SLOW_STEP
from .update_blocks import UpdateBlocks, compiled_blocks, runtime_blocks


@dataclass
class BrianCircuit:
    """The Brian2 objects of a circuit, to be run, recorded and extended like any others.

    Attributes
    ----------
    plan : CircuitPlan
        The plan that the objects were built from.
    groups : dict of str to NeuronGroup
        Populations, and the ``"neuropil"`` (extracellular space and shared signalling), if a rule
        joins it.
    synapses : dict of str to Synapses
        Projections, and with a neuropil ``"release"``, by which spikes reach it.
    monitors : dict of str to SpikeMonitor
        One for each population.
    drives : dict of str to TimedArray
        Inputs from the protocol: one value for each slow step of a segment.
    network : Network
        All these objects.
    """

    plan: CircuitPlan
    groups: dict[str, b2.NeuronGroup] = field(default_factory=dict)
    synapses: dict[str, b2.Synapses] = field(default_factory=dict)
    monitors: dict[str, b2.SpikeMonitor] = field(default_factory=dict)
    drives: dict[str, b2.TimedArray] = field(default_factory=dict)
    network: b2.Network = field(default_factory=b2.Network)

    def owner(self, name: str) -> b2.NeuronGroup | b2.Synapses:
        """Return the group or the synapses of one of the plan's groups."""
        return self.groups[name] if name in self.groups else self.synapses[name]

    def variables(self) -> Iterator[tuple[str, b2.NeuronGroup | b2.Synapses, str, Variable]]:
        """Yield (key, group, name, Variable) of all state variables; a key is ``"group.name"``."""
        for name, plan in self.plan.groups().items():
            owner = self.owner(name)
            for variable, declared in plan.variables.items():
                yield f"{name}.{variable}", owner, variable, declared

    def constants(self) -> Iterator[tuple[str, b2.NeuronGroup | b2.Synapses, str]]:
        """Yield (key, group, name) of all shared constants; a key is ``"group.name"``."""
        for name, plan in self.plan.groups().items():
            owner = self.owner(name)
            for constant in plan.constants:
                yield f"{name}.{constant}", owner, constant


def assemble(plan: CircuitPlan, contacts: Contacts, compact: bool = False) -> BrianCircuit:
    """Build the Brian2 objects of a plan.

    With Brian2's preference ``core.default_float_dtype`` set to single precision, variables that
    accumulate over weeks stay in double precision.

    Parameters
    ----------
    plan : CircuitPlan
        Text and numbers of the groups.
    contacts : dict of str to (pre, post)
        The potential contacts of each projection, from `connectivity.contacts`.
    compact : bool
        Whether bytes are stored as bytes, as standalone code can. From 2.10 on, the arrays of
        Brian2's runtime mode cannot.
    """
    circuit = BrianCircuit(plan)
    numerics = plan.circuit.numerics
    b2.defaultclock.dt = float(numerics.step) * b2.second
    steps = round(SEGMENT / SLOW_STEP)
    circuit.drives = {
        name: b2.TimedArray(
            np.zeros(steps) * _unit(drive.unit), dt=SLOW_STEP * b2.second, name=name
        )
        for name, drive in DRIVES.items()
    }
    circuit.drives["timelapse"].values[:] = 1.0
    namespace = dict(circuit.drives) | {
        "slow_step": SLOW_STEP * b2.second,
        "structural_step": float(numerics.structural_step) * b2.second,
        "input_step": float(numerics.input_step) * b2.second,
    }
    _groups(circuit, namespace)
    _synapses(circuit, namespace, contacts, compact)
    parts = (circuit.groups, circuit.synapses, circuit.monitors)
    circuit.network.add(*(item for kind in parts for item in kind.values()))
    return circuit


def _unit(name: str) -> Any:
    return 1.0 if name == "1" else getattr(b2, name)


def _groups(circuit: BrianCircuit, namespace: dict) -> None:
    """Add the neuropil, if there is one, and the populations."""
    plan = circuit.plan
    if plan.neuropil:
        neuropil = b2.NeuronGroup(
            1,
            plan.neuropil.model(),
            dtype=_dtypes(plan.neuropil),
            name="neuropil",
            namespace=namespace,
        )
        _slow_update(neuropil, plan.neuropil.slow, namespace["slow_step"], order=0)
        circuit.groups["neuropil"] = neuropil
    for name, group_plan in plan.populations.items():
        group = b2.NeuronGroup(
            group_plan.size,
            group_plan.model(),
            method="exponential_euler",
            threshold="v > threshold",
            reset=group_plan.reset,
            dtype=_dtypes(group_plan),
            namespace=namespace,
            name=name,
        )
        for variable in group_plan.linked:
            setattr(group, variable, b2.linked_var(circuit.groups["neuropil"], variable))
        if group_plan.input:
            group.run_regularly(
                group_plan.input,
                dt=namespace["input_step"],
                when="start",
                name=f"{name}_background",
            )
        _slow_update(group, group_plan.slow, namespace["slow_step"], order=1)
        circuit.groups[name] = group
        circuit.monitors[name] = b2.SpikeMonitor(group, name=f"{name}_spikes")


def _synapses(circuit: BrianCircuit, namespace: dict, contacts: Contacts, compact: bool) -> None:
    """Add the projections and the pathway from spikes to the neuropil."""
    plan = circuit.plan
    delay = float(plan.circuit.receptors.delay) * b2.second
    release = {"release": plan.release} if plan.release else {}
    for name, projection in {**plan.projections, **release}.items():
        local = name == "release"
        pathways: dict[str, Any] = {}
        for key, code in (("on_pre", projection.on_pre), ("on_post", projection.on_post)):
            if code:
                pathways[key] = code if compact else _written_out(code, projection)
        cut = compiled_blocks if compact else _runtime_update
        update = cut(projection.slow, set(projection.variables))
        carried = [f"{variable} : {unit}" for variable, unit in update.carried.items()]
        integers = [variable for variable, unit in update.carried.items() if unit == "integer"]
        small = dict.fromkeys(integers, np.dtype(np.int8)) if compact else {}
        synapses = b2.Synapses(
            circuit.groups[projection.source],
            circuit.groups[projection.target],
            "\n".join([projection.model(), *carried]),
            delay=None if local or not pathways else {"pre": delay},
            dtype=_dtypes(projection, compact) | small,
            namespace=namespace,
            name=name,
            **pathways,
        )
        if local:
            pre = np.arange(projection.size, dtype=np.int32)
            synapses.connect(i=pre, j=np.zeros_like(pre))
        else:
            synapses.connect(i=contacts[name][0], j=contacts[name][1])
        step = namespace["structural_step"]
        _slow_update(synapses, projection.survey, step, order=2, name="survey")
        _slow_update(synapses, projection.offer, step, order=3, name="offer")
        for k, block in enumerate(update.blocks):
            _slow_update(synapses, block, step, order=4 + k, name=f"slow{k or ''}")
        circuit.synapses[name] = synapses


def _written_out(code: str, plan: GroupPlan) -> str:
    """Return statements in which each subexpression of the group stands as its own text.

    A variable that a statement names, and a subexpression in it too, has two names in the generated
    code. Brian2 2.9 declares only one of them in Cython; `clip` cannot be compiled with the other.
    """
    equations = b2.Equations(plan.model()).values()
    texts = {e.varname: f"({e.expr.code})" for e in equations if e.type == "subexpression"}
    if not texts:
        return code
    names = re.compile(rf"\b({'|'.join(texts)})\b")
    while names.search(code):  # one subexpression may name another
        code = names.sub(lambda match: texts[match[0]], code)
    return code


def _runtime_update(code: str, declared: set[str]) -> UpdateBlocks:
    """Return a slow update in blocks that Brian2's runtime mode plays correctly."""
    return (
        runtime_blocks(code, declared) if "born" in assigned_in(code) else UpdateBlocks([code], {})
    )


def _dtypes(plan: GroupPlan, compact: bool = True) -> dict[str, np.dtype]:
    """Return the dtype of every variable, at the precision of Brian2's preference."""
    single = b2.prefs["core.default_float_dtype"] == np.float32
    dtypes = plan.dtypes("single" if single else "double")
    byte = np.dtype(np.int8 if compact else np.int32)
    return {name: byte if dtype == np.int8 else dtype for name, dtype in dtypes.items()}


def _slow_update(
    group: b2.NeuronGroup | b2.Synapses,
    code: str,
    step: b2.Quantity,
    order: int,
    name: str = "slow",
) -> None:
    """Run statements of a group at the end of every `step`, in the given order."""
    if code:
        group.run_regularly(code, dt=step, when="end", order=order, name=f"{group.name}_{name}")
