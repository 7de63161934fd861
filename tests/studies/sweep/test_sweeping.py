"""A sweep as a user runs it on one machine: results, going on, failing, growing, bad input."""

import hashlib
import os
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

import synaptoket
from synaptoket.cli import main
from synaptoket.parameters.errors import EngineError
from synaptoket.results import open_results
from synaptoket.studies.sweep.clusters import connected
from synaptoket.studies.sweep.run_player import RunPlayer
from synaptoket.studies.sweep.run_task import DONE, Task
from synaptoket.studies.sweep.sweep_file import ClusterTable
from synaptoket.studies.sweep.sweep_folder import SweepFolder

pytestmark = pytest.mark.usefixtures("needs_compiler")


def sweep(path, out, *arguments):
    script = path.with_name("short.py")
    return main(["sweep", str(path), "--experiment", str(script), "--out", str(out), *arguments])


def hashes(folder):
    files = sorted((folder / "runs").rglob("*.h5"))
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_a_sweep_leaves_one_row_for_each_run_and_nothing_else(sweep_file, doses, tmp_path, capsys):
    path, out = sweep_file(doses, seeds=2), tmp_path / "out"
    assert sweep(path, out, "--jobs", "2") == 0
    said = capsys.readouterr()
    assert "6 runs: 6 done, 0 running, 0 failed, 0 missing" in said.out
    assert "dashboard: http://127.0.0.1:" in said.err
    data = synaptoket.open_sweep(out)
    assert data.sizes == {"dose": 3, "arm": 2, "seed": 2}
    assert data["dose"].values.tolist() == [0.1, 0.5, 1]
    assert data["dose"].attrs["units"] == "mg/kg"
    content = data["ampa_24h"].sel(arm="ketamine")
    assert np.isfinite(content.values).all()
    assert len(np.unique(content.values)) == 6
    vehicle = data["ampa_24h"].sel(arm="vehicle")
    assert (vehicle == vehicle.isel(dose=0)).all()  # it is given none
    assert not list((out / "running").iterdir())
    assert not list(out.rglob("*.tmp"))
    assert not (out / "errors").is_dir() or not list((out / "errors").iterdir())

    # the second time nothing is done again, whatever the file's own time says
    before = {f: f.stat().st_mtime_ns for f in (out / "runs").rglob("*.h5")}
    assert sweep(path, out) == 0
    assert {f: f.stat().st_mtime_ns for f in before} == before
    assert "6 of 6 runs are done already" in capsys.readouterr().err


def test_the_row_is_what_the_run_by_itself_says(sweep_file, doses, tmp_path, small):
    path, out = sweep_file(doses, keep="files"), tmp_path / "out"
    assert sweep(path, out, "--jobs", "1") == 0
    alone = tmp_path / "alone.h5"
    words = ["run", str(tmp_path / "short.py"), "--neurons", str(small["neurons"])]
    for text in (*small["settings"], "ketamine.dose=0.5 mg/kg"):
        words += ["--set", text]
    assert main([*words, "--out", str(alone)]) == 0
    data = synaptoket.open_sweep(out)
    kept = open_results(data["file"].sel(dose=0.5, seed=1).item())
    for arm, node in open_results(alone).children.items():
        for name in ("synapse_count", "rate", "glutamate"):
            assert np.array_equal(node[name], kept[arm][name], equal_nan=True)
    from synaptoket.analysis import lookup, summary

    entry = lookup(summary(open_results(alone)), "ampa_24h", "ketamine")
    assert data["ampa_24h"].sel(arm="ketamine", dose=0.5, seed=1).item() == entry["values"][0]


