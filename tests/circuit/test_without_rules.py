"""A circuit without the chain from ketamine to synapses: what is not used is not there."""

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.analysis import summary
from synaptoket.analysis.figures.headline import headline_figure
from synaptoket.analysis.figures.saving import save
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import plan
from synaptoket.experiment.phase import Phase
from synaptoket.experiment.protocol import Arm, Dose, Experiment
from synaptoket.experiment.recorder import Recorder
from synaptoket.experiment.run import RunOptions, run
from synaptoket.experiment.schedule import schedule
from synaptoket.pharmacology.drives import DRIVES
from synaptoket.results import check_invariants, open_results


def conductances(**changed):
    """Return a circuit of two populations that lists no more than it needs."""
    cell = {
        "fraction": 0.5,
        "capacitance": "400 pF",
        "leak_conductance": "20 nS",
        "leak_potential": "-70 mV",
        "threshold": "-50 mV",
        "reset_potential": "-60 mV",
        "refractory_period": "2 ms",
    }
    return {
        "neurons": 60,
        "receptors": {
            "delay": "1 ms",
            "ampa_decay": "3 ms",
            "excitatory_reversal": "0 mV",
            "gaba_decay": "8 ms",
            "gaba_reversal": "-75 mV",
        },
        "populations": {
            "e": cell | {"excitatory": True, "background_rate": "2 kHz",
                         "background_weight": "4 nS"},
            "i": dict(cell),
        },
        "projections": {
            "e_to_i": {"source": "e", "target": "i", "in_degree": 10, "ampa_weight": "8 nS"},
            "i_to_e": {"source": "i", "target": "e", "in_degree": 10, "gaba_weight": "1 nS"},
        },
    } | changed  # fmt: skip


def currents(**changed):
    """Return the same with currents."""
    tree = conductances(receptors={"delay": "1 ms", "current_decay": "2 ms"})
    for name, population in tree["populations"].items():
        population["membrane"] = "current"
        if name == "e":
            population["background_weight"] = "60 pA"
    for projection in tree["projections"].values():
        for kind in ("ampa", "gaba"):
            projection.pop(f"{kind}_weight", None)
        projection["current_weight"] = "50 pA" if projection["source"] == "e" else "-50 pA"
    return tree | changed


@pytest.mark.parametrize("tree", [conductances, currents])
def test_what_no_rule_needs_does_not_exist(tree, toml_file):
    made = plan(load_circuit(toml_file(tree())))
    assert list(made.groups()) == ["e", "i", "e_to_i", "i_to_e"]
    assert set(made.drives()) <= {"ampa_block"}
    assert not made.populations["i"].input
    state = initial_state(made, 1)
    assert not any(name.split(".")[1].startswith(("nmda_", "tonic", "block")) and values.size > 1
                   for name, values in state.items())  # fmt: skip


def test_receptors_that_nothing_moves_are_constants(toml_file):
    tree = conductances()
    tree["populations"]["e"]["glun2ab_share"] = 0.25
    constants = plan(load_circuit(toml_file(tree))).populations["e"].constants
    assert constants["nmda_ab"] == ("1", 0.25)
    assert constants["nmda_cd"] == ("1", 0.75)
    assert constants["tonic_nmda"] == ("siemens", 0.0)


def test_an_ampa_antagonist_acts_without_rules(toml_file):
    made = plan(load_circuit(toml_file(conductances())))
    assert made.populations["e"].slow == "ampa_available = 1 - ampa_block(t)"
    assert made.drives() == ["ampa_block"]


def test_one_magnesium_sensitivity_is_a_table_of_the_circuit(toml_file):
    usual = plan(load_circuit(toml_file(conductances()))).populations["e"].constants
    changed = conductances(nmda={"magnesium": "2 mM", "relative_magnesium_sensitivity":
                                 {"GluN2A": 1, "GluN2B": 1}})  # fmt: skip
    own = plan(load_circuit(toml_file(changed))).populations["e"].constants
    assert own["magnesium_ab"][1] == pytest.approx(2 / 3.57)
    assert own["magnesium_cd"][1] == pytest.approx(2 * usual["magnesium_cd"][1])


@pytest.mark.parametrize("tree", [conductances, currents])
def test_rows_hold_no_number_where_there_is_nothing(tree, toml_file):
    made = plan(load_circuit(toml_file(tree())))
    state = initial_state(made, 1)
    experiment = Experiment((Phase("one", "4 h", timelapse="1 h/s"),), {"arm": Arm()})
    row = Recorder(made, state).first_row(state, schedule(experiment, Arm(), {}))
    for name in ("glutamate", "bdnf", "mtorc1", "protein"):
        assert np.isnan(row.quantities[name])
    assert row.synapse_count == {"e_to_i": 300, "i_to_e": 300}
    assert row.formed == row.eliminated == {"e_to_i": 0, "i_to_e": 0}
    blocked = np.array(list(row.nmda_block.values()))
    assert np.isnan(blocked).all() if tree is currents else (blocked == 0).all()


