"""The range over sets is a band of its own, told apart from the interval over seeds."""

import warnings

import numpy as np
import pytest
import synthetic_results as synthetic
from figure_checks import check_words
from matplotlib.collections import FillBetweenPolyCollection

from synaptoket.analysis.figures.headline import headline_figure
from synaptoket.analysis.set_ranges import count_ranges
from synaptoket.results import open_results, open_sets


def labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        synthetic.write(folder / f"seed_{seed}.h5", seed=seed)
    for name, effect in (("weak", 0.8), ("strong", 1.3)):
        synthetic.write(folder / "sets" / name / "seed_1.h5", effect=effect, overlay=name)
    return folder


def panel(figure):
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith("a"))


def test_each_arm_has_a_hatched_band_over_sets_beside_that_over_seeds(folder):
    tree, sets = open_results(folder), open_sets(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = headline_figure(tree, sets)
        figure.draw_without_rendering()
    axes = panel(figure)
    bands = [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]
    hatched = [band for band in bands if band.get_hatch()]
    assert len(bands) == 2 * len(synthetic.ARMS)
    assert len(hatched) == len(synthetic.ARMS)
    assert all(not len(band.get_facecolor()) for band in hatched)
    arm = synthetic.ARMS.index("stress_ketamine")
    hours = tree["stress_ketamine"]["time"].values
    low, high, _ = count_ranges(sets, "stress_ketamine", "pyramidal_to_pyramidal", hours)
    box = hatched[arm].get_datalim(axes.transData)
    np.testing.assert_allclose([box.y0, box.y1], [low.min(), high.max()])
    assert "range over 2 acceptable sets" in labels(figure)
    check_words(figure)


def test_without_sets_nothing_is_hatched(folder):
    figure = headline_figure(open_results(folder))
    assert not [c for c in panel(figure).collections if c.get_hatch()]
    assert not [label for label in labels(figure) if "sets" in label]
