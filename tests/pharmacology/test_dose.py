"""Doses: what may be written, and what it means in kilograms and seconds."""

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.quantities import Quantity
from synaptoket.pharmacology import Dose, check_doses, load_drug


def test_a_dose_per_body_mass_grows_with_the_body_and_a_mass_does_not():
    assert Dose("ketamine", "0.5 mg/kg").resolve(body_weight=90).amount == pytest.approx(45e-6)
    assert Dose("ketamine", "35 mg").resolve(body_weight=90).amount == pytest.approx(35e-6)


def test_start_counts_from_the_phase_and_may_come_before_it():
    dose = Dose("nbqx", "10 mg/kg", start="-30 min", duration="5 min", phase="treatment")
    resolved = dose.resolve(phase_start=86400.0)
    assert (resolved.start, resolved.duration, resolved.end) == (84600.0, 300.0, 84900.0)


def test_an_amount_may_be_a_quantity_or_a_text():
    amount = Quantity.parse("35 mg", "gram")
    assert Dose("ketamine", amount).resolve() == Dose("ketamine", "35 mg").resolve()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"amount": "-35 mg"}, 'dose of ketamine: amount = "-35 mg": expected zero or more'),
        ({"amount": "-0.5 mg/kg"}, 'amount = "-0.5 mg/kg": expected zero or more'),
        ({"amount": "35 s"}, 'amount = "35 s": expected a mass'),
        ({"amount": "0.5"}, 'amount = "0.5": expected a mass'),
        ({"amount": 0.5}, "expected a mass"),
        ({"amount": "nan mg"}, "expected a mass"),
        ({"amount": "35 mg", "route": "oraly"}, "unknown route; did you mean 'oral'?"),
        ({"amount": "35 mg", "duration": "40 mg"}, 'duration = "40 mg": expected a time'),
        ({"amount": "35 mg", "duration": "-1 min"}, 'duration = "-1 min": expected zero or more'),
        ({"amount": "35 mg", "start": "noon"}, 'start = "noon": expected'),
    ],
)
def test_a_mistake_is_one_line_that_names_the_dose(arguments, expected):
    with pytest.raises(UserError) as caught:
        Dose("ketamine", **arguments)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_dose_before_the_protocol_starts_is_refused():
    with pytest.raises(UserError, match="before the protocol starts"):
        Dose("ketamine", "35 mg", start="-1 h").resolve()


@pytest.mark.parametrize("weight", [0.0, -70.0, float("nan")])
def test_a_body_weight_that_is_not_positive_is_refused(weight):
    with pytest.raises(UserError, match="body weight"):
        Dose("ketamine", "0.5 mg/kg").resolve(body_weight=weight)


def test_unknown_drugs_and_routes_without_numbers_are_refused():
    drugs = {"ketamine": load_drug("ketamine"), "nbqx": load_drug("nbqx")}
    with pytest.raises(UserError, match="unknown drug; did you mean 'ketamine'"):
        check_doses([Dose("ketamin", "35 mg")], drugs)
    with pytest.raises(UserError, match='route = "oral".*valid: intra'):
        check_doses([Dose("nbqx", "35 mg", "oral")], drugs)


def test_a_repeated_dose_is_the_sprays_of_a_visit():
    sprays = Dose("esketamine", "28 mg", "intranasal", "-10 min", phase="x").repeated(3, "5 min")
    assert [spray.resolve(3600).start for spray in sprays] == [3000.0, 3300.0, 3600.0]
    assert {(spray.amount, spray.route, spray.phase) for spray in sprays} == {
        ("28 mg", "intranasal", "x")
    }


@pytest.mark.parametrize(
    ("times", "every", "expected"),
    [
        (0, "5 min", "times = 0: expected a whole number"),
        (2.0, "5 min", "times = 2.0: expected a whole number"),
        (2, "5 mg", 'every = "5 mg": expected a time'),
        (2, "-5 min", 'every = "-5 min": expected zero or more'),
    ],
)
def test_a_wrong_repetition_is_one_line(times, every, expected):
    with pytest.raises(UserError) as caught:
        Dose("esketamine", "28 mg").repeated(times, every)
    assert f"dose of esketamine: {expected}" in str(caught.value)
