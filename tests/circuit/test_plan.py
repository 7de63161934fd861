"""From a circuit's file to the text and the numbers of its groups."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.constants import brian_unit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import plan
from synaptoket.pharmacology.drives import DRIVES
from synaptoket.plasticity import RULES


def test_constants_reach_the_groups_that_use_them(small_plan):
    circuit = small_plan.circuit
    for name, population in circuit.populations.items():
        held = small_plan.populations[name].constants
        for key in ("capacitance", "leak_conductance", "threshold", "background_rate"):
            assert held[key][1] == float(getattr(population, key))
        assert held["ampa_decay"] == ("second", float(circuit.receptors.ampa_decay))
    assert small_plan.populations["pyramidal"].constants["capacitance"][0] == "farad"
    rule = circuit.rules["bdnf"].constants
    assert small_plan.neuropil.constants["bdnf_decay"][1] == float(rule["bdnf_decay"])


def test_a_changed_number_reaches_its_group_and_no_text(plan_small, small_plan):
    changed = plan_small(
        "populations.pv.leak_conductance=31 nS",
        "rules.protein_formation.formation_rate=0.5 /day",
        "blocker_reaches.sst=0",
    )
    assert changed.populations["pv"].constants["leak_conductance"][1] == pytest.approx(31e-9)
    assert changed.populations["sst"].constants["blocker_reaches"][1] == 0
    formation = changed.populations["pyramidal"].constants["formation_rate"]
    assert formation == ("Hz", pytest.approx(0.5 / 86400))
    for name, group in changed.groups().items():
        assert group.model() == small_plan.groups()[name].model()
        assert group.slow == small_plan.groups()[name].slow


def test_fewer_partners_are_stronger_ones():
    """A neuron's whole input holds when a small circuit cannot give it all its partners."""
    small, large = (plan(load_circuit("prefrontal", neurons=n)) for n in (60, 4000))
    for name, projection in small.circuit.projections.items():
        for receptor in ("ampa", "nmda", "gaba"):
            key = f"{receptor}_weight"
            if key not in large.projections[name].constants:
                continue
            inputs = [
                made.projections[name].constants[key][1]
                * made.projections[name].size
                / made.circuit.sizes[projection.target]
                for made in (small, large)
            ]
            assert inputs[0] == pytest.approx(inputs[1])
            assert inputs[1] == pytest.approx(getattr(projection, key) * projection.in_degree)


def gate_after_a_spike(before, opening, rise, decay):
    """Integrate the NMDA gate through one spike; return it with its decay since then undone."""
    until = 30 * rise

    def slope(t, y):
        gate, transmitter = y
        return [-gate / decay + opening * transmitter * (1 - gate), -transmitter / rise]

    ended = solve_ivp(slope, (0, until), [before, 1.0], rtol=1e-9, atol=1e-12).y[0, -1]
    return ended * np.exp(until / decay)


@pytest.mark.parametrize("before", [0.0, 0.3, 0.8, 1.1])
def test_the_nmda_gate_saturates_as_its_kinetics_do(small_plan, before):
    constants = small_plan.populations["pyramidal"].constants
    receptors = small_plan.circuit.receptors
    exact = gate_after_a_spike(
        before, *(float(getattr(receptors, f"nmda_{key}")) for key in ("opening", "rise", "decay"))
    )
    k0, k1 = constants["gate_opening"][1], constants["gate_memory"][1]
    assert k0 + k1 * before == pytest.approx(exact, rel=1e-5)


def test_a_fast_train_cannot_open_the_nmda_gate_beyond_one(small_plan):
    constants = small_plan.populations["pyramidal"].constants
    k0, k1 = constants["gate_opening"][1], constants["gate_memory"][1]
    gate, decay = 0.0, np.exp(-0.005 / float(small_plan.circuit.receptors.nmda_decay))
    for _ in range(200):
        gate = (k0 + k1 * gate) * decay
    assert 0.8 < gate < 1.05


