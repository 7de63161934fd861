"""The command ``rules``: which rules of plasticity there are, and how one is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..parameters.errors import UserError, nearest
from .app import app
from .options import RuleFiles, check_outputs

if TYPE_CHECKING:
    from ..plasticity import Rule


@app.command()
def rules(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A rule; without it, all of them.")
    ] = None,
    rule: RuleFiles = None,
    table: Annotated[
        Path | None, typer.Option(help="Write what rules do, need and cost, as Markdown.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace files that synaptoket did not write.")
    ] = False,
) -> None:
    """List the rules of plasticity, or show one: constants, equations, and how to use it."""
    from ..plasticity import known_rules, rules_from

    check_outputs(table=table, inputs=rule or (), overwrite=overwrite)
    known = known_rules() | rules_from(rule or ())[0]
    if table is not None:
        _write(table, known)
    elif name is None:
        _list(known)
    elif name in known:
        _show(known[name], known)
    else:
        raise UserError(f"no rule named {name!r}{nearest(name, known)}")


def _write(path: Path, known: Mapping[str, Rule]) -> None:
    """Write what all rules do, need and cost, as a Markdown table."""
    from ..plasticity.catalogue import markdown_rows
    from ..results.table_page import write_table
    from ..results.text_table import markdown

    header, rows = markdown_rows(known)
    write_table(path, markdown(header, rows, left=len(header)))
    print(f"table: {path}")


def _list(known: Mapping[str, Rule]) -> None:
    """Print all rules by kind."""
    from ..plasticity.catalogue import KINDS, grouped

    in_order = grouped(known)
    if not sys.stdout.isatty():
        # In a pipe a rule stays one line, which can be searched for.
        rows = [[r.kind, r.name, r.summary, r.equation, r.source] for r in in_order]
        _print(("kind", "name", "what it does", "equation", "source"), rows)
        return
    for kind, meaning in KINDS.items():
        rows = [[r.name, r.summary, r.equation, r.source] for r in in_order if r.kind == kind]
        if rows:
            _print(("name", "what it does", "equation", "source"), rows, f"{kind}: {meaning}")


def _show(rule: Rule, known: Mapping[str, Rule]) -> None:
    """Print one rule: constants, variables, equations, and how a circuit's file uses it."""
    from ..plasticity.catalogue import PLACES, example, facts, texts

    print(f"{rule.name} ({rule.kind}): {rule.summary}")
    print(f"\n    {rule.equation}\n    {rule.source}\n")
    _print(None, [[key, value] for key, value in facts(rule, known).items()])
    if rule.constants:
        rows = [
            [name, c.symbol, c.unit, "" if c.default is None else str(c.default), c.meaning]
            for name, c in rule.constants.items()
        ]
        _print(("constant", "symbol", "unit", "default", "meaning"), rows)
    rows = [
        [name, PLACES[place], v.unit, v.kind, str(v.initial), _text(v.newborn)]
        for place, part in rule.parts.items()
        for name, v in part.variables.items()
    ]
    if rows:
        _print(("variable", "of each", "unit", "type", "at first", "newborn"), rows)
    for place, part in rule.parts.items():
        for when, text in texts(part, place).items():
            print(f"# {PLACES[place]}, {when}\n{text}\n")
    print(f"# In the file of a circuit:\n{example(rule)}")


def _text(value: float | str | None) -> str:
    return "" if value is None else str(value)


def _print(
    header: Sequence[str] | None, rows: Sequence[Sequence[str]], title: str | None = None
) -> None:
    """Print rows in columns: wrapped in a terminal, one line each in a pipe."""
    if not sys.stdout.isatty():
        from ..results.text_table import aligned

        first, *others = rows if header is None else [header, *rows]
        print(aligned(first, others, indent="", left=len(first)), end="\n\n")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold",
                  show_header=header is not None)  # fmt: skip
    for place, name in enumerate(header or rows[0]):
        table.add_column(name if header else "", no_wrap=place == 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(markup=False, highlight=False)
    console.print(table)
    console.print()
