"""The command ``plot``: the figure of results, of a network's structure or of a sweep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..parameters.errors import UserError
from ..results.destination import FIGURE
from .app import app
from .options import All, check_outputs, draw, files_of


@app.command()
def plot(
    source: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER")],
    quantity: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Of a sweep; repeatable.")
    ] = None,
    arm: Annotated[list[str] | None, typer.Option(help="Of a sweep; repeatable.")] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=VALUE", help="Hold an axis of a sweep; repeatable."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The figure (default: beside the file, or in the folder).")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Also write the summary table, as Markdown.")
    ] = None,
    all_: All = False,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="LIST", help="'svg,pdf': a file of each format."),
    ] = None,
    structure: Annotated[
        bool,
        typer.Option(
            "--structure", help="Draw degrees, weights, lives of synapses and triads of one file."
        ),
    ] = False,
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="PHASE", help="With --structure: at its end (default: the last)."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace files that synaptoket did not write.")
    ] = False,
) -> None:
    """Draw the figure of a result file, of a folder with one file for each seed, or of a sweep."""
    from ..studies.sweep.sweep_folder import SweepFolder

    if all_ and (table is None or structure or SweepFolder(source).holds_sweep()):
        raise UserError("--all: expected together with --table, of results that are no sweep")
    if SweepFolder(source).holds_sweep() and not structure:
        figures = _in_formats(out or _figure_of(source), format_)
        for figure in figures:
            check_outputs(out=figure, table=table, inputs=files_of(source), overwrite=overwrite)
        _plot_sweep(source, quantity, arm, at, figures, table)
        return
    for option, values in (("--quantity", quantity), ("--arm", arm), ("--at", at)):
        if values:
            raise UserError(f"{option} {values[0]}: {source} is no sweep")
    if structure:
        beside = source.with_name(f"{source.name.partition('.h5')[0]}_structure.png")
        figures = _in_formats(out or beside, format_)
        _plot_structure(source, figures, checkpoint, table, overwrite)
        return
    if checkpoint is not None:
        raise UserError(f"--checkpoint {checkpoint}: expected together with --structure")
    figures = _in_formats(out or _figure_of(source), format_)
    for figure in figures:
        check_outputs(out=figure, table=table, inputs=files_of(source), overwrite=overwrite)

    from ..results import open_results, open_sets

    tree, sets = open_results(source), open_sets(source)
    for figure in figures:
        draw(tree, figure, sets)
    if table is not None:
        from ..analysis import summary_markdown
        from ..results.table_page import write_table

        heading = f"# {tree.attrs['experiment']}, {tree.attrs['neurons']} neurons\n\n"
        command = f"    {tree.attrs['command']}\n\n"
        write_table(table, heading + command + summary_markdown(tree, sets, all_))
        print(f"table: {table}")


def _figure_of(source: Path) -> Path:
    """Return where the figure goes by default: beside a file, and within a folder."""
    return (
        source / f"{source.resolve().name}.png" if source.is_dir() else source.with_suffix(".png")
    )


def _in_formats(path: Path, formats: str | None) -> list[Path]:
    """Return the path of a figure in each of the formats of ``--format``."""
    if formats is None:
        return [path]
    endings = [f".{name.strip().lower()}" for name in formats.split(",")]
    for ending in endings:
        if ending not in FIGURE:
            raise UserError(f"--format {formats}: {ending[1:]!r}: expected png, pdf or svg")
    return [path.with_suffix(ending) for ending in dict.fromkeys(endings)]


def _plot_sweep(
    source: Path,
    quantities: list[str] | None,
    arms: list[str] | None,
    at: list[str] | None,
    figures: list[Path],
    table: Path | None,
) -> None:
    """Draw the figure of a sweep; write its table if one is asked for."""
    from ..analysis.figures.saving import save
    from ..results.table_page import write_table
    from ..results.text_table import markdown
    from ..studies.sweep.figures import sweep_figure
    from ..studies.sweep.grid import Grid
    from ..studies.sweep.overview import overview

    grid = Grid(source, at or ())
    for line in grid.missing:
        print(line, file=sys.stderr)
    if table is not None:
        header, rows, left = overview(grid, quantities, arms)
        write_table(table, markdown(header, rows, left=left))
        print(f"table: {table}")
    for figure in figures:
        save(sweep_figure(grid, quantities, arms), figure)
        print(f"figure: {figure}")


def _plot_structure(
    source: Path, figures: list[Path], checkpoint: str | None, table: Path | None, overwrite: bool
) -> None:
    """Draw the structure of the network of one file."""
    if source.is_dir():
        raise UserError(f"--structure {source}: a folder, expected the file of one network")
    if table is not None:
        raise UserError(f"--table {table}: there is none with --structure")
    for figure in figures:
        check_outputs(out=figure, inputs=[source], overwrite=overwrite)

    from ..analysis.figures.network_structure import structure_figure
    from ..analysis.figures.saving import save
    from ..circuit.stored_network import open_network

    for figure in figures:
        save(structure_figure(open_network(source), checkpoint=checkpoint), figure)
        print(f"figure: {figure}")
