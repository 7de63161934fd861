"""Rival hypotheses compared by the findings: the matrix as a table, as JSON and as a figure."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...experiment.progress import Progress
from ...parameters.hypotheses import Hypothesis
from ...results.text_table import markdown
from .finding import Finding
from .report import number, span
from .runner import Conditions, evaluate
from .verdict import NOT_REPRODUCED, REPRODUCED, UNDECIDED, Observation, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGNS = {REPRODUCED: "yes", UNDECIDED: "?", NOT_REPRODUCED: "no"}

Matrix = dict[str, dict[str, Result]]


def compare(
    hypotheses: Sequence[Hypothesis],
    findings: Sequence[Finding],
    conditions: Conditions,
    progress: type[Progress] = Progress,
) -> Matrix:
    """Return the result of every finding under every hypothesis.

    Each hypothesis has a folder of its own in `conditions.out`. One that changes nothing has that
    of the circuit, in which the findings of the circuit itself lie.
    """
    matrix: Matrix = {}
    for hypothesis in hypotheses:
        under_hypothesis = replace(
            conditions,
            out=conditions.out / (hypothesis.name if hypothesis.settings() else hypothesis.circuit),
            hypothesis=hypothesis,
            circuit=hypothesis.circuit,
        )
        matrix[hypothesis.name] = {f.id: evaluate(f, under_hypothesis, progress) for f in findings}
    return matrix


def deciding(result: Result) -> Observation:
    """Return the read-out that decides a finding: the first with the worst verdict.

    Of a finding that is reproduced, the first read-out.
    """
    return next(o for o in result.observations if o.verdict == result.verdict)


def value(seen: Observation) -> str:
    """Return the mean of a read-out with its unit."""
    unit = "" if seen.readout.unit == "1" else seen.readout.unit.split(" of ")[0]
    text = number(seen.mean)
    return text if not unit or text == "-" else f"{text} {unit}"


def table(matrix: Matrix) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: verdict and the read-out that decides, hypothesis by hypothesis."""
    names = list(next(iter(matrix.values())))
    rows = [
        [name, *(f"{SIGNS[results[f].verdict]} {value(deciding(results[f]))}" for f in names)]
        for name, results in matrix.items()
    ]
    return ["hypothesis", *names], rows


def decisions(matrix: Matrix) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of what decided each field of the matrix, finding by finding."""
    rows = []
    for finding in next(iter(matrix.values())):
        for name, results in matrix.items():
            seen = deciding(results[finding])
            interval = span(seen.low, seen.high) if seen.low < seen.high else "-"
            cells = (seen.readout.quantity, span(*seen.readout.range), value(seen), interval)
            rows.append([finding, name, SIGNS[results[finding].verdict], *cells])
    return ["finding", "hypothesis", "", "read-out", "accepted", "observed", "95 % interval"], rows


def matrix_markdown(matrix: Matrix, command: str) -> str:
    """Return the matrix and what decided each of its fields, for a Markdown page."""
    header, rows = table(matrix)
    fields = markdown(*decisions(matrix), 4)
    return (
        f"    {command}\n\n{markdown(header, rows, len(header))}\n\n"
        f"What decided each field:\n\n{fields}"
    )


def matrix_json(matrix: Matrix) -> str:
    """Return one object for each read-out under each hypothesis, as a JSON list."""
    entries: list[dict[str, Any]] = [
        {"hypothesis": name, **entry}
        for name, results in matrix.items()
        for result in results.values()
        for entry in result.entries()
    ]
    return json.dumps(entries, indent=2)


#: Blue, grey and orange stay apart in every common form of colour blindness.
COLOURS = {REPRODUCED: "#9ecae1", UNDECIDED: "#e8e8e8", NOT_REPRODUCED: "#fdae6b"}
MARKS = {REPRODUCED: "✓", UNDECIDED: "?", NOT_REPRODUCED: "✗"}


def matrix_figure(matrix: Matrix, hypotheses: Sequence[Hypothesis]) -> Figure:
    """Draw hypotheses by findings: in each field the verdict and the read-out that decides."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    names = list(next(iter(matrix.values())))
    findings = [result.finding for result in next(iter(matrix.values())).values()]
    titles = {h.name: h.title for h in hypotheses}
    figure = Figure(
        figsize=(2.0 + 1.38 * len(names), 1.9 + 0.74 * len(matrix)), layout="constrained"
    )
    axes = figure.add_subplot()
    for y, results in enumerate(matrix.values()):
        for x, result in enumerate(results.values()):
            colour, seen = COLOURS[result.verdict], deciding(result)
            axes.add_patch(Rectangle((x, y), 0.97, 0.94, color=colour, linewidth=0))
            text = f"{MARKS[result.verdict]}  {value(seen)}"
            axes.text(x + 0.485, y + 0.12, text, ha="center", va="top", fontsize=9.5)
            told = textwrap.fill(seen.readout.quantity, 23)
            axes.text(x + 0.485, y + 0.38, told, ha="center", va="top", fontsize=6.8)
    axes.set(xlim=(0, len(names)), ylim=(len(matrix), 0))
    axes.set_yticks(np.arange(len(matrix)) + 0.47, [_in_lines(titles[n], 16) for n in matrix])
    labels = [f"{f.id}{'*' if f.calibrated else ''}\n{_in_lines(f.short, 16)}" for f in findings]
    axes.set_xticks(np.arange(len(names)) + 0.485, labels, fontsize=9)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.legend(
        handles=[Patch(color=COLOURS[v], label=f"{MARKS[v]}  {v}") for v in COLOURS],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=3,
        frameon=False,
        fontsize=9,
        title="in each field the read-out that decides; * a finding that parameters were fitted to",
        title_fontsize=8,
    )
    return figure


def _in_lines(text: str, width: int) -> str:
    """Return a text in lines of at most about `width` characters."""
    return textwrap.fill(text, width, break_long_words=False)
