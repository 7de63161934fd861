"""The public names: imported when they are first used, and known to type checkers all the same."""

import ast
import importlib
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import synaptoket
from synaptoket import analysis, results

PACKAGES = [synaptoket, results]


def for_type_checkers(package):
    """Return the names that a package imports under TYPE_CHECKING, with their modules."""
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    return {alias.name: node.module for node in block.body for alias in node.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_each_name_where_it_is_imported_from(package):
    assert for_type_checkers(package) == package._MODULES
    assert sorted(package.__all__) == sorted(package._MODULES)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_listed_and_an_unknown_one_is_an_attribute_error(package):
    assert "open_results" in dir(package)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.parametrize("name", synaptoket.__all__)
def test_every_public_name_can_be_imported_and_is_documented(name):
    assert getattr(synaptoket, name).__doc__


@pytest.mark.parametrize("name", analysis.__all__)
def test_no_public_name_of_the_analysis_is_that_of_a_module(name):
    assert not inspect.ismodule(getattr(analysis, name))
    assert importlib.util.find_spec(f"synaptoket.analysis.{name}") is None


def test_the_package_says_that_it_is_typed():
    assert Path(synaptoket.__file__).with_name("py.typed").is_file()


SCRIPT = """
import synaptoket

reveal_type(synaptoket.Experiment)
reveal_type(synaptoket.open_network("x.h5"))
reveal_type(synaptoket.open_results("x.h5"))
"""


@pytest.mark.slow
def test_a_type_checker_knows_the_types_of_public_names(tmp_path):
    beside = Path(sys.executable).with_name("pyright")
    pyright = str(beside) if beside.exists() else shutil.which("pyright")
    if pyright is None:
        pytest.skip("needs pyright")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    source = Path(synaptoket.__file__).parents[1]
    (tmp_path / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{source}"]}}')
    words = [pyright, "--pythonpath", sys.executable, "--project", str(tmp_path)]
    shown = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    for kind in ("type[Experiment]", "StoredNetwork", "DataTree"):
        assert f'"{kind}"' in shown, shown
    assert "0 errors" in shown
