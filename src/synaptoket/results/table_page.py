"""A table in a Markdown page, which a command writes anew and leaves the rest as it is."""

from pathlib import Path

from .destination import replacing
from .text_table import MARKS


def write_table(path: Path, table: str) -> None:
    """Write a table into a Markdown page: between its `MARKS`, or as a page of its own."""
    begin, end = MARKS
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    if begin not in page or end not in page:
        page = f"{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    with replacing(path) as partial:
        partial.write_text(f"{before}{begin}\n\n{table}\n\n{end}{after}", encoding="utf-8")
