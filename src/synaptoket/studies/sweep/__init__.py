"""Many runs of one experiment: from a file of axes to a folder of results.

A sweep is data (`schema`, `axes`, `designs`). It becomes a numbered list of runs (`plan`), which is
checked before anything starts (`check`) and kept in a folder (`folder`). A run is played by
`running`, in whatever process; `driver` hands runs to the workers of a Dask cluster (`clusters`),
`shards` does without. `table` gathers one row of each run, `reader` opens it.
"""

from .reader import open_sweep

__all__ = ["open_sweep"]
