"""No program comes with a sweep: what runs is what the user names on the command line."""

import json
import os
import pickle
import subprocess
import sys

import pytest

from synaptoket.cli import main
from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep.lost_workers import verdict
from synaptoket.studies.sweep.plan_check import digest_of
from synaptoket.studies.sweep.status import status
from synaptoket.studies.sweep.sweep_file import load_sweep
from synaptoket.studies.sweep.sweep_folder import SweepFolder

BAD = "open('{}', 'w')\n"


@pytest.fixture
def said(tmp_path, capsys):
    """Return a function that gives a sweep with such a text to the command, and its one line."""

    def run(text, *words):
        path = tmp_path / "x.toml"
        path.write_text(text)
        assert main(["sweep", str(path), "--out", str(tmp_path / "out"), *words]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "Traceback" not in error
        assert not (tmp_path / "out").exists()
        return error

    return run


@pytest.mark.parametrize("name", ["bad.py", "{}/bad.py", "./bad", "../bad.py"])
def test_a_sweep_file_does_not_run_the_script_that_it_names(said, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(BAD.format(tmp_path / "ran"))
    error = said(f"experiment = '{name.format(tmp_path)}'")
    assert "name it on the command line, --experiment FILE.py" in error
    assert not (tmp_path / "ran").exists()


def test_a_sweep_file_does_not_run_the_rules_that_it_names(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(BAD.format(tmp_path / "ran"))
    error = said('experiment = "stress_and_ketamine"\nrules = ["bad.py"]')
    assert "--rule FILE.py" in error
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("key, option", [("prologue", "--prologue"), ("options", "--job-option")])
@pytest.mark.parametrize("value", ['["touch ran"]', "[]", "3"])
def test_a_sweep_file_holds_no_lines_of_job_scripts(said, key, option, value):
    error = said(f'experiment = "stress_and_ketamine"\n[cluster]\n{key} = {value}')
    assert f"cluster.{key}: these lines run as you in every job" in error
    assert option in error


def test_what_the_user_names_runs(tmp_path):
    script, rule = tmp_path / "mine.py", tmp_path / "rule.py"
    script.touch()
    path = tmp_path / "x.toml"
    path.write_text("seeds = 2\n")
    asked = load_sweep(path, str(script), [rule])
    assert (asked.experiment, asked.rules) == (str(script), [str(rule)])
    path.write_text('experiment = "mine.py"\n')
    assert load_sweep(path, "stress_and_ketamine").experiment == "stress_and_ketamine"


def test_a_folder_of_a_stranger_is_looked_at_without_running_anything(filled, tmp_path):
    """Scripts, modules and pickles lie in it; none is compiled, imported or unpickled."""
    folder = filled(lambda settings, seed: {("count_24h", "stress_ketamine"): float(seed)}, seeds=3)
    for name in ("plan.py", "numpy.py", "yaml.py", "sitecustomize.py", "conftest.py"):
        (folder / name).write_text(BAD.format(tmp_path / "ran"))

    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    where = SweepFolder(folder)
    for path in (where.run_file(0), where.error_file(1), where.marker(2), folder / "journal/a.csv"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(Bomb()))
    probe = (
        "import sys\n"
        "events = []\n"
        "def hook(event, given):\n"
        "    if event in ('pickle.find_class', 'os.system', 'os.exec', 'subprocess.Popen'):\n"
        "        events.append((event, str(given)))\n"
        "    if event == 'exec' and 'sweep1' in getattr(given[0], 'co_filename', ''):\n"
        "        events.append((event, str(given)))\n"
        "from synaptoket.cli import main\n"
        "import synaptoket, warnings, xarray\n"
        "warnings.simplefilter('ignore')\n"
        "synaptoket.open_sweep\n"
        "sys.addaudithook(hook)\n"
        "synaptoket.open_sweep('.')\n"
        "assert main(['status', '.']) == 0 and main(['info', '.']) == 0\n"
        "assert not events, events\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", probe], cwd=folder, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_folder_that_was_begun_with_another_script_does_not_run_it(filled, tmp_path, capsys):
    folder = filled(lambda settings, seed: None)
    script = folder / "evil.py"
    script.write_text(BAD.format(tmp_path / "ran"))
    told = json.loads((folder / "plan.json").read_text())
    told["plan"]["script"] = told["plan"]["sweep"]["experiment"] = str(script)
    told["hash"] = digest_of(told["plan"])  # a stranger can do this, too
    (folder / "plan.json").write_text(json.dumps(told))
    path = tmp_path / "x.toml"
    path.write_text('experiment = "stress_and_ketamine"\n')
    assert main(["sweep", str(path), "--out", str(folder)]) == 2
    assert "holds a sweep of evil; choose another --out" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


EDITS = {
    "a value": lambda plan: plan["axes"][0][1].__setitem__(0, "9 mg/kg"),
    "a run": lambda plan: plan["runs"].pop(),
    "the script": lambda plan: plan.update(script="../evil"),
}


@pytest.fixture
def doses_done(filled):
    axes = {"dose": {"parameter": "ketamine.dose", "values": ["1 mg/kg", "2 mg/kg"]}}
    return filled(lambda settings, seed: {("count_24h", "stress_ketamine"): 1.0}, axes=axes)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("command", ["status", "info", "plot", "sensitivity"])
def test_a_plan_that_was_edited_is_refused_in_a_line(doses_done, edit, command, capsys):
    path = doses_done / "plan.json"
    told = json.loads(path.read_text())
    EDITS[edit](told["plan"])
    path.write_text(json.dumps(told))
    assert main([command, str(doses_done)]) == 2
    error = capsys.readouterr().err
    assert "plan.json: has been edited since it was written" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [("points", [[0], [7]]), ("points", [[0], [-1]]), ("points", [[0], [0]]), ("points", 3),
     ("points", [[0], [True]]), ("runs", [[0, 1], [5, 1]]), ("runs", [[0, 1.5], [1, 1]]),
     ("runs", [[0, 2**70], [1, 1]]), ("runs", []), ("axes", [["dose", ["a"], []]]),
     ("axes", [["a\x1b[2J", ["a", "b"], [{}, {}]]]), ("axes", [["dose", ["a", ["b"]], [{}, {}]]]),
     ("axes", {}), ("script", "a\nb"), ("sweep", {}), ("sweep", 5)],
)  # fmt: skip
def test_a_plan_that_names_what_it_does_not_hold_is_refused_though_its_hash_fits(
    doses_done, key, value, capsys
):
    path = doses_done / "plan.json"
    told = json.loads(path.read_text())
    told["plan"][key] = value
    told["hash"] = digest_of(told["plan"])
    path.write_text(json.dumps(told))
    for command in ("status", "info"):
        assert main([command, str(doses_done)]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "plan.json: " in error
        assert "\x1b" not in error


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"plan": {}}', "\x00", "NaN"])
def test_a_plan_that_is_none_is_refused_in_a_line(doses_done, text, capsys):
    (doses_done / "plan.json").write_text(text)
    assert main(["status", str(doses_done)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", ["runs", "summary.h5", "plan.json", ".driver.lock", "binaries"])
def test_a_part_that_leads_elsewhere_is_refused(doses_done, name, tmp_path):
    part, elsewhere = doses_done / name, tmp_path / "elsewhere"
    if part.exists():
        part.rename(elsewhere)
    part.symlink_to(elsewhere)
    with pytest.raises(UserError, match="leads elsewhere"):
        status(doses_done)


def test_shelves_journals_and_runs_that_lead_elsewhere_are_not_followed(doses_done, tmp_path):
    where = SweepFolder(doses_done)
    run = where.run_file(0)
    run.rename(tmp_path / "moved.h5")
    run.symlink_to(tmp_path / "moved.h5")
    assert status(doses_done).done == 1
    (where.journal / "host-1.csv").symlink_to(tmp_path / "victim")
    with pytest.raises(UserError, match="leads elsewhere"):
        where.refuse_links()
    run.parent.rename(tmp_path / "shelf")
    (where.path / "runs/000").symlink_to(tmp_path / "shelf")
    with pytest.raises(UserError, match="leads elsewhere"):
        status(doses_done)


@pytest.mark.parametrize(
    "told",
    [{"log": "../../victim"}, {"log": "/etc/passwd"}, {"pid": -1}, {"pid": 2**70}, {"deaths": "3"},
     {"deaths": 10**9}, {"whole": "x"}, {"started": None}, {"host": "\x1b[2J"}, {"more": 1}],
)  # fmt: skip
def test_a_marker_that_no_worker_wrote_counts_for_nothing(doses_done, told):
    marker = {"host": "elsewhere", "pid": 1, "job": "", "log": "", "deaths": 4, "started": 0.0,
              "began": 0.0, "whole": None}  # fmt: skip
    where = SweepFolder(doses_done)
    where.marker(0).write_text(json.dumps(marker))
    os.utime(where.marker(0), (0, 0))
    assert verdict(where, 0).count == 5
    where.marker(0).write_text(json.dumps(marker | told))
    assert verdict(where, 0).count == 0


def test_files_with_names_of_their_own_are_passed_over(doses_done):
    for name in ("running/abc.json", "running/²²²²²².json", "runs/note.txt", "runs/000/x.h5",
                 "runs/000/000999.h5", "errors/readme", "journal/a.csv"):  # fmt: skip
        (doses_done / name).parent.mkdir(exist_ok=True)
        (doses_done / name).write_text("1,done,host,x,y\n")
    found = status(doses_done)
    assert (found.total, found.done, found.failed, found.missing) == (2, 2, 0, 0)
