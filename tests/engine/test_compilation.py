"""A compiler that fails, in whatever way, ends in a line, and nothing half-made stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synaptoket import UserError
from synaptoket.circuit.compiler import compiler
from synaptoket.engine import binary, compilation


@pytest.fixture
def pretend(tmp_path, monkeypatch, small_plan):
    """Return a function that compiles with a shell script for a compiler, in an empty cache."""
    monkeypatch.setenv("SYNAPTOKET_CACHE", str(tmp_path / "cache"))

    def generate(plan, folder):
        folder.mkdir()
        for name in ("objects.cpp", "main.cpp"):
            (folder / name).touch()
        return {"contacts": {}}

    monkeypatch.setattr(binary, "generate", generate)
    monkeypatch.setattr(binary, "compiler", compiler)  # which is there, with or without g++

    def compiled(script):
        program = tmp_path / "pretender"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("CXX", f"{program} -std=c++17")
        with pytest.raises(UserError) as told:
            binary.compiled(small_plan)
        assert f'CXX="{program} -std=c++17"' in str(told.value)
        assert "\n" not in str(told.value)
        left = [path for path in (tmp_path / "cache").rglob("*") if path.suffix != ".lock"]
        assert left == [tmp_path / "cache" / "plans"]
        return str(told.value)

    return compiled


#: Passes the trial: writes a program that does nothing, wherever it is asked to.
TRIAL = (
    'for a; do t=$a; done; case "$*" in *trial*) printf "#!/bin/sh\\n" > $t; chmod +x $t; exit;;'
)

CASES = {
    "exit 0": "wrote no trial",
    "echo warning >&2; echo 'pretender: error: no such option' >&2; exit 1": "no such option",
    "kill -9 $$": "killed by signal 9",
    "printf 'rubbish' > trial; chmod +x trial": "Exec format error",
    f"{TRIAL} esac; exit 0": "wrote no prefix.h.gch",
    f"{TRIAL} *.gch) echo x > $t;; *main.o) exit 0;; *.o) echo x > $t;; esac": "no main.o",
    f"{TRIAL} *' main') exit 0;; *) echo x > $t;; esac": "wrote no main, with exit status 0",
    f"{TRIAL} esac; echo 'a.cpp: fatal error: No space left on device' >&2; exit 4": "No space",
}


@pytest.mark.parametrize("script", CASES)
def test_how_a_compiler_failed_is_said(pretend, script):
    assert CASES[script] in pretend(script)


def test_a_compiler_that_hangs_is_ended(pretend, monkeypatch):
    monkeypatch.setattr(compilation, "TRIAL_LIMIT", 0.3)
    assert "did not end within" in pretend("sleep 1000")
    monkeypatch.setattr(compilation, "TRIAL_LIMIT", 20.0)
    monkeypatch.setattr(compilation, "TIME_LIMIT", 0.3)
    assert "did not end within" in pretend(f"{TRIAL} esac; sleep 1000")


INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
from synaptoket.circuit.plan import plan
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.engine.binary import compiled

compiled(plan(load_circuit("prefrontal", neurons=60)), lambda text: print(text, flush=True))
"""


def test_a_compilation_that_is_interrupted_leaves_nothing(tmp_path):
    program = tmp_path / "slow"
    slow = f"sleep 300 & echo $! >> {tmp_path}/pids; wait"
    program.write_text(f"#!/bin/sh\n{TRIAL} *.gch) echo x > $t; exit;; esac; {slow}\n")
    program.chmod(0o755)
    environment = {
        **os.environ,
        "CXX": str(program),
        "SYNAPTOKET_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], env=environment, stderr=subprocess.DEVNULL
    )
    pids = tmp_path / "pids"
    while not (pids.exists() and pids.read_text()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    left = [path for path in (tmp_path / "cache").rglob("*") if path.suffix != ".lock"]
    assert left == [tmp_path / "cache" / "plans"]
    for number in pids.read_text().split():
        status = Path(f"/proc/{number}/status")
        assert not status.exists() or "State:\tZ" in status.read_text()


def test_a_full_disk_is_said(small_plan, tmp_path, monkeypatch):
    import errno

    monkeypatch.setenv("SYNAPTOKET_CACHE", str(tmp_path / "cache"))

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(binary, "generate", full)
    with pytest.raises(UserError, match="No space left on device; set SYNAPTOKET_CACHE"):
        binary.compiled(small_plan)
    assert list((tmp_path / "cache").iterdir()) == [tmp_path / "cache" / "plans"]
