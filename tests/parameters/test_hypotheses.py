"""A hypothesis changes what it claims, within priors that it states, and is checked as a file."""

import pytest

from synaptoket import UserError
from synaptoket.circuit import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.parameters.hypotheses import hypothesis_names, load_hypothesis


def test_every_disputed_point_has_its_rivals():
    switches = {load_hypothesis(name).switch.split(":")[0] for name in hypothesis_names()}
    assert switches == {
        "where the surge of glutamate comes from", "which interneuron", "mTORC1", "BDNF",
        "hydroxynorketamine",
    }  # fmt: skip


@pytest.mark.parametrize("name", hypothesis_names())
def test_it_fits_the_circuit(name):
    hypothesis = load_hypothesis(name)
    assert hypothesis.claim
    assert hypothesis.source
    circuit = load_circuit(hypothesis.circuit, hypothesis.overrides())
    plan(circuit)
    for dotted, (low, high) in hypothesis.priors.items():
        assert low < high
        value = hypothesis.calibrated.get(dotted)
        assert value is None or low <= value <= high


def test_the_circuit_itself_is_the_account_of_disinhibition():
    assert load_hypothesis("disinhibition").settings() == ()


def test_a_claim_cannot_be_free(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "a"\nclaim = "b"\nsource = "c"\n[set]\n"blocker_reaches.pv" = 0\n'
        '[priors]\n"blocker_reaches.pv" = [0.1, 1.0]\n'
    )
    with pytest.raises(UserError, match=r"mine.toml: blocker_reaches.pv is both set and free"):
        load_hypothesis(path)
