"""Our state update alone, as Brian2 generates it from the circuit, and the same loop by hand."""

import re
import subprocess
from pathlib import Path

import numpy as np

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.group import CircuitPlan
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT
from synaptoket.engine import binary, generation
from synaptoket.engine.standalone import StandaloneWorker

from .commands import PEERS, BenchmarkError, compiler, emptied
from .ours import drives, planned

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
        self.precision = self.plan.circuit.numerics.precision
        self.compiled = binary.build(self.plan, folder / "ours", state_updates_only)
        for real in ("float", "double"):
            source = str(PEERS / "state_update.cpp")
            command = [*compiler(), *generation.flags(real == "float"), f"-DREAL={real}", source]
            subprocess.run([*command, "-o", str(folder / real)], check=True)

    def ours(self) -> float:
        """Return seconds per second of spiking of the generated code."""
        with StandaloneWorker(self.compiled, contacts(self.plan.circuit, 1)) as worker:
            worker.load(self.state)
            segments = max(round(self.seconds / SEGMENT), 1)
            for segment in range(segments):
                worker.advance(drives(self.plan), segment)
            return worker.simulated / (segments * SEGMENT)

    def by_hand(self, other: bool = False) -> float:
        """Return that of the hand-written loop, in our precision or the other one."""
        real = "float" if (self.precision == "single") != other else "double"
        done = subprocess.run(
            [str(self.folder / real), str(round(self.seconds / self.plan.circuit.numerics.step))],
            input=constants(self.plan, self.state),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchmarkError(f"hand-written state update: exit status {done.returncode}")
        return float(done.stdout.split()[0]) / self.seconds


_SLOW = ("neuropil_slow", "pyramidal_slow", "pv_slow", "sst_slow")


def state_updates_only(circuit) -> None:
    """Take everything but the state updates of the neurons out of a circuit's run.

    The slow updates of neurons stay, ten in a second: they read the drives.
    """
    kept = "|".join([".*_stateupdater", ".*_subexpression_update.*", *_SLOW])
    for part in circuit.network.objects:
        for inner in (part, *part.contained_objects):
            inner.active = bool(re.fullmatch(kept, inner.name))


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
