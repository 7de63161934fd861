"""``synaptoket rules``: what there is, and a table for a circuit's file that can be used."""

import os
import subprocess
import sys
import time
import tomllib

import pytest

from synaptoket import cli
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.plasticity import RULES
from synaptoket.plasticity.catalogue import KINDS, cost, example, grouped, needs, rivals


def test_every_rule_is_a_line_with_equation_and_source(capsys):
    assert cli.main(["rules"]) == 0
    header, *lines = capsys.readouterr().out.strip().splitlines()
    assert header.split() == ["kind", "name", "what", "it", "does", "equation", "source"]
    assert len(lines) == len(RULES)
    kinds = [line.split()[0] for line in lines]
    assert kinds == sorted(kinds, key=[*KINDS].index)
    for rule in RULES.values():
        (line,) = (line for line in lines if line.split()[1] == rule.name)
        assert rule.summary in line
        assert rule.equation in line
        assert line.endswith(rule.source)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_shown_with_its_constants_and_text(name, capsys):
    rule = RULES[name]
    assert rule.summary
    assert rule.kind in KINDS
    assert cli.main(["rules", name]) == 0
    shown = capsys.readouterr().out
    for constant, about in rule.constants.items():
        (line,) = (
            li for li in shown.splitlines() if li.split()[:1] == [constant] and "=" not in li
        )
        assert line.endswith(about.meaning)
        assert about.symbol in line
        assert about.default is None or str(about.default) in line
    for part in rule.parts.values():
        for text in (part.equations, part.on_pre, part.on_post, part.slow, part.at_spike):
            for line in filter(None, map(str.strip, text.splitlines())):
                assert line in shown.splitlines()
    assert shown.endswith(f"{example(rule)}\n")


@pytest.mark.parametrize("name", RULES)
def test_the_table_that_is_shown_can_be_used(name, circuit_with):
    circuit = load_circuit(circuit_with(example(RULES[name]), drop=name))
    held = [use.rule for use in all_uses(circuit)]
    assert name in held


def all_uses(circuit):
    yield from circuit.rules.values()
    for projection in circuit.projections.values():
        yield from projection.rules.values()
        chosen = (projection.structure, projection.formation, projection.elimination)
        yield from (use for use in chosen if use is not None)
    for population in circuit.populations.values():
        yield from (*population.rules.values(), *population.elements.values())


@pytest.fixture
def circuit_with(tmp_path):
    """Return a function that puts tables into the prefrontal circuit, in the place of a rule's."""
    from synaptoket.parameters.files import model_path, read_toml
    from synaptoket.results.provenance import to_toml

    def write(text, drop):
        tree = read_toml(model_path("circuits", "prefrontal"))
        others = tree["rules"].get(drop, {}).get("populations", [])
        if f"[populations.pyramidal.rules.{drop}]" in text and others[1:]:
            tree["rules"][drop]["populations"] = [name for name in others if name != "pyramidal"]
        else:
            tree["rules"].pop(drop, None)
        merge(tree, tomllib.loads(text))
        path = tmp_path / "mine.toml"
        path.write_text(to_toml(tree))
        return str(path)

    def merge(tree, other):
        for key, value in other.items():
            if isinstance(value, dict) and isinstance(tree.get(key), dict):
                merge(tree[key], value)
            else:
                tree[key] = value if value != {} else {"enabled": True}

    return write


def test_cost_needs_and_rivals_are_those_of_the_rules():
    assert cost(RULES["structure"]) == "3 per synapse (10 B)"
    assert cost(RULES["size_elimination"]) == "none"
    assert needs(RULES["size_elimination"], RULES) == ["spine_size"]
    assert "excess_elements" in rivals(RULES["size_elimination"], RULES)
    assert "calcium_plasticity" in rivals(RULES["inhibitory_plasticity"], RULES)
    assert len(grouped(RULES)) == len(RULES)


def test_an_unknown_rule_gets_the_nearest(capsys):
    assert cli.main(["rules", "size_eliminatoin"]) == 2
    error = capsys.readouterr().err
    assert error == "error: no rule named 'size_eliminatoin'; did you mean 'size_elimination'?\n"


def test_it_is_quick_and_imports_nothing_heavy(tmp_path):
    code = (
        "import sys\nfrom synaptoket.cli import main\nmain(['rules'])\nmain(['rules', 'bdnf'])\n"
        "heavy = {'brian2', 'numpy', 'matplotlib', 'xarray', 'pint', 'h5py'} & {*sys.modules}\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 3  # about 0.3 s on an idle machine
    assert "calcium_decay" in done.stdout


def test_the_table_of_the_page_is_written_by_the_command(tmp_path, capsys):
    from synaptoket.parameters.files import root

    page = root() / "docs" / "choosing-a-rule.md"
    copy = tmp_path / "page.md"
    copy.write_text(page.read_text())
    assert cli.main(["rules", "--table", str(copy)]) == 0
    assert copy.read_text() == page.read_text(), "synaptoket rules --table docs/choosing-a-rule.md"


def test_a_rule_is_shown_with_the_constants_it_derives_and_the_quantities_it_records(capsys):
    assert cli.main(["rules", "bdnf"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "derives initial_calcium from scaling_target" in shown
    assert "records bdnf, BDNF relative to the healthy baseline (1)" in shown
