"""The commands that look at what there is: ``info``, ``plot`` and ``show``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ..parameters import files, overrides
from ..parameters.errors import UserError
from ..parameters.printable import printable
from .app import app
from .options import check_outputs, draw, files_of
from .rules import RuleFiles


@app.command()
def info(files: Annotated[list[Path], typer.Argument(metavar="FILE...")]) -> None:
    """Print what result files (or a folder of them), or the folder of a sweep, hold."""
    from ..studies.sweep.sweep_folder import SweepFolder

    if len(files) == 1 and SweepFolder(files[0]).holds_sweep():
        from ..studies.sweep.overview import describe_sweep

        print(describe_sweep(files[0]))
        return
    from ..analysis import function_table
    from ..results import describe, open_results
    from ..results.probe_reader import holds_probes
    from ..results.sources import find_files

    print(describe(files[0] if len(files) == 1 else files))
    first = find_files(files)[0]
    if holds_probes(first):
        print(f"\n{function_table(open_results(first))}")


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
    out: Annotated[Path | None, typer.Option(help="The figure (default: beside the file).")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Also write the summary table, as Markdown.")
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

    if SweepFolder(source).holds_sweep() and not structure:
        out = out or source.with_name(f"{source.resolve().name}.png")
        check_outputs(out=out, table=table, inputs=files_of(source), overwrite=overwrite)
        _plot_sweep(source, quantity, arm, at, out, table)
        return
    for option, given in (("--quantity", quantity), ("--arm", arm), ("--at", at)):
        if given:
            raise UserError(f"{option} {given[0]}: {source} is no sweep")
    if structure:
        _plot_structure(source, out, checkpoint, table, overwrite)
        return
    if checkpoint is not None:
        raise UserError(f"--checkpoint {checkpoint}: expected together with --structure")
    out = out or source.with_suffix(".png")
    check_outputs(out=out, table=table, inputs=files_of(source), overwrite=overwrite)

    from ..results import open_results

    tree = open_results(source)
    draw(tree, out)
    if table is not None:
        from ..analysis import summary_markdown
        from ..results.table_page import write_table

        heading = f"# {tree.attrs['experiment']}, {tree.attrs['neurons']} neurons\n\n"
        made = f"    {tree.attrs['command']}\n\n"
        write_table(table, heading + made + summary_markdown(tree))
        print(f"table: {table}")


def _plot_sweep(
    source: Path,
    quantities: list[str] | None,
    arms: list[str] | None,
    at: list[str] | None,
    out: Path,
    table: Path | None,
) -> None:
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
    save(sweep_figure(grid, quantities, arms), out)
    print(f"figure: {out}")


def _plot_structure(
    source: Path, out: Path | None, checkpoint: str | None, table: Path | None, overwrite: bool
) -> None:
    if source.is_dir():
        raise UserError(f"--structure {source}: a folder, expected the file of one network")
    if table is not None:
        raise UserError(f"--table {table}: there is none with --structure")
    out = out or source.with_name(f"{source.name.partition('.h5')[0]}_structure.png")
    check_outputs(out=out, inputs=[source], overwrite=overwrite)

    from ..analysis.figures.network_structure import structure_figure
    from ..analysis.figures.saving import save

    save(structure_figure(source, checkpoint=checkpoint), out)
    print(f"figure: {out}")


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A model; without it, what there is.")
    ] = None,
    equations: Annotated[
        bool, typer.Option("--equations", help="The equations of a circuit, as they run.")
    ] = False,
    rule: RuleFiles = None,
) -> None:
    """Print the parameters of a model with their units and sources."""
    if name is None:
        print(files.catalogue())
        return
    path = files.find_model(name)
    tree = files.read_toml(path)
    circuit = path.parent.name == "circuits" or "populations" in tree
    if equations and not circuit:
        raise UserError(f"{files.display(path)}: only a circuit has equations to show")
    if rule and not circuit:
        raise UserError(f"--rule {rule[0]}: {files.display(path)} is no circuit")
    if circuit:
        from ..circuit.describe import equations as circuit_equations
        from ..circuit.describe import table
        from ..plasticity import rules_from

        own, _ = rules_from(rule or ())
        if equations:
            print(circuit_equations(name, own))
        else:
            _print_rows(files.display(path), table(name, own))
    else:
        _print_rows(files.display(path), overrides.rows(tree))


def _print_rows(title: str, rows: Iterable[overrides.Row]) -> None:
    """Print rows as a table; columns that are empty throughout are left out."""
    header = ("name", "symbol", "value", "unit", "source")
    rows = [tuple(printable(cell) for cell in row) for row in rows]
    used = [i for i in range(len(header)) if any(row[i] for row in rows)]
    rows = [[row[i] for i in used] for row in rows]
    header = [header[i] for i in used]
    if not sys.stdout.isatty():
        # In a file or a pipe a parameter stays one line, which can be searched for.
        from ..results.text_table import aligned

        print(title)
        print(aligned(header, rows, indent="", left=len(header)))
        return

    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in header:
        table.add_column(name, no_wrap=name in ("symbol", "value", "unit"), overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)
