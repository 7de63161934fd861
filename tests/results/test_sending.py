"""The tree of `open_results` can be sent to another process: pickle, Dask, multiprocessing."""

import copy
import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.results import open_results

ARMS = ["stress_vehicle", "control"]
TIMES = np.arange(0, 60, 6.0)


@pytest.fixture(params=["finished", "with an unfinished one"])
def folder(tmp_path, request):
    for seed in (1, 2):
        synthetic.write(tmp_path / f"seed_{seed}.h5", seed=seed, arms=ARMS, times=TIMES)
    if request.param != "finished":
        path = tmp_path / "seed_3.h5"
        synthetic.write(path, seed=3, arms=ARMS, times=TIMES[:4], complete=False)
    return tmp_path


def again(given):
    return pickle.loads(pickle.dumps(given))


def test_an_array_an_arm_and_the_whole_tree_survive_pickling_and_copying(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    tree = open_results(Path(folder.name))
    monkeypatch.chdir("/")  # the copy is read in another folder
    whole = open_results(folder).load()
    for send in (again, copy.deepcopy):
        for arm in ARMS:
            sent = send(tree)[arm].load()
            for name, values in whole[arm].data_vars.items():
                np.testing.assert_array_equal(sent[name].values, values.values)
        array = send(tree["control"]["synapse_count"])
        assert array.identical(whole["control"]["synapse_count"])
        arm = send(tree["control"].to_dataset())
        assert arm.identical(whole["control"].to_dataset())


def test_sending_a_tree_does_not_read_its_values(folder):
    tree = open_results(folder)
    assert len(pickle.dumps(tree["control"]["synapse_count"].variable._data)) < 2000


def mean_of(array):
    return float(array.mean())


def test_another_process_computes_with_a_tree(folder):
    counts = open_results(folder)["control"]["synapse_count"]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (there,) = pool.map(mean_of, [counts])
    assert there == mean_of(counts)


def test_dask_computes_with_a_tree_in_other_processes(folder):
    counts = open_results(folder)["control"]["synapse_count"]
    lazy = counts.chunk({"seed": 1, "time": 2})
    summed = lazy.sum("projection").data.compute(scheduler="processes", num_workers=1)
    np.testing.assert_array_equal(summed, counts.sum("projection").values)
