"""What gets installed: versions that agree, the folders that travel along, a clear set-up."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

import synaptoket
from synaptoket.parameters import files
from synaptoket.parameters.version import VERSION

ROOT = files.root()


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def name_of(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def test_every_dependency_is_pinned_in_the_constraints(project):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {name_of(line) for line in lines if "==" in line}
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    assert {name_of(requirement) for requirement in wanted} <= pinned


def test_versions_agree():
    assert synaptoket.__version__ == VERSION
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {synaptoket.__version__}\n" in citation
    assert f"## {synaptoket.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_no_file_of_the_set_up_names_a_package_registry():
    for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://|--(extra-)?index-url", text), name


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize(
    "code, message",
    [
        ("exit 1", "expected Python 3.11, 3.12 or 3.13"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt-get install python3-venv"),
    ],
)
def test_make_says_what_a_machine_lacks(tmp_path, code, message):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{code}\n")
    python.chmod(0o755)
    made = subprocess.run(
        ["make", "install", f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    assert message in made.stdout + made.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.slow
def test_a_wheel_alone_gives_a_working_command(tmp_path):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--wheel-dir",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    for folder in ("models", "experiments"):
        ours = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*") if p.suffix != ".pyc"}
        files = {path for path in ours if (ROOT / path).is_file()}
        data = installed / "synaptoket" / "_data"
        assert files == {p.relative_to(data) for p in (data / folder).rglob("*") if p.is_file()}
    shown = subprocess.run(
        [sys.executable, "-m", "synaptoket", "show"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "prefrontal" in shown.stdout
    assert (installed / "synaptoket" / "py.typed").is_file()
