"""Findings as a table, as JSON and as a page: observed values, accepted ranges and verdicts."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.figures.saving import write
from ...parameters.version import VERSION
from ...results.text_table import markdown
from .plots import finding_figure
from .verdict import NOT_REPRODUCED, REPORTED, REPRODUCED, UNDECIDED, Result

if TYPE_CHECKING:
    from .runner import Conditions

HEADER = ("finding", "read-out", "observed", "95 % interval", "accepted", "unit", "verdict")


def counted(results: Sequence[Result]) -> str:
    """Return in a line how many findings are reproduced; fitted ones are counted separately."""
    parts = []
    for label, group in (
        ("fitted", [r for r in results if r.finding.calibrated]),
        ("not fitted", [r for r in results if not r.finding.calibrated]),
    ):
        if group:
            reproduced = [r for r in group if r.verdict == REPRODUCED]
            open_ = [r for r in group if r.verdict == UNDECIDED]
            rest = f", {len(open_)} undecided" if open_ else ""
            parts.append(f"{label}: {len(reproduced)} of {len(group)} reproduced{rest}")
    return "; ".join(parts)


def rows(results: Sequence[Result]) -> list[list[str]]:
    """Return the cells of the table, one row for each read-out."""
    table = []
    for result in results:
        mark = " (fitted)" if result.finding.calibrated else ""
        for i, seen in enumerate(result.observations):
            interval = "" if seen.low == seen.high else span(seen.low, seen.high)
            table.append(
                [
                    result.finding.id + mark if not i else "",
                    seen.readout.quantity,
                    number(seen.mean),
                    interval if np.isfinite(seen.low) else "-",
                    span(*seen.readout.range),
                    "" if seen.readout.unit == "1" else seen.readout.unit,
                    seen.verdict,
                ]
            )
    return table


def number(value: float) -> str:
    """Return a number with three digits.

    >>> number(0.08333), number(443.04), number(float("nan"))
    ('0.0833', '443', '-')
    """
    if not np.isfinite(value):
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def span(low: float, high: float) -> str:
    """Return a range in words, open or closed; nothing if both sides are open.

    >>> span(0.5, 1.1), span(1.2, float("inf")), span(float("-inf"), 0.0)
    ('0.5 to 1.1', 'above 1.2', 'below 0')
    """
    if np.isinf(low) and np.isinf(high):
        return ""
    if np.isinf(high):
        return f"above {number(low)}"
    if np.isinf(low):
        return f"below {number(high)}"
    return f"{number(low)} to {number(high)}"


def notes(results: Sequence[Result]) -> list[str]:
    """Return a line on each finding (source, evidence, simulation) and why it fails."""
    lines = []
    for result in results:
        finding = result.finding
        lines.append(
            f"{finding.id}  {finding.title}. {finding.source}; evidence {finding.evidence}. "
            f"Simulated: {finding.simulated}."
        )
        if result.verdict != REPRODUCED and finding.explanation:
            lines.append(f"    {result.verdict}: {finding.explanation}")
    return lines


def findings_markdown(results: Sequence[Result], command: str) -> str:
    """Return the table for a Markdown page, with the number reproduced and why others are not."""
    lines = [f"    {command}", "", f"{counted(results)}.", "", markdown(HEADER, rows(results), 2)]
    for result in results:
        if result.verdict != REPRODUCED and result.finding.explanation:
            lines += ["", f"**{result.finding.id}**: {result.finding.explanation}"]
    return "\n".join(lines)


def findings_json(results: Sequence[Result]) -> str:
    """Return all read-outs as a JSON list of objects; an open bound is null."""
    return json.dumps([entry for r in results for entry in r.entries()], indent=2)


_COLOURS = {
    REPRODUCED: "#1b7837",
    UNDECIDED: "#8a6d00",
    NOT_REPRODUCED: "#b2182b",
    REPORTED: "#666",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="generator" content="synaptoket">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Findings: {{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd;
         vertical-align: top; }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.verdict { font-weight: 600; white-space: nowrap; } .muted { color: #666; font-size: .92rem; }
img { width: 100%; height: auto; margin: .4rem 0; } a { color: inherit; }
.why { border-left: 3px solid #ccc; padding-left: .8rem; }
</style></head><body>
<h1>Held against the literature: {{ title }}</h1>
<p>{{ counted }}. Seeds are independent simulations; intervals are 95 % over seeds. A finding is
reproduced if the interval of every read-out lies in its accepted range, undecided if one straddles
a bound. "Fitted" marks those that parameters were calibrated to: they test nothing but whether
they can be met. A research model: no medical advice.</p>
<table><tr><th>finding</th><th></th><th>verdict</th></tr>
{% for r in results %}<tr><td><a href="#{{ r.finding.id }}">{{ r.finding.id }}</a></td>
<td>{{ r.finding.title }}
{% if r.finding.calibrated %}<span class="muted">(fitted)</span>{% endif %}</td>
<td class="verdict" style="color:{{ colours[r.verdict] }}">{{ r.verdict }}</td></tr>
{% endfor %}</table>
{% for r in results %}
<h2 id="{{ r.finding.id }}">{{ r.finding.id }} · {{ r.finding.title }}</h2>
<p class="muted">{{ r.finding.source }}. Evidence: {{ r.finding.evidence }}. Simulated:
{{ r.finding.simulated }}.</p>
<table><tr><th>read-out</th><th>observed</th><th>95 % interval</th><th>accepted</th><th>unit</th>
<th>verdict</th></tr>
{% for row, seen in tables[r.finding.id] %}<tr><td>{{ row[1] }}</td>
{% for cell in row[2:5] %}<td class="number">{{ cell }}</td>{% endfor %}<td>{{ row[5] }}</td>
<td class="verdict" style="color:{{ colours[seen.verdict] }}">{{ seen.verdict }}</td></tr>
{% endfor %}</table>
{% if r.verdict != reproduced and r.finding.explanation %}
<p class="why">{{ r.finding.explanation }}</p>{% endif %}
<img alt="{{ r.finding.title }}" src="data:image/png;base64,{{ figures[r.finding.id] }}">
{% endfor %}
<p class="muted">synaptoket {{ version }} · {{ command }}</p>
</body></html>
"""


def page(results: Sequence[Result], conditions: Conditions) -> str:
    """Return a self-contained page with a figure for each finding."""
    import jinja2

    title = conditions.circuit
    if conditions.hypothesis:
        title += f", {conditions.hypothesis.title}"
    tables: dict[str, list[Any]] = {
        r.finding.id: list(zip(rows([r]), r.observations, strict=True)) for r in results
    }
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        title=title,
        counted=counted(results),
        results=results,
        tables=tables,
        figures={r.finding.id: _png(r, conditions) for r in results},
        colours=_COLOURS,
        reproduced=REPRODUCED,
        version=VERSION,
        command=conditions.command,
    )


def _png(result: Result, conditions: Conditions) -> str:
    buffer = io.BytesIO()
    write(finding_figure(result, conditions), buffer, format="png", dpi=110)
    return base64.b64encode(buffer.getvalue()).decode()
