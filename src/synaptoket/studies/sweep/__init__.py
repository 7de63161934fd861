"""Many runs of one experiment: from a file of axes to a folder of results.

A sweep is data (`sweep_file`, `axes`, `designs`). It becomes a numbered list of runs
(`sweep_plan`), which is checked before anything starts (`axis_check`) and kept in a folder
(`sweep_folder`). A `run_player` plays runs in one process: `driver` hands them to the players of a
Dask cluster (`sweep_worker`, `clusters`), `shards` plays them without Dask. `table` gathers one row
of each run, `reader` opens it.
"""

from .reader import open_sweep

__all__ = ["open_sweep"]
