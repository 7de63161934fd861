"""Programs that lie in a sweep's folder are run if this user has compiled them, and else not."""

import shutil

import pytest

from synaptoket import UserError
from synaptoket.studies.sweep import binaries


@pytest.fixture
def shipped(small_plan, small_binary, tmp_path):
    """A sweep's folder of programs with that of the small circuit, and the program's place."""
    folder = tmp_path / "binaries"
    binaries.ship(small_plan, folder)
    (place,) = folder.glob("*/*")
    return folder, place


def replaced(place):
    (place / "main").write_text(f"#!/bin/sh\ntouch {place}/ran\n")


def truncated(place):
    (place / "main").write_bytes((place / "main").read_bytes()[:1000])


def unsealed(place):
    (place / "seal.json").unlink()


def links_elsewhere(place):
    elsewhere = place.parents[2] / "elsewhere"
    place.rename(elsewhere)
    truncated(elsewhere)
    place.symlink_to(elsewhere)


SPOILT = [replaced, truncated, unsealed, links_elsewhere]


def test_a_program_is_run_from_a_copy_in_the_users_own_cache(shipped, small_plan, small_binary):
    folder, _ = shipped
    found = binaries.find(small_plan, folder)
    assert found.folder.parent == small_binary.folder.parent
    assert (found.folder / "main").read_bytes() == (small_binary.folder / "main").read_bytes()
    assert binaries.all_ours(folder)


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_this_user_has_not_compiled_is_replaced(shipped, small_plan, small_binary, spoil):
    folder, place = shipped
    spoil(place)
    assert binaries.find(small_plan, folder) is None
    assert not binaries.all_ours(folder)
    said = []
    made = binaries.ship(small_plan, folder, said.append)
    assert said[0].startswith(f"{place}: ")
    assert "not run; compiled here" in said[0]
    assert made == small_binary
    assert binaries.all_ours(folder)
    assert not place.is_symlink()
    assert not (place / "ran").exists()


@pytest.mark.parametrize("spoil", SPOILT)
def test_without_a_compiler_it_is_refused(shipped, small_plan, monkeypatch, spoil):
    folder, place = shipped
    spoil(place)
    monkeypatch.setattr(binaries, "compiler", lambda: None)
    with pytest.raises(UserError, match="that this user has compiled"):
        binaries.supply([small_plan], folder, print)


def test_another_user_compiles_for_himself(shipped, small_plan, tmp_path, monkeypatch):
    folder, place = shipped
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert binaries.find(small_plan, folder) is None
    assert not binaries.all_ours(folder)


def test_a_program_of_another_circuit_is_not_taken(shipped, plan_small, small_plan):
    """A seal says what for: to exchange two of one's own would give other results."""
    folder, place = shipped
    other = plan_small("projections.pv_to_pv.in_degree=2")
    shutil.copytree(place, folder / binaries.code_key(other) / place.name)
    assert binaries.find(other, folder) is None
    assert binaries.find(small_plan, folder) is not None


def test_without_compiler_and_programs_it_is_said_once(small_plan, tmp_path, monkeypatch):
    monkeypatch.setattr(binaries, "compiler", lambda: None)
    said = []
    binaries.supply([small_plan, small_plan], tmp_path, said.append)
    assert len(said) == 1
    assert "slower runtime mode" in said[0]
