"""``synaptoket cite``: the works behind a run, a rule or a model, each once, none dropped."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
import synthetic_results

from synaptoket import cli
from synaptoket.parameters.files import model_path, read_toml
from synaptoket.plasticity import RULES
from synaptoket.results.provenance import to_toml

ONE_ROW = {"arms": ["control"], "times": np.zeros(1)}


def cited(capsys, *names):
    """Return the keys of the entries that are printed, and all that is printed."""
    assert cli.main(["cite", *names]) == 0
    shown = capsys.readouterr().out
    return re.findall(r"^@\w+\{(\w+),$", shown, re.MULTILINE), shown


def refused(capsys, *names):
    assert cli.main(["cite", *names]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_its_papers(name, capsys):
    keys, shown = cited(capsys, name)
    assert keys
    assert keys == sorted(set(keys))
    assert "without an entry" not in shown


def test_a_rule_is_printed_as_it_stands_in_the_bibliography(capsys):
    _, shown = cited(capsys, "triplet_stdp")
    assert (
        shown
        == """\
% the works behind triplet_stdp

@article{pfister2006,
  author = {Pfister, Jean-Pascal and Gerstner, Wulfram},
  title = {Triplets of spikes in a model of spike timing-dependent plasticity},
  journal = {Journal of Neuroscience},
  year = {2006},
  volume = {26},
  pages = {9673--9682},
  doi = {10.1523/JNEUROSCI.1425-06.2006},
}
"""
    )


def test_a_drug_has_the_works_of_its_numbers_and_what_has_no_entry_is_told(capsys):
    keys, shown = cited(capsys, "ketamine")
    assert {"kamp2020", "zanos2018", "kotermanski2009", "gilling2009"} <= {*keys}
    assert "stimberg2019" not in keys
    assert "% without an entry: Holford & Anderson; prescribing information\n" in shown
    assert "% numbers are also taken from: arketamine.toml\n" in shown


def test_a_circuit_has_the_works_of_its_rules_too(capsys):
    keys, _ = cited(capsys, "prefrontal")
    assert "brunel2001" in keys  # of numbers
    assert "popoli2012" in keys  # of a rule
    assert "pfister2006" not in keys


def test_a_circuit_names_the_model_that_it_follows(capsys):
    assert "gallinaro2018" in cited(capsys, "associative_growth")[0]
    keys, _ = cited(capsys, "homeostatic_growth")
    assert {"butz2013", "gewaltig2007"} <= {*keys}


@pytest.mark.parametrize("name", ["F8", "resting_nmda", "nmda", "models/drugs/nbqx.toml"])
def test_any_model_may_be_named(name, capsys):
    assert cited(capsys, name)[0]


def test_several_names_give_each_work_once(capsys):
    one, two = cited(capsys, "mtorc1")[0], cited(capsys, "synaptic_protein")[0]
    both, shown = cited(capsys, "mtorc1", "synaptic_protein")
    assert both == sorted({*one, *two})
    assert shown.startswith("% the works behind mtorc1, synaptic_protein\n")


def test_what_is_switched_off_is_not_cited(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[projections.a.rules.pair_stdp]\nenabled = false\ngain = { value = 1, source = "Li 2010" }'
    )
    assert cited(capsys, str(path))[0] == []
    path.write_text('[projections.a.formation]\nrule = "random_formation"\n'
                    '[populations.b.elements.axonal_excitatory]\ncurve = "linear"')  # fmt: skip
    assert cited(capsys, str(path))[0] == ["butz2013", "holtmaat2009"]


def test_a_population_that_has_the_name_of_a_rule_is_no_rule(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text("[populations.glutamate.membrane]\nx = 1")
    assert cited(capsys, str(path))[0] == []


def parameters(**more):
    tree = {
        "circuit": read_toml(model_path("circuits", "prefrontal")),
        "receptors": {"nmda": read_toml(model_path("receptors", "nmda"))},
        "drugs": {"ketamine": read_toml(model_path("drugs", "ketamine"))},
    }
    return to_toml({**tree, **more})


def test_a_run_has_the_works_of_its_circuit_its_rules_its_drugs_and_the_simulators(
    tmp_path, capsys
):
    file = synthetic_results.write(tmp_path / "x.h5", parameters=parameters(), **ONE_ROW)
    keys, shown = cited(capsys, str(file))
    parts = ("prefrontal", "nmda", "ketamine")
    expected = set().union(*(cited(capsys, part)[0] for part in parts))
    assert keys == sorted(expected | {"stimberg2019", "synaptoket"})
    assert "  doi = {10.7554/eLife.47314},\n" in shown
    assert "@software{synaptoket,\n" in shown
    assert "  version = {0.1.0},\n}" in shown
    assert cited(capsys, str(tmp_path))[0] == keys


@pytest.mark.parametrize("level, there", [(0.0, False), (1.0, True)])
def test_the_stress_hormone_is_cited_where_there_was_stress(tmp_path, capsys, level, there):
    hormones = {"stress_hormone": read_toml(model_path("hormones", "stress_hormone"))}
    stress = {"stress_ketamine": [0.0, level]}
    file = synthetic_results.write(
        tmp_path / "x.h5", parameters=parameters(hormones=hormones), stress=stress, **ONE_ROW
    )
    assert ("liston2013" in cited(capsys, str(file))[0]) is there


def test_an_unfinished_run_and_one_without_drug_files_are_read(tmp_path, capsys):
    times, arms = np.zeros(1), ["stress_ketamine"]
    file = synthetic_results.write(tmp_path / "x.h5", arms=arms, times=times, complete=False)
    keys, _ = cited(capsys, str(file))
    assert {"kamp2020", "stimberg2019", "synaptoket"} <= {*keys}


def test_a_rule_of_the_users_own_is_told_and_not_run(tmp_path, capsys):
    rules = {"mine": {"from": "mine.py", "text": "raise SystemExit('run')"}}
    file = synthetic_results.write(tmp_path / "x.h5", rules=rules, **ONE_ROW)
    assert "% without an entry: the rule mine (mine.py)\n" in cited(capsys, str(file))[1]


def test_a_strangers_text_stays_within_the_comment(tmp_path, capsys):
    bad = "Nobody & Sons\n}\n@article{x,\x1b[2J 1999; Evil 1999 \x1b]0; Journal 1:1"
    source = {"a": {"value": 1, "source": bad}}
    versions = {"synaptoket": "1}\n@evil{"}
    file = synthetic_results.write(
        tmp_path / "x.h5", parameters=parameters(more=source), versions=versions, **ONE_ROW
    )
    keys, shown = cited(capsys, str(file))
    assert "x" not in keys
    assert "\x1b" not in shown
    assert "evil{" not in shown
    comments = shown[shown.index("% without an entry") :]
    assert all(line.startswith("%") for line in comments.splitlines())
    assert "Evil 1999" in comments


def test_many_works_without_an_entry_are_wrapped(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    names = [f"Nobody & Smith {year}" for year in range(1900, 1950)]
    path.write_text(f'source = "{"; ".join(names)}"')
    _, shown = cited(capsys, str(path))
    assert max(map(len, shown.splitlines()[2:])) <= 100
    assert re.sub(r"\n%  ", "", shown).count("Nobody & Smith") == len(names)


def test_a_file_that_is_no_result_is_refused_in_one_line(tmp_path, capsys):
    path = tmp_path / "x.h5"
    path.write_text("no")
    assert "x.h5: not a readable result file" in refused(capsys, str(path))
    assert "no such file or folder" in refused(capsys, str(tmp_path / "none.h5"))
    good = synthetic_results.write(tmp_path / "y.h5", parameters="a = [", **ONE_ROW)
    assert "attribute parameters: not valid TOML" in refused(capsys, str(good))


def test_a_wrong_name_gets_the_nearest(capsys):
    assert refused(capsys, "ketamin") == (
        "error: no result file, rule or model named 'ketamin'; did you mean 'ketamine'?\n"
    )
    assert "did you mean 'triplet_stdp'?" in refused(capsys, "tripplet_stdp")


def test_a_rule_from_a_file_of_ones_own(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(
        "from synaptoket.plasticity import Rule\n"
        "MINE = Rule(name='mine', equation='', source='Vogels 2011 Science 334:1569; Me 2030',\n"
        "            constants={}, parts={})\n"
    )
    keys, shown = cited(capsys, "mine", "--rule", str(path))
    assert keys == ["vogels2011"]
    assert "% without an entry: Me 2030\n" in shown


def test_models_and_rules_are_cited_without_anything_heavy(tmp_path):
    code = (
        "import sys\nfrom synaptoket.cli import main\nmain(['cite', 'bdnf', 'ketamine'])\n"
        "heavy = {'brian2', 'numpy', 'matplotlib', 'xarray', 'pint', 'h5py'} & {*sys.modules}\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "@article{zanos2018," in done.stdout
