"""A rule that does not ship: from a file, from a package, in a circuit, in the result."""

import json

import h5py
import numpy as np
import pytest

from synaptoket import UserError, cli, load_circuit, open_network
from synaptoket.analysis import graph
from synaptoket.circuit.plan import plan
from synaptoket.parameters import files
from synaptoket.plasticity import known_rules, read_rule
from synaptoket.plasticity.own_rules import installed_sources
from synaptoket.results import check_invariants, open_results

RULES = files.root() / "experiments" / "rules"
FILE, CIRCUIT, SCRIPT = (
    RULES / name for name in ("crowded_elimination.py", "crowded.toml", "crowding.py")
)
CELLS = 120
LOSSES = "projections.cells_to_cells.elimination"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package, demo 1.0, that registers the example's rule, or another object."""

    def install(text=None):
        folder = tmp_path / "site"
        info = folder / "demo-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        entry = "[synaptoket.rules]\ncrowded = demo_rules:RULE\n"
        (info / "entry_points.txt").write_text(entry)
        (folder / "demo_rules.py").write_text(FILE.read_text() if text is None else text)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(__import__("sys").modules, "demo_rules", raising=False)
        installed_sources.cache_clear()

    yield install
    monkeypatch.undo()
    installed_sources.cache_clear()


def run(out, *arguments):
    """Run the example through the command line and return its file."""
    kept = ["--keep-checkpoints", "phases"]
    assert cli.main(["run", str(SCRIPT), "--out", str(out), *kept, *arguments]) == 0
    check_invariants(out)
    return out


def counts(path):
    """Return time in days and the synapses of a cell."""
    arm = open_results(path)["crowded"].isel(seed=0, projection=0)
    return arm["time"].values / 24, arm["synapse_count"].values / CELLS


def test_a_file_of_ones_own_acts_as_it_says_and_not_when_it_is_off(tmp_path, capsys):
    path = run(tmp_path / "on.h5", "--rule", str(FILE))
    days, synapses = counts(path)
    expected = synapses[0] / (1 + 0.1 * days * synapses[0] / 40)
    assert expected[-1] < 20
    # four standard deviations of a count of 120 cells, most of whose synapses are lost at random
    assert synapses == pytest.approx(expected, abs=4 * np.sqrt(19 / CELLS))
    with h5py.File(path) as file:
        (rule,) = json.loads(file.attrs["rules"]).items()
        assert rule == ("crowded_elimination", {"from": files.display(FILE),
                                                "text": FILE.read_text()})  # fmt: skip
        assert "crowding_exponent = { value = 1" in file.attrs["parameters"]
    contacts = graph(open_network(path), "crowded", "cells_to_cells")
    assert contacts.sum() == round(synapses[-1] * CELLS)
    assert cli.main(["info", str(path)]) == 0
    assert f"crowded_elimination ({files.display(FILE)})" in capsys.readouterr().out

    without = ["--rule", str(FILE), "--set", f"{LOSSES}.enabled=false"]
    off = run(tmp_path / "off.h5", *without)
    assert set(counts(off)[1]) == {synapses[0]}
    held = run(tmp_path / "held.h5", *without, "--from", f"{path}:crowded@crowding")
    assert set(counts(held)[1]) == {synapses[-1]}
    again = run(tmp_path / "again.h5", "--rule", str(FILE), "--from", f"{off}:crowded@crowding")
    assert counts(again)[1] == pytest.approx(expected, abs=4 * np.sqrt(19 / CELLS))


def test_a_run_with_a_rule_of_ones_own_is_resumed_with_it_alone(tmp_path, capsys):
    out = tmp_path / "x.h5"
    run(out, "--rule", str(FILE))
    before = out.read_bytes()
    run(out, "--rule", str(FILE), "--resume")
    assert out.read_bytes() == before
    other = tmp_path / "other.py"
    other.write_text(FILE.read_text().replace(")**", ")**2*"))
    arguments = ["run", str(SCRIPT), "--out", str(out), "--resume", "--rule"]
    assert cli.main([*arguments, str(other)]) == 2
    assert "circuit: equations.cells_to_cells = " in capsys.readouterr().err
    other.write_text(FILE.read_text().replace('number", 1)', 'number", 2)'))
    assert cli.main([*arguments, str(other)]) == 2
    assert f"circuit.{LOSSES}.crowding_exponent = 1: this run has 2" in capsys.readouterr().err


def test_a_rule_of_an_installed_package_needs_no_option(package, tmp_path, capsys):
    package()
    assert "crowded_elimination" in known_rules()
    path = run(tmp_path / "x.h5")
    assert counts(path)[1][-1] < 20
    with h5py.File(path) as file:
        held = json.loads(file.attrs["rules"])["crowded_elimination"]
    assert held == {"from": "demo 1.0", "text": FILE.read_text()}
    assert cli.main(["rules"]) == 0
    assert "elimination  crowded_elimination" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, message",
    [
        ("RULE = 3", "demo 1.0: crowded = 'demo_rules:RULE': expected a Rule"),
        ("RULE = 1 / 0", "demo 1.0: its rule crowded = 'demo_rules:RULE' cannot be imported: Zero"),
        (
            FILE.read_text().replace('"crowded_elimination"', '"bdnf"'),
            "demo 1.0 registers the rule 'bdnf', which is there already: expected another name",
        ),
    ],
)
def test_a_package_that_registers_something_else_is_told(package, text, message):
    package(text)
    with pytest.raises(UserError) as caught:
        known_rules()
    assert str(caught.value).startswith(message)


