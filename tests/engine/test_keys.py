"""Whatever is part of a program is part of its key."""

import shutil
from pathlib import Path

import pytest

from synaptoket.circuit import numerics, update_blocks
from synaptoket.engine import compilation, generation, keys
from synaptoket.pharmacology import drives

PACKAGE = Path(keys.__file__).parents[1]


@pytest.fixture
def changed(small_plan, monkeypatch):
    """Return a function that says whether two keys change with something of a module."""
    before = keys.plan_key(small_plan), keys.code_key(small_plan)

    def differs(module, name, value):
        monkeypatch.setattr(module, name, value)
        after = keys.plan_key(small_plan), keys.code_key(small_plan)
        monkeypatch.undo()
        assert (keys.plan_key(small_plan), keys.code_key(small_plan)) == before
        return tuple(a != b for a, b in zip(before, after, strict=True))

    return differs


def test_a_block_more_is_another_key(changed):
    def line_by_line(code, declared):
        return update_blocks.UpdateBlocks(code.splitlines(), {})

    assert changed(update_blocks, "compiled_blocks", line_by_line) == (True, True)


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (numerics, "SEGMENT", 4.0),
        (numerics, "SLOW_STEP", 0.05),
        (
            drives,
            "DRIVES",
            {**drives.DRIVES, "light": drives.Drive("1", drives.Reach.NONE, "light")},
        ),
    ],
)
def test_another_length_or_drive_is_another_key(changed, module, name, value):
    assert changed(module, name, value) == (True, True)


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (generation, "FLAGS", [*generation.FLAGS, "-fno-inline"]),
        (compilation, "_ONCE", {}),
        (compilation, "_PREFIX", "#include <cmath>"),
        (keys, "compiler", lambda: ["ccache", "g++"]),
        (keys, "processor", lambda: "flags: fpu"),
        (keys, "version", lambda name: "99"),
    ],
)
def test_another_way_to_compile_is_another_key_of_the_same_code(changed, module, name, value):
    assert changed(module, name, value) == (True, False)


@pytest.mark.parametrize(
    "file",
    [
        "circuit/brian.py",
        "circuit/update_blocks.py",
        "circuit/numerics.py",
        "circuit/membranes/conductance.py",
        "engine/segment_server.h",
        "engine/tuning.py",
        "engine/aligned_memory.cpp",
        "plasticity/structure.py",
    ],
)
def test_another_text_of_our_own_is_another_key(small_plan, tmp_path, monkeypatch, file):
    copied = tmp_path / "synaptoket"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(keys, "_PACKAGE", copied)
    found = []
    for _ in range(2):
        keys._own_text.cache_clear()
        found.append(keys.plan_key(small_plan))
        with open(copied / file, "a", encoding="utf-8") as text:
            text.write("\n")
    keys._own_text.cache_clear()
    assert len(set(found)) == 2


def test_generated_code_and_how_it_is_compiled_are_in_its_key(small_plan, tmp_path, monkeypatch):
    (tmp_path / "static_arrays").mkdir()
    for name in ("main.cpp", "makefile", "static_arrays/i", "static_arrays/times"):
        (tmp_path / name).write_text("1")
    manifest = {"contacts": {"i": ["e_to_e", 0]}, "arrays": [], "populations": []}
    found = [keys.source_key(small_plan, tmp_path, manifest)]
    (tmp_path / "static_arrays" / "i").write_text("2")
    assert keys.source_key(small_plan, tmp_path, manifest) == found[0]  # contacts are data
    for name in ("main.cpp", "makefile", "static_arrays/times"):
        (tmp_path / name).write_text("2")
        found.append(keys.source_key(small_plan, tmp_path, manifest))
    monkeypatch.setattr(compilation, "_ONCE", {})
    found.append(keys.source_key(small_plan, tmp_path, manifest))
    assert len(set(found)) == len(found)
