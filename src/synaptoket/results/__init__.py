"""Results on disk: one HDF5 file for one run (one seed, all arms), and how to read it back.

`ResultsFile` writes, `open_results` reads any number of files as one `xarray.DataTree`,
`describe` tells what a file holds and `check_invariants` whether it can be trusted.
The layout is in ``results/README.md`` and, as data, in `schema`.
"""

from .description import describe
from .destination import check_destination, is_complete
from .events import read_events
from .invariants import InvariantError, check_invariants
from .reader import open_results
from .schema import SCHEMA_VERSION, Coordinates, Row
from .writer import ResultsFile

__all__ = [
    "SCHEMA_VERSION",
    "Coordinates",
    "InvariantError",
    "ResultsFile",
    "Row",
    "check_destination",
    "check_invariants",
    "describe",
    "is_complete",
    "open_results",
    "read_events",
]
