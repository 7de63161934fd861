"""Spines: their sizes, births, losses and receptors, against closed forms."""

import numpy as np
import pytest

DAY, HOUR = 86400.0, 3600.0
MANY = 40_000


def sizes(**changed):
    return {
        "log_size_mean": -0.2,
        "log_size_deviation": 0.6,
        "size_relaxation": 10 * DAY,
        "log_size": 0.0,
        **changed,
    }


@pytest.mark.parametrize("lapse", [DAY, 40 * DAY])
def test_spine_sizes_become_log_normal_at_any_timelapse(slow_updates, lapse):
    steps = round(80 * DAY / lapse)
    spines = sizes(log_size=-2.0)
    after = slow_updates("spine_size", "synapse", spines, steps, lapse, copies=MANY)["log_size"]
    assert after.mean() == pytest.approx(-0.2, abs=0.02)
    assert after.std() == pytest.approx(0.6, rel=0.02)
    skew = ((after - after.mean()) ** 3).mean() / after.std() ** 3
    assert abs(skew) < 0.05


@pytest.mark.parametrize("steps", [1, 10])
def test_a_spine_forgets_its_size_at_the_rate_of_its_memory(slow_updates, steps):
    spines = sizes(log_size=1.8)
    lapse = 5 * DAY / steps
    after = slow_updates("spine_size", "synapse", spines, steps, lapse, copies=MANY)["log_size"]
    memory = np.exp(-5 / 10)
    assert after.mean() == pytest.approx(-0.2 + 2.0 * memory, abs=0.015)
    assert after.var() == pytest.approx(0.36 * (1 - memory**2), rel=0.03)


def turnover(**changed):
    return {
        "birth_hazard": 0.0,
        "elimination_rate": 0.02 / DAY,
        "size_exponent": 3.0,
        "elimination_stress_gain": 4.0,
        "nascent_log_size": -2.5,
        "log_size": 0.0,
        "present": 1,
        "births": 0,
        "age": 0.0,
        "ampa_content": 1.0,
        **changed,
    }


def spread(p):
    """Four standard errors of a share of `MANY`."""
    return 4 * np.sqrt(p * (1 - p) / MANY)


@pytest.mark.parametrize("steps", [1, 6, 30])
@pytest.mark.parametrize("log_size, stress", [(0.0, 0.0), (-0.4, 0.0), (0.0, 1.0)])
def test_survival_follows_the_hazard_at_any_timelapse(slow_updates, steps, log_size, stress):
    """Thirty days in one step, in six and in thirty."""
    after = slow_updates(
        "size_elimination", "synapse", turnover(log_size=log_size), steps, 30 * DAY / steps,
        {"stress_hormone": stress}, copies=MANY,
    )  # fmt: skip
    hazard = 0.02 * np.exp(-3 * log_size) * (1 + 4 * stress)
    expected = np.exp(-30 * hazard)
    assert abs(after["present"].mean() - expected) < spread(expected)
    assert not after["births"].any()


def dendrite(protein):
    return {
        "formation_rate": 0.002 / DAY,
        "assembly_time": 4 * HOUR,
        "assembly_order": 2.0,
        "assembly_half": 2.0,
        "protein": protein,
        "birth_hazard": 0.0,
        **dict.fromkeys(("complexes", "transported", "assembled"), 1.0),
    }


@pytest.mark.parametrize("protein, factor", [(1.0, 1), (0.2, 5 / 101), (3.0, 45 / 13)])
def test_birth_needs_several_proteins_at_once_and_saturates(slow_updates, protein, factor):
    after = slow_updates("protein_formation", "target", dendrite(protein), 10, 30 * DAY)
    assert after["birth_hazard"] == pytest.approx(0.002 * factor / DAY)


@pytest.mark.parametrize("steps, error", [(480, 0.01), (48, 0.1)])
def test_three_stages_pass_between_protein_and_birth(slow_updates, steps, error):
    """The sum of three exponential times, 12 h in the mean, in steps of 3 and of 30 minutes."""
    lapse = DAY / (steps * 0.1)
    after = slow_updates("protein_formation", "target", dendrite(3.0), steps, lapse,
                         noted=["assembled"])["assembled"][:, 0]  # fmt: skip
    hours = 24 * np.arange(1, steps + 1) / steps
    passed = 1 - np.exp(-hours / 4) * (1 + hours / 4 + (hours / 4) ** 2 / 2)
    risen = 45 / 13 - 1
    assert after == pytest.approx(1 + risen * passed, abs=error * risen)


