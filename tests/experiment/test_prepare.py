"""What is refused or told before anything is compiled: lengths, doses, settings that collide."""

import tracemalloc

import pytest

from synaptoket import Arm, Dose, Experiment, Phase, UserError
from synaptoket.circuit import load_circuit
from synaptoket.circuit.priors import Prior
from synaptoket.experiment.run import RunOptions, prepare
from synaptoket.pharmacology import load_drug
from synaptoket.pharmacology.dose import described

PHASES = (
    Phase("baseline", "4 h", timelapse="2 h/s"),
    Phase("treatment", "1 h", timelapse="5 min/s"),
)


def asked(*doses, phases=PHASES):
    return Experiment(phases, {"vehicle": Arm(), "drug": Arm(doses=doses)})


KETAMINE = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")


@pytest.fixture
def prepared(tmp_path, small):
    """Return a function that prepares an experiment on the small circuit."""

    def make(experiment, *settings, **options):
        options = {"neurons": small["neurons"]} | options
        options["settings"] = (*small["settings"], *settings)
        return prepare(experiment, RunOptions(seeds=(1,), out=tmp_path / "x.h5", **options))

    return make


@pytest.mark.parametrize(
    "setting, said",
    [
        ("phases.baseline.duration=1e12 day", "at most 1e9 years"),
        ("phases.baseline.duration=1001 years", "at most 1000 years"),
        ("phases.baseline.duration=900 years", "expected at most 1e+06 s"),
        ("phases.baseline.timelapse=1e-9 h/s", "expected at most 1e+06 s"),
        ("phases.baseline.timelapse=1e-30 h/s", "at least 1e-6 s/s"),
        ("phases.baseline.timelapse=3", "expected a time-lapse (hour/second), got a number"),
        ("phases.baseline.timelapse=3 mg/kg", "expected a time-lapse (hour/second), got a mass"),
    ],
)
def test_a_length_is_bounded_before_memory_is_asked_for(prepared, setting, said):
    tracemalloc.start()
    try:
        with pytest.raises(UserError) as caught:
            prepared(asked(KETAMINE), setting)
        assert said in str(caught.value)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("option", [{"timelapse_scale": 1e-9}, {"tolerance": 1e-9}])
def test_a_length_that_follows_from_an_option_is_bounded_too(prepared, option):
    automatic = (Phase("baseline", "20 day"), Phase("treatment", "1 h"))
    with pytest.raises(UserError, match=r"expected at most 1e\+06 s|at least 1e-6 s/s"):
        prepared(asked(KETAMINE, phases=automatic), **option)


@pytest.mark.parametrize(
    "settings, options",
    [
        (("neurons=200",), {"neurons": 100}),
        (("neurons=100",), {"neurons": 100}),
        (("ketamine.dose=1 mg/kg", "ketamine.dose=2 mg/kg"), {}),
        (("ketamine.dose=1 mg/kg", "ketamine.amount=2 mg/kg"), {}),
        (("phases.baseline.duration=1 h", "phases.baseline.duration=2 h"), {}),
        (("ketamine.kinetics.clearance=60 L/h", "ketamine.kinetics.clearance=70 L/h"), {}),
    ],
)
def test_what_is_set_twice_is_refused(prepared, settings, options):
    with pytest.raises(UserError, match="already; give one of the two"):
        prepared(asked(KETAMINE), *settings, **options)


def test_doses_are_said_in_both_units():
    line = described([KETAMINE, Dose("nbqx", "1 mg"), KETAMINE], 70.0)
    assert line == (
        "doses at 70 kg: ketamine 0.5 mg/kg (35 mg) intravenous over 40 min; "
        "nbqx 0.0142857 mg/kg (1 mg) intravenous"
    )
    assert described([], 0.02) == "doses at 0.02 kg: none"


