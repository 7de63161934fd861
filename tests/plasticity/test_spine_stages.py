"""Filopodium, young spine, durable spine: every fate against its closed form, at any time-lapse."""

import numpy as np
import pytest

DAY, HOUR = 86400.0, 3600.0
MANY = 40_000


def spines(**changed):
    """Return contacts that are there, newborn, and to which nothing happens."""
    hazards = ("maturation_hazard", "elimination_rate", "young_elimination", "stress_elimination")
    return {
        **dict.fromkeys(hazards, 0.0),
        "filopodium_loss": 4 / DAY,
        "durable_time": 8 * DAY,
        "size_exponent": 1.5,
        "loss_factor": 1.0,
        "log_size": 0.0,
        "nascent_log_size": -2.0,
        "present": 1,
        "births": 0,
        "age": 0.0,
        "mature": 1,
        **changed,
    }


def close(share, expected):
    """Return whether a share of `MANY` is what is expected, to four standard errors."""
    return abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / MANY) + 1e-12


def filopodia(**changed):
    return spines(mature=0, maturation_hazard=1 / DAY, **changed)


@pytest.mark.parametrize("step", [0.5, 3.0, 24.0])
def test_fates_of_a_filopodium_compete_exactly_at_any_timelapse(slow_updates, step):
    """All are lost or mature in the end, in proportion to the hazards: here one in five."""
    steps = round(4 * 24 / step)
    after = slow_updates("spine_stages", "synapse", filopodia(), steps, step * HOUR, copies=MANY)
    there, mature = after["present"], after["mature"]
    assert close((there & mature).mean(), 1 / 5)
    assert (there & ~mature & 1).mean() < 1e-3
    assert not after["births"].any()


@pytest.mark.parametrize("steps", [1, 12])
def test_filopodia_are_gone_within_hours(slow_updates, steps):
    """Half a day: of those that were neither lost nor matured, exp(-5/2) are left."""
    lapse = 12 * HOUR / steps
    after = slow_updates("spine_stages", "synapse", filopodia(), steps, lapse, copies=MANY)
    there, mature = after["present"] == 1, after["mature"] == 1
    waiting = np.exp(-2.5)
    assert close((there & ~mature).mean(), waiting)
    assert close((there & mature).mean(), (1 - waiting) / 5)


def test_without_maturation_no_filopodium_stays(slow_updates):
    still = filopodia() | {"maturation_hazard": 0.0}
    after = slow_updates("spine_stages", "synapse", still, 20, 12 * HOUR, copies=MANY)
    assert not after["present"].any()


COHORT = {"elimination_rate": 0.001 / DAY, "young_elimination": 0.09 / DAY}


@pytest.mark.parametrize("steps", [1, 4, 60])
@pytest.mark.parametrize("age, days", [(0.0, 14), (0.0, 30), (30.0, 30), (0.0, 548)])
def test_a_cohort_survives_as_its_hazards_say(slow_updates, steps, age, days):
    """Young spines go within weeks, durable ones over years; in one step as in sixty."""
    cohort = spines(age=age * DAY, **COHORT)
    after = slow_updates("spine_stages", "synapse", cohort, steps, days * DAY / steps, copies=MANY)
    young = 0.09 * 8 * (np.exp(-age / 8) - np.exp(-(age + days) / 8))
    assert close(after["present"].mean(), np.exp(-0.001 * days - young))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_losses_follow_the_factor_of_the_cell(slow_updates, factor):
    cohort = spines(loss_factor=factor, **COHORT)
    after = slow_updates("spine_stages", "synapse", cohort, 5, 6 * DAY, copies=MANY)
    lost = factor * (0.001 * 30 + 0.09 * 8 * (1 - np.exp(-30 / 8)))
    assert close(after["present"].mean(), np.exp(-lost))


def cell(scale, **changed):
    return {
        "maturation_rate": 0.15 / DAY,
        "maturation_order": 2.0,
        "vacancy_steepness": 6.0,
        "vacancy_reference": 1.0,
        "excess_order": 0.5,
        "synaptic_scale": scale,
        "assembled": 1.0,
        **dict.fromkeys(("vacancy", "maturation_hazard", "loss_factor"), 0.0),
        **changed,
    }


def test_a_cell_that_has_scaled_up_keeps_more_filopodia_and_loses_fewer_spines(slow_updates):
    left, kept = {}, {}
    for scale in (0.9, 1.0, 1.1):
        mine = slow_updates("spine_stages", "target", cell(scale))
        assert mine["vacancy"] == pytest.approx(scale**6)
        assert mine["maturation_hazard"] == pytest.approx(0.15 / DAY * scale**6)
        assert mine["loss_factor"] == pytest.approx(scale**-3)
        state = {name: mine[name][0] for name in ("loss_factor", "maturation_hazard")}
        after = slow_updates("spine_stages", "synapse", filopodia() | state, 20, 6 * HOUR,
                             copies=MANY)  # fmt: skip
        kept[scale] = after["present"].mean()
        after = slow_updates("spine_stages", "synapse", spines(**COHORT) | state, 5, 6 * DAY,
                             copies=MANY)  # fmt: skip
        left[scale] = after["present"].mean()
    assert kept[0.9] < kept[1.0] < kept[1.1]
    assert left[0.9] < left[1.0] < left[1.1]
    assert kept[1.0] == pytest.approx(0.15 / 4.15, rel=0.1)


def test_a_cell_at_the_reference_of_vacancy_is_in_balance(slow_updates):
    mine = slow_updates("spine_stages", "target", cell(1.2, vacancy_reference=1.2**6))
    for name, value in {"vacancy": 1, "loss_factor": 1, "maturation_hazard": 0.15 / DAY}.items():
        assert mine[name] == pytest.approx(value)


def test_maturation_needs_the_complexes_that_births_need(slow_updates):
    for assembled, factor in ((0.0, 0), (1.0, 1), (1.5, 2.25)):
        mine = slow_updates("spine_stages", "target", cell(1.0, assembled=assembled))
        assert mine["maturation_hazard"] == pytest.approx(0.15 / DAY * factor)


@pytest.mark.parametrize("log_size, factor", [(-1.0, np.exp(1.5)), (0.0, 1.0), (1.0, np.exp(-1.5))])
@pytest.mark.parametrize("stress", [0.0, 0.5, 1.0])
def test_stress_adds_its_hazard_on_small_spines_first(slow_updates, log_size, factor, stress):
    """Whatever their age, and whatever the cell lacks."""
    cohort = spines(
        log_size=log_size, stress_elimination=0.02 / DAY, loss_factor=3.0, age=300 * DAY
    )
    after = slow_updates("spine_stages", "synapse", cohort, 3, 7 * DAY, {"stress_hormone": stress},
                         copies=MANY)  # fmt: skip
    assert close(after["present"].mean(), np.exp(-0.02 * 21 * stress * factor))


def test_what_is_born_is_a_filopodium(slow_updates):
    both = spines(present=np.arange(MANY) % 2, birth_hazard=0.5 / DAY, ampa_content=1.0)
    after = slow_updates("protein_formation spine_stages", "synapse", both, 1, DAY, copies=MANY)
    born = (np.arange(MANY) % 2 == 0) & (after["present"] == 1)
    assert close(born.mean() * 2, 1 - np.exp(-0.5))
    assert not after["mature"][born].any()
    assert not after["ampa_content"][born].any()
    assert not after["mature"][after["present"] == 0].any()
