"""A table within a Markdown page: a command rewrites the table and leaves the rest unchanged."""

from pathlib import Path

from .destination import replacing
from .text_table import MARKS


def write_table(path: Path, table: str) -> None:
    """Write a table into a Markdown page, between its `MARKS`.

    A page without marks is replaced by the table alone; `destination.check_outputs` has then made
    sure that nobody else wrote it.
    """
    begin, end = MARKS
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    if begin not in page or end not in page:
        page = f"{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    with replacing(path) as partial:
        partial.write_text(f"{before}{begin}\n\n{table}\n\n{end}{after}", encoding="utf-8")
