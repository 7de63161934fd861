"""A segment is a pure function of state, drives and seed; what goes wrong is said at once."""

import os
import signal

import numpy as np
import pytest

from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.engine import standalone
from synaptoket.engine.standalone import StandaloneWorker, read_spikes
from synaptoket.parameters.errors import EngineError


def same(first, second):
    assert first.keys() == second.keys()
    for name, values in first.items():
        assert values.tobytes() == second[name].tobytes(), name


def played(worker, drives, seeds):
    for seed in seeds:
        worker.advance(drives, seed)
    return worker.state()


def test_the_same_seed_gives_the_same_bits_in_two_processes(start_worker, make_drives):
    drives = make_drives(timelapse=86400.0)
    first, second = (played(start_worker(), drives, (11, 12)) for _ in range(2))
    same(first, second)
    assert first["pyramidal.spike_count"].sum() > 0
    assert first["pyramidal_to_pyramidal.births"].sum() > 0


def test_another_seed_of_the_segment_gives_another_course(start_worker, quiet_drives):
    first, second = (played(start_worker(), quiet_drives, (seed,)) for seed in (11, 12))
    assert not np.array_equal(first["pyramidal.v"], second["pyramidal.v"])
    assert not np.array_equal(
        first["pyramidal_to_pyramidal.log_size"], second["pyramidal_to_pyramidal.log_size"]
    )


def test_another_network_gives_another_course(start_worker, small_plan, quiet_drives):
    """Only the contacts differ: state and random numbers are the same."""
    workers = start_worker(1), start_worker(2)
    workers[1].load(initial_state(small_plan, 1))
    first, second = (played(worker, quiet_drives, (11,)) for worker in workers)
    assert not np.array_equal(first["pv.v"], second["pv.v"])


def test_a_loaded_state_goes_on_as_if_never_interrupted(start_worker, quiet_drives):
    whole = start_worker()
    halfway = played(whole, quiet_drives, (1, 2))
    expected = played(whole, quiet_drives, (3, 4))
    other = start_worker()
    played(other, quiet_drives, (9, 9, 9))
    other.load(halfway)
    same(played(other, quiet_drives, (3, 4)), expected)


@pytest.fixture
def changing_drives(make_drives):
    """An infusion that begins within the segment: every drive differs from step to step."""
    drives = make_drives(timelapse=600.0)
    rising = np.linspace(0, 1, drives["timelapse"].size)
    for name in ("stress_hormone", "ampa_block", "mtorc1_block", "trkb_block"):
        drives[name] = rising
    return drives | {"nmda_blocker_2a": 20 * rising, "nmda_blocker_2d": 9 * rising}


def test_a_segment_does_not_know_what_was_fed_before(start_worker, changing_drives, quiet_drives):
    whole = start_worker()
    for seed in (1, 2):
        whole.advance(changing_drives, seed)
    halfway = whole.state()
    whole.advance(changing_drives, 3)
    other = start_worker()
    other.load(halfway)
    other.advance(changing_drives, 3)
    same(other.state(), whole.state())
    third = start_worker()
    third.advance(quiet_drives, 7)
    third.load(halfway)
    third.advance(changing_drives, 3)
    same(third.state(), whole.state())


def test_every_step_reads_its_own_drive(start_worker, make_drives, small_plan):
    """Synapses age by the time-lapse of the steps of their structural updates."""
    worker, drives = start_worker(), make_drives()
    drives["timelapse"][:] = np.arange(1, drives["timelapse"].size + 1)
    step = float(small_plan.circuit.numerics.structural_step)
    per_segment = step * drives["timelapse"][:: round(step / SLOW_STEP)].sum()
    stayed = worker.arrays["pyramidal_to_pyramidal.present"] == 1
    worker.load({"pyramidal_to_pyramidal.age": np.zeros(stayed.size)})
    for segment in (1, 2, 3):
        age = worker.advance(drives, segment)["pyramidal_to_pyramidal.age"]
        stayed &= worker.arrays["pyramidal_to_pyramidal.present"] == 1
        stayed &= worker.arrays["pyramidal_to_pyramidal.births"] == 0
        np.testing.assert_allclose(age[stayed], segment * per_segment, rtol=1e-6)


def test_a_drive_that_is_not_named_is_zero_and_not_what_it_was(start_worker, make_drives):
    """Else rates measured after a blocker would be those under the blocker."""
    worker = start_worker()
    worker.advance(make_drives(ampa_block=0.9), 1)
    assert (worker.arrays["pyramidal.ampa_available"] < 0.2).all()
    worker.advance({"timelapse": make_drives()["timelapse"]}, 2)
    assert (worker.arrays["pyramidal.ampa_available"] == 1).all()


def test_a_state_is_a_copy(start_worker, quiet_drives):
    worker = start_worker()
    before = worker.state()
    kept = {name: values.copy() for name, values in before.items()}
    worker.advance(quiet_drives, 1)
    same(before, kept)
    assert not any(name.startswith("drive.") for name in before)


def test_constants_and_drives_do_what_they_say(start_worker, make_drives, quiet_drives):
    """All of it is data to the binary: an unexcitable cell is silent, a blocker blocks."""
    worker = start_worker()
    worker.load({"pyramidal.threshold": np.array([0.02])})
    assert worker.advance(quiet_drives, 1)["pyramidal.spike_count"].sum() == 0
    worker = start_worker()
    blocked = {"nmda_blocker_2a": 1e3, "nmda_blocker_2b": 1e3}
    state = worker.advance(make_drives(**blocked), 1)
    assert (state["pyramidal.block_2a"] > 0.8).all()
    worker = start_worker()
    stressed = start_worker().advance(make_drives(86400.0, stress_hormone=1.0), 1)
    stressed = stressed["pyramidal_to_pyramidal.present"].sum()
    calm = worker.advance(make_drives(86400.0), 1)["pyramidal_to_pyramidal.present"].sum()
    assert stressed < calm


