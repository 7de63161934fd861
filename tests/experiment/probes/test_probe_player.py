"""Probes in a run: they change nothing, survive an interruption, and lie in the file with units."""

import tomllib
from dataclasses import replace

import h5py
import numpy as np
import pytest
from small_experiment import ARMS, PHASES, SEGMENTS, Silent, everything, interrupted_after

from synaptoket import Assembly, Experiment, UserError
from synaptoket.experiment import checkpoint_policy
from synaptoket.experiment.probes import (
    EvokedResponse,
    GlutamatePulse,
    PatternCompletion,
    Probes,
    SpontaneousActivity,
)
from synaptoket.experiment.probes.probe_player import probe_points
from synaptoket.experiment.run import RunOptions, prepare, run
from synaptoket.results import check_invariants, open_results
from synaptoket.results.provenance import to_toml

AFTER = ("baseline", "treatment", "after")
VOLLEY = EvokedResponse("pyramidal", "pyramidal")
PROBES = Probes(
    (GlutamatePulse(), PatternCompletion(), SpontaneousActivity(), VOLLEY), AFTER, trials=2
)
STORED = Assembly(share=0.2, stored="stress")


@pytest.fixture(scope="module")
def play(small, small_binary):
    """Return a function that runs the small experiment with an assembly and, or not, probes."""

    def start(out, probes=PROBES, progress=Silent, arms=ARMS, phases=PHASES, **options):
        settings = small["settings"] + options.pop("settings", ())
        options = RunOptions((1,), out, **small | {"settings": settings} | options)
        experiment = Experiment(phases, arms, assembly=STORED, probes=probes)
        return run(experiment, options, progress=progress)[0]

    return start


@pytest.fixture(scope="module")
def finished(tmp_path_factory, play):
    return play(tmp_path_factory.mktemp("probed") / "x.h5")


def test_probes_leave_no_trace_in_what_they_probe(play, tmp_path, finished):
    without, probed = everything(play(tmp_path / "x.h5", probes=None)), everything(finished)
    assert {name for name in probed if "/probes/" in name}
    assert {name: v for name, v in probed.items() if "/probes/" not in name} == without


def test_every_readout_has_its_unit_its_meaning_and_its_axes(finished):
    check_invariants(finished)
    with h5py.File(finished) as file:
        for arm in ARMS:
            group = file[arm]["probes"]
            assert list(group["phase"].asstr()) == [*AFTER]
            np.testing.assert_allclose(group["time"], [4, 196.5, 212.5])
            for readout in PROBES.readouts():
                dataset = group[readout.name]
                assert dataset.attrs["units"] == readout.units
                assert dataset.attrs["long_name"] == readout.long_name
                axes = [dim[0].name.rpartition("/")[2] for dim in dataset.dims]
                assert axes == ["time", *([readout.dimension] if readout.dimension else [])]
                assert dataset.dtype == "float64"
        units = {name: file["control/probes"][name].attrs["units"] for name in
                 ("evoked_ampa", "persistence", "theta_power", "resting_rate")}  # fmt: skip
    assert units == {"evoked_ampa": "nS", "persistence": "s", "theta_power": "Hz^2",
                     "resting_rate": "Hz"}  # fmt: skip


def test_the_tree_has_them_below_their_arm(finished):
    node = open_results(finished)["ketamine/probes"]
    assert node["completion"].dims == ("seed", "probe_time")
    assert node["resting_rate"].dims == ("seed", "probe_time", "population")
    assert list(node["phase"].values) == [*AFTER]
    assert node["evoked_ampa"].attrs["units"] == "nS"
    rates = node["resting_rate"].sel(population="pyramidal").values
    assert ((rates > 0) & (rates < 50)).all()
    assert (node["evoked_ampa"].values > 0).all()


def test_arms_have_the_same_answers_until_they_part(finished):
    with h5py.File(finished) as file:
        answers = {arm: file[arm]["probes/evoked_ampa"][:] for arm in ARMS}
    assert answers["control"][0] == answers["vehicle"][0] == answers["ketamine"][0]
    assert answers["vehicle"][1] != answers["control"][1]


def test_storing_the_assembly_is_counted_as_births(finished, small_plan):
    """The first row of the phase has them; count = count before + formed - eliminated holds."""
    control = (
        open_results(finished)["control"].sel(projection="pyramidal_to_pyramidal").isel(seed=0)
    )
    formed = control["formed"].values
    members = round(STORED.share * small_plan.populations["pyramidal"].size)
    assert formed[2] > 2 * formed[1]
    # filopodia are born meanwhile, as many as in a later row of the phase, or a few more
    assert formed[2] <= members * (members - 1) + 3 * formed[3:].max()


