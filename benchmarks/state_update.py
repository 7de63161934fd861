"""Our state update alone, as Brian2 generates it from the circuit, and the same loop by hand."""

import re
import subprocess
from pathlib import Path

import numpy as np

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import STEP, CircuitPlan
from synaptoket.engine.binary import FLAGS, compiler

from .commands import PEERS, BenchmarkError, emptied
from .ours import planned

#: What the hand-written loop names; every other differential equation is a plain decay.
MEMBRANE = {"v", "refractory_left", "g_ampa", "g_nmda", "g_gaba", "g_potassium"}
CONDUCTANCE = 1e-9


class Pair:
    """The two programs, compiled with the same flags, for the same neurons.

    Nothing drives the neurons, so time constants are lengthened a million times: numbers that
    decay until they are denormal would slow either program down.

    Parameters
    ----------
    folder : Path
        Where to compile.
    seconds : float
        Spiking time that each call plays.
    """

    def __init__(self, folder: Path, seconds: float):
        self.folder, self.seconds = emptied(folder), seconds
        self.plan = planned()
        self.state = steady(self.plan)
        self.precision = {4: "single", 8: "double"}[self.state["pyramidal.v"].dtype.itemsize]
        self._generate()
        for real in ("float", "double"):
            source = str(PEERS / "state_update.cpp")
            command = [compiler(), *FLAGS, f"-DREAL={real}", source, "-o", str(folder / real)]
            subprocess.run(command, check=True)

    def ours(self) -> float:
        """Return seconds per second of spiking of the generated code."""
        project = self.folder / "ours"
        done = subprocess.run(["./main"], cwd=project, capture_output=True, check=False)
        if done.returncode:
            raise BenchmarkError(f"state update: exit status {done.returncode}")
        return float((project / "results" / "last_run_info.txt").read_text().split()[0]) / (
            self.seconds
        )

    def by_hand(self, other: bool = False) -> float:
        """Return that of the hand-written loop, in our precision or the other one."""
        real = "float" if (self.precision == "single") != other else "double"
        done = subprocess.run(
            [str(self.folder / real), str(round(self.seconds / STEP))],
            input=constants(self.plan, self.state),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchmarkError(f"hand-written state update: exit status {done.returncode}")
        return float(done.stdout.split()[0]) / self.seconds

    def _generate(self) -> None:
        """Compile the circuit's neurons with nothing but their state updates at work."""
        import brian2 as b2

        from synaptoket.circuit.assembly import assemble

        saved = {name: b2.prefs[name] for name in _PREFERENCES}
        b2.set_device("cpp_standalone", build_on_run=False)
        device = b2.get_device()
        try:
            b2.prefs["codegen.cpp.extra_compile_args_gcc"] = FLAGS
            b2.prefs["core.default_float_dtype"] = self.state["pyramidal.v"].dtype.type
            circuit = assemble(self.plan, contacts(self.plan.circuit, 1))
            groups = [circuit.groups[name] for name in ("neuropil", *self.plan.populations)]
            for group in groups:
                self._set(group)
                for part in group.contained_objects:
                    part.active = bool(re.search("stateupdater|subexpression", part.name))
            b2.Network(*groups).run(self.seconds * b2.second)
            device.build(directory=str(self.folder / "ours"), run=False, with_output=False)
        finally:
            for name, value in saved.items():
                b2.prefs[name] = value
            device.reinit()
            b2.set_device("runtime")

    def _set(self, group) -> None:
        plan = self.plan.groups()[group.name]
        for name in plan.constants:
            setattr(group, f"{name}_", float(self.state[f"{group.name}.{name}"][0]))
        for name in plan.variables:
            setattr(group, f"{name}_", self.state[f"{group.name}.{name}"])


_PREFERENCES = ("codegen.cpp.extra_compile_args_gcc", "core.default_float_dtype")


def steady(plan: CircuitPlan) -> dict[str, np.ndarray]:
    """Return the initial state with conductances that hardly decay."""
    state = initial_state(plan, 1)
    for name, values in state.items():
        variable = name.partition(".")[2]
        if variable.endswith("_decay"):
            values *= 1e6
        elif variable in MEMBRANE and variable.startswith("g_"):
            values[:] = CONDUCTANCE
    return state


def constants(plan: CircuitPlan, state: dict[str, np.ndarray]) -> str:
    """Return what the hand-written loop reads: a line for each constant of each population."""
    lines = []
    for name, group in plan.populations.items():
        equations = set(re.findall(r"^\s*d(\w+)/dt", group.equations, re.MULTILINE))
        values = {key: float(state[f"{name}.{key}"][0]) for key in group.constants}
        values |= {"size": group.size, "traces": len(equations - MEMBRANE), "v": -0.06}
        values |= {key: CONDUCTANCE for key in MEMBRANE if key.startswith("g_")}
        values.setdefault("trace_decay", 1e6)
        lines += [f"{name}.{key} {value!r}" for key, value in values.items()]
    return "\n".join(lines)
