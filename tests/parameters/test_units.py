"""A quantity is one number and one unit: what is read, and all that is refused."""

import math

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.overrides import parse_value, split_unit
from synaptoket.parameters.quantities import Quantity
from synaptoket.parameters.units import UnitsError, magnitude, read_unit, split, symbols


@pytest.mark.parametrize(
    "text, unit, value",
    [
        ("0.5 mg/kg", "mg/kg", 0.5e-6),
        ("−70 mV", "volt", -0.07),  # the minus sign of typography
        ("1e−3 M", "molar", 1.0),
        ("25nS", "siemens", 25e-9),
        ("1.5\u202fh", "second", 5400.0),  # a narrow space that does not break
        ("\u00a079 L/h ", "liter/second", 0.079 / 3600),
        (".5 d", "second", 43200.0),
        ("012 mg", "gram", 12e-6),
        ("+3 h/s", "hour/second", 10800.0),
        ("4 /day", "1/day", 4 / 86400),
        ("4 1/day", "1/day", 4 / 86400),
        ("4 day-1", "1/day", 4 / 86400),
        ("4 d⁻¹", "1/day", 4 / 86400),
        ("302 ng h/mL", "gram*second/liter", 302e-6 * 3600),
        ("302 ng·h/mL", "gram*second/liter", 302e-6 * 3600),
        ("28 µM", "molar", 0.028),  # the micro sign
        ("28 μM", "molar", 0.028),  # the Greek letter
        ("50 %", "1", 0.5),
        (3, "1", 3.0),
        (1e-5, "1", 1e-5),
    ],
)
def test_a_quantity_has_the_value_that_is_written(text, unit, value):
    assert float(Quantity.parse(text, unit)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("number", ["0.5", "7", "-70", "1e-3", "2.5E2", "003", "1."])
@pytest.mark.parametrize("unit, factor", [("mm", 1e-3), ("m", 1.0), ("um", 1e-6), ("µm", 1e-6)])
def test_every_spelling_agrees_with_python_s_own_number(number, unit, factor):
    assert float(Quantity.parse(f"{number} {unit}", "meter")) == pytest.approx(
        float(number) * factor, rel=1e-12
    )


@pytest.mark.parametrize(
    "text, unit",
    [
        ("0,5 mg/kg", "mg/kg"),
        ("1,5 h", "second"),
        ("1,500 mg/kg", "mg/kg"),
        ("1,500.0 mg/kg", "mg/kg"),
        ("79 ± 5 L/h", "liter/second"),
        ("79 +/- 5 L/h", "liter/second"),
        ("79(5) L/h", "liter/second"),
        ("70-90 L/h", "liter/second"),
        ("~70 L/h", "liter/second"),
        ("<70 L/h", "liter/second"),
        ("1 500 L/h", "liter/second"),
        ("1\u202f500 L/h", "liter/second"),
        ("1'500 L/h", "liter/second"),
        ("1_500 L/h", "liter/second"),
        ("1.5.2 mg/kg", "mg/kg"),
        ("0.5 mg/kg 10", "mg/kg"),
        ("0.5 mg/kg 10 mg", "mg/kg"),
        ("2 h 30 min", "second"),
        ("2:30 h", "second"),
        ("9**9**9 ms", "second"),
        ("2**3 ms", "second"),
        ("2^3 ms", "second"),
        ("2*3 ms", "second"),
        ("1/3 h", "second"),
        ("(1+1) ms", "second"),
        ("5·10³ ms", "second"),
        ("5 x 10^3 ms", "second"),
        ("%s", "second"),
        ("%s ms", "second"),
        ("{} ms", "second"),
        ("{0} ms", "second"),
        ("${x} ms", "second"),
        ("__import__('os') ms", "second"),
        ("1 rpm", "hertz"),
        ("1 Bq", "hertz"),
        ("1 turn/s", "hertz"),
        ("1 Mg", "gram"),
        ("1 MM", "molar"),
        ("1 mm/mm", "1"),
        ("1 degC", "1"),
        ("1 speed_of_light", "1"),
        ("0x10 ms", "second"),
        ("1e ms", "second"),
        ("1e1000 ms", "second"),
        ("1e-1000 ms", "second"),
        ("inf s", "second"),
        ("nan s", "second"),
        ("٣ ms", "second"),
        ("３ ms", "second"),
        ("–70 mV", "volt"),
        ("- 70 mV", "volt"),
        ("--70 mV", "volt"),
        ("+-70 mV", "volt"),
        ("70", "volt"),
        ("mV", "volt"),
        ("", "volt"),
        (" ", "volt"),
        ("1\nms", "second"),
        ("1 ms\n", "second"),
        ("1\tms", "second"),
        ("1 ms\0", "second"),
        ("1 \u200bms", "second"),
        ("1 ms/", "second"),
        ("1 /", "1"),
        ("1 ms//s", "1"),
        ("1/mM s", "1/molar/second"),
        ("3", "hour/second"),  # a time-lapse of 3 what?
        ("3 mg/kg", "hour/second"),
        ("3 mg/kg", "1"),
        ("3 h/s", "1"),
        ("3 h/s", "mg/kg"),
        ("5 mg/kg/h", "1/second"),
        ("1 " + "m" * 200, "meter"),
        ("1" * 200, "1"),
        (10**400, "1"),
        (math.inf, "1"),
        (math.nan, "1"),
        (True, "1"),
        (None, "1"),
        (["1 ms"], "second"),
    ],
)
def test_text_that_is_not_a_quantity_is_refused_in_one_line(text, unit):
    with pytest.raises(UserError) as caught:
        Quantity.parse(text, unit)
    assert len(str(caught.value)) < 300


def test_a_message_says_what_to_write():
    with pytest.raises(UserError, match=r'"0,5 mg/kg": expected a mass per body mass .*comma'):
        Quantity.parse("0,5 mg/kg", "mg/kg")
    with pytest.raises(UserError, match="unknown unit 'Mv'; did you mean 'mV'"):
        Quantity.parse("-70 Mv", "volt")


def test_prefixes_are_those_of_the_field():
    known = symbols()
    assert {"mV", "nS", "pF", "uM", "µM", "kHz", "mg", "L", "mL", "um"} <= known.keys()
    assert not {"Mg", "MM", "Ms", "kd", "mmin", "Gg", "dag"} & known.keys()


def test_priors_and_sweeps_read_numbers_by_the_same_grammar():
    assert magnitude("0.02 uS", "nS") == pytest.approx(20)
    for text in ("0,5 nS", "2*3 nS", "1 ms", "9**9**9"):
        with pytest.raises(UnitsError):
            magnitude(text, "nS")
    assert split_unit("0,5 nS") == ("0,5 nS", "")
    assert split("0.5 nS") == ("0.5", "nS")


def test_numbers_of_the_command_line_are_read_by_the_same_grammar():
    assert parse_value("−3.5") == -3.5
    for text in ("1_000", "٣", "0x10", "1,5"):
        assert parse_value(text) == text  # a text, for the parameter's own type to refuse


def test_cancelled_kinds_are_kept():
    assert read_unit("h/s").cancelled == {"time"}
    assert read_unit("L/h/kg").cancelled == frozenset()