def test_births_follow_their_hazard(slow_updates):
    empty = turnover(birth_hazard=0.004 / DAY, elimination_rate=0.0, present=0)
    after = slow_updates("protein_formation", "synapse", empty, 5, 2 * DAY, copies=MANY)
    expected = 1 - np.exp(-0.04)
    assert abs(after["present"].mean() - expected) < spread(expected)


def test_a_new_spine_is_small_and_silent_and_a_lost_one_is_counted(slow_updates):
    mixed = turnover(
        birth_hazard=0.05 / DAY,
        present=np.arange(MANY) % 2,
        age=5 * DAY,
    )
    after = slow_updates(
        "protein_formation size_elimination", "synapse", mixed, 1, DAY, copies=MANY
    )
    was = np.arange(MANY) % 2
    born = (was == 0) & (after["present"] == 1)
    assert born.any()
    assert (after["log_size"][born] == -2.5).all()
    assert (after["ampa_content"][born] == 0).all()
    assert (after["age"][born] == 0).all()
    kept = (was == 1) & (after["present"] == 1)
    assert (after["log_size"][kept] == 0).all()
    assert (after["age"][kept] == 6 * DAY).all()
    absent = after["present"] == 0
    assert (after["log_size"][absent] == -2.5).all()
    assert (after["ampa_content"][absent] == 0).all()
    assert (after["births"] == born).all()
    assert set(np.unique(after["present"])) == {0, 1}


def test_filling_settles_where_births_meet_losses(slow_updates):
    spines = turnover(birth_hazard=0.01 / DAY, nascent_log_size=0.0, present=0)
    both = "protein_formation size_elimination"
    after = slow_updates(both, "synapse", spines, 300, 2 * DAY, copies=MANY // 4)
    # a day's births are exposed to loss from the next step on: exact to that order
    assert after["present"].mean() == pytest.approx(0.01 / 0.03, rel=0.06)


@pytest.mark.parametrize("protein", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("steps", [1, 8])
def test_receptors_fill_the_slots_of_a_spine(slow_updates, protein, steps):
    cell = {"insertion_rate": 1 / DAY, "slot_half": 1.5, "protein": protein}
    cell = slow_updates(
        "ampa_insertion", "target", cell | {"slots_filled": 0.0, "insertion_hazard": 0.0}
    )
    spine = {"log_size": np.log(0.8), "mature": 1, "ampa_content": 0.0}
    spine |= {name: cell[name][0] for name in ("slots_filled", "insertion_hazard")}
    after = slow_updates("ampa_insertion", "synapse", spine, steps, 2 * DAY / steps)
    slots = 0.8 * 2.5 * protein / (protein + 1.5)
    expected = slots * (1 - np.exp(-2 * protein))
    assert after["ampa_content"] == pytest.approx(expected)
    if protein == 1:
        assert slots == pytest.approx(0.8)
    filopodium = slow_updates("ampa_insertion", "synapse", spine | {"mature": 0}, steps, DAY)
    assert filopodium["ampa_content"] == 0


def scaled(calcium, **changed):
    return {
        "calcium_set_point": 10.0,
        "scaling_time": 3 * DAY,
        "scaling_minimum": 0.5,
        "scaling_maximum": 2.0,
        "scaling_window": 10.0,
        "dendritic_calcium": calcium,
        "calcium_estimate": calcium,
        "synaptic_scale": 1.0,
        **changed,
    }


@pytest.mark.parametrize("calcium", [5.0, 10.0, 14.0])
def test_a_neuron_scales_its_inputs_against_its_drive(slow_updates, calcium):
    after = slow_updates("synaptic_scaling", "target", scaled(calcium), 10, timelapse=DAY / 2)
    expected = np.exp(0.5 / 3 * (1 - calcium / 10))
    assert after["synaptic_scale"] == pytest.approx(expected)
    assert np.sign(after["synaptic_scale"] - 1) == np.sign(10 - calcium)


def test_scaling_stays_within_its_limits(slow_updates):
    for calcium, limit in ((0.0, 2.0), (100.0, 0.5)):
        after = slow_updates("synaptic_scaling", "target", scaled(calcium), 50, timelapse=DAY)
        assert after["synaptic_scale"] == limit
