"""A sweep of 20,000 runs is looked at in seconds."""

import subprocess
import time

import numpy as np
import pytest

from synaptoket.studies.sweep.axis_check import with_parameters
from synaptoket.studies.sweep.sweep_file import load_sweep
from synaptoket.studies.sweep.sweep_folder import SweepFolder
from synaptoket.studies.sweep.sweep_plan import make_plan
from synaptoket.studies.sweep.table import Table

AXIS = """
[axes.dose]
parameter = "ketamine.dose"
range = ["0.1 mg/kg", "10 mg/kg"]
points = 2000
"""
RUNS = 20_000


@pytest.fixture(scope="module")
def finished(write_sweep, tmp_path_factory, needs_compiler):
    """Return file and folder of a sweep whose runs all have a file, of no content, and a row."""
    folder = tmp_path_factory.mktemp("large")
    path, out = write_sweep(folder, AXIS, seeds=10), folder / "out"
    plan, where = make_plan(load_sweep(path, path.with_name("short.py"))), SweepFolder(out)
    plan = with_parameters(plan, plan.experiment())
    where.save(plan, path.read_text(), "")
    program = out / "binaries" / "code" / "machine"
    program.mkdir(parents=True)
    (program / "main").touch()
    table = Table(RUNS)
    for number in range(RUNS):
        file = where.run_file(number)
        if number % 1000 == 0:
            file.parent.mkdir(parents=True)
        file.touch()
        entry = {"key": "gain_24h", "arm": "ketamine", "unit": "%", "quantity": "gain"}
        table.add(number, [entry | {"value": float(number), "at_least": False}])
    table.save(where.table, plan)
    return path, out


@pytest.mark.parametrize("name", ["sweep", "status"])
def test_nothing_to_do_is_known_within_five_seconds(finished, command, name):
    path, out = finished
    words = command("sweep", path, "--out", out) if name == "sweep" else command("status", out)
    began = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    taken = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert "20000 runs: 20000 done, 0 running, 0 failed, 0 missing" in done.stdout
    assert taken < 5


def test_a_large_sweep_is_a_dataset_without_opening_its_files(finished):
    import synaptoket

    path, out = finished
    gain = synaptoket.open_sweep(out)["gain_24h"].sel(arm="ketamine")
    assert gain.shape == (2000, 10)
    assert np.array_equal(gain.values.ravel(), np.arange(RUNS))
    assert len(SweepFolder(out).done()) == RUNS
