"""Results on disk: one HDF5 file for one run (one seed, all arms), and how to read it back.

`ResultsFile` writes a file, `open_results` reads any number of files as one `xarray.DataTree`,
`describe` summarises a file in words, and `check_invariants` checks its consistency. The schema of
a file is documented in ``results/README.md`` and defined in `schema`. Names are imported when they
are first used, so that ``text_table`` alone does not load HDF5.
"""

import importlib
from typing import Any

_MODULES = {
    "SCHEMA_VERSION": "schema",
    "Coordinates": "schema",
    "InvariantError": "invariants",
    "ResultsFile": "writer",
    "ResultsInMemory": "in_memory",
    "Row": "schema",
    "RowsByArm": "arm_rows",
    "check_destination": "destination",
    "check_invariants": "invariants",
    "describe": "description",
    "is_complete": "sources",
    "open_results": "reader",
    "read_events": "events",
}

__all__ = [*_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
