"""The command ``show``: the parameters of a model, with units and sources."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from ..parameters import files, overrides
from ..parameters.errors import UserError
from ..parameters.printable import printable
from .app import app
from .options import RuleFiles


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

        rules_of_user, _ = rules_from(rule or ())
        if equations:
            print(circuit_equations(name, rules_of_user))
        else:
            _print_rows(files.display(path), table(name, rules_of_user))
    else:
        _print_rows(files.display(path), overrides.rows(tree))


def _print_rows(title: str, rows: Iterable[overrides.Row]) -> None:
    """Print rows as a table; columns that are empty throughout are left out."""
    columns = ("name", "symbol", "value", "unit", "variance", "source")
    texts = [[printable(cell) for cell in row] for row in rows]
    used = [i for i in range(len(columns)) if any(row[i] for row in texts)]
    cells = [[row[i] for i in used] for row in texts]
    header = [columns[i] for i in used]
    if not sys.stdout.isatty():
        # In a file or a pipe a parameter stays one line, which can be searched for.
        from ..results.text_table import aligned

        print(title)
        print(aligned(header, cells, indent="", left=len(header)))
        return

    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in header:
        table.add_column(name, no_wrap=name in columns[1:-1], overflow="fold")
    for row in cells:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)
