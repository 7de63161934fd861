"""The command ``show``: the parameters of a model, with units and sources."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ..parameters import files, overrides
from ..parameters.errors import UserError
from ..parameters.printable import printable
from .app import app
from .options import RuleFiles, beginning_with, check_outputs

#: A key that every model of a kind has, for files outside of ``models/``.
SIGNS = {
    "drugs": "kinetics",
    "findings": "readouts",
    "hypotheses": "claim",
    "receptors": "magnesium",
}


@app.command()
def show(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A model; without it, what there is.",
            autocompletion=beginning_with(files.all_model_names),
        ),
    ] = None,
    equations: Annotated[
        bool, typer.Option("--equations", help="The equations of a circuit, as they run.")
    ] = False,
    diagram: Annotated[
        Path | None, typer.Option(help="Draw who contacts whom in a circuit (.png, .pdf, .svg).")
    ] = None,
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
    if diagram is not None:
        if not circuit:
            raise UserError(f"--diagram {diagram}: {files.display(path)} is no circuit")
        _draw_circuit(name, diagram, rule or ())
        return
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
        _check(path, tree)
        _print_rows(files.display(path), overrides.rows(tree))


def _draw_circuit(name: str, diagram: Path, rules: Sequence[Path]) -> None:
    """Draw the populations and projections of a circuit."""
    check_outputs(out=diagram, inputs=[name, *rules])
    from ..analysis.figures.circuit_diagram import Cells, Contacts, circuit_diagram
    from ..analysis.figures.saving import save
    from ..circuit import load_circuit
    from ..circuit.candidates import place
    from ..circuit.joined_rules import joined_rules
    from ..plasticity import rules_from

    circuit = load_circuit(name, rules=rules_from(rules)[0])
    moving = {
        projection
        for joined in joined_rules(circuit).all
        if joined.rule.kind == "formation" and joined.enabled
        for projection in joined.projections
    }
    populations = [
        Cells(key, circuit.sizes[key], cells.excitatory, _subunits(cells))
        for key, cells in circuit.populations.items()
    ]
    projections = [
        Contacts(each.source, each.target, place(circuit, key).degree, key in moving)
        for key, each in circuit.projections.items()
    ]
    title = f"{circuit.name}, {circuit.neurons} neurons"
    save(circuit_diagram(populations, projections, title), diagram)
    print(f"figure: {diagram}")


def _subunits(cells: Any) -> str:
    """Return in words which NMDA receptors a population has, if it has any."""
    share = getattr(cells, "glun2ab_share", None)
    return "" if share is None else f"{100 * (1 - float(share)):.0f} % GluN2C/D"


def _check(path: Path, tree: dict[str, Any]) -> None:
    """Raise `UserError` for a model that a run would refuse."""
    kind = path.parent.name
    if kind not in SIGNS:
        kind = next((kind for kind, key in SIGNS.items() if key in tree), "")
    if kind == "drugs":
        from ..pharmacology.drug import load_drug as load
    elif kind == "findings":
        from ..studies.findings.finding_files import load_finding as load
    elif kind == "hypotheses":
        from ..parameters.hypotheses import load_hypothesis as load
    elif kind == "receptors":
        from ..pharmacology.receptor import load_nmda_receptor as load
    else:
        return
    load(path)


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
