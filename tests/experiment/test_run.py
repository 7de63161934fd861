"""A small experiment from phases and arms to files: twins, resuming, settings.

The circuit is tiny and the protocol short, so what comes out is no finding about ketamine; what
must hold here holds at any size.
"""

import os
import signal
import subprocess
import sys
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
    arm_of,
    content,
    everything,
    interrupted_after,
    ketamine,
)

from synaptoket import Arm, Experiment, UserError
from synaptoket.circuit.numerics import SEGMENT
from synaptoket.experiment import checkpoint_policy
from synaptoket.experiment import run as running
from synaptoket.experiment.arm_tree import branches
from synaptoket.experiment.run import RunOptions, prepare, run
from synaptoket.experiment.seed_run import segment_seed
from synaptoket.results import check_invariants, open_results


def test_the_file_keeps_its_promises(finished):
    check_invariants(finished)
    assert [path.name for path in finished.parent.iterdir()] == ["x.h5"]
    attributes = open_results(finished).attrs
    assert attributes["complete"] == 1
    assert attributes["neurons"] == 60
    assert attributes["engine"] == "standalone"
    control = arm_of(finished, "control")
    assert control.sizes["time"] == 1 + SEGMENTS
    assert float(control["time"][-1]) == pytest.approx(4 + 8 * 24 + 0.5 + 16)
    assert list(dict.fromkeys(control["phase"].values)) == [phase.name for phase in PHASES]
    assert (control["rate"].values[1:] > 0).any()
    assert float(arm_of(finished, "ketamine")["plasma"].max()) > 0
    assert float(arm_of(finished, "vehicle")["plasma"].max()) == 0


def test_arms_are_one_until_they_are_treated_differently(finished):
    """Stress starts after one segment, the dose after three."""
    names = ("synapse_count", "formed", "rate", "spine_size_mean", "glutamate", "bdnf")

    def first_difference(*arms):
        one, other = (arm_of(finished, arm) for arm in arms)
        differs = [np.atleast_2d((one[n].values != other[n].values).T).any(axis=0) for n in names]
        return int(np.argmax(np.any(differs, axis=0)))

    assert first_difference("control", "vehicle") == 1 + 1
    assert first_difference("vehicle", "ketamine") == 1 + 1 + 2


def test_stress_costs_synapses_and_ketamine_blocks(finished):
    lost = {
        arm: arm_of(finished, arm)["eliminated"].sel(projection="pyramidal_to_pyramidal")
        for arm in ("control", "vehicle")
    }
    assert lost["vehicle"].values[2:4].sum() > lost["control"].values[2:4].sum()
    block = arm_of(finished, "ketamine")["nmda_block"].max("time")
    assert float(block.sel(population="sst")) > float(block.sel(population="pyramidal")) > 0
    assert float(arm_of(finished, "vehicle")["nmda_block"].max()) == 0


def test_a_dose_of_nothing_is_the_vehicle_bit_for_bit(play, tmp_path, finished):
    """Each in a run of its own: nothing makes them one simulation."""
    (vehicle,) = play(tmp_path / "v.h5", {"arm": Arm(stress=True)})
    nothing = {"arm": Arm(stress=True, doses=(ketamine("0 mg/kg"),))}
    (given,) = play(tmp_path / "n.h5", nothing)
    (little,) = play(tmp_path / "l.h5", {"arm": Arm(stress=True, doses=(ketamine("0.001 mg/kg"),))})
    assert content(given) == content(vehicle)
    assert content(little) != content(vehicle)
    with h5py.File(given) as file:
        assert (file["arm/brain_free"][()] == 0).all()
    # and an arm is the same whether it is simulated alone or as a branch of others
    alone, branch = content(vehicle), content(finished)
    for name, values in alone.items():
        if name.startswith("arm/"):
            assert values == branch[name.replace("arm/", "vehicle/")], name


def test_the_seed_decides_everything(play, tmp_path, finished):
    (again,) = play(tmp_path / "again.h5")
    (other,) = play(tmp_path / "other.h5", seeds=(2,))
    assert everything(again) == everything(finished)
    assert content(other) != content(finished)
    assert len({segment_seed(seed, k) for seed in range(4) for k in range(200)}) == 800


