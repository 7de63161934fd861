"""Columns of plain text, lined up for a terminal or as Markdown."""

from collections.abc import Sequence

from ..parameters.printable import printable

Rows = Sequence[Sequence[str]]

#: The lines before and after a table that a command has written into a Markdown page.
MARKS = "<!-- table -->", "<!-- end of table -->"


def aligned(header: Sequence[str], rows: Rows, indent: str = "  ", left: int = 1) -> str:
    """Return rows under their header, the first `left` columns aligned left, the others right.

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
    """Return rows as a Markdown table, the first `left` columns aligned left.

    >>> print(markdown(["arm", "rows"], [["control", "7"]]))
    | arm | rows |
    |---|--:|
    | control | 7 |
    """
    rule = "|" + "---|" * left + "--:|" * (len(header) - left)
    lines = ["| " + " | ".join(map(_cell, cells)) + " |" for cells in (header, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(text: str) -> str:
    """Return a text as it stands in a cell of a Markdown table.

    >>> print(_cell("|change| of a rate"))
    \\|change\\| of a rate
    """
    return printable(text).replace("|", "\\|")