@pytest.mark.parametrize("tree", [conductances, currents])
def test_an_experiment_runs_on_it_to_the_figure(tree, toml_file, tmp_path, needs_compiler):
    experiment = Experiment(
        (Phase("before", "8 h", timelapse="1 h/s"), Phase("after", "8 h", timelapse="1 h/s")),
        {
            "control": Arm(),
            "drugs": Arm(doses=(Dose("nbqx", "3 mg/kg", phase="after"),
                                Dose("ketamine", "1 mg/kg", phase="after"))),
        },
    )  # fmt: skip
    path = tmp_path / "x.h5"
    run(experiment, RunOptions((1,), path, circuit=toml_file(tree())), script="x.py")
    check_invariants(path)
    found = open_results(path)
    rates = {arm: node["rate"].sel(population="e").values[0, -3:].mean()
             for arm, node in found.children.items()}  # fmt: skip
    assert rates["control"] > 1
    # the antagonist takes AMPA receptors away, and has nothing to act on where there are none
    assert (rates["drugs"] == rates["control"]) == (tree is currents)
    assert isinstance(summary(found), list)
    assert save(headline_figure(found), tmp_path / "x.png").stat().st_size > 10_000


def test_a_circuit_may_have_no_synapses_at_all(toml_file):
    tree = currents()
    del tree["projections"]
    made = plan(load_circuit(toml_file(tree)))
    state = initial_state(made, 1)
    assert set(made.groups()) == {"e", "i"}
    assert set(made.drives()) <= set(DRIVES)
    assert state["e.v"].size == 30


CASES = {
    "unknown membrane": (
        currents,
        lambda t: t["populations"]["e"].update(membrane="curent"),
        "populations.e.membrane = \"curent\": unknown; did you mean 'current'?",
    ),
    "conductance for a current": (
        currents,
        lambda t: t["populations"]["e"].update(background_weight="4 nS"),
        'populations.e.background_weight = "4 nS": expected a current (ampere), got a conductance',
    ),
    "current for a conductance": (
        conductances,
        lambda t: t["projections"]["e_to_i"].update(ampa_weight="50 pA"),
        'projections.e_to_i.ampa_weight = "50 pA": expected a conductance (siemens), got a current',
    ),
    "time for a capacitance": (
        currents,
        lambda t: t["populations"]["e"].update(capacitance="500 ms"),
        'populations.e.capacitance = "500 ms": expected a capacitance (farad), got a time',
    ),
    "weight of the other membrane": (
        currents,
        lambda t: t["projections"]["e_to_i"].update(ampa_weight="1 nS"),
        "projections.e_to_i.ampa_weight: unknown key; valid: candidates, current_weight, ",
    ),
    "receptors of the other membrane": (
        currents,
        lambda t: t["receptors"].update(ampa_decay="3 ms"),
        "receptors.ampa_decay: unknown key",
    ),
    "key of the other membrane": (
        currents,
        lambda t: t["populations"]["e"].update(glun2ab_share=1),
        "populations.e.glun2ab_share: unknown key",
    ),
    "no kinetics of a current": (
        currents,
        lambda t: t["receptors"].pop("current_decay"),
        "receptors.current_decay: missing (expected a time (second))",
    ),
    "no kinetics of a receptor that is used": (
        conductances,
        lambda t: t["receptors"].pop("gaba_decay"),
        "receptors.gaba_decay: missing (projections.i_to_e.gaba_weight = 1 nS needs it)",
    ),
    "no weight of a background": (
        currents,
        lambda t: t["populations"]["e"].pop("background_weight"),
        "populations.e.background_weight: missing (populations.e.background_rate = 2 kHz needs it)",
    ),
    "potassium without its reversal": (
        conductances,
        lambda t: t["populations"]["i"].update(potassium_increment="1 nS", potassium_decay="9 ms"),
        "receptors.potassium_reversal: missing (populations.i.potassium_increment = 1 nS needs it)",
    ),
    "weight of the wrong sign": (
        conductances,
        lambda t: t["projections"]["e_to_i"].update(gaba_weight="1 nS"),
        "projections.e_to_i.gaba_weight: e is excitatory; expected ampa_weight or nmda_weight",
    ),
    "no weight": (
        conductances,
        lambda t: t["projections"]["i_to_e"].pop("gaba_weight"),
        "projections.i_to_e: no weight; expected gaba_weight",
    ),
    "unknown target": (
        currents,
        lambda t: t["projections"]["e_to_i"].update(target="j"),
        'projections.e_to_i.target = "j": unknown population; valid: e, i',
    ),
    "no target": (
        currents,
        lambda t: t["projections"]["e_to_i"].pop("target"),
        "projections.e_to_i.target: missing",
    ),
    "tonic receptors that nothing binds": (
        conductances,
        lambda t: t["populations"]["e"].update(tonic_nmda_conductance="5 nS"),
        "populations.e.tonic_nmda_conductance = 5 nS: no rule binds these receptors; "
        "expected e in rules.nmda_block.populations, or no such key",
    ),
    "magnesium in a wrong unit": (
        conductances,
        lambda t: t.update(nmda={"magnesium": "1 mV"}),
        'nmda.magnesium = "1 mV": expected a concentration (molar), got a potential',
    ),
    "a word that is no in-degree": (
        currents,
        lambda t: t["projections"]["e_to_i"].update(in_degree="every"),
        'projections.e_to_i.in_degree = "every": expected',
    ),
}


@pytest.mark.parametrize("tree, change, expected", CASES.values(), ids=CASES)
def test_what_is_wrong_is_said_in_one_line(tree, change, expected, toml_file):
    made = tree()
    change(made)
    path = toml_file(made)
    with pytest.raises(UserError) as caught:
        load_circuit(path)
    assert str(caught.value).startswith(f"{path}: {expected}")


def test_a_rule_that_reads_receptors_is_refused_where_there_are_none(toml_file):
    rules = {"nmda_block": {"populations": ["e"], "ambient_half": "0.5 uM"}}
    with pytest.raises(UserError, match="e uses '.*', which nothing in the circuit provides"):
        plan(load_circuit(toml_file(currents(rules=rules))))
