"""The command `exponents`: what it refuses, and that it prints what was measured."""

import json

import pytest

from synaptoket.cli import main
from synaptoket.studies import exponents
from synaptoket.studies.exponents.chain import ACTIVITY, Follower


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--step", "0"], "--step 0: expected a share above 0, up to 0.2"),
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["nowhere"], "no model named 'nowhere'"),
        (["brunel_wang"], "no projection has a rule of formation that sets birth_rate"),
        (["--set", "rules.mtorc1.mtorc1_decy=2"], "did you mean 'rules.mtorc1.mtorc1_decay'?"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(arguments, said, capsys):
    assert main(["exponents", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_the_table_and_json_are_of_what_was_asked_for(monkeypatch, capsys):
    asked = []

    def measured(plan, seeds, step, jobs, announce):
        asked.append((plan.circuit.neurons, list(seeds), step))
        low, high = {ACTIVITY: 1.0, "p.birth_rate": 1.0}, {ACTIVITY: 1.1, "p.birth_rate": 1.21}
        follower = Follower("p.birth_rate", "births, p", ())
        return exponents.Exponents((follower,), step, ((low, high),) * len(seeds))

    monkeypatch.setattr(exponents, "local_exponents", measured)
    words = ["exponents", "--neurons", "200", "--seeds", "2", "--step", "0.02"]
    assert main(words) == 0
    assert "births, p  activity         2" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    births = json.loads(capsys.readouterr().out)["variables"][0]
    assert births["exponent"]["values"] == pytest.approx([2, 2])
    assert asked == [(200, [1, 2], 0.02)] * 2
