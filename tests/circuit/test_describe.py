"""What a reader is shown is what runs, and every number has a source."""

import pytest

from synaptoket.circuit.circuit_file import circuit_tree, load_circuit
from synaptoket.circuit.describe import equations, table
from synaptoket.circuit.plan import plan
from synaptoket.parameters import overrides
from synaptoket.parameters.files import model_path
from synaptoket.plasticity import RULES

CIRCUITS = ("prefrontal", "hippocampus")


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_every_number_of_the_file_is_in_the_table_with_its_source(circuit):
    tree = circuit_tree(model_path("circuits", circuit))
    rows = {row[0]: row for row in table(circuit)}
    names = overrides.names(tree)
    assert list(rows) == [name for name in names if name in rows]
    quantities = [name for name, node in overrides.leaves(tree) if overrides.is_valued(node)]
    assert len(quantities) > 80
    for name in quantities:
        _, symbol, value, *_, source = rows[name]
        assert symbol, name
        assert value, name
        assert source, name


def test_the_table_shows_symbol_value_and_unit():
    row = next(r for r in table("prefrontal") if r[0] == "populations.pyramidal.leak_conductance")
    assert row[1] == "g_L"
    assert row[3] == "nS"
    assert float(row[2]) > 0


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_the_equations_shown_are_those_that_run(circuit):
    shown = equations(circuit)
    circuit = load_circuit(circuit)
    for group in plan(circuit).groups().values():
        for text in (group.model(), group.reset, group.input, group.on_pre, group.on_post):
            assert text in shown
        assert group.slow in shown
    for rule in circuit.rules:
        assert RULES[rule].source in shown
