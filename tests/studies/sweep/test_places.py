"""Where a sweep's files are: relative names, other working folders, file systems that refuse."""

import os
import shutil
import subprocess
import sys

import pytest

from synaptoket.cli import main
from synaptoket.engine.binary import compiler
from synaptoket.parameters.files import model_path
from synaptoket.studies.sweep import sweep_folder
from synaptoket.studies.sweep.sweep_file import load_sweep
from synaptoket.studies.sweep.sweep_folder import FolderError, SweepFolder

needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C++ compiler")


@pytest.fixture
def at(tmp_path):
    """Return a function that runs the command in a process of its own, in such a folder."""

    def run(place, *words):
        return subprocess.run([sys.executable, "-P", "-m", "synaptoket", *map(str, words)],
                              cwd=place, capture_output=True, text=True, check=False)  # fmt: skip

    return run


@needs_compiler
@pytest.mark.parametrize("out", [None, "here/deep"])
@pytest.mark.parametrize("how", [["--shard", "1/1"], ["--jobs", "1"]])
def test_relative_names_do_a_sweep(sweep_file, doses, tmp_path, at, out, how):
    sweep_file(doses)
    place = ["--out", out] if out else []
    done = at(tmp_path, "sweep", "short.toml", "--experiment", "short.py", *place, *how)
    assert done.returncode == 0, done.stderr
    assert SweepFolder(tmp_path / (out or "results/short")).done() == {0, 1, 2}
    # the same from elsewhere, by other names for the same files
    other = tmp_path / "other"
    other.mkdir()
    target = os.path.relpath(tmp_path / (out or "results/short"), other)
    again = at(
        other, "sweep", "../short.toml", "--experiment", "../short.py", "--out", target, *how
    )
    assert again.returncode == 0, again.stderr
    assert "3 of 3 runs are done already" in again.stderr


def test_a_circuit_is_found_beside_the_file_that_names_it(tmp_path, monkeypatch):
    mine = tmp_path / "mine.toml"
    shutil.copyfile(model_path("circuits", "prefrontal"), mine)
    path = tmp_path / "x.toml"
    path.write_text('experiment = "stress_and_ketamine"\ncircuit = "mine.toml"\n')
    assert load_sweep(path).circuit == str(mine)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert load_sweep(path).circuit == str(mine)


def test_a_folder_keeps_its_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    where = SweepFolder("x")
    monkeypatch.chdir("/")
    assert where.plan_file == tmp_path / "x" / "plan.json"


@needs_compiler
@pytest.mark.parametrize(
    ("part", "how"), [("runs", ["--jobs", "1"]), ("running", ["--shard", "1/1"])]
)
def test_a_disk_that_is_full_during_the_runs_ends_the_sweep_in_a_line(
    sweep_file, doses, tmp_path, at, part, how
):
    """A folder in which no file can be made stands for it: a file has its name."""
    path, out = sweep_file(doses, seeds=20), tmp_path / "out"
    script = path.with_name("short.py")
    words = ["sweep", path, "--experiment", script, "--out", out]
    assert at(tmp_path, *words, "--shard", "60/60").returncode == 0
    shutil.rmtree(out / part)
    (out / part).touch()
    done = at(tmp_path, *words, *how)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert f"{part}" in done.stderr.splitlines()[-1]
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert not (out / "errors" / "000").exists()  # no run is to blame


def test_what_the_file_system_refuses_is_one_error_of_the_folder(tmp_path, monkeypatch):
    path = tmp_path / "runs" / "000" / "000001.h5"
    with pytest.raises(FolderError, match="cannot be written"), sweep_folder.replaced(path):
        pass
    assert not (tmp_path / "runs").exists()  # a folder that is gone stays gone
    path.parent.mkdir(parents=True)
    with pytest.raises(FolderError, match="written: the disk is full"), sweep_folder.replaced(path):
        raise OSError(28, "No space left on device")
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize("words", [["--out", "x" * 300], ["--experiment", "y" * 300 + ".py"],
                                   ["--experiment", "a\x00b.py"]])  # fmt: skip
def test_names_that_no_file_can_have_end_in_a_line(sweep_file, doses, tmp_path, capsys, words):
    path = sweep_file(doses)
    given = ["sweep", str(path), "--experiment", str(path.with_name("short.py")),
             "--out", str(tmp_path / "out"), *words]  # fmt: skip
    assert main(given) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["status", "z" * 300]) == 2
    assert main(["sweep", "z" * 300 + ".toml"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
