"""The keys of the cache: hashes of everything that decides the machine code of a circuit.

Every part of a program is part of its key: the text of the groups, the blocks into which their
updates are cut, the lengths of a segment and of a slow step, the sizes of all groups, our C++ and
the Python that writes the rest, the compiler's command and flags, and the processor.
"""

import hashlib
import json
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..circuit import numerics, update_blocks
from ..circuit.compiler import compiler
from ..circuit.group import CircuitPlan, GroupPlan
from ..pharmacology import drives
from . import compilation, generation

_PACKAGE = Path(__file__).parents[1]

#: The folders whose code is compiled or generates code: whole folders, so that none is forgotten.
_ROOMS = ("circuit", "engine", "plasticity")

#: The libraries that write C++; another version may write another text.
_LIBRARIES = ("brian2", "numpy", "sympy", "jinja2")

#: Digits of a key.
LENGTH = 20


def plan_key(plan: CircuitPlan) -> str:
    """Return the key of a plan's machine code, without generating it."""
    return _hash([_code(plan), _environment(plan)])


def code_key(plan: CircuitPlan) -> str:
    """Return the key of a plan's generated code, which is the same on every machine."""
    return _hash(_code(plan))


def source_key(plan: CircuitPlan, folder: Path, manifest: dict) -> str:
    """Return the key of a generated project and of how it is compiled."""
    digest = hashlib.sha256(json.dumps([manifest, _environment(plan)], sort_keys=True).encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.parent.name == "static_arrays" and path.name in manifest["contacts"]:
            continue  # every worker brings its own contacts
        digest.update(path.relative_to(folder).as_posix().encode())
        # Brian2 sets its clocks to zero in the order of a set, which differs between processes.
        digest.update(b"\n".join(sorted(path.read_bytes().splitlines())))
    return digest.hexdigest()[:LENGTH]


def processor() -> str:
    """Return the instructions that this machine's processor knows, as Linux lists them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()


def _hash(tree: object) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:LENGTH]


def _code(plan: CircuitPlan) -> list:
    """Return all that decides the generated code."""
    circuit = plan.circuit
    return [
        {name: _group(plan, group) for name, group in plan.groups().items()},
        float(circuit.receptors.delay),
        circuit.numerics.model_dump(),
        [
            numerics.SEGMENT,
            numerics.SLOW_STEP,
            {name: drive.unit for name, drive in drives.DRIVES.items()},
        ],
        _own_text(),
    ]


def _group(plan: CircuitPlan, group: GroupPlan) -> list:
    """Return the text and sizes of a group, with its update as it is cut."""
    cut = update_blocks.compiled_blocks(group.slow, set(group.variables))
    dtypes = group.dtypes(plan.circuit.numerics.precision)
    return [
        group.size,
        group.model(),
        group.statements(),
        cut.blocks,
        cut.carried,
        group.source,
        group.target,
        {name: kind.str for name, kind in dtypes.items()},
    ]


@lru_cache(maxsize=1)
def _own_text() -> list[str]:
    """Return a hash of each file of our own code that takes part."""
    paths = []
    for room in _ROOMS:
        paths += [path for path in (_PACKAGE / room).rglob("*")
                  if path.suffix in (".py", ".h", ".cpp")]  # fmt: skip
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)]


def _environment(plan: CircuitPlan) -> list:
    """Return what else decides the machine code: versions, commands, processor."""
    flags = generation.flags(generation.is_single(plan))
    how = [compiler() or [], flags, compilation._ONCE, compilation._PREFIX]
    return [[_version(name) for name in _LIBRARIES], how, processor()]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