def test_shares_without_a_scheduler_leave_the_same_bytes(sweep_file, doses, tmp_path):
    path = sweep_file(doses, seeds=2)
    assert sweep(path, tmp_path / "whole", "--jobs", "2") == 0
    for share in ("1/3", "2/3", "3/3"):
        assert sweep(path, tmp_path / "shares", "--shard", share) == 0
    assert hashes(tmp_path / "shares") == hashes(tmp_path / "whole")
    assert len(hashes(tmp_path / "whole")) == 6
    one, other = (
        synaptoket.open_sweep(tmp_path / n).drop_vars("file") for n in ("whole", "shares")
    )
    assert one.load().equals(other.load())


def test_a_failed_run_says_why_and_how_to_repeat_it_and_the_others_go_on(
    sweep_file, doses, tmp_path, capsys, monkeypatch
):
    path, out = sweep_file(doses), tmp_path / "out"
    well = RunPlayer.play

    def badly(player, task):
        if task.number == 1:
            raise EngineError("the simulation diverged")
        return well(player, task)

    monkeypatch.setattr(RunPlayer, "play", badly)
    assert sweep(path, out, "--shard", "1/1") == 1
    assert "run 1 failed: the simulation diverged" in capsys.readouterr().err
    assert main(["status", str(out)]) == 0
    said = capsys.readouterr().out
    assert "3 runs: 2 done, 0 running, 1 failed, 0 missing" in said
    assert "first error: run 000001: the simulation diverged" in said
    told = SweepFolder(out).error_file(1).read_text()
    assert told.splitlines()[2].startswith("synaptoket run ")
    assert "--set 'ketamine.dose=0.5 mg/kg'" in told

    monkeypatch.setattr(RunPlayer, "play", well)
    assert sweep(path, out, "--shard", "1/1") == 0  # it is not tried again unless that is asked for
    assert "1 runs have failed before; --retry repeats them" in capsys.readouterr().err
    assert sweep(path, out, "--shard", "1/1", "--retry") == 0
    assert main(["status", str(out)]) == 0
    assert "3 done, 0 running, 0 failed" in capsys.readouterr().out


def test_a_sweep_that_was_edited_is_refused_and_may_be_extended(sweep_file, tmp_path, capsys):
    axis = '[axes.dose]\nparameter = "ketamine.dose"\nvalues = {}\n'
    out = tmp_path / "out"
    path = sweep_file(axis.format('["0 mg/kg"]'))
    assert sweep(path, out, "--jobs", "1") == 0
    first = hashes(out)
    path = sweep_file(axis.format('["0 mg/kg"]'), tolerance=0.1)
    assert sweep(path, out) == 2
    assert "edited since it began: tolerance was 0.05, is 0.1" in capsys.readouterr().err
    path = sweep_file(axis.format('["1 mg/kg"]'))
    assert sweep(path, out) == 2
    assert "1 runs of the sweep are missing from the file" in capsys.readouterr().err
    path = sweep_file(axis.format('["1 mg/kg", "0 mg/kg"]'))
    assert sweep(path, out) == 2
    assert "1 runs are new; --extend adds them" in capsys.readouterr().err
    assert sweep(path, out, "--extend", "--jobs", "1") == 0
    assert {name: hashes(out)[name] for name in first} == first
    assert synaptoket.open_sweep(out)["dose"].values.tolist() == [1, 0]
    path = sweep_file(axis.format('["1 mg/kg", "0 mg/kg"]'), before="25 h")
    assert sweep(path, out) == 2
    assert "another text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ('[axes.a]\nparameter = "ketamine.dos"\nvalues = ["1 mg/kg"]',
         "axes.a (ketamine.dos=1 mg/kg): ketamine.dos: models/drugs/ketamine.toml has no such"),
        ('[axes.a]\nparameter = "populations.pyramidal.capacitance"\nvalues = ["1 nF", "1 mV"]',
         "expected a capacitance"),
        ('[axes.a]\nparameter = "ketamine.dose"\nvalues = ["5 min"]',
         "axes.a (ketamine.dose=5 min)"),
        ('[axes.a]\nparameter = "nothing.here"\nvalues = [1]', "axes.a (nothing.here=1)"),
        ('[design]\nkind = "random"\npoints = 4\nparameters."ketamine.dose".range = [1, 2]',
         "design (ketamine.dose="),
    ],
)  # fmt: skip
def test_an_axis_that_cannot_be_is_told_before_anything_starts(
    sweep_file, tmp_path, capsys, axes, message
):
    out = tmp_path / "out"
    assert sweep(sweep_file(axes), out) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_a_folder_of_something_else_is_refused(sweep_file, doses, tmp_path, capsys):
    path, out = sweep_file(doses), tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    assert sweep(path, out) == 2
    assert "holds files, but no sweep" in capsys.readouterr().err
    assert main(["status", str(out)]) == 2
    assert "holds no sweep" in capsys.readouterr().err


