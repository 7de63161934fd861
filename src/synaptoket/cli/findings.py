"""The commands that compare the model with the literature: ``findings`` and ``compare``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..experiment.run_options import TOLERANCE
from ..parameters.errors import UserError
from ..parameters.files import model_path
from ..parameters.overrides import parsed_overrides
from ..parameters.printable import printable
from .app import app
from .options import check_numbers, check_outputs, cores, interruptible
from .simulate import Jobs, Neurons, Overwrite, Settings, Tolerance

if TYPE_CHECKING:
    from ..studies.findings import Finding, Result

Only = Annotated[
    str | None, typer.Option(help="Findings, as in F2,F5 or the path of a .toml (default: all).")
]
Seeds = Annotated[int | None, typer.Option(help="Seeds of each finding (default: its own).")]
Folder = Annotated[
    Path, typer.Option(help="Where simulations are kept: a second call reads what is there.")
]
Table = Annotated[Path | None, typer.Option(help="Also write the table, as Markdown.")]
CircuitName = Annotated[
    str | None,
    typer.Option(help="A circuit's name or a .toml (default: the hypothesis', or prefrontal)."),
]


@app.command()
def findings(
    context: typer.Context,
    only: Only = None,
    hypothesis: Annotated[
        str | None, typer.Option(help="A rival account: a name of models/hypotheses or a .toml.")
    ] = None,
    seeds: Seeds = None,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    tolerance: Tolerance = TOLERANCE,
    circuit: CircuitName = None,
    out: Folder = Path("results/findings"),
    overwrite: Overwrite = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    table: Table = None,
    report: Annotated[
        Path | None, typer.Option(help="Also write a page with a figure for each finding (.html).")
    ] = None,
) -> None:
    """Which published findings does the model reproduce? A table, with intervals and verdicts."""
    check_numbers({"--jobs": jobs, "--neurons": neurons, "--seeds": seeds}, tolerance)
    settings = parsed_overrides(set_ or ())
    read = [hypothesis, circuit, *(only or "").split(",")]
    check_outputs(table=table, report=report, inputs=read, overwrite=overwrite)
    from ..parameters.hypotheses import load_hypothesis
    from ..results.destination import replacing
    from ..results.table_page import write_table
    from ..studies.findings import Conditions, evaluate
    from ..studies.findings.report import counted, findings_json, findings_markdown, page

    chosen = _chosen(only)
    if settings and all(finding.protocol in ("receptor", "plasma") for finding in chosen):
        raise UserError(f"--set {settings[0].text}: none of these findings simulates the circuit")
    _warn_of_no_effect(chosen, seeds, neurons, tolerance)
    overlay = load_hypothesis(hypothesis) if hypothesis else None
    if overlay and circuit not in (None, overlay.circuit):
        raise UserError(
            f"--circuit {circuit}: the hypothesis {overlay.name} is one of the circuit "
            f"{overlay.circuit}; leave --circuit out"
        )
    circuit = circuit or (overlay.circuit if overlay else "prefrontal")
    model_path("circuits", circuit)  # refuses an unknown one, also if no finding plays it
    conditions = Conditions(
        out=out / (overlay.name if overlay else Path(circuit).stem),
        jobs=jobs or cores(),
        circuit=circuit,
        hypothesis=overlay,
        settings=settings,
        seeds=seeds,
        neurons=neurons,
        tolerance=tolerance,
        overwrite=overwrite,
        command=context.obj or context.command_path,
    )
    with interruptible(conditions.command):
        results = [evaluate(finding, conditions) for finding in chosen]
    if report is not None:
        with replacing(report) as partial:
            partial.write_text(page(results, conditions), encoding="utf-8")
        print(f"report: {report}", file=sys.stderr)
    if table is not None:
        write_table(table, findings_markdown(results, conditions.command))
        print(f"table: {table}", file=sys.stderr)
    if json_:
        print(findings_json(results))
        return
    _print_table(results)
    print(counted(results))


def _chosen(only: str | None) -> Sequence[Finding]:
    """Return the findings that ``--only`` names; all findings without it."""
    from ..studies.findings import finding_names, load_finding

    names = [name.strip() for name in only.split(",") if name.strip()] if only else finding_names()
    if not names:
        raise UserError(f"--only {only!r}: expected names such as F2,F5")
    return [load_finding(name) for name in dict.fromkeys(names)]


def _warn_of_no_effect(
    chosen: Sequence[Finding], seeds: int | None, neurons: int | None, tolerance: float
) -> None:
    """Say which options have no effect: only findings that simulate the network read them."""
    options = {
        "--seeds": seeds is not None,
        "--neurons": neurons is not None,
        "--tolerance": tolerance != TOLERANCE,
    }
    without_effect = [option for option, is_set in options.items() if is_set]
    if without_effect and all(finding.protocol != "network" for finding in chosen):
        print(
            f"warning: {', '.join(without_effect)}: no effect: "
            "none of these findings simulates the network",
            file=sys.stderr,
        )


def _print_table(results: Sequence[Result]) -> None:
    """Print findings and verdicts: in colours in a terminal, as plain text in a pipe."""
    from ..studies.findings.report import HEADER, notes, rows

    if not sys.stdout.isatty():
        from ..results.text_table import aligned

        print(aligned(HEADER, rows(results), indent="", left=2))
        print("\n".join(["", *map(printable, notes(results)), ""]))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    colours = {"reproduced": "green", "undecided": "yellow", "not reproduced": "red"}
    table = Table(box=None, header_style="bold")
    for name in HEADER:
        table.add_column(name, no_wrap=name in ("finding", "verdict"), overflow="fold")
    for row in rows(results):
        table.add_row(*(escape(printable(cell)) for cell in row), style=None)
        table.columns[-1]._cells[-1] = f"[{colours[row[-1]]}]{row[-1]}[/]"
    console = Console(highlight=False)
    console.print(table)
    for line in notes(results):
        console.print(printable(line), markup=False, style="dim")


@app.command()
def compare(
    context: typer.Context,
    only: Only = None,
    hypotheses: Annotated[
        str | None, typer.Option(help="Hypotheses, as in disinhibition,lowered_ei (default: all).")
    ] = None,
    seeds: Seeds = None,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    tolerance: Tolerance = TOLERANCE,
    out: Folder = Path("results/findings"),
    overwrite: Overwrite = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    table: Table = None,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the matrix into this file (.png, .pdf, .svg).")
    ] = None,
) -> None:
    """Which hypothesis explains which finding? The matrix of verdicts, with effect sizes."""
    check_numbers({"--jobs": jobs, "--neurons": neurons, "--seeds": seeds}, tolerance)
    settings = parsed_overrides(set_ or ())
    read = [*(hypotheses or "").split(","), *(only or "").split(",")]
    check_outputs(figure=figure, table=table, inputs=read, overwrite=overwrite)
    from ..parameters.hypotheses import hypothesis_names, load_hypothesis
    from ..results.table_page import write_table
    from ..results.text_table import aligned
    from ..studies.findings import Conditions
    from ..studies.findings import compare as comparison

    chosen = _chosen(only)
    _warn_of_no_effect(chosen, seeds, neurons, tolerance)
    names = hypotheses.split(",") if hypotheses else hypothesis_names()
    rivals = [load_hypothesis(name.strip()) for name in names if name.strip()]
    conditions = Conditions(
        out=out,
        jobs=jobs or cores(),
        circuit=rivals[0].circuit,
        settings=settings,
        seeds=seeds,
        neurons=neurons,
        tolerance=tolerance,
        overwrite=overwrite,
        command=context.obj or context.command_path,
    )
    with interruptible(conditions.command):
        matrix = comparison.compare(rivals, chosen, conditions)
    if figure is not None:
        from ..analysis.figures.saving import save

        save(comparison.matrix_figure(matrix, rivals), figure)
        print(f"figure: {figure}", file=sys.stderr)
    if table is not None:
        write_table(table, comparison.matrix_markdown(matrix, conditions.command))
        print(f"table: {table}", file=sys.stderr)
    if json_:
        print(comparison.matrix_json(matrix))
        return
    print(aligned(*comparison.table(matrix), indent="", left=len(chosen) + 1))
