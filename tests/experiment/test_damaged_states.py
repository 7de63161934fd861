"""States that are not what was saved: never gone on from, and the run ends with the same bits."""

import json
import shutil
from contextlib import contextmanager

import h5py
import numpy as np
import pytest
from small_experiment import everything, interrupted_after

from synaptoket import UserError
from synaptoket.experiment import checkpoint_policy
from synaptoket.results.checkpoints import CheckpointFolder, read_state, write_state
from synaptoket.results.schema import EVENT
from synaptoket.results.sealing import CONTENTS, SEAL, run_key
from synaptoket.results.states import load_state

#: Saved last before the run is interrupted: one to resume from, of the arms that share the trunk.
LATEST = "vehicle@latest"


@contextmanager
def state_in(part, name=LATEST):
    """Open the state of an unfinished run for changes; it is written again piece by piece."""
    with h5py.File(CheckpointFolder(part).folder / f"{name}.h5", "r+") as file:
        yield file["state"]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, small, small_binary):
    """Folders of two unfinished runs, of seed 1 and 2, with events, stopped at the same place."""
    from small_experiment import ARMS, PHASES

    from synaptoket import Experiment
    from synaptoket.experiment.run import RunOptions, run

    folder, before = tmp_path_factory.mktemp("stopped"), checkpoint_policy.CHECKPOINT_EVERY
    checkpoint_policy.CHECKPOINT_EVERY = 0.0
    try:
        for seed in (1, 2):
            options = RunOptions((seed,), folder / f"{seed}.h5", record_events=True, **small)
            with pytest.raises(KeyboardInterrupt):
                run(Experiment(PHASES, ARMS), options, progress=interrupted_after(10))
    finally:
        checkpoint_policy.CHECKPOINT_EVERY = before
    return folder


@pytest.fixture
def part(stopped, tmp_path):
    """A copy of the unfinished run of seed 1."""
    for path in stopped.glob("1.h5.part*"):
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, tmp_path / path.name.replace("1.h5", "x.h5"))
    return tmp_path / "x.h5.part"


def names(part):
    return CheckpointFolder(part).names()


def without_a_variable(part, stopped):
    with state_in(part) as state:
        del state["pyramidal.v"]


def with_another_variable(part, stopped):
    with state_in(part) as state:
        state["pyramidal.w"] = np.zeros(60)


def of_another_shape(part, stopped):
    with state_in(part) as state:
        values = state["pyramidal.v"][:-1]
        del state["pyramidal.v"]
        state["pyramidal.v"] = values


def of_another_type(part, stopped):
    with state_in(part) as state:
        values = state["pyramidal.v"][:].astype("f8")
        del state["pyramidal.v"]
        state["pyramidal.v"] = values


def with_two_variables_swapped(part, stopped):
    """Of the same type and size, so that only the hash can tell."""
    with state_in(part) as state:
        alike = [n for n, d in state.items() if d.shape == state["pyramidal.v"].shape
                 and d.dtype == state["pyramidal.v"].dtype and not d.attrs]  # fmt: skip
        other = next(n for n in alike if n != "pyramidal.v")
        state.move(other, "kept")
        state.move("pyramidal.v", other)
        state.move("kept", "pyramidal.v")


def with_one_bit_flipped(part, stopped):
    with state_in(part) as state:
        values = state["pyramidal.v"][:]
        values.view(np.uint8)[0] ^= 1
        state["pyramidal.v"][:] = values


def with_another_attribute(part, stopped):
    with state_in(part) as state:
        told = json.loads(state.attrs["attributes"])
        state.attrs["attributes"] = json.dumps(told | {"segment": told["segment"] - 1})


def of_other_arms(part, stopped):
    with state_in(part) as state:
        told = json.loads(state.attrs["attributes"])
        state.attrs["attributes"] = json.dumps(told | {"arms": ["control"]})


def without_a_hash(part, stopped):
    with state_in(part) as state:
        del state.attrs[SEAL]


def with_nonsense_for_attributes(part, stopped):
    with state_in(part) as state:
        state.attrs["attributes"] = "[" * 100_000


def renamed(part, stopped):
    folder = CheckpointFolder(part).folder
    shutil.move(folder / f"{LATEST}.h5", folder / "control@latest.h5")


def cut_off(part, stopped):
    path = CheckpointFolder(part).folder / f"{LATEST}.h5"
    path.write_bytes(path.read_bytes()[:5000])


def of_another_seed(part, stopped):
    there = CheckpointFolder(stopped / "2.h5.part").folder
    for path in there.glob("*.h5"):
        shutil.copy(path, CheckpointFolder(part).folder)


def every_state_gone(part, stopped):
    for path in CheckpointFolder(part).folder.glob("*.h5"):
        path.unlink()


def with_altered_rows(part, stopped):
    with h5py.File(part, "r+") as file:
        file["vehicle/rate"][1] += 0.5


def with_an_altered_first_row(part, stopped):
    with h5py.File(part, "r+") as file:
        for arm in ("control", "vehicle", "ketamine"):
            file[arm]["glutamate"][0] += 0.5


def with_rows_removed(part, stopped):
    with h5py.File(part, "r+") as file:
        for dataset in file["ketamine"].values():
            if dataset.maxshape[0] is None:
                dataset.resize(2, axis=0)