@pytest.mark.parametrize(
    "segments, every", [(1, 0.0), (6, 0.0), (17, 0.0), (1, 1e9), (3, 1e9), (13, 1e9)]
)
def test_a_resumed_run_ends_as_the_uninterrupted_one(
    play, tmp_path, finished, monkeypatch, segments, every
):
    """With a checkpoint after every segment, and with none but the branch points."""
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", every)
    path = tmp_path / "x.h5"
    with pytest.raises(KeyboardInterrupt):
        play(path, progress=interrupted_after(segments))
    part = tmp_path / "x.h5.part"
    assert part.exists()
    check_invariants(part)
    assert open_results(part).attrs["complete"] == 0
    with pytest.raises(UserError, match="--resume continues it"):
        play(path)
    play(path, resume=True)
    assert everything(path) == everything(finished)
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


def test_a_run_may_be_interrupted_again_and_again(play, tmp_path, finished, monkeypatch):
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", 0.0)
    path = tmp_path / "x.h5"
    for _ in range(60):
        try:
            play(path, resume=True, progress=interrupted_after(3), jobs=2)
        except KeyboardInterrupt:
            continue
        break
    assert everything(path) == everything(finished)


@pytest.mark.parametrize("segments", [3, 11])
def test_a_killed_run_is_resumed_to_the_same_end(play, small, tmp_path, finished, segments):
    path = tmp_path / "x.h5"
    arguments = [str(path), str(small["neurons"]), *small["settings"]]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        for line in child.stdout:
            if line.strip().isdecimal() and int(line) >= segments:
                break
        child.send_signal(signal.SIGKILL)
    check_invariants(tmp_path / "x.h5.part")
    play(path, resume=True)
    # all but the segment that was not saved yet is kept
    whole = round(Silent.last.total / SEGMENT)
    assert whole - segments <= Silent.last.told <= whole - segments + 1
    assert everything(path) == everything(finished)


def test_several_seeds_are_a_folder_and_finished_ones_are_left_alone(play, tmp_path, finished):
    folder = tmp_path / "many"
    files = play(folder, seeds=(1, 2, 3), jobs=2)
    assert files == [folder / f"seed_{seed}.h5" for seed in (1, 2, 3)]
    assert sorted(p.name for p in folder.iterdir()) == [path.name for path in files]
    assert everything(files[0]) == everything(finished)
    tree = open_results(folder)
    assert list(tree["control"]["seed"].values) == [1, 2, 3]
    files[1].unlink()
    before = {path: path.stat().st_mtime_ns for path in (files[0], files[2])}
    play(folder, seeds=(1, 2, 3), jobs=2, resume=True)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    check_invariants(files[1])
    with pytest.raises(UserError, match="exists already; --overwrite replaces it"):
        play(folder, seeds=(1, 2, 3))


def test_another_run_is_not_continued(play, tmp_path):
    path = tmp_path / "x.h5"
    with pytest.raises(KeyboardInterrupt):
        play(path, progress=interrupted_after(2))
    with pytest.raises(UserError, match="--overwrite starts again"):
        play(path, resume=True, settings=("populations.pv.leak_conductance=16 nS",))


def test_half_the_timelapse_is_twice_the_rows(play, tmp_path):
    (path,) = play(tmp_path / "x.h5", {"control": Arm()}, timelapse_scale=0.5)
    assert open_results(path)["control"].sizes["time"] == 1 + 2 * SEGMENTS
    check_invariants(path)


# --- settings -----------------------------------------------------------------------------------


@pytest.fixture
def prepared(small):
    """Return a function that applies settings without compiling or writing anything."""

    def make(*settings, arms=ARMS):
        options = RunOptions(
            (1,), Path("x.h5"), neurons=small["neurons"], settings=small["settings"] + settings
        )
        return prepare(Experiment(PHASES, arms), options)

    return make


def test_a_setting_changes_the_dose_in_every_arm_that_gives_it(prepared):
    before, after = prepared(), prepared("ketamine.dose=10 mg/kg")
    name = "nmda_blocker_2a"
    np.testing.assert_allclose(
        after.schedules["ketamine"].drives[name],
        2 * before.schedules["ketamine"].drives[name],
        rtol=1e-9,
    )
    assert (after.schedules["vehicle"].drives[name] == 0).all()
    late = prepared("ketamine.start=30 min").schedules["ketamine"]
    first = [np.argmax(s.plasma["ketamine"] > 0) for s in (before.schedules["ketamine"], late)]
    assert first[1] == first[0] + 3


