"""What a rule's constant cannot be is refused before anything is compiled."""

import pytest

from synaptoket import UserError
from synaptoket.circuit.circuit_file import load_circuit

OTHERS = ("projections", "others_to_others", "structure")
EXCITATORY = ("populations", "others")

CASES = {
    (*OTHERS, "filling_fraction"): (1.5, "expected a number from 0 to 1"),
    (*OTHERS, "contacts"): (0, "expected a number from 1 to 127"),
    (*OTHERS, "max_in_degree"): (-1, "expected a number of 0 or more"),
    (*EXCITATORY, "elements", "axonal_excitatory", "epsilon"): (0, "expected a number above zero"),
    (*EXCITATORY, "elements", "axonal_excitatory", "growth_rate"): (
        "-1 /s",
        "expected a rate of 0 or more",
    ),
    (*EXCITATORY, "rules", "firing_calcium", "firing_calcium_decay"): (
        "0 s",
        "expected a time (second) above zero",
    ),
}


@pytest.mark.parametrize("dotted", CASES, ids=lambda dotted: dotted[-1])
def test_a_value_out_of_its_range_is_refused_in_one_line(dotted):
    value, expected = CASES[dotted]
    with pytest.raises(UserError) as caught:
        load_circuit("associative_growth", {dotted: value})
    assert str(caught.value).endswith(f'{".".join(dotted)} = "{value}": {expected}')


def test_bounds_themselves_are_allowed():
    for filling in (0, 1):
        load_circuit("associative_growth", {(*OTHERS, "filling_fraction"): filling})