@pytest.mark.parametrize("name", load_circuit("prefrontal").rules)
def test_every_rule_can_be_switched_off_and_holds_its_variables(name, plan_small):
    made = plan_small(f"rules.{name}.enabled=false")
    groups = made.groups()
    for place, part in RULES[name].parts.items():
        use = made.circuit.rules[name]
        ends = [made.circuit.projections[p] for p in use.projections]
        members = {
            "neuron": use.populations,
            "synapse": use.projections,
            "source": [p.source for p in ends],
            "target": [p.target for p in ends],
        }.get(place, ("neuropil",))
        for member in members:
            group = groups[member]
            assert set(part.variables) <= set(group.variables)
            for line in filter(None, (line.strip() for line in part.slow.splitlines())):
                assert line not in group.slow
            for variable in part.variables:
                assert f"d{variable}/dt" not in group.model()


def test_without_a_rule_of_structure_synapses_stay(plan_small):
    made = plan_small("rules.structure.enabled=false").projections["pyramidal_to_pyramidal"]
    assert "present" in made.variables
    assert "flip" not in made.slow


def test_the_circuit_listens_to_every_drive_but_those_of_what_is_switched_off(plan_small):
    switches = {"trkb_occupancy": "trkb_binding", "ampa_potentiation": "ampa_potentiation"}
    assert set(plan_small().drives()) == set(DRIVES) - {*switches, "stimulus"}
    for drive, rule in switches.items():
        switched_on = plan_small(f"rules.{rule}.enabled=true").drives()
        assert set(switched_on) == set(plan_small().drives()) | {drive}


def test_a_switch_changes_the_text_of_its_own_link_only(plan_small, small_plan):
    links = {
        "trkb_binding": {"neuropil": "trkb_sensitivity = 1 + trkb_binding_gain*trkb_occupancy(t)"},
        "ampa_potentiation": dict.fromkeys(
            ("pyramidal", "pv", "sst"),
            "ampa_available *= 1 + ampa_potentiation_gain*ampa_potentiation(t)",
        ),
    }
    for rule, lines in links.items():
        made = plan_small(f"rules.{rule}.enabled=true").groups()
        for name, before in small_plan.groups().items():
            added = [line for line in made[name].slow.splitlines() if line == lines.get(name)]
            left = [line for line in made[name].slow.splitlines() if line != lines.get(name)]
            assert left == before.slow.splitlines()
            assert len(added) == (name in lines)
            for text in ("equations", "reset", "input", "on_pre", "on_post", "variables"):
                assert getattr(made[name], text) == getattr(before, text)


def test_potentiation_scales_what_the_block_of_ampa_receptors_leaves(plan_small):
    lines = plan_small("rules.ampa_potentiation.enabled=true").populations["pv"].slow.splitlines()
    block, scale = (
        next(i for i, line in enumerate(lines) if line.startswith(start))
        for start in ("ampa_available =", "ampa_available *=")
    )
    assert block < scale


def test_brian_names_of_units():
    units = ("1", "1/day", "molar", "nS", "hour")
    assert [brian_unit(u) for u in units] == ["1", "Hz", "mmolar", "siemens", "second"]


def test_the_initial_state_follows_the_seed_and_the_filling_fraction(small_plan):
    state, again, other = (initial_state(small_plan, seed) for seed in (1, 1, 2))
    for name, values in state.items():
        np.testing.assert_array_equal(values, again[name])
    present = state["pyramidal_to_pyramidal.present"]
    assert not np.array_equal(present, other["pyramidal_to_pyramidal.present"])
    filling = float(small_plan.circuit.rules["structure"].constants["filling_fraction"])
    spread = np.sqrt(filling * (1 - filling) / present.size)
    assert abs(present.mean() - filling) < 4 * spread
    content = state["pyramidal_to_pyramidal.ampa_content"]
    mature = state["pyramidal_to_pyramidal.mature"]
    assert (content[(present == 1) & (mature == 1)] > 0).all()
    assert (content[present == 0] == 0).all()
    assert (state["pyramidal.protein"] == 1).all()
    for name, population in small_plan.circuit.populations.items():
        assert (state[f"{name}.v"] <= float(population.threshold)).all()
