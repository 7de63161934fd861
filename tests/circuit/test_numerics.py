"""Precision and steps: what is refused, and what it changes."""

import pytest

from synaptoket import UserError, load_circuit


def loaded(**numerics):
    overrides = {("numerics", key): value for key, value in numerics.items()}
    return load_circuit("prefrontal", overrides, neurons=60)


@pytest.mark.parametrize(
    "given, said",
    [
        ({"precision": "half"}, "numerics.precision"),
        ({"step": "0.3 ms"}, "numerics.step = 0.3 ms: expected a whole number"),
        ({"step": "0.1 mV"}, "expected a time"),
        ({"step": "-0.1 ms"}, "above zero"),
        ({"input_step": "0.25 ms"}, "a multiple of the step, 0.1 ms"),
        ({"input_step": "3 ms"}, "numerics.input_step = 3 ms"),
        ({"structural_step": "0.25 s"}, "a multiple of the slow step"),
        ({"structural_step": "1.5 s"}, "numerics.structural_step = 1.5 s"),
        ({"structural_step": "4 s"}, "numerics.structural_step = 4 s"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(given, said):
    with pytest.raises(UserError, match=said):
        loaded(**given)


def test_finer_steps_are_accepted():
    numerics = loaded(step="0.05 ms", input_step="0.05 ms", structural_step="0.1 s").numerics
    assert numerics.step == pytest.approx(5e-5)


def test_more_background_than_can_be_drawn_is_refused():
    key = ("populations", "pv", "background_rate")
    with pytest.raises(UserError, match="populations.pv.background_rate = 20 kHz: 20 inputs"):
        load_circuit("prefrontal", {key: "20 kHz"}, neurons=60)
    finer = {key: "20 kHz", ("numerics", "input_step"): "0.1 ms"}
    load_circuit("prefrontal", finer, neurons=60)
