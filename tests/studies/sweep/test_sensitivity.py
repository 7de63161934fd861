"""Sensitivity indices against functions whose indices are known; nothing is simulated."""

import json

import numpy as np
import pytest

from synaptoket.cli import main
from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep.grid import Grid
from synaptoket.studies.sweep.sensitivity import sensitivity

OUTCOME = ("count_24h", "stress_ketamine")
RANGE = {"range": [-np.pi, np.pi]}
THREE = {"ketamine.a": RANGE, "ketamine.b": RANGE, "ketamine.idle": RANGE}


def design(kind, points, parameters=THREE):
    return {"kind": kind, "points": points, "parameters": parameters}


def numbers(settings):
    return [float(value) for value in settings.values()]


def linear(settings, seed):
    """3 per unit of `a`, -1 per unit of `b`; `idle` does nothing."""
    a, b, _ = numbers(settings)
    return {OUTCOME: 3 * a - b}


def ishigami(settings, seed):
    a, b, c = numbers(settings)
    return {OUTCOME: np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)}


def named(found, column):
    return dict(zip(found.names, found.columns[column], strict=True))


def test_morris_finds_the_slopes_of_a_linear_function(filled):
    grid = Grid(filled(linear, design=design("morris", 6)))
    (found,) = sensitivity(grid)
    span = 2 * np.pi
    assert named(found, "mu") == pytest.approx(
        {"ketamine.a": 3 * span, "ketamine.b": -span, "ketamine.idle": 0}, abs=1e-4
    )
    assert named(found, "mu_star")["ketamine.b"] == pytest.approx(span, abs=1e-4)
    assert named(found, "sigma")["ketamine.a"] == pytest.approx(0, abs=1e-4)
    assert (found.used, found.dropped) == (6, 0)
    assert [found.names[k] for k in found.order] == ["ketamine.a", "ketamine.b", "ketamine.idle"]


def test_sobol_finds_the_shares_of_the_ishigami_function(filled):
    """Against the closed form (Ishigami & Homma 1990), each within its own interval."""
    grid = Grid(filled(ishigami, design=design("saltelli", 1024)))
    (found,) = sensitivity(grid)
    expected = {"S1": [0.314, 0.442, 0.0], "ST": [0.558, 0.442, 0.244]}
    for column, shares in expected.items():
        half = found.columns[f"{column}_conf"]
        assert np.all(np.abs(found.columns[column] - shares) < 1.5 * half + 0.01), column


@pytest.mark.parametrize("kind, points", [("morris", 60), ("saltelli", 256)])
def test_a_parameter_that_does_nothing_is_zero_and_with_noisy_seeds_at_the_noise(
    filled, kind, points
):
    scatter = np.random.default_rng(1)

    def noisy(settings, seed):
        return {OUTCOME: linear(settings, seed)[OUTCOME] + scatter.normal()}

    (still,) = sensitivity(Grid(filled(linear, design=design(kind, points))))
    index, half = list(still.columns.values())[:2]
    assert abs(index[2]) <= half[2] + 1e-6
    assert np.isnan(still.noise)
    (found,) = sensitivity(Grid(filled(noisy, design=design(kind, points), seeds=4)))
    index, half = list(found.columns.values())[:2]
    assert found.noise > 0
    assert abs(index[2] - found.noise) < 2 * half[2]
    assert index[0] - half[0] > found.noise


def test_what_is_not_whole_is_left_out_and_told(filled, capsys):
    gone = iter([True])  # the first run of all is not done

    def found(settings, seed):
        return None if next(gone, False) else linear(settings, seed)

    folder = filled(found, design=design("morris", 4))
    assert main(["sensitivity", str(folder)]) == 0
    assert "3 trajectories (1 left out, as runs are missing)" in capsys.readouterr().out


def test_too_few_runs_and_other_designs_are_refused_in_one_line(filled, capsys):
    folder = filled(lambda settings, seed: {OUTCOME: np.nan}, design=design("morris", 4))
    with pytest.raises(UserError, match="0 of 4 trajectories are complete, expected at least 2"):
        sensitivity(Grid(folder))
    with pytest.raises(UserError, match="no such quantity; did you mean 'count_24h'"):
        sensitivity(Grid(folder), ["count_24"])
    folder = filled(linear, design=design("random", 4))
    assert main(["sensitivity", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert 'a design random; it takes [design] kind = "morris" or "saltelli"' in error


def test_command_prints_json_and_writes_table_and_figure(filled, tmp_path, capsys):
    folder = filled(linear, design=design("morris", 4), seeds=2)
    table, figure = tmp_path / "s.md", tmp_path / "s.png"
    words = ["--json", "--table", str(table), "--figure", str(figure)]
    assert main(["sensitivity", str(folder), *words]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["outcome"] == "count_24h"
    assert [row["parameter"] for row in told["parameters"]][0] == "ketamine.a"
    assert "| ketamine.a |" in table.read_text()
    assert figure.stat().st_size > 1000
