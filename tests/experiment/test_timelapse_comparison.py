"""One arm at several time-lapses: what they share, what differs, and the proof without any."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from synaptoket import (
    Arm,
    Assembly,
    Dose,
    Experiment,
    Phase,
    Probes,
    SpontaneousActivity,
    cli,
    open_results,
)
from synaptoket.analysis.figures.saving import save
from synaptoket.analysis.figures.timelapse_comparison import (
    brute_force_figure,
    course,
    error_table,
)
from synaptoket.experiment.arm_tree import branches
from synaptoket.experiment.run_options import RunOptions
from synaptoket.experiment.timelapse_comparison import FACTORS, compare, prepare_comparison
from synaptoket.results import check_invariants

PHASES = (
    Phase("baseline", "4 h", timelapse="2 h/s"),
    Phase("dose", "30 min", timelapse="5 min/s"),
    Phase("after", "16 h", timelapse="4 h/s"),
)
KETAMINE = Dose("ketamine", "5 mg/kg", duration="20 min", phase="dose")
EXPERIMENT = Experiment(PHASES, {"control": Arm(), "ketamine": Arm(doses=(KETAMINE,))})


@pytest.fixture
def options(small, tmp_path):
    return RunOptions(
        (1, 2), tmp_path / "out", neurons=small["neurons"], settings=small["settings"]
    )


def test_the_arms_share_what_comes_before_and_differ_in_their_timelapse(options):
    made = prepare_comparison(EXPERIMENT, options)
    assert list(made.schedules) == ["timelapse_1", "timelapse_0.5", "timelapse_0.25"]
    for factor, schedule in zip(FACTORS, made.schedules.values(), strict=True):
        phase = np.array(schedule.phase)
        assert (phase == "baseline").sum() == 1
        assert (phase == "dose").sum() == 3 / factor
        assert (phase == "after").sum() == 2 / factor
        assert schedule.time[-1] == pytest.approx(20.5 * 3600)
    tree = branches(made.schedules, list(made.schedules))
    assert (tree.start, tree.stop) == (0, 1)
    assert [(b.stop - b.start, len(b.arms)) for b in tree.children] == [(5, 1), (10, 1), (20, 1)]
    assert tree.segments() == 1 + 5 + 10 + 20


def test_probes_are_left_out_and_what_they_probe_is_not(options):
    probes = Probes((SpontaneousActivity(),), ("after",))
    asked = replace(EXPERIMENT, probes=probes, assembly=Assembly(stored="baseline"))
    made = prepare_comparison(asked, options)
    assert made.experiment.probes is None
    assert made.experiment.assembly == asked.assembly


def test_phases_can_be_chosen(options):
    made = prepare_comparison(EXPERIMENT, options, "ketamine", ["after"])
    tree = branches(made.schedules, list(made.schedules))
    assert tree.stop == 1 + 3
    assert made.parameters["compared"] == {"arm": "ketamine", "phases": ["after"]}


def test_without_any_effect_all_phases_are_compared(options):
    made = prepare_comparison(EXPERIMENT, options, "control")
    assert made.parameters["compared"]["phases"] == ["baseline", "dose", "after"]


class Silent:
    def __init__(self, total, label, done=0.0):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def advance(self, *arguments):
        pass


def test_a_comparison_is_files_with_an_arm_for_each(options, small_binary):
    files = compare(EXPERIMENT, options, "ketamine", progress=Silent)
    for path in files:
        check_invariants(path)
    tree = open_results(files)
    whole, half = tree["timelapse_1"], tree["timelapse_0.5"]
    assert half.sizes["time"] - 2 == 2 * (whole.sizes["time"] - 2)
    np.testing.assert_array_equal(whole["glutamate"][:, :2], half["glutamate"][:, :2])
    assert (whole["glutamate"][:, -1] != half["glutamate"][:, -1]).all()


def test_the_command_measures_and_records_the_error(
    small, small_binary, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("docs.md").write_text("Before.\n<!-- table -->\nold\n<!-- end of table -->\nAfter.\n")
    Path("short.py").write_text(
        "from synaptoket import Arm, Dose, Experiment, Phase\n"
        "dose = Dose('ketamine', '5 mg/kg', duration='20 min', phase='dose')\n"
        "experiment = Experiment(\n"
        "    (Phase('baseline', '4 h', '2 h/s'), Phase('dose', '30 min', '5 min/s')),\n"
        "    {'ketamine': Arm(doses=(dose,))})\n"
    )
    settings = [word for text in small["settings"] for word in ("--set", text)]
    command = ["timelapse", "short.py", "--seeds", "2", "--neurons", str(small["neurons"])]
    command += ["--jobs", "1", "--json", "--table", "docs.md", "--out", "out", *settings]
    assert cli.main(command) == 0
    out, err = capsys.readouterr()
    found = json.loads(out[out.index("[") :])
    assert "phase dose: time-lapse 5 min/s: too large for BDNF" in err
    count = next(e for e in found if e["quantity"] == "synapse_count")
    with h5py.File("out/seed_2.h5") as file:
        assert file.attrs["timelapse_error"] == pytest.approx(abs(count["error"]) / 100)
        assert file.attrs["timelapse_error_source"] == "measured"
    page = Path("docs.md").read_text()
    assert page.startswith("Before.\n")
    assert page.endswith("\nAfter.\n")
    assert "| glutamate | peak |" in page
    assert "old" not in page


@pytest.mark.slow
def test_a_lapsed_dose_ends_where_the_whole_one_does(tmp_path):
    """200 cells, 48 minutes second by second, against ten and thirty in each: both are sound."""
    phases = (
        Phase("settling", "12 h", timelapse="18 min/s"),
        Phase("dose", "48 min", timelapse="1 s/s"),
    )
    dose = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="dose")
    experiment = Experiment(phases, {"ketamine": Arm(doses=(dose,))})
    options = RunOptions((1,), tmp_path / "x.h5", neurons=200)
    factors = (1.0, 10.0, 30.0)
    (path,) = compare(experiment, options, "ketamine", ["dose"], factors, progress=Silent)
    found = {name: arm.to_dataset() for name, arm in open_results(path).children.items()}
    for signal in ("glutamate", "bdnf"):
        courses = {
            name: course(arm, signal, "pyramidal_to_pyramidal", 12.0)[1][0]
            for name, arm in found.items()
        }
        whole = courses.pop("timelapse_1")
        assert whole.max() > 1.1 * whole[0], "the dose does something"
        for name, lapsed in courses.items():
            assert lapsed.max() == pytest.approx(whole.max(), rel=0.05), (name, signal)


def test_the_figure_pairs_seeds_and_shows_every_timelapse(options, small_binary, tmp_path):
    parts = {"whole": ((2, 3), (1.0,)), "lapsed": ((1, 2, 3), (2.0, 4.0))}
    trees = {}
    for name, (seeds, factors) in parts.items():
        numbered = replace(options, seeds=seeds, out=tmp_path / name)
        files = compare(EXPERIMENT, numbered, "ketamine", ["after"], factors, progress=Silent)
        trees[name] = open_results(files)
    figure = brute_force_figure(trees["whole"], trees["lapsed"])
    (legend,) = figure.legends
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown == ["2 s/s", "4 s/s", "not lapsed (1 s/s)", "infusion"]
    assert all(axis.get_xlabel() for axis in figure.axes)
    assert save(figure, tmp_path / "x.png").stat().st_size > 10_000
    header, rows = error_table(trees["whole"], trees["lapsed"])
    assert [row[0] for row in rows] == ["2 s/s", "4 s/s"]
    assert {len(row) for row in rows} == {len(header)} == {5}
    _, alike = error_table(trees["whole"], trees["whole"])
    assert alike[0][1:] == ["0.0 (0.0 to 0.0)"] * 4
