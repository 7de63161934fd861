"""Circuits of one's own: the prefrontal file with something changed, or tables of a test."""

import pytest

from synaptoket.parameters.files import model_path, read_toml
from synaptoket.results.provenance import to_toml


@pytest.fixture
def circuit_file(tmp_path):
    """Return a function that changes the prefrontal tree and returns the file it wrote."""

    def write(change=lambda tree: None):
        tree = read_toml(model_path("circuits", "prefrontal"))
        change(tree)
        path = tmp_path / "mine.toml"
        path.write_text(to_toml(tree))
        return str(path)

    return write


@pytest.fixture
def toml_file(tmp_path):
    """Return a function that writes the tables of a circuit and returns the file."""

    def write(tree):
        path = tmp_path / "mine.toml"
        path.write_text(to_toml(tree))
        return str(path)

    return write
