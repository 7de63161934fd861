"""States of a run: which are saved and stay, starting from one, and what is refused."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_experiment import (
    ARMS,
    CHILD,
    PHASES,
    SEGMENTS,
    Silent,
    everything,
    interrupted_after,
    ketamine,
)

from synaptoket import Arm, Experiment, UserError
from synaptoket.circuit.initial import variable_sizes
from synaptoket.engine import Engine
from synaptoket.experiment import checkpoint_policy
from synaptoket.experiment.run import RunOptions, prepare
from synaptoket.experiment.start_state import starting_point
from synaptoket.results import (
    ResultsFile,
    check_invariants,
    describe,
    finishing,
    open_results,
    writer,
)
from synaptoket.results.checkpoints import read_state, write_state
from synaptoket.results.schema import PHASE_BYTES, VARIABLES
from synaptoket.results.sealing import run_key
from synaptoket.results.states import load_state

VEHICLE = {"vehicle": Arm(stress=True)}


def arm_values(path, arm, first=0):
    """Return the rows of an arm from row `first` on, but for time and drugs."""
    names = [v.name for v in VARIABLES if v.dimension != "drug"]
    with h5py.File(path) as file:
        return {name: file[arm][name][first:].tolist() for name in names}


def start(path, name):
    return {"start": f"{path}:{name}"}


# --- what is saved ------------------------------------------------------------------------------


def test_a_finished_file_has_the_state_of_every_phase_end_of_every_branch(finished):
    with h5py.File(finished) as file:
        names = set(file["checkpoints"])
    after = {f"{arm}@{phase}" for arm in ARMS for phase in ("treatment", "after")}
    assert names == {"control@baseline", "control@stress", "vehicle@stress"} | after
    text = describe(finished)
    line = next(line for line in text.splitlines() if "vehicle@stress" in line)
    assert line.split()[1:3] == ["day", "8.17"]
    assert line.endswith("vehicle, ketamine")


def test_a_state_holds_variables_and_neither_constants_nor_drives(finished, small_plan):
    state = load_state(finished, "control@after").state
    sizes = variable_sizes(small_plan)
    assert {name: values.size for name, values in state.items()} == sizes


@pytest.mark.parametrize("keep, names", [
    ("branches", {"control@baseline", "vehicle@stress", *(f"{arm}@after" for arm in ARMS)}),
    ("none", set()),
])  # fmt: skip
def test_less_may_be_kept(play, tmp_path, finished, keep, names):
    (path,) = play(tmp_path / "x.h5", keep=keep)
    with h5py.File(path) as file:
        assert set(file["checkpoints"]) == names
    kept, all_of_it = everything(path), everything(finished)
    assert kept == {name: value for name, value in all_of_it.items() if name in kept}
    with pytest.raises(UserError, match="did you mean 'phases'"):
        play(tmp_path / "y.h5", keep="phase")


def test_a_branch_that_ends_within_a_phase_says_when(play, tmp_path):
    late = replace(ketamine("5 mg/kg"), start="10 min")
    (path,) = play(tmp_path / "x.h5", {"vehicle": Arm(), "ketamine": Arm(doses=(late,))})
    with h5py.File(path) as file:
        assert "vehicle@treatment+0.1667h" in file["checkpoints"]


@pytest.mark.parametrize("every, times", [(1, 9), (4, 2), (None, 0)])
def test_states_to_resume_from_are_saved_every_so_many_segments(
    play, tmp_path, monkeypatch, every, times
):  # fmt: skip
    saved = []
    real = ResultsFile.save_checkpoint

    def save(self, name, *arguments, **options):
        saved.append(name)
        real(self, name, *arguments, **options)

    monkeypatch.setattr(ResultsFile, "save_checkpoint", save)
    phases = (replace(PHASES[1], duration="40 day"),)  # ten segments
    (path,) = play(tmp_path / "x.h5", VEHICLE, phases=phases, checkpoint_every=every)
    assert saved == [*["vehicle@latest"] * times, "vehicle@stress"]
    with h5py.File(path) as file:
        assert list(file["checkpoints"]) == ["vehicle@stress"]


def test_the_longest_name_of_a_phase_fits_the_file():
    Experiment((replace(PHASES[0], name="x" * PHASE_BYTES),), VEHICLE).check()
    for name in ("x" * (PHASE_BYTES + 1), "latest", ""):
        with pytest.raises(UserError, match="expected a name of 1 to 80 letters"):
            Experiment((replace(PHASES[0], name=name),), VEHICLE).check()
    alike = (replace(PHASES[0], name="a b"), replace(PHASES[0], name="a_b"))
    with pytest.raises(UserError, match="two phases are named"):
        Experiment(alike, VEHICLE).check()


# --- starting from a state ----------------------------------------------------------------------


def test_what_starts_from_a_state_goes_on_as_if_it_had_played_on(play, tmp_path, finished):
    """Phase by phase, each from the file before: the bits of the run that was never divided."""
    source, at = finished, 1
    for i, phase in enumerate(PHASES[1:], start=1):
        name = f"vehicle@{PHASES[i - 1].name}"
        (path,) = play(tmp_path / f"{i}.h5", VEHICLE, phases=(phase,), **start(source, name))
        check_invariants(path)
        rows = arm_values(path, "vehicle", first=1)
        whole = arm_values(finished, "vehicle", first=1 + at)
        length = len(rows["timelapse"])
        assert rows == {key: values[:length] for key, values in whole.items()}
        source, at = path, at + length
    assert at == SEGMENTS
    first, last = (load_state(p, "vehicle@after").state for p in (finished, source))
    for key, values in first.items():
        assert values.tobytes() == last[key].tobytes(), key
    attributes = open_results(source).attrs
    assert attributes["start_checkpoint"] == "vehicle@treatment"
    assert attributes["start_hours"] == pytest.approx(0.5)
    assert attributes["start_seed"] == 1


def test_the_stress_hormone_goes_on_from_where_it_was(play, tmp_path, finished):
    def hormone(path, arm):
        return open_results(path)[arm]["stress_hormone"].values[0]

    (path,) = play(tmp_path / "x.h5", phases=PHASES[2:], **start(finished, "vehicle@stress"))
    whole = hormone(finished, "vehicle")[1 + 3 :]
    assert whole[0] > 0.9
    for arm in ("vehicle", "control"):  # they start from the state of a stressed animal
        assert (hormone(path, arm)[1:] == whole).all()
    assert hormone(path, "vehicle")[0] == pytest.approx(1, abs=1e-3)


def test_any_arm_names_the_state_that_it_shares(finished):
    assert load_state(finished, "ketamine@stress").name == "vehicle@stress"
    assert load_state(finished, "ketamine@baseline").name == "control@baseline"
    assert load_state(finished, "ketamine@after").name == "ketamine@after"


def test_the_network_is_that_of_the_state(play, tmp_path, finished, monkeypatch):
    asked = []
    real = Engine.worker
    monkeypatch.setattr(Engine, "worker", lambda self, seed: asked.append(seed) or real(self, seed))
    files = play(
        tmp_path / "many", VEHICLE, seeds=(1, 7), phases=PHASES[2:],
        **start(finished, "vehicle@stress"),
    )  # fmt: skip
    assert asked == [1, 1]
    one, seven = (arm_values(path, "vehicle") for path in files)
    assert one["synapse_count"][0] == seven["synapse_count"][0]
    assert one["rate"] != seven["rate"]
    with h5py.File(files[1]) as file:
        assert file.attrs["seed"] == 7
        assert json.loads(file.attrs["circuit"])["connectivity_seed"] == 1
    assert list(open_results(tmp_path / "many")["vehicle"]["seed"].values) == [1, 7]


def test_each_seed_starts_from_its_own_file_in_a_folder(play, tmp_path, finished):
    play(tmp_path / "first", VEHICLE, seeds=(1, 2), phases=PHASES[:2])
    files = play(
        tmp_path / "second", VEHICLE, seeds=(1, 2), phases=PHASES[2:],
        **start(tmp_path / "first", "vehicle@stress"),
    )  # fmt: skip
    whole = arm_values(finished, "vehicle", first=1 + 3)
    assert arm_values(files[0], "vehicle", first=1)["rate"] == whole["rate"]
    assert arm_values(files[1], "vehicle", first=1)["rate"] != whole["rate"]
    with pytest.raises(UserError, match=r"no file seed_3\.h5 in this folder"):
        play(tmp_path / "third", VEHICLE, seeds=(3,), **start(tmp_path / "first", "x@stress"))


def test_an_interrupted_run_from_a_state_is_resumed(play, tmp_path, finished, monkeypatch):
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", 0.0)
    given = start(finished, "vehicle@stress") | {"phases": PHASES[2:]}
    (whole,) = play(tmp_path / "whole.h5", **given)
    with pytest.raises(KeyboardInterrupt):
        play(tmp_path / "x.h5", progress=interrupted_after(5), **given)
    with pytest.raises(UserError, match="start_checkpoint = vehicle@stress: this run has none"):
        play(tmp_path / "x.h5", resume=True, phases=PHASES[2:])
    (path,) = play(tmp_path / "x.h5", resume=True, **given)
    assert everything(path) == everything(whole)


def test_constants_are_those_of_the_run_and_it_is_said_which_differ(
    play, tmp_path, finished, capsys
):  # fmt: skip
    given = start(finished, "ketamine@treatment") | {"phases": PHASES[3:]}
    (same,) = play(tmp_path / "same.h5", VEHICLE, **given)
    notes = capsys.readouterr().err
    assert "other parameters" not in notes
    assert "uM ketamine" in notes
    assert "in brain is not carried over" in notes
    changed = "projections.pv_to_pv.gaba_weight=2 nS"
    (other,) = play(tmp_path / "other.h5", VEHICLE, settings=(changed,), **given)
    told = next(line for line in capsys.readouterr().err.splitlines() if "parameters" in line)
    assert told.startswith("note: ")
    assert "projections.pv_to_pv.gaba_weight is 2 nS, was " in told
    one, two = (arm_values(path, "vehicle") for path in (same, other))
    assert one["synapse_count"][0] == two["synapse_count"][0]
    assert one["rate"] != two["rate"]


def test_a_rule_may_be_switched_off_from_a_state_on(finished, small):
    settings = (*small["settings"], "rules.bdnf.enabled=false")
    options = RunOptions((1,), Path("x.h5"), neurons=small["neurons"], settings=settings)
    prepared = prepare(Experiment(PHASES, VEHICLE), options)
    one, two = starting_point(f"{finished}:vehicle@stress", 1, prepared).notes
    assert "rules.bdnf.enabled is False, was True" in one
    assert "other equations than the state's: " in two


WRONG = {
    "nowhere.h5:vehicle@stress": "nowhere.h5: no such file",
    "text.h5:vehicle@stress": "text.h5: not a readable result file",
    "other.h5:vehicle@stress": "not one that synaptoket wrote",
    "x.h5:vehicle@stres": "did you mean 'vehicle@stress'?; it holds control@baseline, ",
    "x.h5:zzz": "x.h5: no checkpoint 'zzz'; it holds control@baseline, ",
    "x.h5": "expected FILE:CHECKPOINT",
    "x.h5:": "expected FILE:CHECKPOINT",
    "none.h5:vehicle@stress": "none.h5: holds no checkpoint; --keep-checkpoints phases",
    "lacks.h5:vehicle@stress": "checkpoint vehicle@stress: lacks pyramidal.v",
    "extra.h5:vehicle@stress": "vehicle@stress: holds pyramidal.w, which was not saved",
    "broken.h5:vehicle@stress": "broken.h5: checkpoint vehicle@stress: cannot be read",
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory, finished):
    """A folder of files, few of which one can start from."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "text.h5").write_text("no HDF5")
    with h5py.File(folder / "other.h5", "w") as file:
        file["a"] = 1
    for name in ("x", "none", "lacks", "extra", "broken"):
        shutil.copy(finished, folder / f"{name}.h5")
    for name in ("none", "lacks", "extra", "broken"):
        with h5py.File(folder / f"{name}.h5", "r+") as file:
            states = file["checkpoints"]
            if name == "none":
                del file["checkpoints"]
            elif name == "lacks":
                del states["vehicle@stress"]["pyramidal.v"]
            elif name == "extra":
                states["vehicle@stress"]["pyramidal.w"] = np.zeros(3)
            else:
                dataset = states["vehicle@stress"]["pyramidal_to_pyramidal.log_size"]
                dataset.id.write_direct_chunk((0,), b"not zlib")
    return folder


