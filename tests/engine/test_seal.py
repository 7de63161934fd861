"""A program is run if this user has compiled it and if it is as it was compiled, and else not."""

import json
import os
import shutil

import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.engine import binary, seal
from synaptoket.engine.keys import plan_key
from synaptoket.engine.seal import NotSealedError
from synaptoket.engine.standalone import StandaloneWorker
from synaptoket.parameters.errors import UserError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user without a key."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "synaptoket"


@pytest.fixture
def program(home, tmp_path):
    """A sealed program, of no use."""
    folder = tmp_path / "cache" / "program"
    (folder / "static_arrays").mkdir(parents=True, mode=0o755)
    for name in ("main", "manifest.json", "static_arrays/times"):
        (folder / name).write_text(name)
    seal.seal(folder, "name")
    seal.check(folder, "name")
    return folder


def shorter(folder):
    (folder / "main").write_text("mai")


def link(folder):
    (folder / "main").rename(folder / "elsewhere")
    (folder / "main").symlink_to(folder / "elsewhere")


def folder_is_link(folder):
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def garbage(folder):
    (folder / "seal.json").write_text('{"files": [[')


def swapped(folder):
    held = json.loads((folder / "seal.json").read_text())
    (folder / "main").write_text("evil")
    held["files"]["main"] = [4, seal._sha256(folder / "main")]
    (folder / "seal.json").write_text(json.dumps(held))


SPOILT = {
    "main is not as it was compiled": shorter,
    "no seal": lambda folder: (folder / "seal.json").unlink(),
    "cannot be read": garbage,
    "another's seal": swapped,
    "manifest.json is missing": lambda folder: (folder / "manifest.json").unlink(),
    "static_arrays/times is missing": lambda folder: (folder / "static_arrays" / "times").unlink(),
    "static_arrays/more is not its own": lambda folder: (folder / "static_arrays" / "more").touch(),
    "main is a link": link,
    "program is a link": folder_is_link,
    "others can write to main": lambda folder: (folder / "main").chmod(0o720),
    "others can write to program": lambda folder: folder.chmod(0o702),
    "others can write to cache": lambda folder: folder.parent.chmod(0o777),
    "for this circuit": None,
}


@pytest.mark.parametrize("why", SPOILT)
def test_what_does_not_fit_its_seal_is_found(program, why):
    if SPOILT[why]:
        SPOILT[why](program)
    with pytest.raises(NotSealedError, match=why):
        seal.check(program, "name" if SPOILT[why] else "another")


def test_anothers_files_are_not_run(program, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(NotSealedError, match="belongs to another user"):
        seal.check(program, "name")


def test_another_users_key_does_not_open_a_seal(program, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    with pytest.raises(NotSealedError, match="another's seal"):
        seal.check(program, "name")


def test_a_key_is_secret_and_made_anew_where_it_was_not(program, home):
    key = home / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    before = key.read_bytes()
    assert len(before) == 32
    for spoil in (lambda: key.chmod(0o640), lambda: key.write_bytes(b"known")):
        spoil()
        with pytest.raises(NotSealedError):
            seal.check(program, "name")
        assert key.read_bytes() != before
        assert key.stat().st_mode & 0o777 == 0o600


def test_where_no_key_can_be_kept_that_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="set XDG_STATE_HOME"):
        seal.signature("text")


def test_pipes_and_large_files_are_not_read(program):
    with pytest.raises(ValueError, match="not a file"):
        seal.read(program / "main", 3)
    os.mkfifo(program / "pipe")
    with pytest.raises(ValueError, match="not a file"):
        seal.read(program / "pipe", 100)


def test_a_program_is_hashed_once(program, monkeypatch):
    def refuse(path):
        raise AssertionError("hashed again")

    monkeypatch.setattr(seal, "_sha256", refuse)
    seal.check(program, "name")


@pytest.fixture
def copied(small_plan, small_binary, tmp_path, monkeypatch):
    """The cache of the small circuit, on its own; to compile is to take it from there again."""
    cache = tmp_path / "cache"
    cache.mkdir()
    shutil.copytree(small_binary.folder, cache / small_binary.folder.name)
    shutil.copytree(small_binary.folder.parent / "plans", cache / "plans")
    monkeypatch.setenv("SYNAPTOKET_CACHE", str(cache))
    monkeypatch.setattr(
        binary, "generate", lambda plan, source: shutil.copytree(small_binary.folder, source)
    )
    monkeypatch.setattr(binary, "source_key", lambda *arguments: small_binary.folder.name)
    monkeypatch.setattr(binary, "_compile", lambda *arguments: None)
    monkeypatch.setattr(binary, "check_compiler", lambda *arguments: None)
    return cache / small_binary.folder.name


def evil(folder):
    (folder / "main").write_text("#!/bin/sh\ntouch ../../evil\n")


@pytest.mark.parametrize(
    "spoil",
    [
        evil,
        lambda folder: os.truncate(folder / "main", 1000),
        lambda folder: (folder / "main").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: shutil.rmtree(folder / "static_arrays"),
        lambda folder: folder.chmod(0o777),
    ],
)
def test_a_spoilt_program_of_the_cache_is_compiled_again(small_plan, copied, spoil, quiet_drives):
    spoil(copied)
    said = []
    again = binary.compiled(small_plan, said.append)
    assert "not used" in said[0]
    assert "compiling the circuit" in said[-1]
    assert not (copied.parent.parent / "evil").exists()
    assert again.folder == copied
    with StandaloneWorker(again, contacts(small_plan.circuit, 1)) as worker:
        worker.load(initial_state(small_plan, 1))
        worker.advance(quiet_drives, 1)
    said.clear()
    binary.compiled(small_plan, said.append)
    assert said == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "evil", None, ["x"], "0" * 20])
def test_a_plan_names_a_program_of_this_user_or_is_not_followed(small_plan, copied, name):
    evil = copied.parent.parent / "evil"
    shutil.copytree(copied, evil)
    quick = copied.parent / "plans" / f"{plan_key(small_plan)}.json"
    held = json.loads(quick.read_text())
    for text in (json.dumps(held | {"binary": name}), "{", "[]", "[" * 100_000):
        quick.write_text(text)
        said = []
        assert binary.compiled(small_plan, said.append).folder == copied
        assert "not used" in said[0]
