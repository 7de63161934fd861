"""The figure shows the numbers of the analysis, legibly, whatever the experiment is called."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import synthetic_results as synthetic
from figure_checks import check_words

from synaptoket.analysis import interval, percent_of_control
from synaptoket.analysis.figures import headline, saving, style
from synaptoket.parameters.errors import UserError
from synaptoket.results import Coordinates, ResultsFile, open_results


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2, 3):
        synthetic.write(folder / f"{seed}.h5", seed=seed)
    return open_results(folder)


def drawn(tree):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = headline.headline_figure(tree)
        figure.draw_without_rendering()
    return figure


def panel(figure, letter):
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(letter))


def line(axes, label):
    return next(found for found in axes.lines if found.get_label() == label)


def test_the_png_is_1600_pixels_wide(tree, tmp_path):
    from matplotlib.image import imread

    path = saving.save(drawn(tree), tmp_path / "deep" / "x.png")
    image = imread(path)
    assert image.shape[1] == pytest.approx(1600, abs=1)
    assert 900 < image.shape[0] < 1800
    assert image[..., :3].std() > 0.1


def test_the_counts_are_those_of_the_analysis(tree):
    axes = panel(drawn(tree), "a")
    percent = percent_of_control(tree)["stress_ketamine"]
    shown = line(axes, "stress + ketamine")
    np.testing.assert_allclose(shown.get_xdata(), percent["time"].values / 24)
    mean = interval(percent.sel(projection="pyramidal_to_pyramidal").values).mean
    np.testing.assert_allclose(shown.get_ydata(), mean)
    assert shown.get_color() == style.ROLE_COLOURS["drug"]
    labels = {text.get_text() for text in axes.get_figure().legends[0].get_texts()}
    assert {style.readable(arm) for arm in synthetic.ARMS} < labels
    assert {"stress", "dose of ketamine", "dose of NBQX"} <= labels
    words = {text.get_text() for text in axes.texts}
    # a phase of hours among weeks has no room for its name
    assert {"stress", "after"} <= words <= {name for name, _, _ in synthetic.PHASES}


def bands(axes):
    from matplotlib.collections import FillBetweenPolyCollection

    return [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]


def test_bands_show_the_spread_over_seeds_and_only_that(tree, tmp_path):
    assert len(bands(panel(drawn(tree), "a"))) == len(synthetic.ARMS)
    one = drawn(open_results(synthetic.write(tmp_path / "x.h5")))
    assert bands(panel(one, "a")) == []
    assert "one seed" in one.get_suptitle()


def test_block_is_in_percent_and_the_dose_at_hour_zero(tree):
    figure = drawn(tree)
    shown = line(panel(figure, "d"), "SST")
    block = tree["stress_ketamine"]["nmda_block"].sel(population="sst").mean("seed")
    assert shown.get_ydata().max() == pytest.approx(100 * float(block.max()))
    assert shown.get_xdata()[np.argmax(shown.get_ydata())] == pytest.approx(40 / 60, abs=0.04)
    # Nothing is blocked before the dose.
    assert shown.get_ydata()[shown.get_xdata() <= 0].max() == 0


def test_the_number_of_synapses_is_beside_the_percent(tree):
    axes = panel(drawn(tree), "b")
    count = tree["stress_ketamine"]["synapse_count"].sel(projection="pyramidal_to_pyramidal")
    shown = [found.get_ydata() for found in axes.lines]
    mean = count.mean("seed").values
    assert any(len(y) == len(mean) and np.allclose(1000 * np.asarray(y), mean) for y in shown)


def test_signals_start_from_one(tree):
    axes = panel(drawn(tree), "e")
    bdnf = line(axes, "BDNF")
    assert bdnf.get_ydata()[0] == pytest.approx(1, abs=0.05)
    assert bdnf.get_ydata().max() > 1.3


def test_turnover_per_day_adds_up_to_the_change_of_the_count(tree):
    node, name = tree["stress_ketamine"], "pyramidal_to_pyramidal"
    days, formed = headline._daily(node, "formed", name)
    _, eliminated = headline._daily(node, "eliminated", name)
    count = node["synapse_count"].sel(projection=name)
    at = np.interp(np.arange(len(days) + 1) * 24, count["time"], count.values[0])
    change = (formed - eliminated)[0] / 100 * at[:-1]
    np.testing.assert_allclose(change, np.diff(at), atol=1.0)


def test_no_words_overlap_within_a_panel(tree):
    check_words(drawn(tree))


def test_the_names_of_the_phases_stand_clear_of_the_curves(tree):
    axes = panel(drawn(tree), "a")
    for text in axes.texts:
        box = text.get_window_extent().transformed(axes.transData.inverted())
        for shown in axes.lines:
            x, y = (np.asarray(values, float) for values in shown.get_data())
            # The dotted line that marks the dose runs the whole height, beside the name.
            below = y[(x >= box.x0) & (x <= box.x1)] if len(x) > 2 else []
            assert np.max(below, initial=-np.inf) < box.y0, text.get_text()


def test_a_colour_means_one_thing(tree):
    arms = style.named_colours(synthetic.ARMS)
    populations = style.population_colours(synthetic.POPULATIONS)
    signals = {colour for _, colour, _ in headline.SIGNALS.values()}
    colours = [*set(arms.values()), *populations.values(), *signals]
    assert len(set(colours)) == len(colours)
    few = style.named_colours(["one", "stress_vehicle", "two"])
    assert few["stress_vehicle"] == arms["stress_vehicle"]
    assert len(set(few.values())) == 3


@pytest.mark.parametrize("arms", [
    ["stress_vehicle", "stress_ketamine"],
    ["healthy", "evening_dose"],
    ["control"],
    ["a"] + [f"a_dose_in_the_evening_number_{i}" for i in range(9)],
])  # fmt: skip
def test_any_arms_are_drawn(tmp_path, arms):
    doses = [synthetic.dose(arm, "ketamine", "1 mg/kg", synthetic.DOSE, 0) for arm in arms[1:]]
    path = synthetic.write(tmp_path / "x.h5", arms=arms, doses=doses)
    figure = drawn(open_results(path))
    reference = "% of control" if "control" in arms else "% of own baseline"
    assert reference in panel(figure, "a").get_ylabel()
    check_words(figure)


def test_other_populations_no_drug_and_a_run_just_begun(tmp_path):
    coordinates = Coordinates(["pyramidal", "vip"], ["pyramidal_to_vip"])
    attributes = {**synthetic.attributes(arms=["x"]), "doses": [], "protocol": []}
    whole = list(synthetic.rows("x", np.arange(0, 24, 6.0)))
    with ResultsFile.create(tmp_path / "x.h5", attributes, ["x"], coordinates) as file:
        for row in whole:
            row = {k: v for k, v in row.items() if k not in ("plasma", "brain_free")}
            for name, value in row.items():
                if np.ndim(value) == 1:
                    row[name] = value[: 2 if name in ("rate", "nmda_block") else 1]
            # A silent population must not break the logarithmic axis.
            file.append("x", {**row, "rate": [1.0, 0.0]})
    figure = drawn(open_results(tmp_path / "x.h5.part"))
    assert "pyramidal → VIP" in panel(figure, "a").get_title(loc="left")
    assert "unfinished" in figure.get_suptitle()


@pytest.mark.parametrize("name, word", [
    ("file/x.png", "cannot be written"), ("x.nonsense", "nonsense"),
])  # fmt: skip
def test_a_figure_that_cannot_be_saved_is_one_line(tree, tmp_path, name, word):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=word) as caught:
        saving.save(drawn(tree), tmp_path / name)
    assert "\n" not in str(caught.value)


def test_neither_xarray_nor_matplotlib_is_imported_before_it_is_needed():
    code = (
        "import sys; import synaptoket.analysis.figures.headline, synaptoket.results;"
        "print({'xarray', 'matplotlib', 'pandas', 'scipy', 'brian2'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.strip() == "set()"