@pytest.mark.parametrize("text", WRONG)
def test_a_state_that_cannot_be_used_is_refused_in_one_line(sources, play, tmp_path, text):
    with pytest.raises(UserError) as caught:
        play(tmp_path / "y.h5", start=str(sources / text))
    assert WRONG[text] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


OTHER_CIRCUITS = {
    "populations.pv.fraction=0.2": "the state holds 6 pv cells, the circuit 12",
    "projections.pv_to_pv.in_degree=2": "holds 18 potential synapses of pv_to_pv, the circuit 12",
}


@pytest.mark.parametrize("setting", OTHER_CIRCUITS)
def test_a_state_of_another_circuit_is_refused_with_what_differs(
    play, tmp_path, finished, setting
):  # fmt: skip
    with pytest.raises(UserError, match=f"state of another circuit: .*{OTHER_CIRCUITS[setting]}"):
        play(tmp_path / "y.h5", settings=(setting,), **start(finished, "vehicle@stress"))


def test_other_contacts_are_another_circuit(play, tmp_path, sources):
    path = shutil.copy(sources / "x.h5", tmp_path / "from.h5")
    name = "vehicle@stress"
    with h5py.File(path, "r+") as file:
        states = file["checkpoints"]
        state, told = read_state(states[name], name, run_key(file.attrs))
        circuit = json.loads(file.attrs["circuit"])
        circuit["contacts"]["pv_to_pv"] = "0" * 12
        file.attrs["circuit"] = json.dumps(circuit)
        del states[name]  # and sealed again: the hash is that of such a run
        write_state(states.create_group(name), state, told, True, name, run_key(file.attrs))
    with pytest.raises(UserError, match="the contacts of pv_to_pv are drawn in another way"):
        play(tmp_path / "y.h5", **start(path, "vehicle@stress"))


