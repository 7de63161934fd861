"""The check finds every kind of broken file, and the page of the schema lists every dataset."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.results import InvariantError, check_invariants
from synaptoket.results.schema import AXES, PHASE, TIME, VARIABLES

TIMES = np.arange(0, 60, 6.0)
README = Path(__file__).parents[2] / "results" / "README.md"


@pytest.fixture
def path(tmp_path):
    return synthetic.write(tmp_path / "x.h5", arms=["control"], times=TIMES)


def test_a_sound_file_passes(path):
    check_invariants(path)


def add(dataset, where, amount):
    dataset[where] = dataset[where] + amount


def rename_unit(group):
    group["rate"].attrs["units"] = "1/ms"


def detach(group):
    group["rate"].dims[1].detach_scale(group["population"])


def drop(group):
    del group["glutamate"]


def shorten(group):
    group["glutamate"].resize(5, axis=0)


BREAKS = {
    "in row 4": lambda group: add(group["formed"], (4, 2), 1),
    "in row 9": lambda group: add(group["synapse_count"], (9, 0), -1),
    "something formed": lambda group: add(group["formed"], (0, 0), 3),
    "negative": lambda group: add(group["nascent"], (2, 0), -(10**6)),
    "nascent is above": lambda group: add(group["nascent"], (2, 0), 10**6),
    "does not advance": lambda group: add(group["time"], 3, 6.0),
    "time starts": lambda group: add(group["time"], 0, 1.0),
    "nmda_block is outside": lambda group: add(group["nmda_block"], (1, 1), 1.5),
    "unit": rename_unit,
    "axes": detach,
    "glutamate is missing": drop,
    "glutamate has 5 rows": shorten,
}


@pytest.mark.parametrize("word", BREAKS)
def test_a_broken_file_is_found(path, word):
    with h5py.File(path, "r+") as file:
        BREAKS[word](file["control"])
    with pytest.raises(InvariantError, match=word) as caught:
        check_invariants(path)
    assert "x.h5: control" in str(caught.value)


def test_a_missing_attribute_is_found(path):
    with h5py.File(path, "r+") as file:
        del file.attrs["parameters"]
    with pytest.raises(InvariantError, match="parameters"):
        check_invariants(path)


def test_every_dataset_is_a_dimension_scale_or_has_its_scales(path):
    with h5py.File(path, "r") as file:
        group = file["control"]
        for name in ("time", *AXES):
            assert group[name].is_scale, name
        for name in set(group) - {"time", *AXES}:
            assert all(len(dim) == 1 for dim in group[name].dims), name
        assert group["rate"].dims[1][0] == group["population"]
        for dataset in group.values():
            assert dataset.attrs["units"]
            assert dataset.attrs["long_name"]


def test_the_schema_page_names_every_dataset_with_unit_and_meaning():
    lines = README.read_text(encoding="utf-8").splitlines()
    for variable in (TIME, PHASE, *VARIABLES):
        line = next((x for x in lines if x.startswith(f"| `{variable.name}`")), "")
        axis = f"(time, {variable.dimension})" if variable.dimension else "(time)"
        for part in (axis, variable.dtype, f" {variable.units} ", variable.long_name):
            assert part in line, f"{variable.name}: {part}"
