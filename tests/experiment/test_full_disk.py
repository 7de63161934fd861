"""A disk that fills up, a folder that goes: one line that says what to do, and no bit lost."""

import os
import shutil
import subprocess
from contextlib import suppress

import pytest
import small_experiment
from small_experiment import Silent, everything

from synaptoket import UserError
from synaptoket.analysis.figures.saving import save
from synaptoket.experiment import checkpoint_policy
from synaptoket.results.table_page import write_table

SEGMENTS = 1 + 7 + 2 + 2 * 5  # of all branches


def mount(*words):
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path):
    """A disk of its own, of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.name != "posix" or shutil.which("mount") is None or not mount(
        "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)
    ):  # fmt: skip
        pytest.skip("no disk of its own can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave=0):
    """Fill a disk up to some bytes."""
    with open(folder / "ballast", "wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(file.tell() - leave, 0))


def after(segments, what):
    """Return a progress that does something after some segments."""

    class Doing(Silent):
        def advance(self, *arguments):
            super().advance(*arguments)
            if self.told == segments:
                what()

    return Doing


def one_line(caught):
    text = str(caught.value)
    assert "\n" not in text
    assert "Error" not in text
    return text


@pytest.mark.parametrize("segments, leave", [(2, 0), (9, 0), (14, 0), (SEGMENTS, 0),
                                             (SEGMENTS, 16384)])  # fmt: skip
def test_a_disk_that_fills_up_during_a_run_costs_nothing(
    play, disk, finished, monkeypatch, capfd, segments, leave
):
    """While states are saved, and while the file is finished."""
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", 0.0)
    path = disk / "x.h5"
    with pytest.raises(UserError) as caught:
        play(path, progress=after(segments, lambda: fill(disk, leave)))
    text = one_line(caught)
    assert "the disk is full; free some space; --resume" in text
    assert "Exception ignored" not in capfd.readouterr().err
    assert not path.exists()
    (disk / "ballast").unlink()
    play(path, resume=True)
    assert everything(path) == everything(finished)
    assert [p.name for p in disk.iterdir()] == ["x.h5"]


def test_a_disk_that_fills_up_while_events_are_written(play, disk, tmp_path):
    whole = play(tmp_path / "whole.h5", record_events=True)[0]
    with pytest.raises(UserError, match="the disk is full; free some space; --resume"):
        play(disk / "x.h5", record_events=True, progress=after(3, lambda: fill(disk)))
    (disk / "ballast").unlink()
    play(disk / "x.h5", record_events=True, resume=True)
    assert everything(disk / "x.h5") == everything(whole)


def test_a_disk_that_is_full_from_the_start(play, disk):
    fill(disk)
    with pytest.raises(UserError, match="the disk is full; free some space") as caught:
        play(disk / "x.h5")
    one_line(caught)
    assert [p.name for p in disk.iterdir()] == ["ballast"]


def test_a_folder_that_becomes_read_only(play, disk, finished):
    folder = str(disk)

    def lock():
        assert mount("--bind", folder, folder)
        assert mount("-o", "remount,ro,bind", folder)

    try:
        with pytest.raises(UserError) as caught:
            play(disk / "x.h5", progress=after(2, lock))
    finally:
        subprocess.run(["umount", folder], check=True)
    assert "Read-only file system; --resume then goes on" in one_line(caught)
    play(disk / "x.h5", resume=True)
    assert everything(disk / "x.h5") == everything(finished)


@pytest.mark.parametrize("every", [0.0, 1e9])
def test_a_folder_that_is_deleted_during_a_run(play, tmp_path, finished, monkeypatch, every):
    """Whether a row, a state or the beginning of another branch comes next."""
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", every)
    folder = tmp_path / "results"
    with pytest.raises(UserError, match="was deleted while the run was writing it"):
        play(folder / "x.h5", progress=after(4, lambda: shutil.rmtree(folder)))
    assert not folder.exists()
    play(folder / "x.h5", resume=True)
    assert everything(folder / "x.h5") == everything(finished)


def test_states_that_are_deleted_during_a_run_are_not_silently_missing(play, tmp_path, finished):
    """Those of the trunk, from which an arm is still to go on."""
    folder = tmp_path / "x.h5.part.checkpoints"
    with pytest.raises(UserError, match="was deleted during the run; --resume") as caught:
        play(tmp_path / "x.h5", progress=after(7, lambda: shutil.rmtree(folder)))
    one_line(caught)
    play(tmp_path / "x.h5", resume=True)
    assert everything(tmp_path / "x.h5") == everything(finished)


def test_figures_and_tables_on_a_full_disk_leave_the_old_ones(disk):
    from matplotlib.figure import Figure

    save(Figure(), disk / "x.png")
    write_table(disk / "x.md", "| a |")
    before = {p: p.read_bytes() for p in disk.iterdir()}
    fill(disk)
    for write in (lambda: save(Figure(), disk / "x.png"),
                  lambda: write_table(disk / "x.md", "| b |")):  # fmt: skip
        with pytest.raises(UserError, match="the disk is full; free some space"):
            write()
    (disk / "ballast").unlink()
    assert {p: p.read_bytes() for p in disk.iterdir()} == before


assert small_experiment.SEGMENTS == 8
