"""Results on parameter sets lie beside those of the circuit, and belong to the same experiment."""

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.parameters.errors import UserError
from synaptoket.results import open_results, open_sets
from synaptoket.results.parameter_sets import set_folder

TIMES = np.arange(0, 24, 6.0)


@pytest.fixture
def folder(tmp_path):
    synthetic.write(tmp_path / "seed_1.h5", times=TIMES)
    return tmp_path


def write(folder, name, **more):
    more = {"overlay": name, "times": TIMES, **more}
    return synthetic.write(set_folder(folder, name) / "seed_1.h5", **more)


def test_each_set_is_a_tree_of_its_own_and_none_is_mixed_with_the_circuit(folder):
    assert open_sets(folder) == {}
    write(folder, "b")
    write(folder, "a")
    sets = open_sets(folder)
    assert [*sets] == ["a", "b"]
    assert sets["a"].attrs["overlay"] == "a"
    assert open_results(folder).sizes["seed"] == 1


def test_a_file_has_no_sets(folder):
    assert open_sets(folder / "seed_1.h5") == {}


@pytest.mark.parametrize("changed", [
    {"neurons": 400}, {"experiment": "other"}, {"doses": []}, {"overlay": "another"},
])  # fmt: skip
def test_what_differs_in_more_than_the_set_is_refused(folder, changed):
    write(folder, "a", **changed)
    with pytest.raises(UserError, match=rf"sets/a: {next(iter(changed))}") as caught:
        open_sets(folder)
    assert "\n" not in str(caught.value)
