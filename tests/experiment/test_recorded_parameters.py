"""What a result file records of its parameters is what was run: the circuit can be built anew."""

import tomllib
from pathlib import Path

import pytest
from small_experiment import ARMS, PHASES

from synaptoket import Experiment
from synaptoket.circuit.plan import plan
from synaptoket.experiment.prepare import circuit_of, prepare
from synaptoket.experiment.run_options import RunOptions
from synaptoket.parameters.files import model_path
from synaptoket.parameters.validation import validated
from synaptoket.pharmacology.drug import Drug
from synaptoket.pharmacology.stress_hormone import StressHormone
from synaptoket.results import open_results
from synaptoket.results.provenance import to_toml

SETTINGS = {
    "none": (),
    "circuit": ("populations.pv.leak_conductance=16 nS", "projections.pv_to_pv.gaba_weight=2 nS"),
    "rules": ("rules.bdnf.enabled=false", "rules.trkb_binding.enabled=true",
              "rules.structure.contacts=3"),
    "receptors": ("receptors.ampa_decay=7 ms", "receptors.delay=2 ms"),
    "drug and its dose": ("ketamine.kinetics.clearance=20 L/h", "ketamine.dose=7 mg/kg"),
    "stress hormone": ("stress_hormone.decay_time=1 day", "phases.stress.stress_per_day=3 h"),
    "phases": ("phases.stress.stress=0.5", "phases.after.timelapse=2 h/s"),
    "numerics": ("numerics.step=0.2 ms", "numerics.precision=double"),
}  # fmt: skip


def differences(one, other):
    """Return the groups in which two plans differ in text, variables or constants."""
    assert list(one.groups()) == list(other.groups())
    return [name for name, group in one.groups().items() if group != other.groups()[name]]


def prepared(settings=(), circuit="prefrontal", neurons=60):
    options = RunOptions((1,), Path("x.h5"), neurons=neurons, settings=settings)
    return prepare(Experiment(PHASES, ARMS, circuit=circuit), options)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_recorded_parameters_are_those_that_were_applied(settings):
    made = prepared(settings)
    recorded = tomllib.loads(to_toml(made.parameters))
    again = plan(circuit_of(recorded))
    assert differences(again, made.plan) == []
    assert again.circuit.numerics == made.plan.circuit.numerics
    assert again.circuit.nmda == made.plan.circuit.nmda
    for name, drug in made.drugs.items():
        assert validated(Drug, recorded["drugs"][name], name) == drug
    for phase in made.experiment.phases:
        told = recorded["phases"][phase.name]
        assert told == {"duration": phase.duration, "timelapse": phase.timelapse,
                        "stress": phase.stress, "stimulus": phase.stimulus,
                        "stress_per_day": phase.stress_per_day}  # fmt: skip
    hormone = recorded["hormones"]["stress_hormone"]
    assert validated(StressHormone, hormone, "stress_hormone") == made.hormone


def test_a_setting_makes_another_circuit():
    """So that the test above compares something."""
    changed = [prepared(SETTINGS[key]).plan for key in ("circuit", "rules", "receptors")]
    assert all(differences(plan, prepared().plan) for plan in changed)


def test_constants_of_the_receptor_that_a_circuit_brings_are_recorded(tmp_path):
    path = tmp_path / "mine.toml"
    text = model_path("circuits", "prefrontal").read_text()
    own = '\n[nmda]\nmagnesium = { value = "0.5 mM", source = "Example 2020" }\n'
    path.write_text(text + own)
    made = prepared(("nmda.magnesium=0.2 mM",), str(path))
    assert float(made.plan.circuit.nmda.magnesium) == pytest.approx(0.2)
    recorded = tomllib.loads(to_toml(made.parameters))
    assert recorded["circuit"]["nmda"]["magnesium"]["value"] == "0.2 mM"
    again = circuit_of(recorded)
    assert again.nmda == made.plan.circuit.nmda
    assert differences(plan(again), made.plan) == []


def test_the_receptor_is_the_recorded_one_and_not_the_one_that_ships():
    recorded = tomllib.loads(to_toml(prepared().parameters))
    recorded["receptors"]["nmda"]["magnesium"]["value"] = "0.2 mM"
    assert float(circuit_of(recorded).nmda.magnesium) == pytest.approx(0.2)


def test_a_finished_file_rebuilds_the_circuit_that_it_was_played_on(finished, small):
    recorded = tomllib.loads(open_results(finished).attrs["parameters"])
    made = prepared(small["settings"])
    assert differences(plan(circuit_of(recorded)), made.plan) == []
