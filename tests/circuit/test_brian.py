"""Brian2 may be needed first in any thread, and on a machine without a compiler."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import synaptoket
from synaptoket.engine import SLOWER, Engine

PACKAGE = Path(synaptoket.__file__).parent


def bare(folder, *words, **environment):
    """Run Python in a process of its own, without any program on the PATH."""
    environment = {
        "PATH": str(folder),
        "HOME": str(folder),
        "SYNAPTOKET_CACHE": str(folder / "cache"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        **environment,
    }
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=folder, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


IN_A_THREAD = """
import signal, sys, threading

def ours(*arguments): pass

signal.signal(signal.SIGINT, ours)
failed = []

def use():
    try:
        from synaptoket.circuit.brian import b2
        b2.NeuronGroup(1, "v : 1")
    except BaseException as error:
        failed.append(error)

if sys.argv[1] == "thread":
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
else:
    use()
assert not failed, failed
assert signal.getsignal(signal.SIGINT) is ours
assert signal.signal.__module__ == "signal"
"""


@pytest.mark.parametrize("where", ["thread", "main"])
def test_brian2_is_imported_in_any_thread_and_leaves_ctrl_c_alone(tmp_path, where):
    done = bare(tmp_path, "-c", IN_A_THREAD, where)
    assert done.returncode == 0, done.stderr


def test_brian2_is_imported_in_one_place():
    """Elsewhere its import might come first, in a thread."""
    importing = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "brian2" for name in names):
                importing.add(path.relative_to(PACKAGE).as_posix())
    assert importing == {"circuit/brian.py"}


EXPERIMENT = """
from synaptoket import Arm, Experiment, Phase

experiment = Experiment(
    circuit={circuit!r},
    phases=(Phase("only", "2 s", timelapse="1 s/s"),),
    arms={{"control": Arm()}},
)
"""

#: Few cells and large steps: a segment takes a second.
CELLS = """
about = "cells that fire by chance"
neurons = 20

[numerics]
step = "5 ms"
input_step = "5 ms"

[receptors]
delay = "5 ms"

[populations.cells]
membrane = "delta"
fraction = 1
excitatory = true
capacitance = "250 pF"
leak_conductance = "25 nS"
leak_potential = "-70 mV"
threshold = "-55 mV"
reset_potential = "-70 mV"
refractory_period = "10 ms"
background_rate = "1 kHz"
background_weight = "2 mV"

[projections.cells_to_cells]
source = "cells"
target = "cells"
in_degree = 3
jump_weight = "0.1 mV"
"""


@pytest.fixture
def script(tmp_path):
    """An experiment of one segment with a small circuit."""
    (tmp_path / "cells.toml").write_text(CELLS)
    path = tmp_path / "short.py"
    path.write_text(EXPERIMENT.format(circuit=str(tmp_path / "cells.toml")))
    return path


@pytest.mark.parametrize("engine", ["auto", "runtime"])
def test_an_experiment_runs_without_a_compiler_and_says_so_once(tmp_path, script, engine):
    out = tmp_path / "x.h5"
    words = ("-m", "synaptoket", "run", script, "--engine", engine, "--out", out)
    done = bare(tmp_path, *map(str, words))
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if not line.startswith("short: ")]
    assert told == ([f"warning: {SLOWER}"] if engine == "auto" else [])
    assert out.is_file()
    assert not (tmp_path / "cache").exists()


def test_what_cannot_go_without_a_compiler_ends_in_a_line(tmp_path, script):
    words = ("-m", "synaptoket", "run", str(script), "--out", str(tmp_path / "x.h5"))
    done = bare(tmp_path, *words, "--engine", "standalone")
    assert done.returncode == 2
    assert done.stderr.startswith("error: --engine standalone: no C++ compiler found")
    assert len(done.stderr.splitlines()) == 1
    for engine in ("auto", "standalone"):  # a wrong name is not worked around
        done = bare(tmp_path, *words, "--engine", engine, CXX="no-such -O3")
        assert done.returncode == 2
        assert done.stderr.startswith('error: CXX="no-such -O3": no C++ compiler: ')
        assert len(done.stderr.splitlines()) == 1


SWEEP = """
[axes.weight]
parameter = "populations.cells.background_weight"
values = ["1 mV"]
"""


def test_a_sweep_runs_without_a_compiler_in_threads_of_dask(tmp_path, script):
    (tmp_path / "s.toml").write_text(SWEEP)
    words = ("-m", "synaptoket", "sweep", "s.toml", "--experiment", "short.py", "--out", "out",
             "--jobs", "1")  # fmt: skip
    done = bare(tmp_path, *words)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stderr.count(SLOWER) == 1
    assert "Traceback" not in done.stderr
    assert len(list((tmp_path / "out" / "runs").rglob("*.h5"))) == 1


def test_brian2_objects_are_handed_out_without_a_compiler(tmp_path):
    (tmp_path / "cells.toml").write_text(CELLS)
    code = """
import brian2 as b2, synaptoket
circuit = synaptoket.build("cells.toml")
circuit.network.run(50 * b2.ms)
"""
    done = bare(tmp_path, "-W", "always::UserWarning:__main__", "-c", code)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith(("WARNING", "INFO"))]
    assert len(told) == 1
    assert "no C++ compiler: Brian2 runs this circuit with numpy, slower" in told[0]


def test_without_a_compiler_the_engine_is_the_other(small_plan, monkeypatch):
    monkeypatch.setattr("synaptoket.engine.compiler", lambda: None)
    with pytest.raises(synaptoket.UserError, match="no C\\+\\+ compiler"):
        Engine(small_plan, "standalone")
    with pytest.warns(UserWarning, match="slower runtime mode"):
        assert Engine(small_plan).kind == "runtime"
