"""Results on disk: one HDF5 file for one run (one seed, all arms), and how to read it back.

`ResultsFile` writes a file, `open_results` reads any number of files as one `xarray.DataTree`,
`describe` summarises a file in words, and `check_invariants` checks its consistency. The schema of
a file is documented in ``results/README.md`` and defined in `schema`. Names are imported when they
are first used, so that ``text_table`` alone does not load HDF5.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arm_rows import RowsByArm
    from .description import describe
    from .destination import check_destination
    from .events import read_events
    from .in_memory import ResultsInMemory
    from .invariants import InvariantError, check_invariants
    from .parameter_sets import open_sets
    from .reader import open_results
    from .schema import SCHEMA_VERSION, Coordinates, Row
    from .sources import is_complete
    from .writer import ResultsFile

#: The module that each public name is imported from, at its first use.
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
    "open_sets": "parameter_sets",
    "read_events": "events",
}

__all__ = [
    "SCHEMA_VERSION",
    "Coordinates",
    "InvariantError",
    "ResultsFile",
    "ResultsInMemory",
    "Row",
    "RowsByArm",
    "check_destination",
    "check_invariants",
    "describe",
    "is_complete",
    "open_results",
    "open_sets",
    "read_events",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
