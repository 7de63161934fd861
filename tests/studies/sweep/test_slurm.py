"""Sweeps on a Slurm of two nodes on which everything that can go wrong does.

They need a Slurm that answers and is this machine's own (root, two virtual nodes): jobs are
cancelled and a node's daemon is killed.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import h5py
import pytest

from synaptoket.engine.binary import compiler
from synaptoket.studies.sweep.sweep_folder import SweepFolder


def slurm(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def two_nodes():
    """Return whether there is a Slurm with two nodes of which both are on this machine."""
    if shutil.which("sinfo") is None or os.getuid():
        return False
    return slurm("sinfo", "--noheader", "--format=%N %D") == "n[1-2] 2"


pytestmark = [
    pytest.mark.skipif(compiler() is None, reason="no C++ compiler"),
    pytest.mark.skipif(not two_nodes(), reason="no Slurm with two nodes of this machine"),
]

RUNS = 60


@pytest.fixture(scope="module")
def reference(write_sweep, doses, tmp_path_factory, command):
    """Return the path of a sweep of 60 runs and a function that checks a folder of its results."""
    folder = tmp_path_factory.mktemp("reference")
    path = write_sweep(
        folder, doses, name="sixty", seeds=RUNS // 3, before="60 h", lapse="12000 s/s"
    )
    local = folder / "local"
    subprocess.run(command("sweep", path, "--out", local), check=True, capture_output=True)

    def check(out):
        """All there, all readable, the same as the local ones, none done again once complete."""
        where = SweepFolder(out)
        assert where.done() == set(range(RUNS))
        for number in range(RUNS):
            mine = where.run_file(number)
            assert mine.read_bytes() == SweepFolder(local).run_file(number).read_bytes()
            with h5py.File(mine) as file:
                assert file.attrs["run"] == number
        ended = {}
        for began, seconds, number in sorted(journal(where)):
            assert began <= ended.get(number, began)
            ended.setdefault(number, began + seconds)
        assert not list((out / "running").iterdir())
        assert not list(out.rglob("*.tmp"))

    return path, check


def journal(where):
    """Return start, seconds and number of each run that was done."""
    lines = [x for path in where.journal.glob("*.csv") for x in path.read_text().splitlines()]
    fields = (line.split(",") for line in lines)
    return [(float(f[3]), float(f[4]), int(f[0])) for f in fields if f[1] == "done"]


@pytest.fixture
def start(command):
    """Return a function that starts a sweep on Slurm; all are stopped and all jobs cancelled."""
    started = []

    def begin(path, out, *more):
        words = command("sweep", path, "--out", out, "--on", "slurm", "--jobs", 2, *more)
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True))  # fmt: skip
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()
    slurm("scancel", "--user=root")
    waited(lambda: not slurm("squeue", "--noheader"), 60)


def waited(condition, seconds=120):
    """Wait until something is true."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.2)


def some_done(out, at_least=5):
    waited(lambda: len(SweepFolder(out).done()) >= at_least)


def test_sixty_runs_are_as_the_local_ones(reference, start, tmp_path):
    path, check = reference
    driver = start(path, tmp_path / "out")
    said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    check(tmp_path / "out")
    assert "dashboard: http://127.0.0.1:" in said


def test_a_driver_that_is_killed_at_any_moment_is_started_again(reference, start, tmp_path):
    (path, check), out = reference, tmp_path / "out"
    for _ in range(2):
        driver = start(path, out)
        time.sleep(random.uniform(3, 14))
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    driver = start(path, out)
    said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    check(out)


def test_jobs_that_are_cancelled_are_replaced(reference, start, tmp_path):
    (path, check), out = reference, tmp_path / "out"
    driver = start(path, out)
    some_done(out)
    job = slurm("squeue", "--noheader", "--state=RUNNING", "--format=%i").split()[0]
    slurm("scancel", job)
    said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    check(out)


def test_a_node_that_is_lost_costs_no_run(reference, start, tmp_path):
    (path, check), out = reference, tmp_path / "out"
    driver = start(path, out)
    some_done(out)
    for pid in slurm("pgrep", "--full", "--exact", "slurmd -N n1").split():
        os.kill(int(pid), signal.SIGKILL)
    try:
        said, _ = driver.communicate(timeout=300)
    finally:
        subprocess.Popen(["slurmd", "-N", "n1"], start_new_session=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    assert driver.returncode == 0, said
    check(out)
    slurm("scontrol", "update", "nodename=n1", "state=resume")
    waited(lambda: slurm("sinfo", "--noheader", "--format=%T") in ("idle", "mixed", "allocated"))


def test_a_walltime_too_short_for_one_run_is_told_and_not_tried_for_ever(
    sweep_file, start, tmp_path
):
    axes = """
    [axes.length]
    parameter = "phases.before.duration"
    values = ["20 h", "60000 h"]
    """
    path, out = sweep_file(axes, lapse="3600 s/s"), tmp_path / "out"
    driver = start(path, out, "--walltime", "1:00")
    said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 1
    assert "run 1 failed: the walltime is too short for one run" in said
    assert "ask for more with --walltime" in SweepFolder(out).error_file(1).read_text()
    assert SweepFolder(out).done() == {0}


def test_a_run_that_is_out_of_memory_is_reported_as_such_and_the_others_go_on(
    sweep_file, start, tmp_path
):
    axes = """
    [axes.size]
    parameter = "neurons"
    values = [400, 20000]
    """
    path, out = sweep_file(axes, seeds=2, whole=True), tmp_path / "out"
    driver = start(path, out, "--memory", "400 MB")
    said, _ = driver.communicate(timeout=400)
    assert driver.returncode == 1
    assert SweepFolder(out).done() == {0, 1}
    for number in (2, 3):
        assert f"run {number} failed: out of memory" in said
        assert "out of memory" in SweepFolder(out).error_file(number).read_text()


def test_what_the_cluster_does_not_have_is_told_at_once(sweep_file, doses, start, tmp_path):
    driver = start(sweep_file(doses), tmp_path / "out", "--partition", "night")
    said, _ = driver.communicate(timeout=60)
    assert driver.returncode == 2
    assert said == "error: --partition night: no such partition; valid: main\n"
    assert not (tmp_path / "out").exists()


def test_a_job_array_does_a_sweep_without_a_driver(sweep_file, doses, tmp_path, command):
    path, out = sweep_file(doses), tmp_path / "out"
    words = command("sweep", path, "--out", out, "--script", "slurm", "--shards", 3,
                    "--walltime", "5:00", "--memory", "500 MB")  # fmt: skip
    script = tmp_path / "array.sh"
    script.write_text(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    subprocess.run(["sbatch", script], check=True, capture_output=True)
    waited(lambda: len(SweepFolder(out).done()) == 3)
