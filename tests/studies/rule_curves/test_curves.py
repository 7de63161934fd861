"""Every curve has the same shape, and a picture in the documentation."""

from importlib import import_module
from pathlib import Path

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.plasticity import RULES
from synaptoket.studies import rule_curves

DOCS = Path(__file__).parents[3] / "docs" / "rules"


@pytest.mark.parametrize("name", rule_curves.names())
def test_a_curve_is_that_of_a_rule_and_is_shown(name):
    module = import_module(f"synaptoket.studies.rule_curves.{name}")
    assert name in RULES or name == "candidates"  # what rules of structure choose from
    assert callable(module.measure)
    assert callable(module.draw)
    assert 0 < (DOCS / f"{name}.png").stat().st_size < 200_000
    assert f"({name}.png)" in (DOCS / "README.md").read_text()


def test_a_functional_rule_has_a_curve():
    assert {n for n, rule in RULES.items() if rule.kind == "functional"} <= set(rule_curves.names())


def test_an_unknown_rule_is_told_with_the_nearest():
    with pytest.raises(UserError, match="no curve of a rule 'pair_sdtp'.*pair_stdp"):
        rule_curves.measure("pair_sdtp")


def test_a_curve_is_written_as_a_picture(tmp_path):
    path = rule_curves.draw("ampa_insertion", tmp_path / "curve.png", spines=10)
    assert path.stat().st_size > 1000
