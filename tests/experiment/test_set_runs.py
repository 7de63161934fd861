"""An experiment on parameter sets: the file says which, and nothing but the set differs."""

import json

import h5py
import pytest
from small_experiment import ARMS, PHASES, Silent, content

from synaptoket import Experiment
from synaptoket.experiment.run import RunOptions, run
from synaptoket.experiment.set_runs import run_on_sets
from synaptoket.parameters.errors import UserError
from synaptoket.results import open_results, open_sets

CIRCUIT_FILE = """
title = "a set"
claim = "as good"
source = "a test"
circuit = "{circuit}"
[calibrated]
"populations.pyramidal.background_rate" = "{rate}"
"""
RATE = "populations.pyramidal.background_rate"
SHORT = PHASES[:2]
VEHICLES = {name: ARMS[name] for name in ("control", "vehicle")}


@pytest.fixture
def sets(tmp_path):
    """A folder of two sets of this circuit and one of another."""
    folder = tmp_path / "sets of mine"
    folder.mkdir()
    for name, circuit, rate in (
        ("low", "prefrontal", "1500 Hz"),
        ("high", "prefrontal", "3000 Hz"),
        ("ca1", "hippocampus", "1 Hz"),
    ):
        (folder / f"{name}.toml").write_text(CIRCUIT_FILE.format(circuit=circuit, rate=rate))
    return folder


@pytest.fixture
def options(tmp_path, small, small_binary):
    return lambda **more: RunOptions(**{"seeds": (1,), "out": tmp_path / "out", **small, **more})


def attributes(path):
    with h5py.File(path) as file:
        return dict(file.attrs)


def test_an_overlay_is_what_its_settings_are_and_the_file_names_it(tmp_path, sets, options, small):
    experiment = Experiment(SHORT, VEHICLES)
    (on_set,) = run(
        experiment, options(out=tmp_path / "a.h5", overlay=str(sets / "high.toml")), Silent
    )
    by_hand = options(out=tmp_path / "b.h5", settings=(*small["settings"], f"{RATE}=3000 Hz"))
    (same,) = run(experiment, by_hand, Silent)
    assert content(on_set) == content(same)
    recorded = attributes(on_set)
    assert recorded["overlay"] == "high"
    assert json.loads(recorded["changed"])[RATE] == "3000 Hz"
    assert attributes(same)["overlay"] == ""


def test_the_user_has_the_last_word(tmp_path, sets, options, small):
    settings = (*small["settings"], f"{RATE}=80 Hz")
    chosen = options(out=tmp_path / "a.h5", overlay=str(sets / "high.toml"), settings=settings)
    (path,) = run(Experiment(SHORT, VEHICLES), chosen, Silent)
    assert json.loads(attributes(path)["changed"])[RATE] == "80 Hz"


def test_one_command_plays_the_circuit_and_every_set_of_it(sets, options):
    chosen = options()
    files = run_on_sets(Experiment(SHORT, VEHICLES), chosen, str(sets), Silent)
    assert [file.relative_to(chosen.out).as_posix() for file in files] == [
        "seed_1.h5", "sets/high/seed_1.h5", "sets/low/seed_1.h5",
    ]  # fmt: skip
    trees = open_sets(chosen.out)
    assert [*trees] == ["high", "low"]
    rate = {n: float(t["control"]["rate"].mean()) for n, t in trees.items()}
    assert rate["high"] != rate["low"]
    assert open_results(chosen.out).attrs["overlay"] == ""
    again = run_on_sets(Experiment(SHORT, VEHICLES), options(resume=True), str(sets), Silent)
    assert again == files


def test_sets_may_have_fewer_seeds(sets, options):
    chosen = options(seeds=(1, 2))
    files = run_on_sets(Experiment(SHORT, VEHICLES), chosen, f"{sets}/low.toml", Silent, seeds=[2])
    assert [file.relative_to(chosen.out).as_posix() for file in files] == [
        "seed_1.h5", "seed_2.h5", "sets/low/seed_2.h5",
    ]  # fmt: skip


def test_a_pattern_names_some(sets, options):
    files = run_on_sets(Experiment(SHORT, VEHICLES), options(), f"{sets}/l*.toml", Silent)
    assert [file.parent.name for file in files] == ["out", "low"]


@pytest.mark.parametrize("place, message", [
    ("nowhere", "expected a folder or a pattern of overlays of prefrontal"),
    ("{}/*.toml", "overlay ca1: changes the circuit hippocampus, the run's is prefrontal"),
    ("{}/bad.toml", "no parameter 'populations.pyramidal.background_rats'"),
])  # fmt: skip
def test_a_wrong_set_is_refused_before_anything_is_written(sets, options, place, message):
    bad = CIRCUIT_FILE.format(circuit="prefrontal", rate="1 Hz").replace("_rate", "_rats")
    (sets / "bad.toml").write_text(bad)
    chosen = options()
    with pytest.raises(UserError) as caught:
        run_on_sets(Experiment(SHORT, VEHICLES), chosen, place.format(sets), Silent)
    assert message in str(caught.value)
    assert not chosen.out.exists()


def test_results_that_are_there_are_not_replaced(sets, options):
    chosen = options()
    (chosen.out / "sets" / "low").mkdir(parents=True)
    (chosen.out / "sets" / "low" / "seed_1.h5").write_bytes(b"old")
    with pytest.raises(UserError, match="exists already"):
        run_on_sets(Experiment(SHORT, VEHICLES), chosen, str(sets), Silent)
    assert not (chosen.out / "seed_1.h5").exists()