@pytest.mark.parametrize("segments, every", [(1, 0.0), (6, 0.0), (6, 1e9), (13, 1e9), (17, 0.0)])
def test_a_resumed_run_has_the_same_answers(
    play, tmp_path, finished, monkeypatch, segments, every
):  # fmt: skip
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", every)
    path = tmp_path / "x.h5"
    with pytest.raises(KeyboardInterrupt):
        play(path, progress=interrupted_after(segments))
    check_invariants(tmp_path / "x.h5.part")
    assert "probes" in open_results(tmp_path / "x.h5.part")["control"].children
    play(path, resume=True)
    assert everything(path) == everything(finished)


def test_what_starts_from_a_state_has_the_same_answers(play, tmp_path, finished):
    """From the state at the end of the stress, in which the assembly lies stored already."""
    rest = PHASES[2:]
    path = play(
        tmp_path / "x.h5", replace(PROBES, after=("after",)), phases=rest,
        arms={"ketamine": ARMS["ketamine"]}, start=f"{finished}:ketamine@stress",
        settings=("assembly.stored=after",),
    )  # fmt: skip
    again = play(
        tmp_path / "y.h5", replace(PROBES, after=("treatment",)), phases=rest,
        arms={"ketamine": ARMS["ketamine"]}, start=f"{finished}:ketamine@stress",
        settings=("assembly.stored=after",),
    )  # fmt: skip
    with h5py.File(path) as twice, h5py.File(again) as file, h5py.File(finished) as whole:
        for readout in PROBES.readouts():
            was = whole["ketamine/probes"][readout.name][1]
            np.testing.assert_array_equal(file["ketamine/probes"][readout.name][0], was)
        # and stored once more, it is stronger again
        twice = twice["ketamine/probes/evoked_ampa"][0]
        assert twice > whole["ketamine/probes/evoked_ampa"][2]


def test_numbers_of_probes_are_settings_and_on_record(small, tmp_path):
    def made(*settings):
        options = RunOptions((1,), tmp_path / "x.h5", neurons=60, settings=settings)
        return prepare(Experiment(PHASES, ARMS, assembly=STORED, probes=PROBES), options)

    changed = made(
        "probes.trials=3", "probes.pattern_completion.ampa=50 nS",
        "probes.glutamate_pulse.share=0.5", "assembly.log_size=0.5",
    )  # fmt: skip
    assert changed.experiment.probes.trials == 3
    assert changed.experiment.probes.kinds[1].value("ampa") == pytest.approx(50e-9)
    assert changed.experiment.assembly.log_size == 0.5
    assert changed.parameters["probes"]["glutamate_pulse"]["share"] == 0.5
    assert changed.parameters["assembly"]["stored"] == "stress"
    assert tomllib.loads(to_toml(changed.parameters))["probes"]["after"] == [*AFTER]
    for setting, word in {
        "probes.pattern_completion.amp=50 nS": "did you mean 'pattern_completion.ampa'?",
        "probes.pattern_completion.ampa=50 ms": "expected a conductance",
        "probes.pattern_completion.ampa=-5 nS": "expected zero or more",
        "probes.trials=0": "expected a whole number above 0",
        "probes.glutamate_pulse.share=1.5": "expected 0 to 1",
        "probes.evoked_response.share=0": "expected above 0, up to 1",
        "probes.evoked_response.share=1": "expected less, so that some are left to answer",
        "probes.evoked_response.window=15 mV": "expected a time",
        "probes.evoked_response.source=pyramydal": "did you mean 'pyramidal'?",
        "probes.evoked_response.target=ca1": "expected a population; valid: pv, pyramidal, sst",
        "assembly.stored=strss": "did you mean 'stress'?",
        "assembly.share=0.9": "expected above 0, up to 0.5",
        "assembly.shar=0.1": "did you mean 'share'?",
    }.items():
        with pytest.raises(UserError) as caught:
            made(setting)
        assert word in str(caught.value), setting


def test_probes_are_due_at_the_ends_of_their_phases(small, tmp_path):
    options = RunOptions((1,), tmp_path / "x.h5", neurons=60)
    schedules = prepare(Experiment(PHASES, ARMS, probes=PROBES), options).schedules
    assert probe_points(schedules["control"], PROBES) == [1, SEGMENTS - 2, SEGMENTS]
    assert probe_points(schedules["control"], None) == []
    with pytest.raises(UserError, match="did you mean 'after'"):
        Experiment(PHASES, ARMS, probes=replace(PROBES, after=("aftr",))).check()
    twice = replace(PROBES, kinds=(GlutamatePulse(), GlutamatePulse(share=0.1)))
    with pytest.raises(UserError, match="two read-outs are named 'evoked_spikes'"):
        Experiment(PHASES, ARMS, probes=twice).check()
