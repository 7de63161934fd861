"""Which command compiles: g++, or what CXX says, split as a shell does."""

import shutil

import pytest

from synaptoket import UserError
from synaptoket.circuit.compiler import compiler


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder on the PATH, alone, with two programs."""
    for name in ("g++", "ccache"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "text").write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    return tmp_path


def test_without_cxx_it_is_gpp_or_none(programs):
    assert compiler() == [str(programs / "g++")]
    (programs / "g++").unlink()
    assert compiler() is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("g++", ["g++"]),
        ("g++ -std=c++17", ["g++", "-std=c++17"]),
        ("ccache g++", ["ccache", "g++"]),
        ("g++ '-DX=a b'", ["g++", "-DX=a b"]),
    ],
)
def test_cxx_is_split_as_a_shell_does(programs, monkeypatch, given, words):
    monkeypatch.setenv("CXX", given)
    assert compiler() == [str(programs / words[0]), *words[1:]]


def test_a_relative_program_is_resolved(programs, monkeypatch):
    """Compilers are started in other folders."""
    monkeypatch.chdir(programs)
    monkeypatch.setenv("CXX", "./g++")
    assert compiler() == [str(programs / "g++")]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("no-such-compiler -O3", "no no-such-compiler on the PATH"),
        ("g++ '-O3", "no closing quotation"),
        ("", "no command"),
        ("  ", "no command"),
        ("./nowhere/g++", "there is no ./nowhere/g++"),
        ("{here}/folder", "is a folder"),
        ("{here}/text", "is not executable"),
    ],
)
def test_what_is_wrong_with_cxx_is_said_with_its_value(programs, monkeypatch, given, why):
    given = given.format(here=programs)
    monkeypatch.setenv("CXX", given)
    with pytest.raises(UserError, match="CXX") as told:
        compiler()
    assert f'CXX="{given}": no C++ compiler: ' in str(told.value)
    assert why in str(told.value)
    assert shutil.which("g++")
