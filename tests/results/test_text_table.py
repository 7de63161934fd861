"""Tables as text: a Markdown cell holds its text, whatever stands in it."""

import re

from synaptoket.results.text_table import markdown


def test_a_bar_in_a_cell_does_not_begin_another_cell():
    lines = markdown(["rule", "|change|"], [["a | b", "1"]]).splitlines()
    for line in lines:
        assert len(re.findall(r"(?<!\\)\|", line)) == 3, line
    assert lines[2] == "| a \\| b | 1 |"
