"""A signalling rule in a file of a user's own, whose quantities are recorded like any other."""

import json

import h5py
import numpy as np
import pytest

from synaptoket import Constant, Derived, Part, Rule, UserError, Variable, cli, load_circuit
from synaptoket.circuit.circuit_file import read_circuit
from synaptoket.circuit.plan import plan
from synaptoket.circuit.rule_quantities import rule_quantities
from synaptoket.parameters import files
from synaptoket.plasticity import RULES, read_rule
from synaptoket.results import check_invariants, open_results
from synaptoket.results.schema import SIGNALS, VARIABLES

RULE = '''
from synaptoket import Constant, Derived, Part, Recording, Rule, Variable

ADENOSINE = Rule(
    name="adenosine",
    summary="extracellular adenosine, released by cells and cleared",
    equation="dA/dT = q - k A",
    source="a test",
    constants={
        "adenosine_release": Constant("molar/second", "q", "release of all cells"),
        "adenosine_clearance": Constant("1/second", "k", "clearance", above=0),
    },
    derived={
        "adenosine_half": Derived(
            "molar", ("adenosine_release", "adenosine_clearance"), lambda q, k: q / k / 2
        ),
        "adenosine_cells": Derived("1", ("releasing_cells",), lambda cells: cells),
    },
    parts={
        "neuropil": Part(
            variables={
                "adenosine": Variable(
                    "mmolar",
                    "adenosine_half",
                    recording=Recording("nM", "extracellular adenosine", scale=1e6),
                ),
            },
            slow="""
            level = adenosine_release/adenosine_clearance
            adenosine -= expm1(-adenosine_clearance*elapsed)*(level - adenosine)
            """,
        ),
        "neuron": Part(
            variables={
                "adenosine_share": Variable(
                    "1", "adenosine_cells", recording=Recording("1", "share of saturation")
                ),
            },
            slow="adenosine_share = adenosine*adenosine_clearance/adenosine_release",
        ),
        "synapse": Part(
            variables={
                "wear": Variable("second", recording=Recording("h", "time in use", 1 / 3600)),
            },
            slow="wear += elapsed",
        ),
    },
)
'''
CIRCUIT = """
[rules.adenosine]
populations = ["cells"]
projections = ["cells_to_cells"]
adenosine_release = "1 nM/hour"
adenosine_clearance = "0.05 /hour"

[populations.others]
membrane = "current"
fraction = 0.1
capacitance = "250 pF"
leak_conductance = "25 nS"
leak_potential = "-70 mV"
threshold = "-55 mV"
reset_potential = "-70 mV"
refractory_period = "2 ms"

[projections.others_to_cells]
source = "others"
target = "cells"
in_degree = 2
current_weight = "-5 pA"
"""
SCRIPT = """
from pathlib import Path
import synaptoket
from synaptoket import Arm, Experiment, Phase

experiment = Experiment(
    circuit=str(Path(__file__).with_name("mine.toml")),
    phases=(Phase("one", "40 h", timelapse="2 h/s"),),
    arms={"only": Arm()},
)
"""


@pytest.fixture
def written(tmp_path):
    """The rule, a circuit that uses it and an experiment, as a user writes them."""
    example = (files.root() / "experiments/rules/crowded.toml").read_text()
    kept = example.partition("[projections.cells_to_cells.elimination]")[0]
    (tmp_path / "mine.toml").write_text(
        kept.replace("fraction = 1\n", "fraction = 0.9\n") + CIRCUIT
    )
    (tmp_path / "mine.py").write_text(RULE)
    (tmp_path / "script.py").write_text(SCRIPT)
    return tmp_path


def planned(folder, overrides=None):
    rules = read_rule(folder / "mine.py")
    return plan(load_circuit(str(folder / "mine.toml"), overrides, rules=rules))


def test_a_new_signal_is_in_the_result_file_with_its_unit_and_meaning(written, needs_compiler):
    out = written / "x.h5"
    arguments = [str(written / "script.py"), "--rule", str(written / "mine.py"), "--out", str(out)]
    assert cli.main(["run", *arguments]) == 0
    check_invariants(out)
    arm = open_results(out)["only"].isel(seed=0)

    level = arm["adenosine"]
    assert level.attrs == {"units": "nM", "long_name": "extracellular adenosine"}
    assert level.dims == ("time",)
    expected = 20 - 10 * np.exp(-0.05 * arm["time"].values)
    assert level.values == pytest.approx(expected, rel=1e-6)

    share = arm["adenosine_share"]
    assert share.dims == ("time", "population")
    assert share.sel(population="cells").values[1:] == pytest.approx(expected[1:] / 20, rel=0.02)
    assert share.sel(population="cells").values[0] == 108  # the initial value: cells that release
    assert np.isnan(share.sel(population="others")).all()

    wear = arm["wear"]
    assert wear.attrs == {"units": "h", "long_name": "time in use"}
    assert wear.sel(projection="cells_to_cells").values == pytest.approx(arm["time"].values)
    assert np.isnan(wear.sel(projection="others_to_cells")).all()
    assert np.isnan(arm["glutamate"]).all()

    with h5py.File(out) as file:
        assert "adenosine" in json.loads(file.attrs["rules"])
    before = out.read_bytes()
    assert cli.main(["run", *arguments, "--resume"]) == 0
    assert out.read_bytes() == before