def test_a_full_disk_and_a_missing_cluster_are_told_before_anything_starts(
    sweep_file, doses, tmp_path, capsys, monkeypatch
):
    import shutil
    from collections import namedtuple

    path, out = sweep_file(doses), tmp_path / "out"
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda folder: usage(1, 1, 1000))
        assert sweep(path, out) == 2
    assert "3 runs need at least" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    for on, said in (("slurm", "no sbatch here"), ("pbs", "no qsub here"),
                     ("slrm", "did you mean"),
                     ("tcp://127.0.0.1:1", "no Dask scheduler answers")):  # fmt: skip
        assert sweep(path, out, "--on", on) == 2
        assert said in capsys.readouterr().err


def test_a_dry_run_counts_and_estimates_and_leaves_nothing(sweep_file, doses, tmp_path, capsys):
    path, out = sweep_file(doses, seeds=4), tmp_path / "out"
    assert sweep(path, out, "--dry-run", "--jobs", "2") == 0
    said = capsys.readouterr().out
    assert "points: 3 = dose (3)" in said
    assert "runs: 12" in said
    assert "with 2 processes" in said
    assert "disk: " in said
    assert not out.exists()


def test_workers_run_the_shipped_program_without_compiler_and_brian2(
    sweep_file, doses, tmp_path, command
):
    path, out = sweep_file(doses), tmp_path / "out"
    assert sweep(path, out, "--shard", "1/3") == 0
    probe = (
        "import sys\n"
        "from synaptoket.studies.sweep.run_player import RunPlayer\n"
        "from synaptoket.studies.sweep.run_task import Task\n"
        "from synaptoket.studies.sweep.sweep_folder import SweepFolder\n"
        f"plan = SweepFolder({str(out)!r}).load()\n"
        f"with RunPlayer.open({str(out)!r}, plan.digest) as player:\n"
        "    o = player.perform(Task(1, 1, plan.settings(1)))\n"
        "assert o.status == 'done', o.message\n"
        "assert 'brian2' not in sys.modules\n"
    )
    bare = {"PATH": str(tmp_path), "SYNAPTOKET_CACHE": str(tmp_path / "empty"),
            "PYTHONPATH": os.pathsep.join(sys.path)}  # fmt: skip
    done = subprocess.run([command()[0], "-c", probe], env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "empty").glob("*/main"))) == 1  # a copy of the sweep's


def test_a_program_for_another_processor_is_not_started(sweep_file, doses, tmp_path, monkeypatch):
    from synaptoket.studies.sweep import binaries

    path, out = sweep_file(doses), tmp_path / "out"
    assert sweep(path, out, "--shard", "1/3") == 0
    plan = SweepFolder(out).load()
    with RunPlayer(SweepFolder(out), plan) as player:
        prepared, _ = player.prepared(Task(1, 1, {}))
    assert binaries.find(prepared.plan, out / "binaries") is not None
    here = binaries._machine()
    monkeypatch.setattr(binaries, "_machine", lambda: f"{here} more")
    assert binaries.find(prepared.plan, out / "binaries") is not None  # it knows more
    fewer = " ".join(here.split()[:-1])
    monkeypatch.setattr(binaries, "_machine", lambda: fewer)
    assert binaries.find(prepared.plan, out / "binaries") is None
    monkeypatch.setattr(binaries, "compiler", lambda: None)
    with pytest.raises(synaptoket.UserError, match="no program for this processor"):
        binaries.provide(prepared.plan, out / "binaries")


