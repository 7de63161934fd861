"""Rival hypotheses compared by the findings: the matrix as a table, as JSON and as a figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...experiment.progress import Progress
from ...parameters.hypotheses import Hypothesis
from ...results.text_table import markdown
from .finding import Finding
from .report import number
from .runner import Conditions, evaluate
from .verdict import NOT_REPRODUCED, REPRODUCED, UNDECIDED, Result

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

    Each hypothesis has a folder of its own in `conditions.out`.
    """
    matrix: Matrix = {}
    for hypothesis in hypotheses:
        under_hypothesis = replace(
            conditions,
            out=conditions.out / hypothesis.name,
            hypothesis=hypothesis,
            circuit=hypothesis.circuit,
        )
        matrix[hypothesis.name] = {f.id: evaluate(f, under_hypothesis, progress) for f in findings}
    return matrix


def deciding_readout(result: Result) -> tuple[str, float]:
    """Return the read-out that decides a finding, and its mean: the first with the worst verdict.

    Of a finding that is reproduced, the first read-out.
    """
    seen = next(o for o in result.observations if o.verdict == result.verdict)
    unit = "" if seen.readout.unit in ("1", "points") else seen.readout.unit.split(" of ")[0]
    text = number(seen.mean)
    return (text if not unit or text == "-" else f"{text} {unit}"), seen.mean


def table(matrix: Matrix) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: verdict and the read-out that decides, hypothesis by hypothesis."""
    names = list(next(iter(matrix.values())))
    rows = [
        [name, *(f"{SIGNS[results[f].verdict]} {deciding_readout(results[f])[0]}" for f in names)]
        for name, results in matrix.items()
    ]
    return ["hypothesis", *names], rows


def matrix_markdown(matrix: Matrix, command: str) -> str:
    """Return the matrix for a Markdown page."""
    header, rows = table(matrix)
    return f"    {command}\n\n{markdown(header, rows, len(header))}"


def matrix_json(matrix: Matrix) -> str:
    """Return one object for each read-out under each hypothesis, as a JSON list."""
    entries: list[dict[str, Any]] = [
        {"hypothesis": name, **entry}
        for name, results in matrix.items()
        for result in results.values()
        for entry in result.entries()
    ]
    return json.dumps(entries, indent=2)


COLOURS = {REPRODUCED: "#a6d49f", UNDECIDED: "#f4e3a1", NOT_REPRODUCED: "#eeb0a6"}


def matrix_figure(matrix: Matrix, hypotheses: Sequence[Hypothesis]) -> Figure:
    """Draw hypotheses by findings, coloured by verdict, with the read-out that decides."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    names = list(next(iter(matrix.values())))
    findings = [result.finding for result in next(iter(matrix.values())).values()]
    titles = {h.name: h.title for h in hypotheses}
    figure = Figure(
        figsize=(2.9 + 0.92 * len(names), 2.5 + 0.5 * len(matrix)), layout="constrained"
    )
    axes = figure.add_subplot()
    for y, results in enumerate(matrix.values()):
        for x, result in enumerate(results.values()):
            colour = COLOURS[result.verdict]
            axes.add_patch(Rectangle((x, y), 0.96, 0.92, color=colour, linewidth=0))
            text = deciding_readout(result)[0]
            axes.text(x + 0.48, y + 0.46, text, ha="center", va="center", fontsize=8.5)
    axes.set(xlim=(0, len(names)), ylim=(len(matrix), 0))
    axes.set_yticks(np.arange(len(matrix)) + 0.46, [titles[name] for name in matrix])
    labels = [f"{f.id}{'*' if f.calibrated else ''}\n{_short(f)}" for f in findings]
    axes.set_xticks(np.arange(len(names)) + 0.48, labels, fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.legend(
        handles=[Patch(color=COLOURS[v], label=v) for v in COLOURS],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.02),
        ncols=3,
        frameon=False,
        fontsize=9,
        title="in each field the read-out that decides; * a finding that parameters were fitted to",
        title_fontsize=8,
    )
    return figure


def _short(finding: Finding) -> str:
    """Return the short name of a finding on at most three lines."""
    words, lines = finding.short.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 12:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
