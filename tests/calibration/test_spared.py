"""What a population's receptors carry is what is lost when the block is kept from it."""

import sys

import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.parameters.files import root

sys.path.insert(0, str(root() / "models" / "calibration"))
import spared  # noqa: E402


@pytest.fixture(scope="module")
def found():
    return spared.responses("prefrontal", "ketamine", ["1.7 uM"], 200, 1)


def test_the_rise_of_pyramidal_cells_is_carried_by_sst_cells(found):
    """So it is in the circuit in use, by its targets: a blocker alone lowers excitation."""
    change = {population: cells["pyramidal", "1.7 uM"][0] for population, cells in found.items()}
    assert list(change) == ["none", *load_circuit("prefrontal").populations]
    assert change["none"] > 20
    assert change["sst"] < 0
    assert change["pyramidal"] > change["none"]


def test_the_table_has_a_row_for_each_population(found):
    header, body = spared.rows(found)
    assert header == ["block is kept from", "pyramidal rate at 1.7 uM"]
    assert [row[0] for row in body] == list(found)
    assert all(row[1].endswith(" %") for row in body)
