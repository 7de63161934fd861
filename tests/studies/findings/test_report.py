"""Table, JSON and page say the same, in full."""

import json

import numpy as np
import pytest

from synaptoket.cli import main
from synaptoket.parameters.hypotheses import load_hypothesis
from synaptoket.studies.findings import Conditions, Result, evaluate, load_finding, observe
from synaptoket.studies.findings.compare import (
    deciding,
    decisions,
    matrix_figure,
    matrix_json,
    table,
    value,
)
from synaptoket.studies.findings.report import counted, page, rows


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    conditions = Conditions(tmp_path_factory.mktemp("findings"))
    return [evaluate(load_finding(name), conditions) for name in ("F1", "F2", "F3")]


def test_how_many_hold_counts_fitted_ones_apart(results):
    assert counted(results) == "fitted: 1 of 1 reproduced; not fitted: 1 of 2 reproduced"


def test_a_row_for_each_readout(results):
    table = rows(results)
    assert len(table) == 6 + 4 + 2
    assert table[10][0] == "F3 (fitted)"
    verdicts = ["reproduced", "not reproduced", "reproduced", *["reported"] * 3]
    assert [row[-1] for row in table[:6]] == verdicts
    assert [row[4] for row in table[3:6]] == [""] * 3  # nothing is accepted or refused


def test_the_command_prints_json_of_what_was_asked_for(capsys):
    assert main(["findings", "--only", "F2,F3", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [e["id"] for e in entries] == ["F2"] * 4 + ["F3"] * 2
    for entry in entries:
        low, high = entry["interval"]
        assert low <= entry["observed"] <= high
        assert entry["verdict"] == "reproduced"


def test_the_table_says_why_a_finding_fails(capsys):
    assert main(["findings", "--only", "F1"]) == 0
    printed = capsys.readouterr().out
    assert "not reproduced: One site gives a Hill coefficient of exactly one" in printed


def test_the_page_holds_everything_itself(results, tmp_path):
    text = page(results, Conditions(tmp_path, command="synaptoket findings"))
    assert text.count("data:image/png;base64,") == 3
    assert "http://" not in text
    assert "https://" not in text
    for result in results:
        assert result.finding.title in text.replace("&#39;", "'")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--only", "F99"], "no model named 'F99'"),
        (["--only", ","], "expected names such as F2,F5"),
        (["--report", "x.pdf"], "expected a name that ends in .html"),
        (["--hypothesis", "resting"], "did you mean 'resting_nmda'"),
        (["--only", "F2", "--set", "a.b=1"], "none of these findings simulates the circuit"),
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
    ],
)
def test_wrong_options_are_one_line(capsys, arguments, said):
    assert main(["findings", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_the_matrix_tells_the_readout_that_decides(results):
    finding = load_finding("F3")
    values = (np.array([200.0]), np.array([1.0]))
    seen = [observe(r, v, False) for r, v in zip(finding.readouts, values, strict=True)]
    failed = Result(finding, tuple(seen))
    assert value(deciding(failed)) == "1 ng h/mL"
    matrix = {"disinhibition": {"F3": results[2]}, "lowered_ei": {"F3": failed}}
    header, lines = table(matrix)
    assert header == ["hypothesis", "F3"]
    assert lines == [["disinhibition", "yes 200 ng/mL"], ["lowered_ei", "no 1 ng h/mL"]]
    assert len(json.loads(matrix_json(matrix))) == 4
    figure = matrix_figure(matrix, [load_hypothesis(name) for name in matrix])
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[::2] == ["✓  200 ng/mL", "✗  1 ng h/mL"]
    assert texts[1::2] == ["plasma at 40 min", "area under the curve"]
    _, lines = decisions(matrix)
    assert lines[1] == [
        "F3",
        "lowered_ei",
        "no",
        "area under the curve",
        "389 to 507",
        "1 ng h/mL",
        "-",
    ]  # noqa: E501
