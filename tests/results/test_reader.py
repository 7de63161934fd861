"""Result files as one tree: axes, seeds, lazy reading, and files that are refused."""

import warnings
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import synthetic_results as synthetic
import xarray

from synaptoket.parameters.errors import UserError
from synaptoket.results import ResultsFile, check_invariants, describe, open_results
from synaptoket.results.schema import PHASE, TIME, VARIABLES, Variable

TIMES = np.arange(0, 120, 6.0)
ARMS = ["stress_vehicle", "control"]


def write(path, **options):
    return synthetic.write(path, **{"arms": ARMS, "times": TIMES, **options})


@pytest.fixture
def folder(tmp_path):
    for seed in (3, 1, 2):
        write(tmp_path / "runs" / f"seed_{seed}.h5", seed=seed)
    return tmp_path / "runs"


def test_plain_xarray_opens_an_arm_with_named_axes_and_units(tmp_path):
    path = write(tmp_path / "x.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        arm = xarray.open_dataset(path, group="control", engine="h5netcdf")
    assert list(arm["projection"].values) == synthetic.PROJECTIONS
    assert list(arm["population"].values) == synthetic.POPULATIONS
    assert list(arm["drug"].values) == synthetic.DRUGS
    assert arm["phase"].dims == ("time",)
    assert arm["rate"].dims == ("time", "population")
    assert arm["time"].dtype == float
    for variable in (TIME, PHASE, *VARIABLES):
        found = arm[variable.name]
        assert (found.attrs["units"], found.attrs["long_name"]) == variable[-2:], variable.name
    assert arm["rate"].sel(population="sst", time=6.0) > 0
    arm.close()


def test_seeds_are_one_dimension_in_their_order(folder):
    tree = open_results(folder)
    assert list(tree.children) == ARMS
    assert list(tree["control"]["seed"].values) == [1, 2, 3]
    assert tree["control"]["synapse_count"].dims == ("seed", "time", "projection")
    assert tree["control"]["synapse_count"].dtype.kind == "i"
    assert tree.attrs["complete"] == 1
    assert [Path(f).name for f in tree["file"].values] == [f"seed_{s}.h5" for s in (1, 2, 3)]
    for seed in (1, 2, 3):
        with h5py.File(folder / f"seed_{seed}.h5", "r") as file:
            for name in ("rate", "synapse_count", "glutamate"):
                np.testing.assert_array_equal(
                    tree["control"][name].sel(seed=seed), file["control"][name][:]
                )
    assert list(tree["control"]["phase"].values[:4]) == ["settling"] * 3 + ["baseline"]


def test_a_selection_of_the_tree_equals_that_of_the_files(folder):
    lazy, loaded = open_results(folder)["control"], open_results(folder)["control"].load()
    for pick in ({"seed": 1}, {"seed": [2, 0]}, {"time": slice(3, 9, 2), "projection": 2},
                 {"seed": slice(1, 3), "time": -1}, {"projection": [4, 1]}):  # fmt: skip
        np.testing.assert_array_equal(
            lazy["synapse_count"].isel(pick).values, loaded["synapse_count"].isel(pick).values
        )


def test_opening_reads_no_values_and_keeps_no_file_open(folder):
    tree = open_results(folder)
    # Every seed now has other glutamate; had it been read already, this would not show.
    for path in folder.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            file["control"]["glutamate"][:] = 7.0
    assert (tree["control"]["glutamate"] == 7.0).all()


def test_a_list_and_a_single_file(folder):
    files = [folder / "seed_2.h5", str(folder / "seed_1.h5")]
    assert list(open_results(files)["seed"].values) == [1, 2]
    assert list(open_results(folder / "seed_3.h5")["seed"].values) == [3]


def test_an_unfinished_file_contributes_the_rows_that_it_has(folder):
    write(folder / "seed_4.h5", seed=4, times=TIMES[:5], complete=False)
    tree = open_results(folder)
    assert tree.attrs["complete"] == 0
    assert list(tree["complete"].values) == [True, True, True, False]
    counts = tree["control"]["synapse_count"]
    assert np.isfinite(counts.sel(seed=4).values[:5]).all()
    assert np.isnan(counts.sel(seed=4).values[5:]).all()
    assert np.isfinite(counts.sel(seed=1)).all()


def test_a_finished_file_hides_its_unfinished_successor(folder):
    part = write(folder / "other.h5", seed=1, times=TIMES[:3], complete=False)
    part.rename(folder / "seed_1.h5.part")
    assert list(open_results(folder)["seed"].values) == [1, 2, 3]


def test_the_tree_can_be_written_by_xarray(folder, tmp_path):
    open_results(folder).to_netcdf(tmp_path / "all.nc", engine="h5netcdf")
    with xarray.open_datatree(tmp_path / "all.nc", engine="h5netcdf") as again:
        assert again["control"]["rate"].shape == (3, len(TIMES), 3)


@pytest.mark.parametrize("more, word", [
    ({"experiment": "other"}, "experiment"),
    ({"doses": []}, "doses"),
    ({"neurons": 400}, "neurons"),
    ({"parameters": "[ketamine]\ndose = '1 mg/kg'"}, "parameters"),
    ({"times": TIMES + np.minimum(TIMES, 1.0)}, "times of the arm"),
    ({"times": TIMES[:-1]}, "times of the arm"),
    ({"arms": ["control"], "doses": synthetic.attributes(arms=ARMS)["doses"]}, "arms"),
    ({"seed": 2}, "seed 2 is also that of"),
])  # fmt: skip
def test_files_of_different_experiments_are_not_mixed(folder, more, word):
    write(folder / "z.h5", **{"seed": 9, **more})
    with pytest.raises(UserError, match=word) as caught:
        open_results(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.count(".h5") == 2


def test_missing_and_foreign_files_are_named_on_one_line(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = 1
    (tmp_path / "empty").mkdir()
    write(tmp_path / "begun.h5", complete=False)
    expected = {
        "missing.h5": "no such file",
        "text.h5": "not a readable result file",
        "foreign.h5": "not one that synaptoket wrote",
        "empty": "holds no result file",
        "begun.h5": "unfinished begun.h5.part exists",
    }
    for name, word in expected.items():
        for read in (open_results, describe):
            with pytest.raises(UserError, match=word) as caught:
                read(tmp_path / name)
            assert name in str(caught.value)
            assert "\n" not in str(caught.value)


def test_a_file_of_a_later_version_is_refused(tmp_path):
    path = write(tmp_path / "x.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["schema_version"] = 99
    with pytest.raises(UserError, match="schema_version = 99"):
        open_results(path)


def test_the_file_of_a_running_simulation_can_be_read(tmp_path):
    from synaptoket.results import ResultsFile

    attributes = synthetic.attributes(arms=ARMS)
    with ResultsFile.create(tmp_path / "x.h5", attributes, ARMS, synthetic.COORDINATES) as file:
        for arm in ARMS:
            for row in synthetic.rows(arm, TIMES[:4]):
                file.append(arm, row)
        file.flush()
        assert open_results(tmp_path / "x.h5.part")["control"].sizes["time"] == 4


def test_the_description_lists_the_contents_of_the_file(folder):
    text = describe(folder)
    last = open_results(folder)["control"]["synapse_count"].values[0, -1, 0]
    for word in ("3 files", "seed_2.h5", "stress_and_ketamine", "pyramidal_to_sst", "rapamycin",
                 "day 4.75", "stress", "0 mg/kg", "40 min", "brian2 2.9.0", "kB", str(last),
                 "ketamine.dose 0.5 mg/kg"):  # fmt: skip
        assert word in text, word
    assert "complete            yes" in text
    assert "files" not in describe(folder / "seed_1.h5")


@pytest.mark.parametrize("protocol", [[{"name": "growth", "start_h": 0, "end_h": 0.02}], []])
def test_times_of_a_short_experiment_are_in_seconds(tmp_path, protocol):
    times = np.linspace(0, 0.02, 5)
    path = synthetic.write(tmp_path / "x.h5", arms=["x"], times=times, protocol=protocol, doses=[])
    text = describe(path)
    assert "72 s" in text
    assert "day" not in text


def test_a_quantity_that_a_rule_records_is_read_and_anything_else_in_an_arm_is_not(tmp_path):
    """Of two seeds, one was run before its rule recorded the quantity."""
    axes = replace(
        synthetic.COORDINATES,
        quantities=(Variable("lactate", "population", "float64", "mM", "lactate of a cell"),),
    )
    for seed, coordinates in ((1, axes), (2, synthetic.COORDINATES)):
        attributes = synthetic.attributes(arms=["control"], seed=seed)
        path = tmp_path / f"seed{seed}.h5"
        with ResultsFile.create(path, attributes, ["control"], coordinates) as file:
            for row in synthetic.rows("control", TIMES):
                added = {"lactate": dict.fromkeys(synthetic.POPULATIONS, row["time"])}
                file.append("control", row | (added if seed == 1 else {}))
            file.complete()
        check_invariants(path)
    with h5py.File(tmp_path / "seed1.h5", "r+") as file:
        file["control"]["stray"] = np.arange(3.0)
        file["control"]["strange"] = "text"
    arm = open_results(tmp_path)["control"]
    assert arm["lactate"].dims == ("seed", "time", "population")
    assert arm["lactate"].attrs == {"units": "mM", "long_name": "lactate of a cell"}
    assert (arm["lactate"].sel(seed=1, population="pv") == arm["time"]).all()
    assert np.isnan(arm["lactate"].sel(seed=2)).all()
    assert not {"stray", "strange"} & {*arm.data_vars}
