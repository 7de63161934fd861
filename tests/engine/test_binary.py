"""A circuit is compiled once: whatever is data finds the binary that is there."""

import os
import subprocess
import sys

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.engine import binary


@pytest.fixture
def no_compiler_call(monkeypatch):
    """Fail if anything is compiled, or so much as generated."""

    def refuse(*arguments):
        raise AssertionError("compiled again")

    monkeypatch.setattr(binary, "_compile", refuse)
    monkeypatch.setattr(binary, "generate", refuse)


def test_a_second_time_nothing_is_compiled(small_plan, small_binary, no_compiler_call):
    again = binary.compiled(small_plan)
    assert again == small_binary
    assert (again.folder / "main").is_file()


@pytest.mark.parametrize(
    "setting",
    [
        "populations.pyramidal.leak_conductance=21 nS",
        "projections.pv_to_pv.gaba_weight=1.5 nS",
        "receptors.nmda_decay=80 ms",
        "rules.protein_formation.formation_rate=0.1 /day",
        "blocker_reaches.sst=0",
    ],
)
def test_another_number_needs_no_other_binary(plan_small, small_binary, no_compiler_call, setting):
    assert binary.compiled(plan_small(setting)) == small_binary


def test_another_size_or_rule_needs_another_binary(plan_small, small_binary, no_compiler_call):
    for setting in ("projections.pv_to_pv.in_degree=2", "rules.spine_size.enabled=false"):
        with pytest.raises(AssertionError, match="compiled again"):
            binary.compiled(plan_small(setting))


KEY = """
import sys
from pathlib import Path
from synaptoket.circuit.plan import plan
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.engine.generation import generate
from synaptoket.engine.keys import source_key

made = plan(load_circuit("prefrontal", neurons=60))
print(source_key(made, Path(sys.argv[1]), generate(made, Path(sys.argv[1]))))
"""


def test_two_processes_generate_the_same_code(tmp_path):
    """Brian2 iterates over sets: the key of the cache must not depend on their order."""
    keys = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", KEY, str(tmp_path / seed)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        keys.add(done.stdout.split()[-1])
    assert len(keys) == 1


def test_no_c_compiler_is_needed_to_generate_code(tmp_path):
    """Brian2 asks one whether it knows a function, and takes CC for a single word."""
    environment = {**os.environ, "CC": "ccache no-such-cc", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KEY, str(tmp_path / "project")]
    environment |= {"PATH": str(tmp_path), "CXX": sys.executable}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1000:]


def test_every_array_of_the_state_is_exchanged(small_plan, small_binary):
    from synaptoket.circuit.initial import initial_state

    names = {name for name, _, _ in small_binary.arrays}
    state = initial_state(small_plan, 1)
    assert names == set(state) | {f"drive.{name}" for name in small_plan.drives()}
    sizes = {name: (dtype, size) for name, dtype, size in small_binary.arrays}
    for name, values in state.items():
        dtype, size = sizes[name]
        assert size == values.size
        assert np.dtype(dtype).kind == values.dtype.kind


def test_what_accumulates_over_weeks_is_in_double_precision(small_binary):
    dtypes = {name: dtype for name, dtype, _ in small_binary.arrays}
    assert dtypes["pyramidal.v"] == "float32"
    assert dtypes["pyramidal_to_pyramidal.log_size"] == "float32"
    for name in ("pyramidal.protein", "neuropil.bdnf", "pyramidal.block_2a"):
        assert dtypes[name] == "float64"


def test_both_ends_of_every_projection_can_be_replaced(small_plan, small_binary):
    expected = {(name, end) for name in small_plan.projections for end in (0, 1)}
    assert set(small_binary.contacts.values()) == expected
    assert len(small_binary.contacts) == len(expected)


def test_a_cache_that_cannot_be_made_is_named(small_plan, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SYNAPTOKET_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UserError, match="SYNAPTOKET_CACHE"):
        binary.compiled(small_plan)
