"""What the figure and the table of a sweep show; nothing is simulated."""

import numpy as np
import pytest

from synaptoket.cli import main
from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep.figures import sweep_figure
from synaptoket.studies.sweep.grid import Grid
from synaptoket.studies.sweep.overview import overview

DOSE = {"parameter": "ketamine.dose", "range": ["0.1 mg/kg", "10 mg/kg"], "points": 3,
        "scale": "log", "label": "dose of ketamine"}  # fmt: skip
STRESS = {"parameter": "phases.stress.duration", "values": ["7 day", "21 day"]}
KIND = {"combinations": {"small": {"a.b": 1}, "large": {"a.b": 2}}}


def found(settings, seed):
    """A gain with the dose in the drug's arm alone, less after a long stress."""
    dose = float(str(settings.get("ketamine.dose", "1")).split()[0])
    count = 80 + 10 * np.log10(dose) + 0.1 * seed
    return {("count_24h", "stress_vehicle"): 80.0, ("count_24h", "stress_ketamine"): count,
            ("glutamate_peak", "stress_ketamine"): 5 * dose}  # fmt: skip


def panels(figure):
    return [axes for axes in figure.axes if axes.get_title(loc="left")]


def test_one_axis_is_a_curve_of_the_drugs_arm_with_its_band(filled):
    grid = Grid(filled(found, axes={"dose": DOSE}, seeds=3))
    first, second = panels(sweep_figure(grid))
    (line,) = first.lines
    assert line.get_xdata() == pytest.approx([0.1, 1, 10])
    assert line.get_ydata() == pytest.approx([70.2, 80.2, 90.2])
    assert len(first.collections) == 1
    assert first.get_xlabel() == "dose of ketamine (mg/kg)"
    assert first.get_xscale() == "log"
    assert first.get_ylabel() == "% of control"
    assert second.get_title(loc="left") == "b   glutamate, peak in infusion"


def test_arms_and_quantities_can_be_asked_for(filled):
    grid = Grid(filled(found, axes={"dose": DOSE}))
    arms = ["stress_vehicle", "stress_ketamine"]
    (panel,) = panels(sweep_figure(grid, ["count_24h"], arms))
    assert len(panel.lines) == 2
    with pytest.raises(UserError, match="none of stress_vehicle has it"):
        sweep_figure(grid, ["glutamate_peak"], ["stress_vehicle"])
    with pytest.raises(UserError, match="did you mean 'stress_ketamine'"):
        sweep_figure(grid, None, ["stress_ketamin"])


def test_two_axes_are_a_map_with_mean_and_half_interval_in_each_cell(filled):
    folder = filled(found, axes={"dose": DOSE, "kind": KIND}, seeds=2)
    (panel,) = panels(sweep_figure(Grid(folder), ["count_24h"]))
    texts = [text.get_text() for text in panel.texts]
    assert len(texts) == 6
    assert texts[0].startswith("70.2\n± 0.6")  # 12.706 · 0.05, at one decimal
    assert [label.get_text() for label in panel.get_yticklabels()] == ["small", "large"]


def test_a_cell_without_a_run_is_a_dash_and_the_caption_says_so(filled):
    def some(settings, seed):
        return None if settings["ketamine.dose"] == "10 mg/kg" else found(settings, seed)

    figure = sweep_figure(Grid(filled(some, axes={"dose": DOSE, "kind": KIND})), ["count_24h"])
    assert [text.get_text() for text in panels(figure)[0].texts].count("–") == 2
    assert "4 of 6 runs done" in figure.get_suptitle()


def test_a_third_axis_stands_side_by_side_and_more_have_to_be_held(filled):
    third = {"dose": DOSE, "kind": KIND, "stress": STRESS}
    grid = Grid(filled(found, axes=third))
    figure = sweep_figure(grid, ["count_24h"])
    assert [axes.get_title(loc="left") for axes in figure.axes][:2] == [
        "stress (day) = 7",
        "stress (day) = 21",
    ]
    fourth = third | {"size": {"parameter": "a.c", "values": [1, 2]}}
    folder = filled(found, axes=fourth)
    with pytest.raises(UserError, match="too many axes .*--at 'stress=7 day' --at 'size=1'"):
        sweep_figure(Grid(folder))
    held = Grid(folder, ["stress=168 h", "size=2"])
    assert [axis.name for axis in held.axes] == ["dose", "kind"]
    assert held.held == {"stress": "7 day", "size": "2"}


@pytest.mark.parametrize(
    "text, expected",
    [("dose=3 mg/kg", "expected one of 0.1 mg/kg"), ("dos=1", "did you mean 'dose'"),
     ("dose", "expected AXIS=VALUE")],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(filled, text, expected):
    with pytest.raises(UserError, match=expected):
        Grid(filled(found, axes={"dose": DOSE}), [text])


def test_a_design_is_drawn_against_the_parameter_that_it_follows(filled):
    ranges = {"a.idle": {"range": [0.1, 1.0]}, "ketamine.dose": {"range": ["0.1 mg/kg", "9 mg/kg"]}}
    folder = filled(found, design={"kind": "sobol", "points": 16, "parameters": ranges})
    first, second = panels(sweep_figure(Grid(folder), ["glutamate_peak"]))
    assert first.get_xlabel() == "ketamine: dose (mg/kg)"
    assert first.get_title(loc="left") == "a   ρ = 1.00"
    assert second.get_xlabel() == "a: idle"


def test_table_has_a_row_for_each_point_and_no_interval_of_one_seed(filled):
    grid = Grid(filled(found, axes={"dose": DOSE}))
    header, rows, left = overview(grid, ["count_24h"])
    assert header[left - 1 :] == ["dose of ketamine (mg/kg)", "mean", "95 % interval", "n"]
    assert rows[0][left - 1 :] == ["0.1", "70.1", "-", "1"]


def test_plot_writes_into_the_folder_and_the_table_where_asked(filled, tmp_path, capsys):
    folder = filled(found, axes={"dose": DOSE}, seeds=2)
    assert main(["plot", str(folder), "--table", str(tmp_path / "t.md")]) == 0
    assert (folder / f"{folder.name}.png").stat().st_size > 1000
    assert (tmp_path / "t.md").read_text().count("\n| synapses 24 h after dose |") == 3
    assert main(["plot", str(tmp_path / "t.md"), "--at", "a=1"]) == 2
    assert "is no sweep" in capsys.readouterr().err


def test_info_says_how_far_a_sweep_is_and_what_it_found(filled, capsys):
    folder = filled(found, axes={"dose": DOSE}, seeds=2)
    assert main(["info", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "sweep of stress_and_ketamine: 3 points = dose (3), seeds 1, 2" in out
    assert "6 runs: 6 done, 0 running, 0 failed, 0 missing" in out
    assert "69.5 to 70.8  2" in out
