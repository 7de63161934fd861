"""Which variable follows which is read from the rules' own text."""

import pytest

from synaptoket import UserError
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.studies.exponents.chain import chain


def links(followers):
    return {follower.label: follower.leaders for follower in followers}


def test_each_variable_follows_the_nearest_recorded_one(small_plan):
    assert links(chain(small_plan)) == {
        "glutamate": (),
        "bdnf": (),
        "mtorc1": ("neuropil.bdnf",),
        "protein": ("pyramidal.mtorc1",),  # and bdnf by way of erk, which is behind mtorc1
        "births, pyramidal_to_pyramidal": ("pyramidal.protein",),
    }


def test_a_rule_that_is_switched_off_keeps_its_place(plan_small, small_plan):
    assert chain(plan_small("rules.mtorc1.enabled=false")) == chain(small_plan)


def test_other_circuits_have_chains_of_their_own():
    followers = links(chain(plan(load_circuit("hippocampus"))))
    assert followers["births, ca3_to_pyramidal"] == ("pyramidal.protein",)


@pytest.mark.parametrize("circuit", ["homeostatic_growth", "brunel_wang"])
def test_without_births_at_a_hazard_there_is_no_chain(circuit):
    with pytest.raises(UserError, match="no projection has a rule of formation that sets birth_ra"):
        chain(plan(load_circuit(circuit)))
