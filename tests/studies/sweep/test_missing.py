"""A run whose file is gone, or is not what it was written as, counts as missing, and is told."""

import os
import shutil
import warnings

import h5py
import numpy as np
import pytest

import synaptoket
from synaptoket.cli import main
from synaptoket.engine.binary import compiler
from synaptoket.studies.sweep.run_summary import HASH, SUMMARY, keep
from synaptoket.studies.sweep.sweep_folder import SweepFolder
from synaptoket.studies.sweep.table import collected

KEY, ARM = "count_24h", "stress_ketamine"
RANGE = {"range": [0, 1]}
DESIGN = {"kind": "morris", "points": 4, "parameters": {"ketamine.a": RANGE, "ketamine.b": RANGE}}


def entry(value):
    return {"key": KEY, "arm": ARM, "unit": "%", "quantity": "count", "value": value,
            "at_least": False}  # fmt: skip


@pytest.fixture
def where(filled):
    """Return the folder of a sweep with a design, whose runs have real files."""
    made = SweepFolder(filled(lambda settings, seed: None, design=DESIGN))
    plan = made.load()
    for number, (point, _) in enumerate(plan.runs):
        made.run_file(number).parent.mkdir(parents=True, exist_ok=True)
        value = sum(plan.settings(point).values())
        keep(None, made.run_file(number), plan, number, [entry(value)])
    assert collected(made, plan).rows.all()
    return made


def edited(path):
    with h5py.File(path, "r+") as file:
        file.attrs[SUMMARY] = file.attrs[SUMMARY].replace('"value": ', '"value": 1')


def removed_attribute(path):
    with h5py.File(path, "r+") as file:
        del file.attrs[SUMMARY]


def truncated(path):
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


def of_another_run(path):
    shutil.copyfile(path.with_name("000001.h5"), path)


def older(path):
    """Make the file look as it did before: its time of change tells nothing."""
    os.utime(path, (0, 0))


DAMAGES = {
    "truncated": truncated,
    "emptied": lambda path: path.write_bytes(b""),
    "of another run": of_another_run,
    "edited": edited,
    "without its summary": removed_attribute,
    "of something else": lambda path: path.write_text("notes"),
}


def test_a_run_that_is_removed_is_missed_by_all_who_look(where, capsys, tmp_path):
    where.run_file(5).unlink()
    line = "1 of 12 runs are missing: 5; the command that began the sweep runs them"
    for command in (["status"], ["info"], ["sensitivity"], ["plot", "--out", tmp_path / "x.png"]):
        words = [command[0], str(where.path), *map(str, command[1:])]
        assert main(words) == 0
        said = capsys.readouterr()
        assert line in said.out + said.err, command
        if command[0] == "sensitivity":
            assert "3 trajectories (1 left out, as runs are missing)" in said.out
    with pytest.warns(UserWarning, match="1 of 12 runs are missing: 5"):
        data = synaptoket.open_sweep(where.path)
    values = data[KEY].sel(arm=ARM, seed=1).values
    assert np.flatnonzero(np.isnan(values)).tolist() == [5]
    assert data["file"].values[5, 0] == ""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_was_changed_counts_as_missing_and_is_told(where, damage, capsys):
    DAMAGES[damage](where.run_file(5))
    older(where.run_file(5))
    assert main(["sensitivity", str(where.path)]) == 0
    said = capsys.readouterr()
    assert "1 of 12 runs have a damaged file and count as missing: 5 (" in said.err
    assert "3 trajectories (1 left out" in said.out
    assert main(["status", str(where.path)]) == 0
    assert "12 runs: 11 done, 0 running, 0 failed, 1 missing" in capsys.readouterr().out


def test_a_file_that_only_looks_newer_is_the_same_run(where):
    older(where.run_file(5))
    table = collected(where, where.load())
    assert table.rows.all()
    assert not table.damaged


def test_a_table_that_was_edited_is_made_again(where):
    plan = where.load()
    right = collected(where, plan).columns[KEY, ARM].copy()
    with h5py.File(where.table, "r+") as file:
        file[f"values/{KEY}/{ARM}"][3] = 99.0
    assert np.array_equal(collected(where, plan).columns[KEY, ARM], right)
    with h5py.File(where.table, "r+") as file:
        file["run"][3] = 2**40
    assert np.array_equal(collected(where, plan).columns[KEY, ARM], right)


def test_files_of_earlier_versions_have_no_hash_and_are_read(where):
    with h5py.File(where.run_file(5), "r+") as file:
        del file.attrs[HASH]
    assert collected(where, where.load()).rows.all()


def test_an_opened_sweep_can_be_sent_to_another_process(where):
    import pickle

    data = synaptoket.open_sweep(where.path)
    assert pickle.loads(pickle.dumps(data)).identical(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing is missing: nothing is said
        synaptoket.open_sweep(where.path)


@pytest.mark.skipif(compiler() is None, reason="no C++ compiler")
def test_the_same_command_does_again_what_is_gone_or_damaged(sweep_file, doses, tmp_path, capsys):
    path, out = sweep_file(doses), tmp_path / "out"
    words = ["sweep", str(path), "--experiment", str(path.with_name("short.py")), "--out", str(out),
             "--shard", "1/1"]  # fmt: skip
    assert main(words) == 0
    where = SweepFolder(out)
    before = {number: where.run_file(number).read_bytes() for number in range(3)}
    where.run_file(0).unlink()
    of_another_run(where.run_file(2))
    capsys.readouterr()
    assert main(words) == 0
    said = capsys.readouterr().err
    assert "000002.h5: not the file of run 2: its run is that of another run; it is done again" in (
        said
    )
    assert "1 of 3 runs are done already" in said
    assert {number: where.run_file(number).read_bytes() for number in range(3)} == before
