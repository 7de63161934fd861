"""Rooms stand in a fixed order, and imports go from a room to those that stand before it only."""

import pytest
from import_graph import circles, imports, outside_the_rooms, root_imports, wrong_rooms

from synaptoket.parameters import files

PACKAGE = files.root() / "src" / "synaptoket"

#: In the order in which they may be imported.
ROOMS = ("parameters", "pharmacology", "plasticity", "results", "circuit", "engine", "experiment",
         "analysis", "studies", "cli")  # fmt: skip
#: What reads result files alone.
ONLY = {"analysis": ("parameters", "results")}


def listed(messages):
    return "\n" + "\n".join(messages)


def test_every_module_lies_in_a_room():
    messages = outside_the_rooms(PACKAGE, ROOMS)
    assert not messages, listed(messages)


def test_no_room_imports_from_one_that_stands_after_it():
    messages = wrong_rooms(PACKAGE, ROOMS, ONLY)
    assert not messages, listed(messages)


def test_no_modules_import_each_other_in_a_circle():
    messages = circles(PACKAGE)
    assert not messages, listed(messages)


def test_no_module_imports_the_root_of_the_package():
    messages = root_imports(PACKAGE)
    assert not messages, listed(messages)


def test_all_imports_are_seen():
    """Some of each kind: at the top, in a function, for type checkers, by a re-exported name."""
    seen = {(each.importer, each.imported) for each in imports(PACKAGE)}
    assert {
        ("results.states", "results.checkpoints"),
        ("cli.plot", "circuit.stored_network"),
        ("analysis.network", "results.network_states"),
        ("circuit", "plasticity"),
        ("", "experiment.protocol"),
        ("__main__", "cli"),
    } <= seen


# --- the checker itself ---------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path):
    """Return a function that writes a small package of the rooms `below` and `above`."""

    def write(modules):
        root = tmp_path / "house"
        base = {"__init__": "", "__main__": "from .above import main\n", "below.__init__": "",
                "above.__init__": "def main(): pass\n"}  # fmt: skip
        for name, text in {**base, **modules}.items():
            file = root.joinpath(*name.split(".")).with_suffix(".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return root

    return write


SMALL = ("below", "above")


def test_a_tidy_tree_passes(tree):
    root = tree(
        {"below.a": "import os\n", "above.b": "from ..below.a import x\nfrom ..below import a\n"}
    )
    assert not outside_the_rooms(root, SMALL)
    assert not root_imports(root)
    assert not wrong_rooms(root, SMALL)
    assert not circles(root)


@pytest.mark.parametrize("text, line", [
    ("from ..above.b import x\n", 1),
    ("from ..above import b\n", 1),
    ("from ..above import main\n", 1),
    ("from .. import above\n", 1),
    ("import house.above.b as b\n", 1),
    ("from house.above import b\n", 1),
    ("\ndef later():\n    from ..above.b import x\n", 3),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..above import b\n", 3),
])  # fmt: skip
def test_an_upward_import_is_named_with_file_line_and_rooms(tree, text, line):
    root = tree({"below.a": text, "above.b": "x = 1\n"})
    (message,) = wrong_rooms(root, SMALL)
    assert message.startswith(f"below/a.py:{line}: imports above")
    assert message.endswith("the room below stands before above")


def test_a_room_may_be_held_to_some_rooms(tree):
    root = tree({"below.a": "x = 1\n", "above.b": "from ..below.a import x\n"})
    (message,) = wrong_rooms(root, SMALL, {"above": ("nothing",)})
    assert "above/b.py:1" in message
    assert "imports from nothing only, not below" in message


@pytest.mark.parametrize("back", [
    "from .a import x\n",
    "from . import a\n",
    "def later():\n    from .a import x\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import x\n",
])  # fmt: skip
def test_a_circle_is_found_however_it_is_closed(tree, back):
    root = tree({"below.a": "from .b import y\n", "below.b": f"y = 2\n{back}"})
    (message,) = circles(root)
    assert "a circle within below" in message
    assert "below/a.py:1: imports below.b" in message
    assert "below/b.py:" in message
    assert "imports below.a" in message


def test_a_circle_through_a_name_that_a_package_re_exports(tree):
    root = tree({"below.__init__": "from .a import x\n", "below.a": "from . import y\n"})
    assert len(circles(root)) == 1


def test_a_module_may_not_import_the_root(tree):
    root = tree({"below.a": "from .. import __version__\n", "above.b": "import house\n"})
    messages = root_imports(root)
    assert [message.split(":")[:2] for message in messages] == [
        ["above/b.py", "1"], ["below/a.py", "1"]
    ]  # fmt: skip


def test_a_module_outside_the_rooms_is_named(tree):
    root = tree({"loose": "x = 1\n", "attic.old": "x = 1\n"})
    messages = outside_the_rooms(root, SMALL)
    assert [message.partition(":")[0] for message in messages] == ["attic/old.py", "loose.py"]
