"""The numbers of the first page are those of the page of benchmarks."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = " ".join((ROOT / "README.md").read_text().split())
PAGE = (ROOT / "docs" / "benchmarks.md").read_text()

#: How the first page tells each ratio of the table.
SENTENCES = {
    "plain_standalone": r"(\d+) times faster than a plain Brian2 script",
    "runtime_cython": r"(\d+) times faster than in Brian2's runtime mode",
    "nest_structural": r"(\d+) times faster than NEST",
}
PARTS = {
    "tenth": 10, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60,
    "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip


def cells(page, name):
    """Return the cells of a row of the table of ratios."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def measured(page, name):
    """Return the ratio of a row; a row that is not measured has none."""
    ratio = cells(page, name)[4]
    assert ratio[0].isdigit(), f"README.md has a number for {name}, docs/benchmarks.md has none"
    return float(ratio.split()[0])


def said(pattern):
    found = re.findall(pattern, README)
    assert len(found) == 1, f"README.md: expected one sentence with {pattern!r}"
    return found[0]


def fits(number, ratio):
    """Say whether a number is rounded down from a ratio, by a tenth at most."""
    return 0.9 * ratio <= number <= ratio


@pytest.mark.parametrize("name", SENTENCES)
def test_times_faster_are_those_measured(name):
    assert fits(int(said(SENTENCES[name])), measured(PAGE, name))


def test_the_growing_network_takes_the_part_that_was_measured():
    ratio = re.search(r"NEST takes (\d+) times as long", PAGE)
    told = re.findall(r"in an? (\w+th) of the time", README)
    if ratio is None:
        assert told == [], "README.md compares growth with NEST, docs/benchmarks.md does not"
    else:
        assert len(told) == 1
        assert fits(PARTS[told[0]], int(ratio[1]))


def test_seconds_of_one_core_are_those_measured():
    shown = said(r"takes (0\.\d+) s of one core")
    digits = len(shown.removeprefix("0.").lstrip("0"))
    seconds = float(cells(PAGE, "plain_standalone")[3])
    assert float(f"{seconds:.{digits}g}") == float(shown)


def test_ratios_are_read_as_the_report_writes_them(harness):
    row = harness["rows"].Row("nest_structural", "s", [61.5], [1.0])
    results = {"ratios": {row.name: row.as_json()}, "missing": {}}
    table = harness["report"].table(results)
    assert measured(table, "nest_structural") == 61.5
    with pytest.raises(AssertionError, match="has none"):
        measured(table, "plain_standalone")