def test_a_setting_changes_a_phase(prepared):
    after = prepared("phases.stress.duration=16 day", "phases.stress.stress=0.5")
    stressed = after.schedules["vehicle"]
    assert stressed.phase.count("stress") == 2 * 2
    assert stressed.drives["stress_hormone"].max() == 0.5
    assert prepared("phases.after.timelapse=2 h/s").schedules["control"].phase.count("after") == 4


def test_a_setting_changes_a_drug_the_circuit_and_the_body(prepared):
    before = prepared()
    slow = prepared("ketamine.kinetics.clearance=20 L/h")
    last = [made.schedules["ketamine"].plasma["ketamine"][-1] for made in (before, slow)]
    assert last[1] > 1.5 * last[0]
    wired = prepared("projections.pv_to_pv.gaba_weight=2 nS", "rules.bdnf.enabled=false")
    weights = [made.plan.projections["pv_to_pv"].constants["gaba_weight"][1]
               for made in (before, wired)]  # fmt: skip
    assert weights[0] != weights[1]
    assert not wired.plan.circuit.rules["bdnf"].enabled
    light, heavy = (
        prepared(f"body_weight={weight} kg").schedules["ketamine"].plasma["ketamine"].max()
        for weight in (40, 90)
    )
    assert light != heavy


def test_every_parameter_of_a_run_is_recorded(prepared):
    recorded = prepared("ketamine.dose=7 mg/kg", "populations.pv.leak_conductance=16 nS").parameters
    changed = recorded["circuit"]["populations"]["pv"]["leak_conductance"]
    assert changed == {"value": "16 nS", "source": "set on the command line"}
    assert recorded["phases"]["stress"]["duration"] == "8 day"
    assert "GluN2A" in recorded["drugs"]["ketamine"]["nmda"]["affinity_sets"]["gilling"]


WRONG = {
    "ketamine.dos=1 mg/kg": "did you mean 'dose'?",
    "ketamine.dose=-1 mg/kg": "expected zero or more",
    "ketamine.dose=1 h": "expected a mass",
    "ketamine.dose=1": "expected a mass",
    "ketamine.route=orall": "did you mean 'oral'?",
    "ketamine.phase=treatmnt": "did you mean 'treatment'?",
    "ketamine.kinetics.clearanc=3 L/h": "did you mean 'kinetics.clearance'?",
    "ketamine.kinetics.clearance=3 s": "expected a clearance (liter/second), got a time",
    "phases.stres.duration=1 day": "did you mean 'phases.stress.duration'?",
    "phases.stress.duration=-1 day": "the phase ends before it starts",
    "phases.stress.duration=1 nS": "expected a time (second)",
    "phases.stress.stress=2": "expected 0 to 1",
    "populations.pyramidal.capacitance=500 ms": "expected a capacitance (farad), got a time",
    "populations.pyramidal.capacitanc=5 pF": "did you mean 'populations.pyramidal.capacitance'?",
    "populations.pv.fraction=0.0001": "a population of zero cells",
    "body_weight=70": "body_weight",
    "body_weight=-70 kg": "expected 1 g to 1000 kg",
    "rules.bdnf.enabled=maybe": "rules.bdnf.enabled",
    "ketamine=3": "ketamine",
    "phases=3": "phases",
}


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_is_refused_before_anything_happens(small, tmp_path, monkeypatch, setting):
    def refuse(*arguments, **named):
        raise AssertionError("got as far as the engine")

    monkeypatch.setattr(running, "Engine", refuse)
    options = RunOptions((1,), tmp_path / "sub" / "x.h5", neurons=60, settings=(setting,))
    with pytest.raises(UserError) as caught:
        run(Experiment(PHASES, ARMS), options, progress=Silent)
    assert WRONG[setting] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_tree_of_arms_covers_every_arm_once(prepared):
    schedules = prepared().schedules
    tree = branches(schedules, list(schedules))

    def paths(branch, before=()):
        here = (*before, (branch.start, branch.stop))
        if not branch.children:
            return dict.fromkeys(branch.arms, here)
        found = {}
        for child in branch.children:
            found |= paths(child, here)
        return found

    found = paths(tree)
    assert set(found) == set(ARMS)
    for stretches in found.values():
        assert stretches[0][0] == 0
        assert stretches[-1][1] == SEGMENTS
        assert all(a[1] == b[0] for a, b in zip(stretches, stretches[1:], strict=False))
    assert tree.segments() == 1 + (2 + 3 + 2) + 2 + (3 + 2) * 2