BAD = {
    "no such file": (None, "--rule mine.py: no such file; expected a file .py that defines"),
    "raises": ("a = 1\nb = a / 0\n", "--rule mine.py:2: ZeroDivisionError: division by zero"),
    "syntax": ("a = (1,\n", "--rule mine.py:1: SyntaxError: "),
    "exits": ("import sys\nsys.exit(1)\n", "--rule mine.py:2: SystemExit: 1"),
    "no rule": ("a = 1\n", "--rule mine.py: defines no Rule; expected RULE = synaptoket.Rule(...)"),
    "imports one": (
        "from synaptoket.plasticity import RULES\nRULE = RULES['bdnf']\n",
        "--rule mine.py: defines no Rule; ",
    ),
    "ships already": (
        FILE.read_text().replace('"crowded_elimination"', '"size_elimination"'),
        "--rule mine.py: the rule 'size_elimination' is there already: expected another name",
    ),
    "nothing provides": (
        FILE.read_text().replace("crowded_rate*", "crowdd_rate*"),
        f"experiments/rules/crowded.toml: {LOSSES}: the rule crowded_elimination of "
        "cells_to_cells uses 'crowdd_rate', which nothing in the circuit provides; did you mean "
        "'crowded_rate'?",
    ),
    "wrong constant": (
        FILE.read_text().replace('("1/day"', '("mV"'),
        f'experiments/rules/crowded.toml: {LOSSES}.crowded_rate = "0.1 /day": expected a potential',
    ),
}


@pytest.mark.parametrize("name", ["x.toml", "nowhere.py", ".", "a" * 300, "/dev/null"])
def test_what_is_no_python_file_is_no_rule(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text("a = 1")
    with pytest.raises(UserError, match="expected a file .py that defines a Rule"):
        read_rule(name)


@pytest.mark.parametrize("text, message", BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_used_is_one_line_and_nothing_is_written(
    tmp_path, monkeypatch, capsys, text, message
):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    commands = [["run", str(SCRIPT), "--out", "x.h5"], ["show", str(CIRCUIT), "--equations"]]
    for command in commands:
        assert cli.main([*command, "--rule", "mine.py"]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"error: {message}")
        assert error.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.py", "__pycache__"}


def test_the_example_is_found_away_from_the_checkout(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = "experiments/rules/crowded_elimination.py"
    assert cli.main(["rules", "crowded_elimination", "--rule", path]) == 0
    assert cli.main(["show", "experiments/rules/crowded.toml", "--rule", path]) == 0
    assert "crowded_number" in capsys.readouterr().out


def test_two_files_must_not_define_one_rule(tmp_path, capsys):
    (tmp_path / "again.py").write_text(FILE.read_text())
    assert cli.main(["rules", "--rule", str(FILE), "--rule", str(tmp_path / "again.py")]) == 2
    assert "again.py: the rule 'crowded_elimination' is there already" in capsys.readouterr().err


def test_show_has_the_numbers_and_the_text_of_a_rule_of_ones_own(capsys):
    assert cli.main(["show", str(CIRCUIT), "--rule", str(FILE)]) == 0
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if "crowding_exponent" in line)
    assert line.split()[1:] == ["m", "1", "default", "of", "the", "rule"]
    assert cli.main(["show", str(CIRCUIT), "--rule", str(FILE), "--equations"]) == 0
    assert "in_degree_cells_to_cells_post += gained - lost" in capsys.readouterr().out


def test_the_shape_of_a_variable_is_part_of_what_is_compiled(tmp_path):
    """A byte that becomes an integer is another program, although no text says so."""
    from synaptoket.engine.keys import plan_key

    keys = set()
    for kind in ("byte", "integer"):
        (tmp_path / "mine.py").write_text(
            FILE.read_text()
            .replace("import Constant, Part, Rule", "import Constant, Part, Rule, Variable")
            .replace("Part(\n", f"Part(\n variables={{'mark': Variable('1', kind='{kind}')}},\n")
        )
        made = plan(load_circuit(str(CIRCUIT), rules=read_rule(tmp_path / "mine.py")))
        keys.add(plan_key(made))
    assert len(keys) == 2


def test_the_example_is_short():
    assert len(FILE.read_text().splitlines()) <= 40


def test_a_rule_of_the_library_stays_a_small_file():
    folder = files.root() / "src" / "synaptoket" / "plasticity"
    if not folder.is_dir():
        pytest.skip("no checkout")
    machinery = {"__init__", "rule", "own_rules", "catalogue"}
    lengths = {path.stem: len(path.read_text().splitlines()) for path in folder.glob("*.py")}
    assert {n: lines for n, lines in lengths.items() if n not in machinery and lines > 120} == {}