# --- resuming -----------------------------------------------------------------------------------


def test_a_finished_run_is_only_resumed_as_what_it_is(play, tmp_path, finished):
    path = Path(shutil.copy(finished, tmp_path / "x.h5"))
    before = path.read_bytes()
    play(path, resume=True)
    for name, wrong in {
        "parameters: phases.after.duration = 16 h: this run has 1 day": {
            "phases": (*PHASES[:3], replace(PHASES[3], duration="1 day"))
        },
        "parameters: arms.control.stress = False: this run has True": {
            "arms": {**ARMS, "control": Arm(stress=True)}
        },
        "doses: ketamine.ketamine.amount = 5 mg/kg: this run has 6 mg/kg": {
            "arms": {**ARMS, "ketamine": Arm(stress=True, doses=(ketamine("6 mg/kg"),))}
        },
        "parameters: circuit.populations.pv.leak_conductance = ": {
            "settings": ("populations.pv.leak_conductance=16 nS",)
        },
        "seed = 1: this run has 2": {"seeds": (2,)},
        "arms = ": {"arms": VEHICLE},
        "start_checkpoint = none: this run has vehicle@stress": start(finished, "vehicle@stress"),
    }.items():
        with pytest.raises(UserError) as caught:
            play(path, resume=True, **wrong)
        assert str(caught.value).startswith(f"{path}: {name}")
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("step", ["write_finished", "publish"])
def test_a_run_killed_while_its_file_is_finished(play, tmp_path, finished, monkeypatch, step):
    path = tmp_path / "x.h5"

    def killed(*arguments):
        if step == "write_finished":
            finishing.write_finished(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(writer, step, killed)
        with pytest.raises(KeyboardInterrupt):
            play(path)
    assert not path.exists()
    Silent.last = None
    play(path, resume=True)
    assert Silent.last is None or Silent.last.told == 0
    assert everything(path) == everything(finished)
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


def test_an_interrupted_replacement_is_continued(play, tmp_path, finished):
    path = Path(shutil.copy(finished, tmp_path / "x.h5"))
    dose = {"arms": {**ARMS, "ketamine": Arm(stress=True, doses=(ketamine("6 mg/kg"),))}}
    with pytest.raises(KeyboardInterrupt):
        play(path, overwrite=True, progress=interrupted_after(4), **dose)
    assert everything(path) == everything(finished)
    play(path, resume=True, **dose)
    assert everything(path) != everything(finished)


def kill_after(path, small, moment):
    """Play in another process, resuming, and kill it some seconds after its first segment."""
    arguments = [str(path), str(small["neurons"]), *small["settings"]]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        for line in child.stdout:
            if line.strip().isdecimal():
                break
        time.sleep(moment)
        child.send_signal(signal.SIGKILL)


def killed_again_and_again(path, small, kills, seed, longest):
    moments = random.Random(seed)
    for _ in range(kills):
        kill_after(path, small, moments.uniform(0, longest))
        if path.exists():
            return


def test_a_run_killed_five_times_ends_as_the_uninterrupted_one(play, small, tmp_path, finished):
    path = tmp_path / "x.h5"
    killed_again_and_again(path, small, 5, seed=1, longest=0.15)
    play(path, resume=True)
    assert everything(path) == everything(finished)
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_run_killed_at_a_random_moment_ends_as_the_uninterrupted_one(
    play, small, tmp_path, finished, seed
):  # fmt: skip
    path = tmp_path / "x.h5"
    killed_again_and_again(path, small, 1, seed, longest=3.0)
    play(path, resume=True)
    assert everything(path) == everything(finished)


# --- size ---------------------------------------------------------------------------------------


def test_a_state_of_a_thousand_neurons_takes_four_mebibytes_at_most(tmp_path):
    """With what every value would be after some time, absent synapses at their resting values."""
    from synaptoket.circuit.initial import initial_state

    options = RunOptions((1,), tmp_path / "x.h5", neurons=1000)
    made = prepare(Experiment(PHASES, ARMS, "prefrontal"), options).plan
    state, rng = initial_state(made, 1), np.random.default_rng(1)
    state = {name: state[name] for name in variable_sizes(made)}
    for name, values in state.items():
        if values.dtype.kind == "f":
            noisy = rng.lognormal(size=values.size).astype(np.float32)
            there = state.get(f"{name.partition('.')[0]}.present")
            averaged = name.rpartition(".")[2].startswith("time_above")
            state[name] = noisy if there is None or averaged else np.where(there, noisy, 1)
    with h5py.File(tmp_path / "state.h5", "w") as file:
        write_state(file, state, {}, compress=True)
    assert (tmp_path / "state.h5").stat().st_size <= 4 * 2**20