def test_biology_runs_at_the_timelapse(start_worker, make_drives):
    """Ages of spines are a clock: two seconds at an hour per second are two hours."""
    worker = start_worker()
    stayed = worker.arrays["pyramidal_to_pyramidal.present"] == 1
    worker.load({"pyramidal_to_pyramidal.age": np.zeros(stayed.size)})
    worker.advance(make_drives(timelapse=3600.0), 1)
    stayed &= worker.arrays["pyramidal_to_pyramidal.present"] == 1
    stayed &= worker.arrays["pyramidal_to_pyramidal.births"] == 0
    assert stayed.any()
    grown = worker.arrays["pyramidal_to_pyramidal.age"]
    np.testing.assert_allclose(grown[stayed], 3600.0 * SEGMENT)


def test_spikes_in_the_file_are_those_that_were_counted(start_worker, quiet_drives, tmp_path):
    worker, path = start_worker(), tmp_path / "spikes"
    for seed in (1, 2):
        worker.advance(quiet_drives, seed, spikes=path)
    found = read_spikes(path, ["pyramidal", "pv", "sst"])
    for name, (index, time) in found.items():
        count = worker.arrays[f"{name}.spike_count"]
        np.testing.assert_array_equal(np.bincount(index, minlength=count.size), count)
        assert ((time >= 0) & (time < 2 * SEGMENT)).all()
        assert (time >= SEGMENT).any()
        refractory = float(worker.arrays[f"{name}.refractory_period"][0])
        for cell in np.unique(index)[:5]:
            assert (np.diff(time[index == cell]) > refractory - 2e-4).all()


def test_a_synapse_that_is_absent_carries_nothing(start_worker, quiet_drives, small_plan):
    """With every spine gone, what the excitatory weights are makes no difference."""
    courses = []
    for weight in (1e-10, 1e-8):
        worker = start_worker()
        name = "pyramidal_to_pyramidal"
        empty = np.zeros(small_plan.projections[name].size, np.int32)
        worker.load(
            {
                f"{name}.present": empty,
                "pyramidal.formation_rate": np.zeros(1),
                f"{name}.ampa_weight": np.array([weight]),
                f"{name}.nmda_weight": np.array([weight]),
            }
        )
        courses.append(worker.advance(quiet_drives, 5)["pyramidal.v"].copy())
    np.testing.assert_array_equal(*courses)


def test_a_synapse_born_within_a_segment_carries_spikes_from_then_on(start_worker, quiet_drives):
    """Spikes visit a list of the present synapses, which must follow every birth."""
    name, received = "pyramidal_to_pyramidal", []
    for rate in (0.0, 1.0):
        worker = start_worker()
        worker.load(
            {
                f"{name}.present": np.zeros(worker.arrays[f"{name}.present"].size, np.int8),
                "pyramidal.formation_rate": np.array([rate]),
                f"{name}.nmda_weight": np.array([1e-9]),
                "pyramidal.background_nmda_weight": np.array([0.0]),
            }
        )
        state = worker.advance(quiet_drives, 5)
        received.append(float(state["pyramidal.g_nmda"].mean()))
        assert (state[f"{name}.present"].mean() > 0.5) == (rate > 0)
    assert received[1] > 10 * received[0]


@pytest.mark.parametrize(
    "name", ["pyramidal.g_ampa", "pyramidal_to_pyramidal.log_size", "pv.threshold"]
)
def test_a_value_that_is_no_number_is_reported(start_worker, quiet_drives, name):
    worker = start_worker()
    state = worker.state()
    state[name][0] = np.nan
    worker.load(state)
    with pytest.raises(EngineError, match="diverged"):
        worker.advance(quiet_drives, 1)


def test_a_killed_binary_is_an_error_and_not_a_hang(start_worker, quiet_drives):
    worker = start_worker()
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="exit status -9"):
        worker.advance(quiet_drives, 1)


def test_a_silent_binary_is_killed(start_worker, quiet_drives, monkeypatch):
    monkeypatch.setattr(standalone, "WAIT", 0.05)
    worker = start_worker()
    os.kill(worker._process.pid, signal.SIGSTOP)
    worker.time_limit = 0.2
    with pytest.raises(EngineError, match="no answer within"):
        worker.advance(quiet_drives, 1)
    assert worker._process.wait(timeout=5) == -signal.SIGKILL


def test_nothing_is_left_behind(start_worker, quiet_drives, tmp_path, monkeypatch):
    monkeypatch.setattr(standalone, "_scratch", lambda: str(tmp_path))
    worker = start_worker()
    # gone while the binary lives, so that a run that is killed leaves nothing either
    assert list(tmp_path.iterdir()) == []
    worker.advance(quiet_drives, 1)
    process = worker._process
    worker.close()
    assert process.poll() == 0
    assert list(tmp_path.iterdir()) == []
    worker.close()


def test_a_binary_that_does_not_start_leaves_nothing(small_binary, tmp_path, monkeypatch):
    monkeypatch.setattr(standalone, "_scratch", lambda: str(tmp_path))
    with pytest.raises(KeyError):
        StandaloneWorker(small_binary, {})
    assert list(tmp_path.iterdir()) == []
