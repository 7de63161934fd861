"""From BDNF by TrkB, mTORC1 and synaptic protein to births: what each link does, and when."""

import numpy as np
import pytest

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0


def cascade(**changed):
    return {
        "mtorc1_maximum": 4.0,
        "mtorc1_cooperativity": 1.0,
        "mtorc1_decay": 45 * MINUTE,
        "trkb_downregulation": 0.0,
        "trkb_turnover": DAY,
        **dict.fromkeys(("bdnf_level", "trkb", "trkb_sensitivity", "mtorc1", "erk"), 1.0),
        **changed,
    }


@pytest.mark.parametrize(
    "bdnf, order, settled", [(1, 1, 1), (2, 1, 1.6), (2, 2, 16 / 7), (0, 1, 0)]
)
def test_mtorc1_is_one_in_health_and_follows_bdnf(slow_updates, bdnf, order, settled):
    given = cascade(bdnf_level=float(bdnf), mtorc1_cooperativity=float(order))
    after = slow_updates("mtorc1", "neuron", given, 20, timelapse=10 * HOUR)
    assert after["mtorc1"] == pytest.approx(settled, abs=1e-6)
    assert after["erk"] == pytest.approx(settled, abs=1e-6)


def test_mtorc1_never_exceeds_its_maximum(slow_updates):
    flooded = cascade(bdnf_level=1e4, trkb_sensitivity=10.0, mtorc1_cooperativity=3.0)
    course = slow_updates("mtorc1", "neuron", flooded, 50, HOUR, noted=["mtorc1"])["mtorc1"]
    assert course.max() <= 4
    assert course[-1] == pytest.approx(4, rel=1e-2)


@pytest.mark.parametrize("drug", ["mtorc1_block", "trkb_block"])
def test_a_complete_block_ends_mtorc1_at_its_own_pace(slow_updates, drug):
    after = slow_updates("mtorc1", "neuron", cascade(), 10, HOUR, {drug: 1.0})
    assert after["mtorc1"] == pytest.approx(np.exp(-60 / 45), rel=1e-6)


def test_rapamycin_does_not_reach_the_branch_beside_mtorc1(slow_updates):
    given = cascade(bdnf_level=2.0)
    free = slow_updates("mtorc1", "neuron", given, 20, HOUR)
    assert free["erk"] == free["mtorc1"]
    blocked = slow_updates("mtorc1", "neuron", given, 20, HOUR, {"mtorc1_block": 1.0})
    assert blocked["erk"] == free["erk"]
    assert blocked["mtorc1"] < 0.1 * free["mtorc1"]
    # an antibody against BDNF reaches both
    deaf = slow_updates("mtorc1", "neuron", given, 20, HOUR, {"trkb_block": 1.0})
    assert deaf["erk"] == deaf["mtorc1"] == blocked["mtorc1"]


def test_sustained_bdnf_removes_trkb(slow_updates):
    steady = cascade(bdnf_level=3.0, trkb_downregulation=1.0)
    soon = slow_updates("mtorc1", "neuron", steady, 40, timelapse=HOUR)
    late = slow_updates("mtorc1", "neuron", steady, 200, timelapse=DAY)
    assert late["trkb"] == pytest.approx(1 / 3, rel=1e-4)
    assert soon["mtorc1"] > 1.5 > late["mtorc1"]
    assert late["mtorc1"] == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("silence", [6 * HOUR, 30 * DAY])
def test_nothing_rebounds_after_silence(slow_updates, silence):
    """No BDNF for hours or weeks, then as much as in health: mTORC1 comes back and stops at one."""
    silent = cascade(bdnf_level=0.0, trkb_downregulation=1.0)
    after = slow_updates("mtorc1", "neuron", silent, 20, silence / 2)
    assert after["mtorc1"] < 0.001
    assert after["trkb"] == 1
    given = after | {"bdnf_level": 1.0}
    course = slow_updates("mtorc1", "neuron", given, 100, 3 * HOUR, noted=["mtorc1"])["mtorc1"]
    assert (np.diff(course[:, 0]) >= 0).all()
    assert course[-1] == pytest.approx(1)
    assert course.max() <= 1 + 1e-12


def protein_pool(**changed):
    return {
        "protein_decay": 2 * HOUR,
        "basal_share": 0.25,
        "mtorc1_share": 1.0,
        **dict.fromkeys(("protein", "mtorc1", "erk"), 1.0),
        **changed,
    }


@pytest.mark.parametrize("steps", [1, 24])
def test_protein_relaxes_towards_what_mtorc1_makes(slow_updates, steps):
    pool = protein_pool(mtorc1=3.0)
    after = slow_updates("synaptic_protein", "neuron", pool, steps, 2 * HOUR / (steps * 0.1))
    assert after["protein"] == pytest.approx(2.5 - 1.5 * np.exp(-1))


@pytest.mark.parametrize("share, settled", [(1.0, 0.2), (0.25, 2.0), (0.0, 2.6)])
def test_the_share_of_mtorc1_decides_what_rapamycin_takes(slow_updates, share, settled):
    """mTORC1 is blocked and the branch beside it three times as active as in health."""
    pool = protein_pool(mtorc1=0.0, erk=3.0, mtorc1_share=share, basal_share=0.2)
    after = slow_updates("synaptic_protein", "neuron", pool, 10, timelapse=30 * HOUR)
    assert after["protein"] == pytest.approx(settled, abs=1e-5)


