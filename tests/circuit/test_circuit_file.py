"""What a circuit file must hold, and the one line that says so when it does not."""

import pytest

from synaptoket import UserError
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.plasticity import RULES, Part, Rule, Variable


def refusal(path, neurons=None):
    """Return the message with which a circuit file is refused, as text or as a plan."""
    with pytest.raises(UserError) as caught:
        plan(load_circuit(path, neurons=neurons))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_circuit_written_out_and_read_again_is_the_same(circuit_file):
    again = load_circuit(circuit_file()).model_dump()
    original = load_circuit("prefrontal").model_dump()
    again.pop("name"), original.pop("name")
    assert again == original


def test_numbers_are_in_si_units_and_remember_their_source():
    capacitance = load_circuit("prefrontal").populations["pyramidal"].capacitance
    assert 1e-11 < capacitance < 1e-9
    assert capacitance.unit == "pF"
    assert capacitance.source


def pyramidal(tree):
    return tree["populations"]["pyramidal"]


CASES = {
    "unknown key": (
        lambda tree: pyramidal(tree).update(capacitanse="5 pF"),
        "populations.pyramidal.capacitanse: unknown key; did you mean 'capacitance'?",
    ),
    "wrong unit": (
        lambda tree: pyramidal(tree).update(capacitance="500 ms"),
        'populations.pyramidal.capacitance = "500 ms": expected a capacitance (farad), got a time',
    ),
    "bare number": (
        lambda tree: pyramidal(tree).update(leak_potential=-70),
        "populations.pyramidal.leak_potential",
    ),
    "out of range": (
        lambda tree: pyramidal(tree).update(capacitance="-4 pF"),
        'populations.pyramidal.capacitance = "-4 pF": expected a value above zero',
    ),
    "missing key": (
        lambda tree: pyramidal(tree).pop("threshold"),
        "populations.pyramidal.threshold: missing (expected a potential (volt))",
    ),
    "population of zero cells": (
        lambda tree: tree["populations"]["pv"].update(fraction=0.0001),
        "populations.pv.fraction = 0.0001: a population of zero cells among 1000 neurons",
    ),
    "fraction of zero": (
        lambda tree: tree["populations"]["pv"].update(fraction=0),
        "populations.pv.fraction",
    ),
    "unknown population": (
        lambda tree: tree["projections"]["pv_to_pv"].update(source="pvv"),
        "projections.pv_to_pv.source = \"pvv\": unknown population; did you mean 'pv'?",
    ),
    "no contacts": (
        lambda tree: tree["projections"]["pv_to_pv"].update(in_degree=0.5),
        "projections.pv_to_pv.in_degree = 0.5: expected 1 or more",
    ),
    "block of an unknown population": (
        lambda tree: tree["blocker_reaches"].update(pyramidl=0),
        "blocker_reaches.pyramidl: unknown population; did you mean 'pyramidal'?",
    ),
    "block above one": (
        lambda tree: tree["blocker_reaches"].update(pv=2),
        "blocker_reaches.pv = 2: expected less than or equal to 1",
    ),
    "unknown rule": (
        lambda tree: tree["rules"].update(spine_siz={"enabled": True}),
        "rules.spine_siz: unknown rule; did you mean 'spine_size'?",
    ),
    "missing constant": (
        lambda tree: tree["rules"]["bdnf"].pop("calcium_decay"),
        "rules.bdnf.calcium_decay: missing (decay of dendritic calcium)",
    ),
    "unknown constant": (
        lambda tree: tree["rules"]["bdnf"].update(calcium_deca="1 s"),
        "rules.bdnf.calcium_deca: unknown key; did you mean 'calcium_decay'?",
    ),
    "constant in a wrong unit": (
        lambda tree: tree["rules"]["bdnf"].update(calcium_decay="1 nS"),
        'rules.bdnf.calcium_decay = "1 nS": expected a time (second), got a conductance',
    ),
    "rule on an unknown projection": (
        lambda tree: tree["rules"]["spine_size"].update(projections=["pv_to_py"]),
        "rules.spine_size.projections: unknown projection 'pv_to_py'; did you mean 'pv_to_pv'?",
    ),
}


@pytest.mark.parametrize("change, expected", CASES.values(), ids=CASES)
def test_what_is_wrong_is_said_in_one_line(circuit_file, change, expected):
    path = circuit_file(change)
    assert refusal(path).startswith(f"{path}: {expected}")


def test_one_cell_cannot_contact_its_own_population():
    assert "has no partner" in refusal("prefrontal", neurons=10)


def test_too_few_neurons_are_refused():
    assert "neurons = 3" in refusal("prefrontal", neurons=3)


def test_a_variable_that_no_rule_provides_is_named_with_the_rule_that_would(circuit_file):
    path = circuit_file(lambda tree: tree["rules"].pop("mtorc1"))
    message = refusal(path)
    assert "rules.synaptic_protein" in message
    assert "'erk'" in message or "'mtorc1'" in message
    assert "rules.mtorc1 does" in message


def test_two_rules_may_not_declare_one_variable(circuit_file, monkeypatch):
    rival = Rule("rival", "-", "-", {}, {"neuropil": Part(variables={"bdnf": Variable("1")})})
    monkeypatch.setitem(RULES, "rival", rival)
    message = refusal(circuit_file(lambda tree: tree["rules"].update(rival={"enabled": True})))
    assert "both declare 'bdnf'" in message
    assert "rules.rival and rules.bdnf" in message


def test_two_rules_may_not_give_a_shared_constant_two_values(circuit_file, monkeypatch):
    shared = {"bdnf_decay": RULES["bdnf"].constants["bdnf_decay"]}
    monkeypatch.setitem(RULES, "rival", Rule("rival", "-", "-", shared, {}))
    same = load_circuit("prefrontal").rules["bdnf"].constants["bdnf_decay"].text
    plan(load_circuit(circuit_file(lambda t: t["rules"].update(rival={"bdnf_decay": same}))))
    path = circuit_file(lambda tree: tree["rules"].update(rival={"bdnf_decay": "7 s"}))
    assert "rules.rival.bdnf_decay = 7 s: another rule gives" in refusal(path)


def test_a_file_that_is_not_there_is_named():
    assert "did you mean 'prefrontal'?" in refusal("prefronta")
    assert "nowhere.toml" in refusal("nowhere.toml")
