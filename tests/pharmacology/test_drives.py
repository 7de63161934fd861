"""The table of drives: every drive says how it reaches slow variables, and there is no other."""

from typing import Any

import numpy as np
import pytest

from synaptoket import Arm, Experiment, Part, Phase, Rule, UserError, Variable
from synaptoket.circuit.circuit_file import circuit_tree, read_circuit
from synaptoket.circuit.plan import plan
from synaptoket.experiment.schedule import schedule
from synaptoket.experiment.timelapse_bound import followed_drives
from synaptoket.parameters.files import model_path
from synaptoket.pharmacology import exposure, load_drug
from synaptoket.pharmacology.drives import DRIVES, DRUG_DRIVES, TARGETS, Drive, Reach


@pytest.mark.parametrize("reach", [None, "load", True])
def test_a_drive_without_an_answer_cannot_be_made(reach: Any):
    with pytest.raises(TypeError, match="expected one of"):
        Drive("1", reach, "light")
    with pytest.raises(TypeError, match="reach"):
        Drive("1", meaning="light")  # pyright: ignore[reportCallIssue]


def test_the_bound_follows_each_drive_of_a_drug_that_acts_through_spikes():
    through_spikes = {n for n in DRUG_DRIVES if DRIVES[n].reach in (Reach.LOAD, Reach.EFFECT)}
    assert set(followed_drives()) == through_spikes
    assert through_spikes == {
        "nmda_blocker_2a", "nmda_blocker_2b", "nmda_blocker_2c", "nmda_blocker_2d",
        "glun2b_inhibition", "ampa_block", "ampa_potentiation",
    }  # fmt: skip


def test_drugs_and_protocol_feed_the_drives_of_the_table_and_no_other():
    drugs = {"ketamine": load_drug("ketamine")}
    assert tuple(exposure([], drugs, np.zeros(1)).drives) == DRUG_DRIVES
    experiment = Experiment((Phase("a", "1 h", "1 min/s"),), {"x": Arm()})
    assert set(schedule(experiment, Arm(), drugs).drives) == set(DRIVES)


def test_each_target_is_a_table_of_a_drug_file_and_a_drive():
    drug = load_drug("ketamine")
    for target, name in TARGETS.items():
        assert hasattr(drug, target)
        assert DRIVES[name].target == target


@pytest.mark.parametrize("drive, known", [("light", False), ("stress_hormone", True)])
def test_a_rule_that_reads_an_unknown_drive_is_refused(drive, known):
    part = Part(variables={"heard": Variable("1")}, slow=f"heard = {drive}(t)", order=9)
    rules = {"listener": Rule("listener", "-", "-", {}, {"neuropil": part}, kind="signalling")}
    tree = circuit_tree(model_path("circuits", "prefrontal"))
    tree["rules"]["listener"] = {}
    circuit = read_circuit(tree, "prefrontal", rules)
    if known:
        assert drive in plan(circuit).drives()
        return
    with pytest.raises(UserError, match="uses 'light', which nothing in the circuit provides"):
        plan(circuit)
