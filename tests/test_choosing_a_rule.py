"""What the page on choosing a rule tells to write into a circuit can be written into one."""

import re
import tomllib

import pytest

from synaptoket import build
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.parameters.files import model_path, read_toml, root
from synaptoket.plasticity import RULES, read_rule
from synaptoket.results.provenance import to_toml

PAGE = root() / "docs" / "choosing-a-rule.md"
TEXT = PAGE.read_text() if PAGE.is_file() else ""
SNIPPETS = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not TEXT, reason="no checkout")


def merge(tree, other):
    for key, value in other.items():
        if isinstance(value, dict):
            merge(tree.setdefault(key, {}), value)
        else:
            tree[key] = value
    return tree


def named(projection):
    """Return the rules that a projection's tables name."""
    chosen = {projection[key]["rule"] for key in ("formation", "elimination") if key in projection}
    return chosen | {*projection.get("rules", {})} | {"structure"} & projection.keys()


@pytest.fixture(params=SNIPPETS, ids=lambda text: text.splitlines()[0].strip("[]"))
def written(request, tmp_path):
    """A snippet, and the prefrontal circuit with it in the place of what that has for the same."""
    snippet = tomllib.loads(request.param)
    tree = read_toml(model_path("circuits", "prefrontal"))
    for name, projection in snippet.get("projections", {}).items():
        ours = {RULES[rule].sets or rule for rule in named(projection)}
        for rule, table in [*tree["rules"].items()]:
            if name in table.get("projections", ()) and (RULES[rule].sets or rule) in ours:
                del tree["rules"][rule]
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(merge(tree, snippet)))
    return snippet, str(path)


def test_a_snippet_makes_a_circuit(written):
    snippet, path = written
    wanted = {name for p in snippet.get("projections", {}).values() for name in named(p)}
    joined = plan(load_circuit(path)).rules.all
    assert wanted <= {one.rule.name for one in joined}


@pytest.mark.slow
def test_a_snippet_makes_objects_of_brian2_that_run(written, numpy_target):
    circuit = build(written[1], neurons=400)
    circuit.network.run(2 * numpy_target.ms)


def test_there_are_snippets_for_each_kind_of_rule():
    named_there = {rule for rule in RULES if f'"{rule}"' in TEXT or f"rules.{rule}]" in TEXT}
    assert {RULES[rule].kind for rule in named_there} >= {"formation", "elimination", "functional"}
    assert len(SNIPPETS) >= 5


def test_every_rule_that_is_not_signalling_is_an_answer_to_a_question():
    for rule in RULES.values():
        if rule.kind not in ("signalling", "structure") and rule.name not in ("ampa_insertion",):
            assert f"`{rule.name}`" in TEXT.split("## Three choices")[0], rule.name


def test_the_example_of_a_signal_of_ones_own_is_a_rule_that_a_circuit_takes(tmp_path):
    (text,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "adenosine.py").write_text(text)
    rules = read_rule(tmp_path / "adenosine.py")
    tree = read_toml(model_path("circuits", "prefrontal"))
    tree["rules"]["adenosine"] = {
        "adenosine_release": "1 nM/hour",
        "adenosine_clearance": "0.1 /hour",
    }
    (tmp_path / "mine.toml").write_text(to_toml(tree))
    neuropil = plan(load_circuit(str(tmp_path / "mine.toml"), rules=rules)).neuropil
    unit, level = neuropil.constants["adenosine_level"]
    assert (unit, level) == ("mmolar", pytest.approx(1e-5))