@pytest.mark.parametrize(
    "planned, given, warned",
    [
        ("0.5 mg/kg", "1 mg", "a total dose, where the experiment has a dose per body mass"),
        ("35 mg", "1 mg/kg", "a dose per body mass, where the experiment has a total dose"),
        ("0.5 mg/kg", "1 mg/kg", None),
        ("0.5 mg/kg", "0 mg", None),
    ],
)
def test_a_dose_of_another_kind_is_warned_of(prepared, planned, given, warned):
    dose = Dose("ketamine", planned, phase="treatment")
    told = prepared(asked(dose), f"ketamine.dose={given}").warnings
    matching = [line for line in told if "ketamine.dose" in line]
    assert [warned in line for line in matching] == ([True] if warned else [])


def test_an_unusual_value_is_among_the_warnings(prepared):
    told = prepared(asked(KETAMINE), "ketamine.kinetics.clearance=20000 L/h").warnings
    assert any('kinetics.clearance = "20000 L/h": unusual' in line for line in told)


def test_a_setting_chooses_the_affinities_of_a_laboratory(prepared):
    usual = prepared(asked(KETAMINE)).schedules
    made = prepared(asked(KETAMINE), "ketamine.nmda.affinity_set=gilling")
    assert made.parameters["drugs"]["ketamine"]["nmda"]["affinity_set"] == "gilling"
    load, weaker = (s["drug"].drives["nmda_blocker_2a"].max() for s in (usual, made.schedules))
    assert load / weaker == pytest.approx(0.803 / 0.33)
    with pytest.raises(UserError, match="unknown set; did you mean 'gilling'"):
        prepared(asked(KETAMINE), "ketamine.nmda.affinity_set=giling")


def test_a_drug_for_one_subunit_is_played(prepared):
    blind = prepared(asked(KETAMINE), "ketamine.nmda.affinity_sets.kotermanski.GluN2A=90 uM")
    drives = blind.schedules["drug"].drives
    assert drives["nmda_blocker_2b"].max() > 200 * drives["nmda_blocker_2a"].max()


@pytest.mark.parametrize(
    "made",
    [
        lambda: 3,
        lambda: "baseline",
        lambda: Experiment((), {}),
        lambda: Experiment("baseline", {"a": Arm()}),
        lambda: Experiment(PHASES, [Arm()]),
        lambda: Experiment((*PHASES, "after"), {"a": Arm()}),
        lambda: Experiment((Phase(["a"], "1 h"),), {"a": Arm()}),
        lambda: Experiment((Phase("a", 3600),), {"a": Arm()}),
        lambda: Experiment((Phase("a", ["1 h"]),), {"a": Arm()}),
        lambda: Experiment((Phase("a", "1 h", stress="yes"),), {"a": Arm()}),
        lambda: Experiment((Phase("a" * 300, "1 h"),), {"a": Arm()}),
        lambda: Experiment(PHASES, {"a b": Arm()}),
        lambda: Experiment(PHASES, {"a" * 300: Arm()}),
        lambda: Experiment(PHASES, {1: Arm()}),
        lambda: Experiment(PHASES, {"a": "vehicle"}),
        lambda: Experiment(PHASES, {"a": Arm(stress="no")}),
        lambda: Experiment(PHASES, {"a": Arm(doses=KETAMINE)}),
        lambda: Experiment(PHASES, {"a": Arm(doses=("0.5 mg/kg",))}),
        lambda: Experiment(PHASES, {"a": Arm()}, body_weight="70"),
        lambda: Experiment(PHASES, {"a": Arm()}, body_weight="70 mg"),
        lambda: Experiment(PHASES, {"a": Arm()}, body_weight=70),
        lambda: Experiment(PHASES, {"a": Arm()}, circuit=5),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose(5, "1 mg"),))}),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose("ketamine", ["1 mg"]),))}),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose("ketamine", 5),))}),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose("ketamine", "1 mg", ["oral"]),))}),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose("ketamine", "1 mg", start=5),))}),
        lambda: Experiment(PHASES, {"a": Arm(doses=(Dose("ketamine", "1 mg", phase=["x"]),))}),
    ],
)
def test_an_experiment_of_the_wrong_things_is_refused_in_one_line(prepared, made):
    with pytest.raises(UserError) as caught:
        prepared(made())
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("start", ["1 h", "100 day"])
def test_a_dose_that_would_never_be_given_is_refused(prepared, start):
    late = Dose("ketamine", "0.5 mg/kg", start=start, phase="treatment")
    with pytest.raises(UserError, match="expected less than the 5 h of all phases"):
        prepared(asked(late))