def test_health_does_not_depend_on_the_shares(slow_updates, constants):
    assert constants("synaptic_protein")["mtorc1_share"] == 1
    for share in (0.0, 0.3, 1.0):
        pool = protein_pool(mtorc1_share=share, basal_share=1 - share)
        assert slow_updates("synaptic_protein", "neuron", pool, 10)["protein"] == pytest.approx(1)


def test_with_all_of_it_through_mtorc1_the_other_branch_changes_no_bit(slow_updates):
    courses = [
        slow_updates("synaptic_protein", "neuron", protein_pool(mtorc1=2.0, erk=erk), 50)
        for erk in (0.0, 0.9)
    ]
    assert courses[0]["protein"] == courses[1]["protein"]


LINKS = "mtorc1 synaptic_protein protein_formation", "neuron neuron target"


def dendrite(constants, **changed):
    """From the BDNF that a cell's receptors meet to births, with the constants of the circuit."""
    given = cascade() | protein_pool()
    for rule in LINKS[0].split():
        given |= constants(rule)
    stages = ("complexes", "transported", "assembled")
    rate = constants("protein_formation")["formation_rate"]
    return given | {**dict.fromkeys(stages, 1.0), "birth_hazard": rate, **changed}


def births(slow_updates, cell, hours, fed=None):
    """Return the birth hazard in each tenth of an hour, and the cell after some hours."""
    after = slow_updates(*LINKS, cell, 10 * hours, HOUR, fed, noted=["birth_hazard"])
    return after["birth_hazard"][:, 0], cell | after | {"birth_hazard": 0.0}


def test_births_come_hours_after_the_protein(slow_updates, constants):
    """Two hours of three times the BDNF; imaging sees new spines at 12 to 24 h, Moda-Sava 2019."""
    cell = dendrite(constants, trkb_downregulation=0.0)
    rate = cell["formation_rate"]
    during, cell = births(slow_updates, cell | {"bdnf_level": 3.0}, 2)
    later, _ = births(slow_updates, cell | {"bdnf_level": 1.0}, 70)
    extra = np.concatenate([during, later]) / rate - 1
    assert extra.sum() > 0
    assert extra[:30].sum() < 0.05 * extra.sum()
    assert extra[60:240].sum() > 0.6 * extra.sum()
    assert extra[-1] < 0.05 * extra.max()


def test_a_link_that_is_knocked_out_keeps_births_from_rising(slow_updates, constants):
    """The basal share goes on: births fall, and not to zero."""
    rate = constants("protein_formation")["formation_rate"]
    risen, _ = births(slow_updates, dendrite(constants, bdnf_level=3.0), 24)
    assert risen.max() > 1.3 * rate
    for knocked_out, fed in (
        ({"bdnf_level": 3.0}, {"trkb_block": 1.0}),
        ({"bdnf_level": 3.0}, {"mtorc1_block": 1.0}),
        ({"bdnf_level": 0.0}, {}),
    ):
        course, _ = births(slow_updates, dendrite(constants, **knocked_out), 24, fed)
        assert course.max() <= rate * (1 + 1e-9)
        assert 0 < course[-1] < 0.7 * rate
    without = dendrite(constants, bdnf_level=3.0, basal_share=0.0, protein=0.0)
    course, _ = births(slow_updates, without, 120, {"mtorc1_block": 1.0})
    assert course[-1] < 1e-6 * rate


@pytest.mark.parametrize("occupancy, sensitivity", [(0.0, 1.0), (0.25, 1.5), (1.0, 3.0)])
def test_what_binds_trkb_makes_it_more_sensitive(slow_updates, occupancy, sensitivity):
    pool = {"trkb_binding_gain": 2.0, "trkb_sensitivity": 1.0}
    after = slow_updates("trkb_binding", "neuropil", pool, fed={"trkb_occupancy": occupancy})
    assert after["trkb_sensitivity"] == sensitivity


def test_a_sensitive_trkb_answers_as_if_there_were_more_bdnf(slow_updates):
    sensitive = slow_updates("mtorc1", "neuron", cascade(trkb_sensitivity=2.0), 20, HOUR)
    more = slow_updates("mtorc1", "neuron", cascade(bdnf_level=2.0), 20, HOUR)
    for branch in ("mtorc1", "erk"):
        assert sensitive[branch] == pytest.approx(more[branch])
    # it is BDNF that is made stronger: without it nothing is
    for sensitivity in (1.0, 2.0):
        empty = cascade(bdnf_level=0.0, trkb_sensitivity=sensitivity)
        without = slow_updates("mtorc1", "neuron", empty, 20, HOUR)
        assert without["mtorc1"] == pytest.approx(np.exp(-120 / 45))
    # nor does what is not BDNF remove TrkB
    bound = cascade(trkb_sensitivity=2.0, trkb_downregulation=1.0)
    assert slow_updates("mtorc1", "neuron", bound, 20, DAY)["trkb"] == 1
