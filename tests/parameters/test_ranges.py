"""Values have a usual range, beyond which a run warns, and a hard one, beyond which none starts."""

import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_names
from synaptoket.parameters.quantities import Quantity
from synaptoket.parameters.ranges import unusual_values
from synaptoket.pharmacology import load_drug, load_nmda_receptor

PYRAMIDAL = ("populations", "pyramidal")


@pytest.mark.parametrize(
    "dotted, value, bound",
    [
        ((*PYRAMIDAL, "background_weight"), "1e6 nS", "at most 100 uS"),
        (("receptors", "gaba_reversal"), "1e30 mV", "at most 1 V"),
        (("receptors", "gaba_reversal"), "-70 V", "at most 1 V"),
        ((*PYRAMIDAL, "capacitance"), "150 F", "at most 1 uF"),
        ((*PYRAMIDAL, "capacitance"), "1e-30 F", "at least 1 fF"),
        ((*PYRAMIDAL, "background_rate"), "1e20 Hz", "at most 1000 MHz"),
        (("receptors", "ampa_decay"), "1e-20 s", "at least 1 ns"),
        (("receptors", "ampa_decay"), "1e20 s", "at most 1e9 years"),
        (("rules", "bdnf", "bdnf_decay"), "1e20 day", "at most 1e9 years"),
    ],
)
def test_a_value_beyond_the_hard_range_is_refused_with_its_bound(dotted, value, bound):
    with pytest.raises(UserError) as caught:
        load_circuit("prefrontal", {dotted: value})
    assert f'{".".join(dotted)} = "{value}"' in str(caught.value)
    assert str(caught.value).endswith(bound)


@pytest.mark.parametrize(
    "key, value",
    [
        ("kinetics.clearance", "1e-300 L/h"),
        ("kinetics.clearance", "0 L/h"),
        ("kinetics.central_volume", "1e30 L"),
        ("kinetics.clearance_exponent", 40),
        ("molar_mass", "238 kg"),
        ("molar_mass", "238 ng/mol"),
        ("nmda.affinity_sets.kotermanski.GluN2A", "1e-30 M"),
        ("nmda.unblocking_rate", "1e30 Hz"),
        ("brain.partition", 1e9),
    ],
)
def test_values_of_drugs_have_hard_ranges_too(key, value):
    with pytest.raises(UserError, match=key):
        load_drug("ketamine", {key: value})


def test_an_unusual_value_is_accepted_and_named():
    circuit = load_circuit("prefrontal", {(*PYRAMIDAL, "background_weight"): "5 uS"})
    (line,) = circuit.remarks()
    assert line == (
        'models/circuits/prefrontal.toml: populations.pyramidal.background_weight = "5 uS": '
        "unusual: expected at most 1 uS"
    )


def test_the_constants_of_rules_have_ranges_too():
    circuit = load_circuit("prefrontal", {("rules", "bdnf", "bdnf_decay"): "200 years"})
    assert [line.rpartition(": unusual")[0].split(": ")[1] for line in circuit.remarks()] == [
        'rules.bdnf.constants.bdnf_decay = "200 years"'
    ]


def test_populations_that_do_not_add_up_are_named():
    circuit = load_circuit("prefrontal", {("populations", "sst", "fraction"): 0.05})
    assert circuit.remarks() == [
        "models/circuits/prefrontal.toml: populations: the fractions add up to 0.95, not to 1: "
        "there are 950 neurons, not 1000"
    ]


def test_a_circuit_that_is_too_small_names_the_size():
    """200 neurons more than double their synapses, 100 lose half as many again to stress."""
    (line,) = load_circuit("prefrontal", neurons=200).remarks()
    assert line == (
        "models/circuits/prefrontal.toml: neurons = 200: too few: in pyramidal_to_pyramidal a cell "
        "has 159 potential inputs of 300, so that rates and counts are not those of the circuit; "
        "expected 376 or more"
    )
    assert load_circuit("prefrontal", neurons=376).remarks() == []
    assert load_circuit("prefrontal", neurons=375).remarks() != []


def test_nothing_that_ships_is_unusual():
    models = [load_circuit(name) for name in model_names("circuits")]
    models += [load_drug(name) for name in model_names("drugs")]
    models.append(load_nmda_receptor())
    assert [line for model in models for line in unusual_values(model)] == []


def test_zero_and_the_bounds_themselves_are_allowed():
    for text in ("0 nS", "100 uS", "-100 uS"):
        Quantity.parse(text, "siemens")
