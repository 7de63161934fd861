"""The command ``info``: what result files, or the folder of a sweep, hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .options import All


@app.command()
def info(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")], all_: All = False
) -> None:
    """Print what result files (or a folder of them), or the folder of a sweep, hold."""
    from ..studies.sweep.sweep_folder import SweepFolder

    if len(files) == 1 and SweepFolder(files[0]).holds_sweep():
        from ..studies.sweep.overview import describe_sweep

        print(describe_sweep(files[0]))
        return
    from ..analysis import function_table, summary_table
    from ..results import describe, open_results
    from ..results.probe_reader import holds_probes
    from ..results.sources import find_files

    print(describe(files[0] if len(files) == 1 else files))
    if all_:
        print(f"\n{summary_table(open_results(files), whole=True)}")
        return
    first = find_files(files)[0]
    if holds_probes(first):
        print(f"\n{function_table(open_results(first))}")
