"""Functional rules in a circuit of one's own: alone, mixed, compiled, and used wrongly."""

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.circuit.circuit_file import read_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.studies.rule_curves import inhibitory_plasticity as balance
from synaptoket.studies.rule_curves.pair_stdp import PARAMETERS as PAIR
from synaptoket.studies.rule_curves.player import Player, pairs, small_circuit
from synaptoket.studies.rule_curves.triplet_stdp import VISUAL_CORTEX as TRIPLET

RELEASE = {"release_share": 0.5, "recovery_time": "800 ms", "facilitation_time": "1 ms"}
SCALING = {"scaling_target": 10, "scaling_time": "1 day", "scaling_minimum": 0.1,
           "scaling_maximum": 10, "scaling_window": "1 s"}  # fmt: skip
INHIBITORY = {"trace_decay": "20 ms", "target_rate": "5 Hz", "inhibitory_learning_rate": 1e-3,
              "inhibitory_maximum": 10}  # fmt: skip
INSERTION = {"insertion_rate": "1 /day", "slot_half": 0.2}
SIZE = {"log_size_mean": 0, "log_size_deviation": 0.5, "size_relaxation": "10 day"}
CALCIUM = {"plasticity_calcium_decay": "20 ms", "pre_spike_calcium": 1, "post_spike_calcium": 2,
           "potentiation_threshold": 1.3, "depression_threshold": 1, "potentiation_gain": 300,
           "depression_gain": 200, "efficacy_time": "150 s", "efficacy_low": 1,
           "efficacy_high": 5, "plasticity_window": "1 s", "initial_efficacy": 0.5}  # fmt: skip


def planned(tree):
    """Return the plan of a tree."""
    return plan(read_circuit(tree, "mine.toml"))


