"""Without a dose, the figure shows what there is over all the time, and no panel without data."""

import warnings

import numpy as np
import pytest
import synthetic_results as synthetic
from figure_checks import check_words

from synaptoket.analysis import interval
from synaptoket.analysis.figures.overview import overview_figure
from synaptoket.cli.options import draw
from synaptoket.results import Coordinates, ResultsFile, open_results

PHASES = [("growth", 0, 20), ("a stimulus that lasts", 20, 30), ("rest", 30, 40)]
KINDS = ("axonal_excitatory_vacant", "dendritic_excitatory_vacant")


def write(path, seed=1, arms=("control", "stimulated"), populations=3, moving=4, seconds=80,
          rows=41, vacant=KINDS):  # fmt: skip
    """Write an experiment whose first `moving` projections grow from nothing."""
    names = [f"cells_{i}" for i in range(populations)]
    projections = [f"{a}_to_{b}" for a in names for b in names]
    hours = np.linspace(0, seconds / 3600, rows)
    end = hours[-1] / 40
    protocol = [{"name": n, "start_h": s * end, "end_h": e * end} for n, s, e in PHASES]
    attributes = synthetic.attributes(seed, arms, doses=[], protocol=protocol)
    rng = np.random.default_rng(seed)
    grows = np.arange(len(projections)) < moving
    one, each = np.ones(len(projections)), np.ones(populations)
    coordinates = Coordinates(names, projections, vacant=vacant)
    with ResultsFile.create(path, attributes, list(arms), coordinates) as file:
        for k, arm in enumerate(arms):
            count = np.where(grows, 0, 50)
            for i, hour in enumerate(hours):
                formed = np.where(grows & (i > 0), rng.poisson(100 * (k + 1) * 4.0**-one), 0)
                formed *= 4 ** (np.arange(len(projections)) % 4)
                count = count + formed
                file.append(arm, {
                    "time": hour, "phase": "growth", "synapse_count": count, "formed": formed,
                    "eliminated": 0 * formed, "nascent": 0 * formed, "ampa_content": one,
                    "ampa_content_established": one, "spine_size_mean": one,
                    "silent_fraction": 0 * one, "nmda_block": 0 * each, "glutamate": np.nan,
                    "rate": (i > 0) * rng.normal(20, 1, populations), "bdnf": np.nan,
                    "mtorc1": np.nan, "protein": np.nan, "timelapse": 1 / 3600,
                    "stress_hormone": 0.0,
                    "vacant": {kind: rng.poisson(30, populations) for kind in vacant},
                })  # fmt: skip
        file.complete({"wall_seconds": 1.0})
    return path


def drawn(source):
    tree = open_results(source)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = overview_figure(tree)
        figure.draw_without_rendering()
    return tree, figure


def titles(figure):
    return [axes.get_title(loc="left")[4:] for axes in figure.axes]


def line(axes, label):
    return next(found for found in axes.lines if found.get_label() == label)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2, 3):
        write(folder / f"{seed}.h5", seed)
    return folder


def test_each_projection_that_moves_and_each_population_has_a_panel_of_all_arms(folder):
    tree, figure = drawn(folder)
    assert titles(figure) == [
        *(f"cells {a} → cells {b} synapses" for a, b in ((0, 0), (0, 1), (0, 2), (1, 0))),
        *(f"firing rate: cells {i}" for i in range(3)), "births and losses", "vacant elements",
    ]  # fmt: skip
    shown = line(figure.axes[1], "stimulated")
    data = tree["stimulated"]["synapse_count"].sel(projection="cells_0_to_cells_1")
    np.testing.assert_allclose(shown.get_ydata(), interval(data.values).mean)
    np.testing.assert_allclose(shown.get_xdata()[-1], 80)
    assert {axes.get_xlabel() for axes in figure.axes} == {"time (s)"}
    assert len(figure.axes[0].collections) == 2  # an interval for each arm


def test_births_per_second_add_up_to_the_synapses_there_are(folder):
    tree, figure = drawn(folder)
    panel = figure.axes[titles(figure).index("births and losses")]
    assert "synapses per second" in panel.get_ylabel()
    births = panel.lines[0].get_ydata()
    total = tree["control"]["formed"].sum(["time", "projection"]).mean("seed")
    assert births.mean() * 80 == pytest.approx(float(total))


def test_one_arm_has_a_colour_for_each_projection_and_population(tmp_path):
    tree, figure = drawn(write(tmp_path / "x.h5", arms=["x"]))
    assert titles(figure) == ["synapses", "firing rates", "births and losses", "vacant elements"]
    counts, rates = figure.axes[:2]
    curves = [
        found for axes in (counts, rates) for found in axes.lines if len(found.get_xdata()) > 2
    ]
    colours = [found.get_color() for found in curves]
    assert len(set(colours)) == len(colours) == 7
    assert counts.get_yscale() == "symlog"  # of 100 and 6400 synapses, both are to be seen
    # at time 0 nothing has fired yet, which is no rate
    assert min(np.min(found.get_ydata()) for found in rates.lines if found in curves) > 10
    assert "one seed" in figure.get_suptitle()


def test_what_there_is_no_room_for_is_named(tmp_path):
    _, figure = drawn(write(tmp_path / "x.h5", moving=8))
    assert sum("synapses" in title for title in titles(figure)) == 6
    assert "not drawn: cells 2 → cells 0, cells 2 → cells 1" in figure.get_suptitle()


@pytest.mark.parametrize("arms", [["x"], ["x", "y"]])
@pytest.mark.parametrize("populations, rows", [(1, 41), (3, 41), (1, 1)])
def test_rates_alone_are_drawn_where_nothing_moves(tmp_path, arms, populations, rows):
    path = write(tmp_path / "x.h5", 1, arms, populations, 0, rows=rows, vacant=())
    _, figure = drawn(path)
    assert all("firing rate" in title for title in titles(figure))


@pytest.mark.parametrize("options", [
    {}, {"arms": ["x"]}, {"arms": ["x"], "moving": 0, "vacant": ()}, {"moving": 9},
    {"arms": ["x"], "moving": 9},
    {"arms": [f"an_arm_of_a_long_name_{i}" for i in range(7)], "populations": 1},
    {"arms": ["x"], "populations": 5, "seconds": 86400},
])  # fmt: skip
def test_no_words_overlap(tmp_path, options):
    _, figure = drawn(write(tmp_path / "x.h5", **options))
    check_words(figure)


@pytest.mark.parametrize("doses, title", [(None, "synapses"), ([], "firing rates")])
def test_the_dose_decides_which_figure_is_drawn(tmp_path, monkeypatch, doses, title):
    saved = []
    monkeypatch.setattr(
        "synaptoket.analysis.figures.saving.save", lambda figure, path: saved.append(figure)
    )
    more = {} if doses is None else {"doses": doses}
    times = np.arange(0, synthetic.DOSE + 48, 12.0)
    draw(open_results(synthetic.write(tmp_path / "x.h5", times=times, **more)), tmp_path / "x.png")
    words = {axes.get_title(loc="left") for axes in saved[0].axes}
    assert any("NMDA" in word for word in words) == (doses is None)
    assert any("births and losses" in word for word in words)
