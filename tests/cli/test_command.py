"""The whole command, as a user starts it: bad input, interruption, resuming."""

import os
import signal
import subprocess
import sys
import time

import h5py
import pytest

from synaptoket.results import check_invariants, open_results

SCRIPT = """
import synaptoket
from synaptoket import Arm, Dose, Experiment, Phase

experiment = Experiment(
    phases=(
        Phase("stress", "20 day", timelapse="{lapse}", stress=1.0),
        Phase("treatment", "10 min", timelapse="5 min/s"),
    ),
    arms={{
        "vehicle": Arm(stress=True),
        "ketamine": Arm(stress=True, doses=(Dose("ketamine", "{dose}", phase="treatment"),)),
    }},
)
"""


@pytest.fixture
def started(tmp_path, small):
    """Return a function that starts ``synaptoket run`` on the small circuit in an empty folder."""
    (tmp_path / "mine.py").write_text(SCRIPT.format(lapse="6 h/s", dose="1 mg/kg"))

    def start(*arguments, neurons=True, **environment):
        size = ["--neurons", str(small["neurons"])] if neurons else []
        size += [word for text in small["settings"] for word in ("--set", text)] if neurons else []
        return subprocess.Popen(
            [sys.executable, "-m", "synaptoket", "run", *arguments, *size],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


BAD = {
    "unknown key": (["--circuit", "mine.toml"], "neuronss: unknown key; did you mean 'neurons'?"),
    "wrong unit": (
        ["--set", "populations.pyramidal.capacitance=500 ms"],
        'populations.pyramidal.capacitance = "500 ms": expected a capacitance (farad), got a time',
    ),
    "missing file": (["--circuit", "nowhere.toml"], "nowhere.toml: no such file"),
    "negative dose": (["--set", "ketamine.dose=-1 mg/kg"], "expected zero or more"),
    "phase that ends before it starts": (
        ["--set", "phases.stress.duration=-1 day"],
        "the phase ends before it starts",
    ),
    "population of zero cells": (
        ["--set", "populations.sst.fraction=0.0001"],
        "a population of zero cells",
    ),
    "unwritable folder": (["--out", "mine.py/x.h5"], "expected a folder that can be written"),
    "file that exists": (["--out", "old.h5"], "old.h5: exists already; --overwrite replaces it"),
    "a mistake and a file that exists": (
        ["--out", "old.h5", "--set", "foo=1"],
        "no parameter 'foo'",
    ),
}


@pytest.mark.parametrize("arguments, expected", BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_nothing_is_compiled_or_written(
    started, tmp_path, arguments, expected
):
    from synaptoket.parameters.files import model_path

    (tmp_path / "old.h5").write_bytes(b"old")
    circuit = model_path("circuits", "prefrontal").read_text()
    (tmp_path / "mine.toml").write_text("neuronss = 4\n" + circuit)
    before = sorted(tmp_path.iterdir())
    if "--out" not in arguments:
        arguments = [*arguments, "--out", "sub/x.h5"]
    began = time.monotonic()
    with started("mine.py", *arguments, neurons=False, SYNAPTOKET_CACHE="cache") as process:
        out, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert expected in error
    assert [p for p in sorted(tmp_path.iterdir()) if p.name != "__pycache__"] == before
    assert time.monotonic() - began < 20  # a second or two; a compilation takes longer


def test_a_negative_dose_in_a_script_names_its_line(started, tmp_path):
    (tmp_path / "mine.py").write_text(SCRIPT.format(lapse="6 h/s", dose="-1 mg/kg"))
    with started("mine.py", "--out", "x.h5", SYNAPTOKET_CACHE="cache") as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert error.startswith("error: mine.py:")
    assert error.count("\n") == 1
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_leaves_a_file_that_can_be_read_and_resumed(
    started, small_binary, tmp_path, number, status
):
    part = tmp_path / "x.h5.part"
    with started("mine.py", "--out", "x.h5") as process:
        deadline = time.monotonic() + 60
        # the checkpoint of the initial rows is not enough: some segments are to be kept
        while rows(part) < 4 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in error
    assert "interrupted: what was done is kept; continue with: " in error
    assert error.strip().endswith("--resume")
    check_invariants(part)
    kept = open_results(part)["vehicle"].sizes["time"]
    assert kept >= 4
    with started("mine.py", "--out", "x.h5", "--resume") as process:
        out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert "results: x.h5" in out
    check_invariants(tmp_path / "x.h5")
    assert open_results(tmp_path / "x.h5")["vehicle"].sizes["time"] == 1 + 40 + 1
    assert not part.exists()


def rows(path):
    """Return how many rows the first arm of a file has that is being written."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return file["vehicle/time"].shape[0]
    except (OSError, KeyError, RuntimeError):
        return 0
