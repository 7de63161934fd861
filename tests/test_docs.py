"""What the pages name exists: files, names in the walks of docs/development.md, links."""

import ast
import re

import pytest

from synaptoket.parameters.files import root

DEVELOPMENT = root() / "docs" / "development.md"
pytestmark = pytest.mark.skipif(not DEVELOPMENT.is_file(), reason="no checkout")

#: `file.py`, `file.py:name`, or a TOML file.
PLACE = re.compile(r"`([a-z_0-9/]+\.(?:py|toml))(?::(\w+))?`")
FOLDER = re.compile(r"`((?:src|tests|models|experiments|docs)/[a-z_0-9/]*/)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
#: A file of another project.
FOREIGN = {"pynest/examples/structural_plasticity.py"}


def pages():
    found = [*root().glob("*.md"), *root().glob("docs/**/*.md"), root() / "results" / "README.md"]
    return [path for path in found if path.is_file()]


def file_of(path):
    """Return a file of the repository, or else of the package."""
    return root() / path if (root() / path).is_file() else root() / "src" / "synaptoket" / path


def walked():
    return PLACE.findall(DEVELOPMENT.read_text(encoding="utf-8")) if DEVELOPMENT.is_file() else []


@pytest.mark.parametrize("path, name", walked())
def test_each_step_of_the_walks_names_what_exists(path, name):
    file = file_of(path)
    assert file.is_file(), f"{path}: no such file"
    if name:
        defined = set()
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                defined.add(node.name)
            elif isinstance(node, ast.Assign):
                defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        assert name in defined, f"{path} defines no {name}"


def test_every_room_is_in_the_table_in_the_order_of_the_layers():
    rooms = re.findall(r"^\| `(\w+)/` \|", DEVELOPMENT.read_text(encoding="utf-8"), re.MULTILINE)
    package = root() / "src" / "synaptoket"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    assert set(rooms) == folders - {"_data"}
    assert rooms[0] == "parameters"
    assert rooms[-1] == "cli"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(root()).as_posix())
def test_files_and_links_of_a_page_exist(page):
    text = page.read_text(encoding="utf-8")
    named = {path for path, _ in PLACE.findall(text) if "/" in path} - FOREIGN
    missing = [path for path in sorted(named) if not file_of(path).is_file()]
    missing += [folder for folder in FOLDER.findall(text) if not (root() / folder).is_dir()]
    for link in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if "://" not in link and not (page.parent / link).exists():
            missing.append(link)
    assert missing == []
