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

#: Loops over the pairs of plastic projections, and over cells in each step.
LOOPS = {
    "prefrontal": ["pyramidal_to_pyramidal_slow", "pyramidal_stateupdater",
                   "pyramidal_subexpression_update", "pyramidal_background"],
    "hippocampus": ["ca1_to_ca1_slow", "ca3_to_ca1_slow", "ca1_stateupdater"],
}  # fmt: skip


@pytest.fixture(scope="module", params=LOOPS)
def project(request, tmp_path_factory, needs_compiler):
    """A generated project, and the names of its loops."""
    found = compiler()
    told = subprocess.run([*found, "--version"], capture_output=True, text=True).stdout
    if "Free Software Foundation" not in told:
        pytest.skip("the compiler is not GCC")
    made = plan(load_circuit(request.param, {}, neurons=200))
    folder = tmp_path_factory.mktemp("project") / "made"
    generation.generate(made, folder)
    return folder, generation.is_single(made), LOOPS[request.param]


def test_the_loops_that_cost_most_are_vectorised(project):
    folder, single, names = project
    flags = [*generation.flags(single), "-I.", "-Ibrianlib", "-include", "prefix.h"]
    for name in names:
        source = Path("code_objects") / f"{name}_codeobject.cpp"
        assert (folder / source).exists(), sorted(
            p.name for p in (folder / source).parent.iterdir()
        )
        words = [*compiler(), *flags, "-fopt-info-vec", "-c", str(source), "-o", "/dev/null"]
        told = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        assert told.returncode == 0, shlex.join(words) + told.stderr
        lines = [line for line in told.stderr.splitlines() if line.startswith(str(source))]
        assert any("loop vectorized" in line for line in lines), f"{name}: {told.stderr}"
