"""The loops that cost most are vectorised: one number of double width undoes it.

The compiler says which loops it vectorised. GCC only: other compilers have other words for it.
"""

import shlex
import subprocess
from pathlib import Path

import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.compiler import compiler
from synaptoket.circuit.plan import plan
from synaptoket.engine import generation


@pytest.fixture(scope="module", params=["prefrontal", "hippocampus"])
def project(request, tmp_path_factory, needs_compiler):
    """A generated project, its plan and its compiler."""
    found = compiler()
    told = subprocess.run([*found, "--version"], capture_output=True, text=True).stdout
    if "Free Software Foundation" not in told:
        pytest.skip("the compiler is not GCC")
    made = plan(load_circuit(request.param, {}, neurons=200))
    folder = tmp_path_factory.mktemp("project") / "made"
    generation.generate(made, folder)
    return folder, made, found


def test_the_loops_that_cost_most_are_vectorised(project):
    """Over the pairs in which synapses come and go, and over cells in each step."""
    folder, made, found = project
    plastic = [n for n, group in made.projections.items() if "present" in group.variables]
    cells = [made.projections[name].target for name in plastic]
    names = [f"{name}_slow" for name in plastic] + [f"{name}_stateupdater" for name in cells]
    assert len(plastic) >= 1
    flags = [*generation.flags(generation.is_single(made)), "-I.", "-Ibrianlib"]
    for name in names:
        source = Path("code_objects") / f"{name}_codeobject.cpp"
        words = [*found, *flags, "-fopt-info-vec", "-c", str(source), "-o", "/dev/null"]
        told = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        assert told.returncode == 0, shlex.join(words) + told.stderr
        lines = [line for line in told.stderr.splitlines() if line.startswith(str(source))]
        assert any("loop vectorized" in line for line in lines), f"{name}: {told.stderr}"
