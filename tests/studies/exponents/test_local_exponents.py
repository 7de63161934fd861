"""Twins of a small circuit: each link has the exponent of its rule, and a cut link has none."""

import json

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.expressions import at_synapses
from synaptoket.circuit.initial import initial_state
from synaptoket.engine import Engine
from synaptoket.studies.exponents import Exponents, local_exponents, twins
from synaptoket.studies.exponents.chain import ACTIVITY, Follower
from synaptoket.studies.exponents.report import exponents_json, exponents_table

BIRTHS = "pyramidal_to_pyramidal.birth_rate"


@pytest.fixture
def measure(monkeypatch, plan_small, small_binary):
    """Return a function that measures the small circuit, with settings, within seconds."""
    monkeypatch.setattr(twins, "SETTLING", "1 day")
    monkeypatch.setattr(twins, "HOLD", 100.0)
    monkeypatch.setattr(twins, "WINDOW", 20.0)

    def start(*settings, seeds=(1,), step=0.02):
        changed = plan_small(*settings)
        engine = Engine(changed, binary=small_binary)
        return local_exponents(changed, seeds, step=step, engine=engine)

    return start


def links(measured):
    return {f.label.split(",")[0]: measured.link(f)[1] for f in measured.followers}


def test_each_link_has_the_exponent_of_its_rule(measure):
    measured = measure()
    found = links(measured)
    assert (measured.changes(ACTIVITY) > 0.02).all()
    assert (found["bdnf"] > 1).all()  # depolarised dendrites, and the spikes themselves
    assert ((found["mtorc1"] > 0.3) & (found["mtorc1"] < 0.95)).all()  # below n, saturating
    assert ((found["protein"] > 0.005) & (found["protein"] < 1)).all()  # of what is not basal
    assert ((found["births"] > 1) & (found["births"] < 4.05)).all()  # of order 4, by twins
    product = found["bdnf"] * found["mtorc1"] * found["protein"] * found["births"]
    assert measured.from_activity(BIRTHS) == pytest.approx(product)


def test_a_link_that_is_knocked_out_lets_nothing_through(measure):
    measured = measure("rules.synaptic_protein.basal_share=1")
    assert (measured.from_activity("neuropil.bdnf") > 1).all()
    for key in ("pyramidal.protein", BIRTHS):
        assert measured.from_activity(key) == pytest.approx([0], abs=1e-9)
    assert np.isnan(links(measured)["births"]).all()  # of what does not move nothing is a share


def test_a_gentler_link_makes_a_smaller_total(measure):
    steep, gentle = (
        measure(f"rules.synaptic_protein.basal_share={b}").from_activity(BIRTHS) for b in (0.1, 0.9)
    )
    assert (gentle < 0.5 * steep).all()


def test_births_are_the_hazard_of_all_absent_contacts(small_plan):
    state, drawn = initial_state(small_plan, 1), contacts(small_plan.circuit, 1)
    generator = np.random.default_rng(1)
    hazard = generator.uniform(1e-8, 1e-7, len(state["pyramidal.birth_hazard"]))
    state["pyramidal.birth_hazard"] = hazard
    pre, post = drawn["pyramidal_to_pyramidal"]
    absent = state["pyramidal_to_pyramidal.present"] == 0
    found = twins.births(small_plan, drawn, state, "pyramidal_to_pyramidal")
    assert found == pytest.approx(hazard[post[absent]].sum())
    text = "a + clip(birth_hazard_pre*birth_hazard_post, 0, 4e-15)"
    value = at_synapses(text, small_plan, drawn, "pyramidal_to_pyramidal", state, {"a": np.ones(1)})
    assert value == pytest.approx(1 + np.clip(hazard[pre] * hazard[post], 0, 4e-15))


def test_a_circuit_without_background_input_is_refused(plan_small):
    changed = plan_small("populations.pyramidal.background_rate=0 Hz")
    with pytest.raises(UserError, match="no excitatory one has a background_rate"):
        local_exponents(changed, (1,))


def made(*pairs):
    followers = (
        Follower("neuropil.a", "a", ()),
        Follower("neuropil.b", "b", ()),
        Follower("p.birth_rate", "births, p", ("neuropil.a", "neuropil.b")),
    )
    return Exponents(followers, 0.01, pairs)


def twin(activity, a, b, births):
    return {ACTIVITY: activity, "neuropil.a": a, "neuropil.b": b, "p.birth_rate": births}


def test_exponents_are_ratios_of_logarithms_over_seeds():
    measured = made(
        (twin(1.0, 1.0, 5.0, 1.0), twin(1.1, 1.21, 5.0, 1.1**6)),
        (twin(2.0, 1.0, 5.0, 1.0), twin(2.2, 1.21, 5.0, 1.1**8)),
    )
    assert measured.from_activity("neuropil.a") == pytest.approx([2, 2])
    leader, link = measured.link(measured.followers[-1])
    assert leader == "neuropil.a"  # the other one does not change
    assert link == pytest.approx([3, 4])
    read = json.loads(exponents_json(measured))
    assert [row["variable"] for row in read["variables"]] == ["a", "b", "births, p"]
    assert read["variables"][-1]["from_activity"]["mean"] == pytest.approx(7)
    low, high = read["variables"][-1]["from_activity"]["interval"]
    assert low < 6 < 8 < high
    last = exponents_table(measured).splitlines()[-1].split()
    assert last[:4] == ["births,", "p", "a", "3.5"]


def test_what_is_not_positive_has_no_exponent():
    measured = made((twin(1.0, 0.0, 5.0, 1.0), twin(1.1, 1.0, 5.0, 1.0)))
    assert np.isnan(measured.from_activity("neuropil.a")).all()
    assert json.loads(exponents_json(measured))["variables"][0]["exponent"]["mean"] is None
    assert "-" in exponents_table(measured)