def with_altered_events(part, stopped):
    path = CheckpointFolder(part).folder / "vehicle.events"
    events = np.frombuffer(path.read_bytes(), EVENT).copy()
    events["post"][0] += 1
    path.write_bytes(events.tobytes())


DAMAGES = [without_a_variable, with_another_variable, of_another_shape, of_another_type,
           with_two_variables_swapped, with_one_bit_flipped, with_another_attribute,
           of_other_arms, without_a_hash, with_nonsense_for_attributes, renamed, cut_off,
           of_another_seed, with_altered_rows, with_an_altered_first_row,
           with_altered_events]  # fmt: skip
#: Without a word: there is nothing that could be used.
UNTOLD = [every_state_gone, with_rows_removed]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, small, small_binary):
    """The run with events that was never stopped."""
    from small_experiment import ARMS, PHASES, Silent

    from synaptoket import Experiment
    from synaptoket.experiment.run import RunOptions, run

    path = tmp_path_factory.mktemp("whole") / "x.h5"
    options = RunOptions((1,), path, record_events=True, **small)
    run(Experiment(PHASES, ARMS), options, progress=Silent)
    return path


@pytest.mark.parametrize("damage", DAMAGES + UNTOLD, ids=lambda damage: damage.__name__)
def test_a_state_that_was_changed_is_not_resumed_from(play, part, stopped, whole, capsys, damage):
    assert LATEST in names(part)
    damage(part, stopped)
    (path,) = play(part.with_suffix(""), resume=True, record_events=True)
    notes = [line for line in capsys.readouterr().err.splitlines() if "not used" in line]
    assert bool(notes) == (damage in DAMAGES)
    assert all(line.startswith("note: ") and "checkpoint" in line for line in notes)
    assert everything(path) == everything(whole)
    assert not part.exists()


def test_a_state_that_was_not_changed_is_resumed_from_without_a_word(play, part, whole, capsys):
    segments = []

    def counting(total, label, done=0.0):
        segments.append(done)
        return Silent(total, label, done)

    from small_experiment import Silent

    (path,) = play(part.with_suffix(""), resume=True, record_events=True, progress=counting)
    assert segments[0] > 0
    assert "note" not in capsys.readouterr().err
    assert everything(path) == everything(whole)


def test_the_message_names_what_is_wrong(play, part, stopped, capsys):
    without_a_variable(part, stopped)
    play(part.with_suffix(""), resume=True, record_events=True)
    assert f"checkpoint {LATEST}: lacks pyramidal.v; not used" in capsys.readouterr().err


@pytest.mark.parametrize("damage", [d for d in DAMAGES if d.__name__.startswith(("with", "of"))
                                    and "row" not in d.__name__ and "event" not in d.__name__],
                         ids=lambda damage: damage.__name__)  # fmt: skip
def test_a_state_that_was_changed_is_refused_to_start_from(play, part, stopped, tmp_path, damage):
    damage(part, stopped)
    with pytest.raises(UserError) as caught:
        play(tmp_path / "y.h5", start=f"{part}:{LATEST}")
    assert LATEST in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "y.h5").exists()


def test_a_state_copied_from_another_finished_file_is_refused(play, finished, tmp_path):
    (other,) = play(tmp_path / "other.h5", seeds=(2,))
    with h5py.File(other) as source, h5py.File(shutil.copy(finished, tmp_path / "x.h5"), "r+") as f:
        del f["checkpoints/vehicle@stress"]
        source.copy("checkpoints/vehicle@stress", f["checkpoints"])
    with pytest.raises(UserError, match="vehicle@stress: is not what was saved"):
        load_state(tmp_path / "x.h5", "vehicle@stress")


def test_a_well_sealed_state_of_another_circuit_is_refused(play, part):
    """As a program would write it that knows how hashes are made, but not the circuit."""
    folder = CheckpointFolder(part)
    with h5py.File(part) as file:
        run = run_key(file.attrs)
    state, told = folder.state(LATEST, run)
    del state["pyramidal.v"]
    folder.save(LATEST, state, told, False, run)
    with pytest.raises(UserError, match=f"{LATEST}: the circuit has pyramidal.v, which the state"):
        play(part.with_suffix(""), resume=True, record_events=True)


def test_a_state_without_a_hash_of_an_older_file_is_started_from_and_it_is_said(
    play, finished, tmp_path, capsys
):
    old = shutil.copy(finished, tmp_path / "old.h5")
    with h5py.File(old, "r+") as file:
        file.attrs["schema_version"] = 1
        for state in file["checkpoints"].values():
            del state.attrs[SEAL], state.attrs[CONTENTS]
    play(tmp_path / "x.h5", start=f"{old}:vehicle@stress")
    assert "schema_version 1 and has no hashes: cannot be verified" in capsys.readouterr().err


def test_a_hash_covers_name_run_attributes_types_and_shapes(tmp_path):
    state = {"a": np.arange(6.0), "b": np.zeros(4, np.int32)}
    with h5py.File(tmp_path / "x.h5", "w") as file:
        write_state(file.create_group("s"), state, {"arms": ["x"]}, True, "name", "run")
        read_state(file["s"], "name", "run")
        for name, run in (("other", "run"), ("name", "other")):
            with pytest.raises(UserError, match="its hash is another"):
                read_state(file["s"], name, run)
