"""The peers play our circuit: their numbers are those of its file."""

import ast
import importlib.util
from pathlib import Path

import pytest

from synaptoket.circuit import load_circuit
from synaptoket.circuit.plan import plan

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"


@pytest.fixture(scope="module")
def circuit():
    return load_circuit("prefrontal")


@pytest.fixture(scope="module")
def plain():
    return module(PEERS / "plain_brian2.py")


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def same(found, expected):
    """Compare a dictionary of the script, in units, with quantities or numbers in SI."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-9), name


def test_receptors_and_cells_of_the_script_are_those_of_the_circuit(plain, circuit):
    receptors = {name: getattr(circuit.receptors, name) for name in plain.RECEPTORS}
    same(plain.RECEPTORS | {"delay": plain.DELAY}, receptors | {"delay": circuit.receptors.delay})
    assert {*plain.RECEPTORS, "delay"} == set(type(circuit.receptors).model_fields)
    nmda = circuit.nmda
    same(plain.MAGNESIUM, {name: getattr(nmda, name) for name in plain.MAGNESIUM})
    same(plain.MAGNESIUM_SENSITIVITY, dict(nmda.relative_magnesium_sensitivity))
    same(plain.FRACTIONS, {name: p.fraction for name, p in circuit.populations.items()})
    for name, population in circuit.populations.items():
        fields = set(type(population).model_fields) - {
            "fraction",
            "excitatory",
            "membrane",
            "elements",
            "rules",
            "stimulus_gain",
        }
        same(plain.CELLS[name], {field: getattr(population, field) for field in fields})


def test_projections_of_the_script_are_those_of_the_circuit(plain, circuit):
    assert plain.PROJECTIONS.keys() == circuit.projections.keys()
    for name, projection in circuit.projections.items():
        fields = ("in_degree", "ampa_weight", "nmda_weight", "gaba_weight")
        values = {field: float(getattr(projection, field)) for field in fields}
        same(plain.PROJECTIONS[name], {key: value for key, value in values.items() if value})


def test_rules_of_the_script_are_those_of_the_circuit(plain, circuit):
    rules = circuit.rules.items()
    expected = {key: value for _, use in rules for key, value in use.constants.items()}
    gains = {  # of the rules that are switched off
        "eef2_kinase": "kinase_gain",
        "trkb_binding": "trkb_binding_gain",
        "ampa_potentiation": "ampa_potentiation_gain",
    }
    for rule, gain in gains.items():
        del expected[gain]
        assert not circuit.rules[rule].enabled
    # one contact of a pair, no limits on degrees
    limits = [expected.pop(key) for key in ("contacts", "max_in_degree", "max_out_degree")]
    assert limits == [1, 0, 0]
    assert expected.pop("mtorc1_share") == 1  # the script has no branch beside mTORC1
    same(plain.SIGNALLING | plain.PLASTICITY, expected)


def test_derived_constants_of_the_script_are_those_of_the_circuit(plain, circuit):
    made = plan(circuit)
    pools = [group.constants for group in made.groups().values()]
    for name, value in plain.derived().items():
        ours = next(pool[name][1] for pool in pools if name in pool)
        assert value == pytest.approx(ours, rel=1e-9), name


def test_the_steps_of_the_script_are_ours(plain, circuit):
    from synaptoket.circuit.numerics import SLOW_STEP

    ours = circuit.numerics
    steps = {"t": plain.TIME_STEP, "slow": plain.SLOW_STEP, "structure": plain.STRUCTURAL_STEP}
    same(steps, {"t": ours.step, "slow": SLOW_STEP, "structure": ours.structural_step})


def test_nest_has_as_many_synapses_and_the_cells_of_the_circuit(circuit):
    found = literals(PEERS / "nest_structural.py")
    names = {
        "C_m": ("capacitance", 1e12), "g_L": ("leak_conductance", 1e9),
        "E_L": ("leak_potential", 1e3), "V_th": ("threshold", 1e3),
        "V_reset": ("reset_potential", 1e3), "t_ref": ("refractory_period", 1e3),
    }  # fmt: skip
    for name, population in circuit.populations.items():
        ours = {key: float(getattr(population, own)) * u for key, (own, u) in names.items()}
        same(found["CELLS"][name], ours)
    receptors = {
        "tau_syn_ex": circuit.receptors.ampa_decay, "tau_syn_in": circuit.receptors.gaba_decay,
        "E_ex": circuit.receptors.excitatory_reversal, "E_in": circuit.receptors.gaba_reversal,
    }  # fmt: skip
    same(found["RECEPTORS"], {name: 1e3 * float(value) for name, value in receptors.items()})
    same(found["FRACTIONS"], {name: p.fraction for name, p in circuit.populations.items()})
    rates = {name: p.background_rate for name, p in circuit.populations.items()}
    same(found["BACKGROUND_RATES"], rates)
    filling = float(circuit.rules["structure"].constants["filling_fraction"])
    for name, projection in circuit.projections.items():
        share = filling if name == "pyramidal_to_pyramidal" else 1
        degree, weight = found["PROJECTIONS"][name]
        assert degree == pytest.approx(projection.in_degree * share)
        ours = float(projection.ampa_weight) - float(projection.gaba_weight)
        assert weight == pytest.approx(1e9 * ours)


def test_nest_and_ours_grow_the_same_network():
    circuit, found = load_circuit("homeostatic_growth"), literals(PEERS / "nest_growth.py")
    assert found["SIZES"] == circuit.sizes
    delay, step = found[("DELAY", "TIME_STEP")]
    assert delay == pytest.approx(1e3 * float(circuit.receptors.delay))
    assert step == pytest.approx(1e3 * circuit.numerics.step)
    rate, weight = found[("BACKGROUND_RATE", "BACKGROUND_WEIGHT")]
    ends = {"axonal": "Axon", "dendritic": "Den"}
    signs = {"excitatory": "ex", "inhibitory": "in"}
    grown = {}
    for name, population in circuit.populations.items():
        assert float(population.background_rate) == pytest.approx(rate)
        assert float(population.background_weight) * 1e12 == pytest.approx(weight)
        for element, curve in population.elements.items():
            end, sign = element.split("_")
            grown[name, f"{ends[end]}_{signs[sign]}"] = curve
    assert grown.keys() == found["GROWTH"].keys()
    speed = 0.2  # the default of --speed
    for key, (growth_rate, target) in found["GROWTH"].items():
        ours = grown[key].constants
        assert ours["growth_rate"] == pytest.approx(1e3 * growth_rate * speed)
        assert ours["epsilon"] == pytest.approx(target)
    for projection in circuit.projections.values():
        ours = 1e12 * float(projection.current_weight)
        assert found["WEIGHTS"][projection.source] == pytest.approx(ours)


def literals(path):
    """Return the dictionaries of plain numbers that a script defines, without running it."""

    def value(node):
        if isinstance(node, ast.Call):
            return {entry.arg: value(entry.value) for entry in node.keywords}
        return ast.literal_eval(node)

    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
            try:
                found[tuple(names) if len(names) > 1 else names[0]] = value(node.value)
            except ValueError:
                continue
    return found
