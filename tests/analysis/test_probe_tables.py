"""What probes found, from hand-made files whose answers are known: pairing, table, figure."""

import numpy as np
import pytest
import synthetic_results as synthetic
from figure_checks import check_words

from synaptoket.analysis import function, function_table, has_probes, summary_table
from synaptoket.analysis.figures.function import function_figure
from synaptoket.analysis.probe_tables import before_dose
from synaptoket.cli import main
from synaptoket.experiment.probes import (
    EvokedResponse,
    GlutamatePulse,
    PatternCompletion,
    Probes,
    SpontaneousActivity,
)
from synaptoket.results import Coordinates, ResultsFile, open_results

VOLLEY = EvokedResponse("ca3", "pyramidal")
PLAN = Probes((PatternCompletion(), GlutamatePulse(), VOLLEY, SpontaneousActivity()), ())
COORDINATES = Coordinates(
    synthetic.POPULATIONS, synthetic.PROJECTIONS, synthetic.DRUGS, tuple(PLAN.readouts())
)
TIMES = [84.0, 587.0, synthetic.DOSE + synthetic.INFUSION, synthetic.DOSE + 24]
PHASES = ["baseline", "before dose", "treatment", "day"]
ARMS = ["control", "stress_vehicle", "stress_ketamine"]


def written(path, seed, probed=4):
    """Write a file in which stress costs a tenth of completion, and ketamine doubles gamma."""
    times = np.arange(0, synthetic.DOSE + 48, 12.0)
    with ResultsFile.create(path, synthetic.attributes(seed, ARMS), ARMS, COORDINATES) as file:
        for arm in ARMS:
            for row in synthetic.rows(arm, times, seed):
                file.append(arm, row)
            for k in range(probed):
                told = {v.name: np.ones(3) if v.dimension else 0.1 for v in PLAN.readouts()}
                stressed, dosed = k >= 1 and arm != "control", k == 2 and "ketamine" in arm
                told |= {"completion": 0.1 * seed + 0.3 - 0.1 * stressed,
                         "gamma_power": seed * (2.0 if dosed else 1.0)}  # fmt: skip
                file.append_probes(arm, {"time": TIMES[k], "phase": PHASES[k], **told})
        if probed == 4:
            file.complete()
    return path if probed == 4 else path.with_name(path.name + ".part")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probed")
    for seed in (1, 2, 3):
        written(folder / f"seed_{seed}.h5", seed)
    return folder


@pytest.fixture(scope="module")
def tree(folder):
    return open_results(folder)


def entry(entries, key, arm, phase):
    return next(e for e in entries if (e["key"], e["arm"], e["phase"]) == (key, arm, phase))


def test_an_arm_is_compared_with_the_control_of_its_seed(tree):
    """Seeds differ by tenths, the arms of a seed by one tenth exactly."""
    entries = function(tree)
    after = entry(entries, "completion", "stress_vehicle", "before dose")
    np.testing.assert_allclose(after["values"], [30, 40, 50])
    assert after["difference"] == pytest.approx(-10)
    assert after["difference_high"] == pytest.approx(-10)
    assert after["high"] - after["mean"] > 20
    assert after["n"] == 3
    assert entry(entries, "completion", "stress_vehicle", "baseline")["difference"] == 0
    assert np.isnan(entry(entries, "completion", "control", "day")["difference"])


def test_band_power_is_relative_to_the_probe_before_the_dose(tree):
    entries = function(tree)
    assert before_dose(tree, "stress_ketamine") == 1
    for phase, percent in {
        "baseline": 100,
        "before dose": 100,
        "treatment": 200,
        "day": 100,
    }.items():
        found = entry(entries, "gamma_power", "stress_ketamine", phase)
        np.testing.assert_allclose(found["values"], percent)
    assert entry(entries, "gamma_power", "control", "treatment")["mean"] == pytest.approx(100)


def test_the_table_has_a_column_for_each_probe(tree, folder, capsys):
    text = function_table(tree)
    header = next(line for line in text.splitlines() if line.startswith("quantity"))
    assert header.split("arm")[1].split() == ["baseline", "before", "dose", "treatment", "day"]
    line = next(line for line in text.splitlines() if line.startswith("gamma power"))
    assert "control" in line
    assert "-10.0 ±0.0" in text
    assert text in summary_table(tree)
    assert "|---|---|---|--:|--:|--:|--:|" in function_table(tree, as_markdown=True)
    assert main(["info", str(folder / "seed_1.h5")]) == 0
    assert "completion of the assembly" in capsys.readouterr().out


def test_plot_draws_both_figures(folder, tmp_path):
    out = tmp_path / "x.png"
    assert main(["plot", str(folder), "--out", str(out), "--table", str(tmp_path / "x.md")]) == 0
    assert out.exists()
    assert (tmp_path / "x_function.png").exists()
    assert "completion of the assembly" in (tmp_path / "x.md").read_text()


def test_the_figure_shows_the_means(tree):
    figure = function_figure(tree)
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    lines = panels["a   completion of the assembly"].get_lines()
    shown = {line.get_label(): line.get_ydata() for line in lines}
    np.testing.assert_allclose(shown["control"], 50)
    np.testing.assert_allclose(shown["stress + vehicle"], [50, 40, 40, 40])
    apart = panels["b   completion of the assembly, difference from control"].get_lines()
    assert "control" not in [line.get_label() for line in apart]


def test_no_words_overlap(tree):
    figure = function_figure(tree)
    figure.draw_without_rendering()
    check_words(figure)


def test_an_unfinished_file_and_one_without_probes(tmp_path):
    part = open_results(written(tmp_path / "x.h5", 1, probed=2))
    assert has_probes(part)
    assert len({e["phase"] for e in function(part)}) == 2
    function_figure(part)
    assert not has_probes(open_results(written(tmp_path / "y.h5", 1, probed=0)))
    bare = open_results(synthetic.write(tmp_path / "z.h5", times=np.arange(0, 100, 12.0)))
    assert not has_probes(bare)
    assert function_table(bare) == ""