def test_a_file_has_the_signals_whatever_its_rules(written):
    names = [v.name for v in VARIABLES]
    assert list(SIGNALS) == ["glutamate", "bdnf", "mtorc1", "protein"]
    assert names[names.index("brain_free") + 1 : -1] == list(SIGNALS)


@pytest.mark.parametrize("name", ["rate", "time", "events", "tired_vacant", "bdnf"])
def test_a_name_that_result_files_have_already_is_refused(written, name):
    text = RULE.replace('"wear"', f'"{name}"').replace('"wear +=', f'"{name} +=')
    (written / "mine.py").write_text(text)
    with pytest.raises(UserError) as caught:
        planned(written)
    assert f"rules.adenosine: the rule adenosine records the variable '{name}'" in str(caught.value)


def test_a_derived_constant_that_cannot_be_computed_is_one_line(written):
    (written / "mine.py").write_text(RULE.replace("q / k / 2", "q / (k - k)"))
    with pytest.raises(UserError, match="mine.toml: rules.adenosine: adenosine_half: cannot be "
                       "computed from adenosine_release = .*: ZeroDivisionError"):  # fmt: skip
        planned(written)
    (written / "mine.py").write_text(RULE.replace("q / k / 2", "q * 1e999"))
    with pytest.raises(UserError, match="adenosine_half: .* make it inf: expected a finite number"):
        planned(written)


def test_no_clearance_of_glutamate_is_one_line():
    with pytest.raises(UserError, match="prefrontal.toml: rules.glutamate: initial_glutamate: "):
        plan(
            load_circuit("prefrontal", {("rules", "glutamate", "glutamate_clearance"): "0 /minute"})
        )


def test_a_signal_of_cells_is_recorded_as_their_mean(small_plan):
    """One number for the file, whether the neuropil has the signal or each cell."""
    quantities = {q.dataset.name: q for q in rule_quantities(small_plan)}
    state = {
        "neuropil.bdnf": np.array([2.0]),
        "pyramidal.mtorc1": np.array([0.5, 1.0, 3.0]),
        "pyramidal.protein": np.array([1.0, 2.0, 6.0]),
    }
    values = {name: quantities[name].value(small_plan, state) for name in SIGNALS}
    assert values.pop("glutamate") != values["bdnf"]
    assert values == {"bdnf": 2.0, "mtorc1": 1.5, "protein": 3.0}
    assert {quantities[name].dataset.dimension for name in SIGNALS} == {None}


def test_derived_constants_follow_from_others_of_the_circuit():
    healthy = plan(load_circuit("prefrontal"))
    calcium = RULES["bdnf"].derived["initial_calcium"]
    assert calcium == Derived("1", ("scaling_target",), calcium.value, default=0.0)
    target = healthy.circuit.rules["synaptic_scaling"].constants["scaling_target"]
    assert healthy.populations["pyramidal"].constants["initial_calcium"] == ("1", float(target))


def test_projections_with_other_numbers_have_derived_constants_of_their_own():
    fatigue = Rule(
        name="fatigue", equation="", source="",
        constants={"fatigue_time": Constant("second", "tau", "time")},
        derived={"fatigue_start": Derived("1/second", ("fatigue_time",), lambda time: 1 / time)},
        parts={"target": Part(variables={"fatigue_level": Variable("Hz", "fatigue_start")})},
    )  # fmt: skip
    tree = files.read_toml(files.model_path("circuits", "prefrontal"))
    for name, time in (("pyramidal_to_pv", "2 s"), ("pv_to_pv", "4 s")):
        tree["projections"][name]["rules"] = {"fatigue": {"fatigue_time": time}}
    circuit = read_circuit(tree, "mine.toml", {"fatigue": fatigue})
    constants = plan(circuit).populations["pv"].constants
    assert constants["fatigue_start_pyramidal_to_pv"] == ("Hz", 0.5)
    assert constants["fatigue_start_pv_to_pv"] == ("Hz", 0.25)