def test_files_of_runs_are_readable_and_say_what_they_are(sweep_file, doses, tmp_path):
    out = tmp_path / "out"
    assert sweep(sweep_file(doses), out, "--shard", "1/1") == 0
    with h5py.File(SweepFolder(out).run_file(1)) as file:
        assert file.attrs["run"] == 1
        assert "ketamine.dose=0.5 mg/kg" in file.attrs["settings"]


def test_the_script_of_a_job_array_does_all_shares(sweep_file, doses, tmp_path, capsys):
    path, out = sweep_file(doses), tmp_path / "out"
    arguments = (
        "--script",
        "slurm",
        "--shards",
        "3",
        "--partition",
        "short",
        "--walltime",
        "20:00",
    )
    assert sweep(path, out, *arguments) == 0
    script = capsys.readouterr().out
    assert "#SBATCH --array=1-3" in script
    assert "#SBATCH --partition=short" in script
    assert "--shard ${SLURM_ARRAY_TASK_ID}/3" in script
    assert SweepFolder(out).holds_sweep()
    assert list((out / "binaries").glob("*/*/main"))  # its jobs need no compiler


def test_ctrl_c_ends_in_a_line_and_leaves_nothing_behind(sweep_file, doses, tmp_path, command):
    out = tmp_path / "out"
    path = sweep_file(doses, seeds=40, lapse="360 s/s")
    words = command("sweep", path, "--out", out, "--jobs", "2")
    driver = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    while not len(list((out / "running").glob("*.json"))):
        assert driver.poll() is None, driver.stdout.read()
        time.sleep(0.1)
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does: to all of its processes
    said = driver.communicate(timeout=60)[0]
    assert driver.returncode == 130
    assert said.splitlines()[-1].startswith("interrupted: what was done is kept; continue with: ")
    assert "Traceback" not in said
    assert not list((out / "running").glob("*.json"))


def test_workers_leave_ctrl_c_to_the_driver(tmp_path):
    mine = signal.getsignal(signal.SIGINT)
    with connected("local", 1, ClusterTable(), tmp_path) as client:
        theirs = client.run(signal.getsignal, signal.SIGINT)
    assert set(theirs.values()) == {signal.SIG_IGN}
    assert signal.getsignal(signal.SIGINT) == mine


def _left_behind(dask_worker):
    """Return what a worker still has of sweeps: names of plugins, and programs that run."""
    import psutil

    names = [name for name in dask_worker.plugins if name.startswith("synaptoket")]
    return names, len(psutil.Process().children())


def test_a_sweep_leaves_nothing_at_workers_that_were_there_before(sweep_file, doses, tmp_path):
    from distributed import Client, LocalCluster

    out = tmp_path / "out"
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        assert sweep(sweep_file(doses), out, "--on", cluster.scheduler_address) == 0
        assert list(client.run(_left_behind).values()) == [([], 0)]
    assert len(SweepFolder(out).done()) == 3


def test_runs_of_one_player_share_a_program_that_ends_with_it(sweep_file, doses, tmp_path):
    out = tmp_path / "out"
    assert sweep(sweep_file(doses), out, "--shard", "1/3") == 0  # begins the sweep
    plan = SweepFolder(out).load()
    with RunPlayer.open(out, plan.digest) as player:
        used = []
        for number in (1, 2):  # two doses of one seed
            run = plan.run(number)
            outcome = player.perform(Task(number, run.seed, plan.settings(run.point)))
            assert outcome.status == DONE, outcome.message
            used.append(set(player.programs.idle.values()))
    assert len(used[0]) == 1
    assert used[1] == used[0]
    assert not any(program.alive for program in used[0])
