"""Generate the standalone project of a circuit, with a segment server around its run."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..circuit.connectivity import Contacts
from ..circuit.group import CircuitPlan
from ..circuit.numerics import SEGMENT
from . import divergence
from .tuning import tune

if TYPE_CHECKING:
    from ..circuit.brian_objects import BrianCircuit

#: The vectoriser needs fast-math, no limit on alias checks, and the machine's own instructions.
FLAGS = [
    "-w",
    "-O3",
    "-ffast-math",
    "-march=native",
    "-std=c++17",
    "--param=vect-max-version-for-alias-checks=2000",
]

#: Our own C++, copied into every project.
_OURS = sorted([*Path(__file__).parent.glob("*.h"), *Path(__file__).parent.glob("*.cpp")])


def flags(single: bool) -> list[str]:
    """Return the compiler's flags; in single precision a literal must not lift it to double."""
    return [*FLAGS, "-fsingle-precision-constant"] if single else FLAGS


def is_single(plan: CircuitPlan) -> bool:
    """Return whether what changes between slow steps is in single precision."""
    return plan.circuit.numerics.precision == "single"


_PREFERENCES = (
    "codegen.cpp.extra_compile_args_gcc",
    "codegen.cpp.headers",
    "core.default_float_dtype",
)


def generate(plan: CircuitPlan, folder: Path, adjust=lambda circuit: None) -> dict:
    """Write the standalone project of a plan; return its manifest.

    `adjust` may change the Brian2 objects before code is generated from them.
    """
    from ..circuit.brian import b2
    from ..circuit.brian_objects import assemble
    from ..circuit.connectivity import contacts

    # An earlier circuit of this process that waits for the collector would hold on to its names.
    gc.collect()
    saved = {name: b2.prefs[name] for name in _PREFERENCES}
    b2.set_device("cpp_standalone", build_on_run=False)
    device: Any = b2.get_device()
    try:
        # Brian2 would try each flag with a compiler, and its makefile is not used
        b2.prefs["codegen.cpp.extra_compile_args_gcc"] = []
        # it would also look for a C compiler, for functions that C++17 has
        codegen: Any = b2.codegen  # pyright: ignore[reportAttributeAccessIssue]
        codegen.cpp_prefs._compiler_supports_c99 = True
        b2.prefs["core.default_float_dtype"] = np.float32 if is_single(plan) else np.float64
        b2.prefs["codegen.cpp.headers"] = ['"segment_server.h"']
        drawn = contacts(plan.circuit, seed=0)
        circuit = assemble(plan, drawn, compact=True)
        adjust(circuit)
        names = _contact_names(device, plan, drawn)
        server, arrays = _server_code(device, circuit, names)
        device.insert_code("before_network_run", server)
        with _order_of_pairs_known():
            circuit.network.run(SEGMENT * b2.second)
        folder.mkdir(parents=True)
        for path in _OURS:
            (folder / path.name).write_bytes(path.read_bytes())
        device.build(directory=str(folder), compile=False, run=False, with_output=False)
        tune(folder, is_single(plan))
    finally:
        for name, value in saved.items():
            b2.prefs[name] = value
        device.reinit()
        b2.set_device("runtime")
    return {"arrays": arrays, "contacts": names, "populations": list(plan.populations)}


@contextmanager
def _order_of_pairs_known() -> Iterator[None]:
    """Keep Brian2 from warning that results depend on the order of synapses, which is fixed."""
    logger = logging.getLogger("brian2.codegen.generators.base")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _contact_names(device: Any, plan: CircuitPlan, drawn: Contacts) -> dict[str, tuple[str, int]]:
    """Return which static array has which end of which projection: Brian2 numbers the arrays."""
    names: dict[str, tuple[str, int]] = {}
    for projection, ends in drawn.items():
        for end, array in enumerate(ends):
            for name, static in device.static_arrays.items():
                if name not in names and np.array_equal(static, array):
                    names[name] = (projection, end)
                    break
            else:
                raise RuntimeError(f"no static array holds the contacts of {projection}")
    return names


def _server_code(
    device: Any, circuit: BrianCircuit, names: Iterable[str]
) -> tuple[str, list[tuple[str, str, int]]]:
    """Return the C++ that registers every array with the server, and a list of the arrays.

    `names` are the static arrays of the contacts.
    """
    lines = ["static synaptoket::SegmentServer server;"]
    arrays = []

    def add(name: str, pointer: str, dtype: str, size: int, limit: float | None = None):
        call = "add" if limit is None else "watch"
        more = "" if limit is None else f", {limit!r}"
        lines.append(f'server.{call}("{name}", {pointer}, {size}{more});')
        arrays.append((name, dtype, size))

    entries = [(name, owner, variable) for name, owner, variable, _ in circuit.variables()]
    limits = divergence.limits(circuit.plan)
    for name, owner, variable in [*entries, *circuit.constants()]:
        assert owner is not None
        entry = owner.variables[variable]
        dtype = np.dtype(entry.dtype).name
        size = 1 if entry.scalar else len(owner)
        add(name, _pointer(device, entry), dtype, size, limits.get(name))
    for name in circuit.plan.drives():
        add(f"drive.{name}", f"{name}_values", "float64", circuit.drives[name].values.size)
    for synapses in circuit.synapses.values():
        lines += [f"server.add_pathway({pathway.name});" for pathway in synapses._pathways]
        if "present" in synapses.variables:
            entry = synapses.variables["present"]
            present = device.get_array_name(entry, access_data=False)
            pathways = [pathway.name for pathway in synapses._pathways]
            lines.append(f"server.add_present({', '.join([present, *pathways])});")
    for name, monitor in circuit.monitors.items():
        recorded, group = monitor.variables, circuit.groups[name]
        index, time = (device.get_array_name(recorded[v], access_data=False) for v in ("i", "t"))
        period = _pointer(device, group.variables["refractory_period"])
        lines.append(f'server.watch_firing("{name}", {index}, {len(group)}, {period});')
        lines.append(f"server.add_spikes({index}, {time}, {device.get_array_name(recorded['N'])});")
    for name in names:  # read by connect(), and not needed again
        lines.append(f"delete[] {name};")
    numerics = circuit.plan.circuit.numerics
    steps, structural = (
        round(time / numerics.step) for time in (SEGMENT, numerics.structural_step)
    )
    lines += [
        "while (server.next(_random_generators[0])) {",
        f"server.play({circuit.network.name}.objects, defaultclock, {steps}, {structural});",
        "server.finish();",
        "}",
        "server.quit();",
    ]
    return "\n".join(lines), arrays


def _pointer(device: Any, variable: Any) -> str:
    """Return C++ for the address of a variable's data."""
    from ..circuit.brian import b2

    dynamic: Any = b2.core.variables.DynamicArrayVariable  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(variable, dynamic):
        return f"{device.get_array_name(variable, access_data=False)}.data()"
    return device.get_array_name(variable)
