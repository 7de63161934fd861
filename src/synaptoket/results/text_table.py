"""Columns of plain text, lined up for a terminal or as Markdown."""

from collections.abc import Sequence
from pathlib import Path

from ..printable import printable

Rows = Sequence[Sequence[str]]

#: Between these lines of a Markdown page stands a table that a command has written.
MARKS = "<!-- table -->", "<!-- end of table -->"


def aligned(header: Sequence[str], rows: Rows, indent: str = "  ", left: int = 1) -> str:
    """Return rows under their header: the first `left` columns to the left, others to the right.

    >>> print(aligned(["arm", "rows"], [["control", "7"], ["ketamine", "12"]], indent=""))
    arm       rows
    control      7
    ketamine    12
    """
    table = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def markdown(header: Sequence[str], rows: Rows, left: int = 1) -> str:
    """Return rows as a Markdown table, the first `left` columns to the left.

    >>> print(markdown(["arm", "rows"], [["control", "7"]]))
    | arm | rows |
    |---|--:|
    | control | 7 |
    """
    rule = "|" + "---|" * left + "--:|" * (len(header) - left)
    lines = ["| " + " | ".join(map(printable, cells)) + " |" for cells in (header, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])


def write_table(path: Path, table: str) -> None:
    """Write a table into a Markdown page: between its `MARKS`, or as a page of its own."""
    begin, end = MARKS
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    if begin not in page or end not in page:
        page = f"{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    from .destination import replacing

    with replacing(path) as partial:
        partial.write_text(f"{before}{begin}\n\n{table}\n\n{end}{after}", encoding="utf-8")
