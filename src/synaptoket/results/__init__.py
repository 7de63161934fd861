"""Results on disk: one HDF5 file for one run (one seed, all arms), and how to read it back.

`ResultsFile` writes, `open_results` reads any number of files as one `xarray.DataTree`,
`describe` tells what a file holds and `check_invariants` whether it can be trusted.
The layout is in ``results/README.md`` and, as data, in `schema`. The names are imported when they
are first used: who wants a table of text (`text_table`) need not wait for HDF5.
"""

import importlib
from typing import Any

_HOME = {
    "SCHEMA_VERSION": "schema",
    "Coordinates": "schema",
    "InvariantError": "invariants",
    "Recorded": "recorded",
    "ResultsFile": "writer",
    "ResultsInMemory": "in_memory",
    "Row": "schema",
    "check_destination": "destination",
    "check_invariants": "invariants",
    "describe": "description",
    "is_complete": "sources",
    "open_results": "reader",
    "read_events": "events",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
