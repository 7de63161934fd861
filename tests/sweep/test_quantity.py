"""A quantity of a sweep is read when it is indexed, wherever it was sent."""

import copy
import pickle

import h5py
import numpy as np
import pytest

from synaptoket.results.stacking import lazy
from synaptoket.sweep.quantity import Quantity


@pytest.mark.parametrize("send", [lambda a: pickle.loads(pickle.dumps(a)), copy.deepcopy])
def test_a_quantity_survives_pickling_and_copying(tmp_path, monkeypatch, send):
    import xarray

    with h5py.File(tmp_path / "table.h5", "w") as file:
        file["run"] = [0, 2]
        file["values/gain/ketamine"] = [1.0, 3.0]
    monkeypatch.chdir(tmp_path)
    index = np.array([[0, 1], [2, 3]])  # the last number is of no run
    quantity = Quantity((tmp_path / "table.h5").relative_to(tmp_path), "gain",
                        ["ketamine"], ["control", "ketamine"], index)  # fmt: skip
    array = xarray.DataArray(xarray.Variable(("dose", "arm", "seed"), lazy(quantity)))
    monkeypatch.chdir("/")
    sent = send(array)
    np.testing.assert_array_equal(sent.isel(arm=1), [[1, np.nan], [3, np.nan]])
    assert np.isnan(sent.isel(arm=0)).all()
