"""Names of populations and projections stand in equations and in the program's text."""

import pytest

from synaptoket.circuit.circuit_file import circuit_tree, read_circuit
from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_path

#: One of the populations of the circuit that the tests change.
POPULATION = "interneuron"


def renamed(kind, old, new):
    tree = circuit_tree(model_path("circuits", "brunel_wang"))
    tree[kind][new] = tree[kind].pop(old)
    for projection in tree["projections"].values():
        for end in ("source", "target"):
            if kind == "populations" and projection[end] == old:
                projection[end] = new
    return tree


@pytest.mark.parametrize("kind, old", [("populations", POPULATION), ("projections", None)])
@pytest.mark.parametrize(
    "name",
    ["a b", "", "1st", "a-b", "a.b", "a\nb", "a;b", 'a"b', "a/*b", "../a", "é", "a" * 41, "a" * 300,
     "if", "lambda", "neuropil", "release"],
)  # fmt: skip
def test_a_name_that_cannot_stand_in_an_equation_is_refused(kind, old, name):
    tree = circuit_tree(model_path("circuits", "brunel_wang"))
    old = old or next(iter(tree["projections"]))
    with pytest.raises(UserError) as caught:
        read_circuit(renamed(kind, old, name), "mine.toml")
    assert len(str(caught.value)) < 250


def test_two_groups_do_not_share_a_name():
    tree = circuit_tree(model_path("circuits", "brunel_wang"))
    name = next(iter(tree["projections"]))
    with pytest.raises(UserError, match="the name is taken"):
        read_circuit(renamed("populations", POPULATION, name), "mine.toml")


def test_a_reset_above_the_threshold_is_refused():
    tree = circuit_tree(model_path("circuits", "brunel_wang"))
    population = tree["populations"][POPULATION]
    for reset in ("-50 mV", "-30 mV"):
        population["threshold"], population["reset_potential"] = "-50 mV", reset
        with pytest.raises(UserError, match="expected below the threshold"):
            read_circuit(tree, "mine.toml")


@pytest.mark.parametrize("given", [[1], [POPULATION], {}, {"a": 1}, 5, True, None])
@pytest.mark.parametrize("key", ["source", "target", "membrane", "rule"])
def test_a_list_or_table_in_the_place_of_a_name_is_refused(key, given):
    tree = circuit_tree(model_path("circuits", "brunel_wang"))
    first = next(iter(tree["projections"].values()))
    if key == "membrane":
        tree["populations"][POPULATION]["membrane"] = given
    elif key == "rule":
        first["formation"] = {"rule": given}
    else:
        first[key] = given
    with pytest.raises(UserError):
        read_circuit(tree, "mine.toml")


@pytest.mark.parametrize("given", [[1], "x", 5, True, [{}]])
@pytest.mark.parametrize("key", ["populations", "projections", "receptors", "rules", "numerics",
                                 "nmda", "blocker_reaches"])  # fmt: skip
def test_a_text_or_list_in_the_place_of_a_table_is_refused(key, given):
    tree = circuit_tree(model_path("circuits", "brunel_wang")) | {key: given}
    with pytest.raises(UserError):
        read_circuit(tree, "mine.toml")
