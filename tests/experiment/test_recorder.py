"""What a row says of a state made by hand."""

import numpy as np
import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.experiment.phase import Phase
from synaptoket.experiment.protocol import Arm, Experiment
from synaptoket.experiment.recorder import NASCENT_AGE, Recorder, changes, vacant_elements
from synaptoket.experiment.schedule import schedule
from synaptoket.plasticity import Variable

NAME = "pyramidal_to_pyramidal"


@pytest.fixture
def state(small_plan):
    """Four spines of which one is new and silent, and many that are not there."""
    state = initial_state(small_plan, 1)
    for variable, values in {
        "present": [1, 1, 1, 1],
        "age": [2 * NASCENT_AGE, 3 * NASCENT_AGE, 4 * NASCENT_AGE, NASCENT_AGE / 2],
        "ampa_content": [1.0, 2.0, 0.05, 0.0],
        "log_size": [0.0, 0.0, 0.0, 0.0],
    }.items():
        state[f"{NAME}.{variable}"][:] = 9.0 if variable == "ampa_content" else 0
        state[f"{NAME}.{variable}"][:4] = values
    return state


@pytest.fixture
def plan_of_time():
    experiment = Experiment((Phase("one", "4 h", timelapse="1 h/s"),), {"arm": Arm()})
    return schedule(experiment, experiment.arms["arm"], {})


def test_restocking_birth_and_silence_are_three_numbers(small_plan, state, plan_of_time):
    recorder = Recorder(small_plan, state)
    row = recorder.first_row(state, plan_of_time)
    assert row.synapse_count[NAME] == 4
    assert row.nascent[NAME] == 1
    assert row.ampa_content[NAME] == pytest.approx(3.05 / 4)
    assert row.ampa_content_established[NAME] == pytest.approx(3.05 / 3)
    assert row.silent_fraction[NAME] == 0.5

    after = {name: values.copy() for name, values in state.items()}
    after[f"{NAME}.present"][4:6] = 1  # two are born, without receptors, and one old one is lost
    after[f"{NAME}.present"][0] = 0
    after[f"{NAME}.births"][[4, 5]] += 1
    after[f"{NAME}.ampa_content"][4:6] = 0.0
    row = recorder.row(after, plan_of_time, 0)
    assert (row.formed[NAME], row.eliminated[NAME]) == (2, 1)
    assert row.ampa_content_established[NAME] == pytest.approx(2.05 / 2)
    assert row.silent_fraction[NAME] == 4 / 5


def test_without_established_spines_their_content_is_no_number(small_plan, state, plan_of_time):
    state[f"{NAME}.age"][:] = 0.0
    row = Recorder(small_plan, state).first_row(state, plan_of_time)
    assert np.isnan(row.ampa_content_established[NAME])
    assert row.ampa_content[NAME] == pytest.approx(3.05 / 4)


def test_how_often_a_synapse_was_formed_and_eliminated():
    was, now = np.array([0, 1, 0, 1, 0, 3], np.int8), np.array([0, 1, 1, 0, 0, 2], np.int8)
    before, births = (
        np.array([0, 5, 127, 7, 1, 0], np.int8),
        np.array([0, 5, -128, 7, 2, 1], np.int8),
    )
    formed, eliminated = changes(was, before, now, births)
    assert formed.tolist() == [0, 0, 1, 0, 1, 1]
    assert eliminated.tolist() == [0, 0, 0, 1, 1, 2]
    np.testing.assert_array_equal(now, was + formed - eliminated)


def test_the_counter_may_wrap_around(small_plan, state, plan_of_time):
    state[f"{NAME}.births"][:] = 127
    recorder = Recorder(small_plan, state)
    after = {name: values.copy() for name, values in state.items()}
    after[f"{NAME}.present"][4] = 1
    after[f"{NAME}.births"][4] = -128
    row = recorder.row(after, plan_of_time, 0)
    assert (row.formed[NAME], row.eliminated[NAME]) == (1, 0)


def test_events_are_told_only_if_asked_for_and_are_those_of_the_row(
    small_plan, state, plan_of_time
):
    drawn = contacts(small_plan.circuit, 1)
    recorder = Recorder(small_plan, state, drawn)
    after = {name: values.copy() for name, values in state.items()}
    after[f"{NAME}.present"][[0, 4]] = 0, 1
    after[f"{NAME}.births"][4] += 1
    row = recorder.row(after, plan_of_time, 0)
    pre, post = drawn[NAME]
    number = list(small_plan.projections).index(NAME)
    assert recorder.events.tolist() == [
        (row.time, number, pre[0], post[0], 0), (row.time, number, pre[4], post[4], 1)
    ]  # fmt: skip
    recorder.row(after, plan_of_time, 1)
    assert len(recorder.events) == 0
    silent = Recorder(small_plan, state)
    silent.row(after, plan_of_time, 0)
    assert silent.events is None


def test_vacant_elements_are_totals_of_the_populations_that_have_them(
    plan_small, state, plan_of_time
):
    plan = plan_small()
    assert vacant_elements(plan) == []
    for population, name in (
        ("pyramidal", "axonal_excitatory_vacant"),
        ("pv", "axonal_inhibitory_vacant"),
        ("sst", "axonal_inhibitory_vacant"),
    ):
        group = plan.populations[population]
        group.variables[name] = Variable("1")
        state[f"{population}.{name}"] = np.full(group.size, 0.5)
    assert vacant_elements(plan) == ["axonal_excitatory_vacant", "axonal_inhibitory_vacant"]
    row = Recorder(plan, state).first_row(state, plan_of_time)
    excitatory = row.vacant["axonal_excitatory_vacant"]
    assert excitatory["pyramidal"] == plan.populations["pyramidal"].size / 2
    assert np.isnan(excitatory["pv"])
    assert row.vacant["axonal_inhibitory_vacant"]["sst"] == plan.populations["sst"].size / 2
