"""The network of a result file: what cannot be opened as one is refused in a line."""

import pytest
import synthetic_results as synthetic

from synaptoket import UserError, open_network
from synaptoket.analysis import graph, histories
from synaptoket.analysis.figures.network_structure import structure_figure


def test_it_is_opened_from_one_file(tmp_path):
    path = synthetic.write(tmp_path / "x.h5")
    network = open_network(str(path))
    assert network.path == path
    assert network.attributes["seed"] == 1
    assert network.states("control") == []


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    synthetic.write(tmp_path / "x.h5", complete=False)
    with pytest.raises(UserError, match="a folder, expected the file of one network"):
        open_network(tmp_path)
    with pytest.raises(UserError, match="no such file or folder; the unfinished x.h5.part exists"):
        open_network(tmp_path / "x.h5")


def test_parameters_without_a_circuit_are_told(tmp_path):
    network = open_network(synthetic.write(tmp_path / "x.h5"))
    with pytest.raises(UserError, match="x.h5: parameters: holds no circuit"):
        network.pairs("pyramidal_to_pyramidal")
    with pytest.raises(UserError, match="holds no state of the arm control"):
        graph(network, "control", "pyramidal_to_pyramidal")


def test_a_path_in_the_place_of_a_network_is_told(tmp_path):
    path = synthetic.write(tmp_path / "x.h5")
    for place in (path, str(path)):
        for ask in (graph, histories):
            with pytest.raises(UserError, match="expected an opened network"):
                ask(place, "control", "pyramidal_to_pyramidal")
        with pytest.raises(UserError, match="expected an opened network"):
            structure_figure(place)