def test_a_dose_that_the_end_cuts_is_told(prepared):
    long = Dose("ketamine", "0.5 mg/kg", duration="2 h", phase="treatment")
    assert any("50 % of it is given" in line for line in prepared(asked(long)).warnings)
    assert not any("of it is given" in line for line in prepared(asked(KETAMINE)).warnings)


@pytest.mark.parametrize(
    "option",
    [
        {"seeds": 1},
        {"seeds": ()},
        {"seeds": (1, 1)},
        {"seeds": (1.0,)},
        {"seeds": (True,)},
        {"out": "x.h5"},
        {"seeds": (1, 2)},
        {"jobs": 0},
        {"neurons": 100.0},
        {"neurons": 0},
        {"settings": "neurons=10"},
        {"settings": None},
        {"tolerance": "0.05"},
        {"tolerance": float("nan")},
        {"tolerance": 0},
        {"timelapse_scale": -1},
        {"timelapse_scale": 1e-320},
        {"timelapse_scale": float("inf")},
        {"resume": "no"},
        {"checkpoint_every": 0},
        {"engine": "fast"},
        {"engine": None},
        {"keep": "some"},
        {"jobs": 5000},
    ],
)
def test_an_option_of_a_script_is_checked(tmp_path, option):
    names = "seeds|out|jobs|neurons|settings|tol|time|res|check|engine|keep"
    with pytest.raises(UserError, match=f"^({names})"):
        RunOptions(**({"seeds": (1,), "out": tmp_path / "x.h5"} | option))


def test_a_phase_may_be_named_by_a_number(prepared):
    phases = (Phase("1", "1 h", timelapse="5 min/s"), Phase("2", "1 h", timelapse="5 min/s"))
    given = prepared(
        asked(Dose("ketamine", "1 mg/kg", phase="1"), phases=phases), "ketamine.phase=2"
    )
    assert given.experiment.doses()[0].phase == "2"
    with pytest.raises(UserError, match="expected the name of a phase"):
        Dose("ketamine", "1 mg/kg", phase=2)


@pytest.mark.parametrize("key, value", [("assembly", {"share": 0.1}), ("probes", ["x"])])
def test_what_is_no_assembly_or_probes_is_refused(key, value):
    with pytest.raises(UserError, match=f"experiment: {key} = "):
        Experiment(PHASES, {"vehicle": Arm()}, **{key: value})


@pytest.mark.parametrize("weight", ["70 kg", float("inf"), float("nan"), 0])
def test_a_dose_is_resolved_for_a_finite_weight(weight):
    with pytest.raises(UserError, match="expected a number of kg above zero"):
        KETAMINE.resolve(0.0, weight)


@pytest.mark.parametrize("load", [load_drug, load_circuit])
def test_the_name_of_a_model_is_a_text(load):
    with pytest.raises(UserError, match="expected a name or a path"):
        load(5)
    name = "ketamine" if load is load_drug else "prefrontal"
    with pytest.raises(UserError, match="expected a"):
        load(name, [("neurons", 100)])


@pytest.mark.parametrize("prior", [["15 nS", "1 nS"], ["1 nS", "1 nS"], ["1 nS"], 5, "1 nS"])
def test_a_prior_is_two_bounds_in_order(prior):
    with pytest.raises(UserError, match="a.b: prior = "):
        Prior.parse("a.b", prior)
