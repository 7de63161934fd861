"""What a row says of a state made by hand."""

import numpy as np
import pytest

from synaptoket.circuit.initial import initial_state
from synaptoket.protocol import Arm, Experiment, Phase, schedule
from synaptoket.record import NASCENT_AGE, Recorder

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
