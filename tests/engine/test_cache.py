"""Where compiled circuits are kept: in a folder of one's own, or a line says what to do."""

import os
import time
from pathlib import Path

import pytest

from synaptoket import UserError
from synaptoket.engine import cache
from synaptoket.engine.cache import cache_folder, open_cache, remove_leftovers


@pytest.fixture
def named(monkeypatch):
    """Return a function that sets the cache's folder."""
    return lambda text: monkeypatch.setenv("SYNAPTOKET_CACHE", str(text))


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_relative_folder_is_resolved(named, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    named("here")
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    named("~/there")
    assert cache_folder() == tmp_path / "there"


def test_empty_is_the_usual_folder(named, monkeypatch):
    monkeypatch.delenv("SYNAPTOKET_CACHE", raising=False)
    usual = cache_folder()
    named("")
    assert cache_folder() == usual
    assert usual.is_absolute()


def test_nobody_else_may_enter(named, tmp_path):
    for made_before in (False, True):
        folder = tmp_path / f"cache{made_before}"
        if made_before:
            folder.mkdir(mode=0o777)
            folder.chmod(0o777)
        named(folder)
        assert open_cache() == folder
        assert mode(folder) == mode(folder / "plans") == 0o700
    folder.chmod(0o777)  # a cache of an earlier version
    open_cache()
    assert mode(folder) == 0o700


def test_a_folder_that_holds_other_things_is_left_as_it_is(named, tmp_path):
    (tmp_path / "mine").touch()
    tmp_path.chmod(0o755)
    named(tmp_path)
    open_cache()
    assert mode(tmp_path) == 0o755


def test_what_cannot_be_a_cache_is_said(named, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "something").touch()
    (tmp_path / "open").chmod(0o777)
    for text in (tmp_path / "file", tmp_path / "file" / "cache", tmp_path / "open",
                 "~nosuchuser/x", "x" * 300):  # fmt: skip
        named(text)
        with pytest.raises(UserError, match="folder of your own") as told:
            open_cache()
        assert Path(str(text)).name[:20] in str(told.value)
    named(tmp_path / "theirs")
    monkeypatch.setattr(cache.os, "getuid", lambda: 4711)
    with pytest.raises(UserError, match="belongs to another user"):
        open_cache()


def test_what_killed_compilations_left_is_removed_after_a_day(tmp_path):
    old, new = f"{cache.MAKING}old", f"{cache.MAKING}new"
    kept = (new, "0123", "synaptoket-results", "synaptoket")  # a user's own, among them
    for name in (old, *kept):
        (tmp_path / name / "source").mkdir(parents=True)
        if name != new:
            os.utime(tmp_path / name, (0, time.time() - cache.LEFT_BEHIND - 10))
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(kept)


def test_a_cache_that_anybody_could_exchange_is_refused(named, tmp_path):
    above = tmp_path / "everybodys"
    (above / "cache").mkdir(parents=True)
    named(above / "cache")
    above.chmod(0o777)
    with pytest.raises(UserError, match="anybody may write to .*everybodys"):
        open_cache()
    above.chmod(0o1777)  # as /tmp: there nobody renames what is another's
    assert open_cache() == above / "cache"
