"""The figure of structure shows the numbers of the analysis, with and without events."""

import warnings

import numpy as np
import pytest
from small_experiment import ARMS, PROJECTION

from synaptoket import UserError, cli, open_network
from synaptoket.analysis import degrees, graph, histories, triads
from synaptoket.analysis.figures.network_structure import structure_figure
from synaptoket.analysis.figures.style import ROLE_COLOURS


def drawn(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = structure_figure(open_network(path), **options)
        figure.draw_without_rendering()
    return figure


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def test_all_panels_show_the_arms(recorded):
    figure = drawn(recorded)
    assert [title[0] for title in titles(figure)] == list("abcdefg")
    axes = figure.axes[1]
    shown = {line.get_label(): line for line in axes.lines}
    for arm in ARMS:
        values = degrees(graph(open_network(recorded), arm, PROJECTION)).incoming
        x, y = shown[arm].get_data()
        assert y.sum() == pytest.approx(100)
        assert (x * y).sum() / 100 == pytest.approx(values.mean(), abs=1.5)
    points = figure.axes[6].lines[0].get_ydata()
    np.testing.assert_allclose(
        points[1:], triads(graph(open_network(recorded), "control", PROJECTION)).ratio
    )
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["random graph", *ARMS]
    words = figure.get_suptitle()
    assert "pyramidal → pyramidal; degrees, weights and triads in the last state" in words
    assert "without" not in words


def test_survival_is_drawn_from_the_dose_on(recorded):
    axes = drawn(recorded).axes[3]
    assert axes.get_xlabel() == "days since the dose"
    x, y = axes.lines[0].get_data()
    assert (x[0], y[0]) == (0, 100)
    lives = histories(open_network(recorded), "control", PROJECTION)
    dose = 4 + 8 * 24
    left = lives.present(dose) & lives.present(lives.end)
    assert y[-1] == pytest.approx(100 * left.sum() / lives.present(dose).sum())
    assert axes.lines[0].get_color() == ROLE_COLOURS["control"]


def test_without_events_there_are_no_lives(finished):
    figure = drawn(finished, checkpoint="stress")
    assert [title[0] for title in titles(figure)] == list("abcd")
    words = figure.get_suptitle()
    assert "at the end of stress; without recorded events no lives of synapses" in words


def test_a_projection_between_populations_has_no_triads(recorded):
    figure = drawn(recorded, projection="pyramidal_to_pv")
    # whose synapses neither come and go nor have weights of their own
    assert [title[0] for title in titles(figure)] == list("abcde")


def test_the_command_draws_beside_the_file(recorded, capsys, tmp_path):
    assert cli.main(["plot", str(recorded), "--structure"]) == 0
    beside = recorded.with_name("x_structure.png")
    assert beside.is_file()
    assert capsys.readouterr().out == f"figure: {beside}\n"
    other = tmp_path / "y.pdf"
    words = ["plot", str(recorded), "--structure", "--checkpoint", "baseline", "--out", str(other)]
    assert cli.main(words) == 0
    assert other.is_file()


@pytest.mark.parametrize("words, message", [
    (["--structure", "--table", "x.md"], "there is none with --structure"),
    (["--checkpoint", "stress"], "expected together with --structure"),
    (["--structure", "--checkpoint", "strss"], "did you mean 'control@stress'"),
])  # fmt: skip
def test_what_it_cannot_draw_is_told_in_a_line(recorded, capsys, words, message):
    assert cli.main(["plot", str(recorded), *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert cli.main(["plot", str(recorded.parent), "--structure"]) == 2
    assert "a folder, expected the file of one network" in capsys.readouterr().err


def test_a_file_without_states_is_told(play, tmp_path):
    (bare,) = play(tmp_path / "x.h5", {"control": ARMS["control"]}, keep="none")
    with pytest.raises(UserError, match="holds no state, which degrees and weights"):
        structure_figure(open_network(bare))
