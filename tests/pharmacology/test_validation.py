"""One line from any mistake in a parameter file."""

import pytest
from pydantic import BaseModel, ConfigDict

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.quantities import quantity
from synaptoket.parameters.validation import overridden, validated


class Cell(BaseModel):
    model_config = ConfigDict(extra="forbid")

    capacitance: quantity("farad", positive=True)
    count: int = 1


class Circuit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    cells: dict[str, Cell]
    rules: list[Cell] = []
    extra: Cell | None = None


GOOD = {"name": "x", "cells": {"pv": {"capacitance": "100 pF"}}}


def line(**changes):
    with pytest.raises(UserError) as caught:
        validated(Circuit, {**GOOD, **changes}, "models/circuits/own.toml")
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix("models/circuits/own.toml: ")


def test_valid_data_are_returned_as_the_model():
    assert validated(Circuit, GOOD, "own.toml").cells["pv"].capacitance == pytest.approx(1e-10)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"cells": {"pv": {"capacitance": "500 ms"}}},
            'cells.pv.capacitance = "500 ms": expected a capacitance (farad), got a time',
        ),
        (
            {"cells": {"pv": {"capacitance": {"value": "-1 pF", "source": "s"}}}},
            'cells.pv.capacitance = "-1 pF": expected a value above zero',
        ),
        ({"cells": {"pv": {}}}, "cells.pv.capacitance: missing (expected a capacitance (farad))"),
        (
            {"cells": {"pv": {"capacitence": "1 pF"}}},
            "cells.pv.capacitence: unknown key; did you mean 'capacitance'?",
        ),
        (
            {"rules": [{"capacitance": "1 pF", "coont": 2}]},
            "rules.0.coont: unknown key; did you mean 'count'?",
        ),
        (
            {"extra": {"capacitance": "1 pF", "county": 2}},
            "extra.county: unknown key; did you mean 'count'?",
        ),
        (
            {"cells": {"pv": {"capacitance": "1 pF", "count": "many"}}},
            'cells.pv.count = "many": expected a valid integer',
        ),
        ({"cell": {}}, "cell: unknown key; did you mean 'cells'?"),
    ],
)
def test_a_mistake_is_one_line_with_key_value_and_reason(changes, expected):
    assert line(**changes).startswith(expected)


def test_a_missing_table_names_its_keys():
    with pytest.raises(UserError, match="name: missing"):
        validated(Circuit, {"cells": {}}, "own.toml")


def test_overriding_does_not_change_the_original_table():
    data = {"a": {"b": {"value": "1 s", "source": "paper"}}}
    changed = overridden(data, {"a.b": "2 s", "c": 3})
    assert changed == {"a": {"b": {"value": "2 s", "source": "set by the user"}}, "c": 3}
    assert data == {"a": {"b": {"value": "1 s", "source": "paper"}}}


def test_overriding_inside_a_value_is_refused():
    with pytest.raises(UserError, match="'name' is a value"):
        overridden({"name": "x"}, {"name.deep": 1})
