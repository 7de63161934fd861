"""Dotted overrides reach the one number they name, and say what they could have meant."""

import pytest

from synaptoket.parameters import overrides
from synaptoket.parameters.errors import UserError


@pytest.fixture
def tree():
    return {
        "affinity": {"GluN2A": {"value": "0.33 uM", "source": "Kotermanski 2009", "prior": [0, 1]}},
        "routes": {"oral": {"bioavailability": 0.2}},
        "compartments": [{"volume": "70 L"}, {"volume": "100 L"}],
        "about": "a drug",
    }


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ketamine.dose=1.0 mg/kg", (("ketamine", "dose"), "1.0 mg/kg")),
        ("ketamine.dose = 1.0 mg/kg ", (("ketamine", "dose"), "1.0 mg/kg")),
        ("a=1e-3", (("a",), 1e-3)),
        ("a=-4", (("a",), -4)),
        ("a.b.c=True", (("a", "b", "c"), True)),
        ("note=x=y", (("note",), "x=y")),
    ],
)
def test_an_assignment_is_a_name_and_a_value(text, expected):
    name, value, _ = overrides.parse_assignment(text)
    assert (name, value) == expected
    assert type(value) is type(expected[1])


@pytest.mark.parametrize("text", ["ketamine.dose", "=3", "a..b=3", ".a=3", "a=", "a=nan", "a=inf"])
def test_an_incomplete_assignment_is_refused(text):
    with pytest.raises(UserError, match="expected"):
        overrides.parse_assignment(text)


def test_a_value_with_a_source_keeps_its_form_and_gets_the_new_source(tree):
    overrides.assign(tree, ("affinity", "GluN2A"), "0.5 uM", "x.toml")
    assert tree["affinity"]["GluN2A"] == {"value": "0.5 uM", "source": "set on the command line"}


def test_a_plain_leaf_and_an_item_of_a_list_are_replaced(tree):
    overrides.assign(tree, "routes.oral.bioavailability", 0.3, "x.toml")
    overrides.assign(tree, "compartments.1.volume", "90 L", "x.toml")
    assert tree["routes"]["oral"]["bioavailability"] == 0.3
    assert [c["volume"] for c in tree["compartments"]] == ["70 L", "90 L"]


@pytest.mark.parametrize(
    "name, hint",
    [
        ("affinity.GluN2a", "did you mean 'affinity.GluN2A'?"),
        ("routes.oral.bioavailabilty", "did you mean 'routes.oral.bioavailability'?"),
        ("bioavailability", "did you mean 'routes.oral.bioavailability'?"),
        ("affinity.GluN2A.value", "did you mean 'affinity.GluN2A'?"),
        ("compartments.7.volume", "did you mean 'compartments.0.volume'?"),
        ("zzzz.wwww", "valid names start with: about, affinity, compartments, routes"),
    ],
)
def test_an_unknown_name_gets_the_nearest_valid_one(tree, name, hint):
    with pytest.raises(UserError) as error:
        overrides.assign(tree, name, 1, "models/drugs/x.toml")
    message = str(error.value)
    assert message.startswith(f"models/drugs/x.toml: no parameter {name!r}")
    if not name.startswith("compartments"):  # both compartments are equally near
        assert message.endswith(hint)


def test_a_section_is_not_a_value(tree):
    with pytest.raises(UserError, match=r"routes is not a single value; .* routes\.oral\.bio"):
        overrides.assign(tree, "routes", 1, "x.toml")
    assert tree["routes"] == {"oral": {"bioavailability": 0.2}}


def test_the_table_of_a_model_has_numbers_units_and_sources(tree):
    assert overrides.rows(tree)[:3] == [
        ("affinity.GluN2A", "", "0.33", "uM", "", "Kotermanski 2009"),
        ("routes.oral.bioavailability", "", "0.2", "", "", ""),
        ("compartments.0.volume", "", "70", "L", "", ""),
    ]


def test_changes_are_listed_with_old_and_new_value():
    before = {"a": {"value": "1 ms", "source": "x"}, "b": 1, "gone": True}
    after = {"a": {"value": "1 ms", "source": "y"}, "b": 2, "new": "text"}
    assert overrides.changed(before, after) == [
        ("b", 1, 2),
        ("new", None, "text"),
        ("gone", True, None),
    ]