@pytest.mark.parametrize(
    ("rules", "excitatory"),
    [
        ({"short_term_plasticity": RELEASE}, True),
        ({"short_term_plasticity": RELEASE}, False),
        ({"pair_stdp": PAIR}, True),
        ({"triplet_stdp": TRIPLET}, True),
        ({"calcium_plasticity": CALCIUM}, True),
        ({"inhibitory_plasticity": INHIBITORY}, False),
        ({"dendritic_calcium": {"calcium_decay": "100 ms"}}, True),
        ({"synaptic_scaling": SCALING, "dendritic_calcium": {"calcium_decay": "100 ms"}}, True),
        ({"spine_size": SIZE}, True),
        ({"ampa_insertion": INSERTION}, True),
        ({"spine_size": SIZE, "ampa_insertion": INSERTION}, True),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else str(value),
)
def test_each_works_alone_on_a_projection(rules, excitatory):
    player = Player(pairs(rules, 5, excitatory, step="1 ms"))
    player.play(0.2, {"source": [[0.05, 0.1]] * 5, "target": [[0.06, 0.11]] * 5})
    receptor = "ampa" if excitatory else "gaba"
    if set(rules) - {"spine_size", "dendritic_calcium"}:
        assert (player[f"contact.{receptor}_strength"] > 0).all()


def test_each_cell_has_a_rate_of_its_own_to_be_held_at():
    """Log-normal, the same mean in every circuit, in another order; all alike without one."""
    given = {"inhibitory_plasticity": INHIBITORY | {"target_deviation": 0.8}}
    made = planned(pairs(given, 20_000, excitatory=False))
    points, again, others = (initial_state(made, k)["target.rate_set_point"] for k in (1, 1, 2))
    assert points.mean() == pytest.approx(5, rel=1e-5)
    logarithm = np.log(points)
    assert logarithm.std() == pytest.approx(0.8, rel=0.02)
    skew = ((logarithm - logarithm.mean()) ** 3).mean() / logarithm.std() ** 3
    assert abs(skew) < 0.08
    assert (points == again).all()
    assert (points != others).mean() > 0.99
    assert np.sort(points) == pytest.approx(np.sort(others))
    alike = planned(pairs({"inhibitory_plasticity": INHIBITORY}, 20, excitatory=False))
    assert set(initial_state(alike, 1)["target.rate_set_point"]) == {5.0}


def test_inhibition_starts_near_its_balance():
    """Stronger on cells that are to fire less, by the slope that is asked for; one on average."""
    given = INHIBITORY | {"target_deviation": 0.8, "balance_slope": 0.2}
    made = planned(pairs({"inhibitory_plasticity": given}, 20_000, excitatory=False))
    state = initial_state(made, 1)
    logarithm, weight = np.log(state["target.rate_set_point"]), state["contact.weight"]
    post = contacts(made.circuit, 1)["contact"][1]
    slope, _ = np.polyfit(logarithm[post], weight, 1)
    assert slope == pytest.approx(-0.2, rel=1e-4)
    assert weight.mean() == pytest.approx(1, rel=0.01)
    given["balance_slope"] = 0
    alike = planned(pairs({"inhibitory_plasticity": given}, 20, excitatory=False))
    assert set(initial_state(alike, 1)["contact.weight"]) == {1.0}


def test_a_cell_holds_the_calcium_that_its_own_inputs_give_it(plan_small):
    """By number, receptors, rates of the sources and its own scale; all as one on average."""
    made = plan_small("rules.synaptic_scaling.scaling_spread=0.2")
    state = initial_state(made, 1)
    pre, post = contacts(made.circuit, 1)["pyramidal_to_pyramidal"]
    of_synapses = (state["pyramidal_to_pyramidal.present"]
                   * state["pyramidal_to_pyramidal.ampa_content"]
                   * state["pyramidal.rate_set_point"][pre])  # fmt: skip
    scale, held = state["pyramidal.synaptic_scale"], state["pyramidal.calcium_set_point"]
    drive = scale * np.bincount(post, of_synapses, minlength=len(scale))
    target = float(made.circuit.rules["synaptic_scaling"].constants["scaling_target"])
    assert held == pytest.approx(target * drive / drive.mean(), rel=1e-4)
    assert held.std() > 0.1 * target
    assert scale.mean() == pytest.approx(1, rel=1e-5)
    assert np.log(scale).std() == pytest.approx(0.2, rel=0.05)
    alike = planned(
        pairs({"synaptic_scaling": SCALING, "dendritic_calcium": {"calcium_decay": "100 ms"}}, 20)
    )
    assert set(initial_state(alike, 1)["target.calcium_set_point"]) == {10.0}


def test_a_filopodium_of_the_start_has_no_receptors_and_is_thin(small_plan):
    state = initial_state(small_plan, 1)
    there, mature, content, size = (
        state[f"pyramidal_to_pyramidal.{name}"]
        for name in ("present", "mature", "ampa_content", "log_size")
    )
    filopodia = (there == 1) & (mature == 0)
    assert filopodia.any()
    assert not content[filopodia].any()
    assert set(size[filopodia]) == {-2.0}
    assert (content[(there == 1) & (mature == 1)] > 0).all()


@pytest.mark.slow
def test_inhibition_holds_each_cell_at_its_own_rate():
    """Cells with the same excitation, whose set points differ sixfold, fire as these say."""
    points, seconds = np.geomspace(2.0, 12.0, balance.CELLS), 60.0
    generator = np.random.default_rng(1)
    player = Player(balance._tree(enabled=True))
    player["target.rate_set_point"] = points
    signals = balance.channel_rates(seconds, generator)
    spikes = {
        name: balance.trains(signals, cells, generator)
        for name, cells in (("excitatory", balance.EXCITATORY), ("inhibitory", balance.INHIBITORY))
    }
    fired = player.play(seconds, spikes, timelapse=balance.TIMELAPSE)["target.spikes"]
    late = fired[fired[:, 1] > seconds / 2, 0].astype(int)
    rate = np.bincount(late, minlength=len(points)) / (seconds / 2)
    assert rate == pytest.approx(points, rel=0.35)


def test_of_two_spikes_within_a_delay_the_later_release_is_read_twice():
    tree = pairs({"short_term_plasticity": RELEASE}, 5, step="1 ms", ampa_weight="1 pS")
    tree["receptors"]["delay"] = "5 ms"
    player = Player(tree)
    noted = player.play(0.05, {"source": [[0.01, 0.013]] * 5}, ["target.g_ampa"])["target.g_ampa"]
    kept = np.exp(-1 / 3)
    opened = (noted[0, 1:] - kept * noted[0, :-1]) * 1e12
    # the second of two: u x with x = 0.5 but for the three milliseconds
    second = 0.5 * (1 - 0.5 * np.exp(-3 / 800))
    np.testing.assert_allclose(opened[opened > 0.01], [second, second], rtol=0.06)


MIXED = {
    "exc_to_exc": {"source": "exc", "target": "exc", "in_degree": 20, "ampa_weight": "1 nS",
                   "rules": {"short_term_plasticity": RELEASE, "pair_stdp": PAIR},
                   "structure": {"filling_fraction": 0.5},
                   "formation": {"rule": "random_formation", "formation_rate": "1 /day"},
                   "elimination": {"rule": "random_elimination", "elimination_rate": "1 /day"}},
    "exc_to_inh": {"source": "exc", "target": "inh", "in_degree": 20, "ampa_weight": "1 nS",
                   "rules": {"short_term_plasticity": RELEASE | {"release_share": 0.1},
                             "pair_stdp": PAIR | {"pair_maximum": 1.2}}},
    "inh_to_exc": {"source": "inh", "target": "exc", "in_degree": 5, "gaba_weight": "1 nS",
                   "rules": {"inhibitory_plasticity": INHIBITORY,
                             "short_term_plasticity": RELEASE}},
    "inh_to_inh": {"source": "inh", "target": "inh", "in_degree": 5, "gaba_weight": "1 nS",
                   "rules": {"triplet_stdp": TRIPLET}},
}  # fmt: skip


@pytest.mark.usefixtures("needs_compiler")
def test_rules_are_mixed_freely_and_compiled(make_drives):
    """Two projections with other numbers of one rule, three rules of weight, synapses that go."""
    driven = {"background_rate": "500 Hz", "background_weight": "6 nS", "refractory_period": "2 ms"}
    cells = {"exc": driven, "inh": driven | {"excitatory": False}}
    tree = small_circuit({"exc": 60, "inh": 20}, MIXED, cells, structural_step="1 s")
    tree["numerics"] |= {"input_step": "1 ms", "precision": "single"}
    whole = planned(tree)
    worker = Engine(whole).worker(1)
    try:
        worker.load(initial_state(whole, 1))
        for seed in (1, 2):
            state = worker.advance(make_drives(timelapse=3600.0), seed)
        state = {name: values.copy() for name, values in state.items()}
    finally:
        worker.close()
    assert contacts(whole.circuit, 1).keys() == MIXED.keys()
    present = state["exc_to_exc.present"] > 0
    weight = state["exc_to_exc.weight"]
    # the last structural step gave absent ones the weight of a new synapse
    assert (np.abs(weight[~present] - 1) > 1e-3).mean() < 0.05
    assert (np.abs(weight[present] - 1) > 1e-3).mean() > 0.5
    for name, most in (("exc_to_exc", 2), ("exc_to_inh", 1.2), ("inh_to_inh", 3)):
        found = state[f"{name}.weight"]
        assert 0 <= found.min() < found.max() <= most * (1 + 1e-6)
    strong, weak = (state[f"exc.released_{name}"] for name in ("exc_to_exc", "exc_to_inh"))
    assert 0 < weak.mean() < strong.mean() < 0.5


WRONG = {
    "missing": (
        pairs({"pair_stdp": {k: v for k, v in PAIR.items() if k != "pair_potentiation"}}, 5),
        "mine.toml: projections.contact.rules.pair_stdp.pair_potentiation: missing (step of ",
    ),
    "unit": (
        pairs({"pair_stdp": PAIR | {"pair_depression_decay": "20 mV"}}, 5),
        'pair_stdp.pair_depression_decay = "20 mV": expected a time (second), got a potential',
    ),
    "two weights": (
        pairs({"pair_stdp": PAIR, "triplet_stdp": TRIPLET}, 5),
        "mine.toml: projections.contact.rules.pair_stdp and projections.contact.rules.triplet_stdp "
        "both set the weight of contact: use one of them",
    ),
    "two weights of inhibition": (
        pairs({"inhibitory_plasticity": INHIBITORY, "pair_stdp": PAIR}, 5, excitatory=False),
        "both set the weight of contact: use one of them",
    ),
    "inhibitory on excitatory": (
        pairs({"inhibitory_plasticity": INHIBITORY}, 5),
        "the rule inhibitory_plasticity is for synapses of inhibitory cells; source, the source of "
        "contact, is excitatory",
    ),
    "scaling on inhibitory": (
        pairs({"synaptic_scaling": SCALING}, 5, excitatory=False),
        "the rule synaptic_scaling is for synapses of excitatory cells",
    ),
    "scaling without drive": (
        pairs({"synaptic_scaling": SCALING}, 5),
        "uses 'dendritic_calcium', which nothing in the circuit provides: rules.bdnf or "
        "rules.dendritic_calcium does",
    ),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_a_rule_used_wrongly_is_one_line(name):
    tree, expected = WRONG[name]
    with pytest.raises(UserError) as told:
        planned(tree)
    assert expected in str(told.value)
    assert "\n" not in str(told.value)


def test_stdp_belongs_to_a_projection():
    tree = pairs({}, 5)
    tree["populations"]["source"]["rules"] = {"pair_stdp": PAIR}
    with pytest.raises(UserError, match="rules.pair_stdp: the rule pair_stdp joins projections, "
                                        "not populations"):  # fmt: skip
        planned(tree)
