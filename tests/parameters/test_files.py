"""Model files and experiments are found by name or path; a broken one says where it is broken."""

import sys
from pathlib import Path

import pytest

from synaptoket.parameters import files
from synaptoket.parameters.errors import UserError
from synaptoket.parameters.scripts import load_experiment


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A `models/` and an `experiments/` folder in place of the package's own."""
    for path in ("circuits/prefrontal", "drugs/ketamine", "drugs/nbqx", "drugs/twin", "rules/twin"):
        file = tmp_path / "models" / f"{path}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a = 1\n")
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "one_dose.py").write_text("experiment = 'one dose'\n")
    monkeypatch.setattr(files, "root", lambda: tmp_path)
    return tmp_path


def test_a_checkout_uses_its_own_folders():
    assert (files.root() / "pyproject.toml").is_file()
    assert files.root() == Path(files.__file__).resolve().parents[3]


def test_a_model_is_found_by_name_and_by_path(shelf, tmp_path):
    expected = shelf / "models/drugs/ketamine.toml"
    assert files.model_path("drugs", "ketamine") == expected
    assert files.model_path("drugs", str(expected)) == expected
    assert files.model_path("drugs", expected) == expected
    assert files.find_model("prefrontal").parent.name == "circuits"


def test_a_wrong_name_gets_the_nearest_valid_one(shelf):
    with pytest.raises(UserError, match=r"models/drugs: .*'ketamin'; did you mean 'ketamine'\?"):
        files.model_path("drugs", "ketamin")
    with pytest.raises(UserError, match=r"'prefontal'; did you mean 'prefrontal'\?"):
        files.find_model("prefontal")
    with pytest.raises(UserError, match=r"'one_dos'; did you mean 'one_dose'\?"):
        files.experiment_path("one_dos")


def test_a_name_of_two_models_asks_for_the_path(shelf):
    with pytest.raises(UserError, match=r"drugs/twin\.toml or models/rules/twin\.toml"):
        files.find_model("twin")


def test_a_missing_file_and_a_folder_are_refused(shelf, tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.toml: no such file"):
        files.model_path("drugs", str(tmp_path / "nowhere.toml"))
    with pytest.raises(UserError, match="expected a file, got a folder"):
        files.model_path("drugs", tmp_path)


def test_a_shipped_experiment_is_found_outside_the_checkout(shelf, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    expected = shelf / "experiments/one_dose.py"
    assert files.experiment_path("one_dose") == expected
    assert files.experiment_path("experiments/one_dose.py") == expected
    with pytest.raises(UserError, match=r"did you mean 'one_dose'\?"):
        files.experiment_path("experiments/one_doze.py")


def test_paths_are_shown_short(shelf, tmp_path, monkeypatch):
    assert files.display(shelf / "models/drugs/nbqx.toml") == "models/drugs/nbqx.toml"
    monkeypatch.setattr(files, "root", lambda: tmp_path / "package")
    monkeypatch.chdir(tmp_path)
    assert files.display(tmp_path / "mine/x.toml") == "mine/x.toml"


def test_broken_toml_is_one_line_with_its_line_number(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.toml"
    path.write_text('a = 1\nb = "open\n')
    with pytest.raises(UserError) as error:
        files.read_toml(path)
    assert str(error.value).startswith("x.toml: not valid TOML: ")
    assert "line 2" in str(error.value)
    assert "\n" not in str(error.value)
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(UserError, match="UTF-8"):
        files.read_toml(path)
    with pytest.raises(UserError, match="cannot be read: No such file"):
        files.read_toml(tmp_path / "y.toml")


@pytest.mark.parametrize(
    "text, message",
    [
        ("x = (1,\n", "x.py:1: SyntaxError: "),
        ("a = 1\n\nb = c\n", "x.py:3: NameError: name 'c' is not defined"),
        ("import json\n\njson.loads('{')\n", "x.py:3: JSONDecodeError: "),
        ("import sys\nsys.exit('no')\n", "x.py:2: SystemExit: no"),
        ("from synaptoket import UserError\nraise UserError('dose: below 0')\n", "x.py:2: dose: "),
        ("experimnt = 3\n", "object 'experiment'; did you mean 'experimnt'?"),
        ("", "x.py: expected a module-level object 'experiment'"),
    ],
)
def test_a_broken_script_is_one_line_with_its_line_number(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.py"
    path.write_text(text)
    with pytest.raises(UserError) as error:
        load_experiment(path)
    assert message in str(error.value)


def test_a_script_must_be_a_python_file(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("experiment = 1\n")
    with pytest.raises(UserError, match="x.txt: expected a Python file"):
        load_experiment(path)


def test_a_script_is_loaded_as_a_module_and_may_import_its_neighbours(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "neighbour_of_script.py").write_text("answer = 42\n")
    script = tmp_path / "own.py"
    script.write_text(
        "from dataclasses import dataclass\n"
        "from neighbour_of_script import answer\n"
        "@dataclass\nclass Mine:\n    n: int\n"
        "experiment = Mine(answer)\n"
        "if __name__ == '__main__':\n    raise RuntimeError\n"
    )
    assert load_experiment(script).n == 42


def test_the_catalogue_names_what_ships(shelf):
    assert files.catalogue().splitlines() == [
        "circuits: prefrontal",
        "drugs: ketamine, nbqx, twin",
        "rules: twin",
        "experiments: one_dose",
    ]


@pytest.mark.parametrize(
    "text, said",
    [
        (f"neurons = {'9' * 6000}", "a number that cannot be read"),
        (f"a = {'[' * 100_000}{']' * 100_000}", "too deep to be read"),
        ("neurons = 1,5", "not valid TOML"),
        ("neurons = 1\nneurons = 2", "not valid TOML"),
    ],
)
def test_a_toml_that_cannot_be_read_is_one_line(tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        files.read_toml(path)


def test_a_toml_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    with open(path, "wb") as file:
        file.truncate(1 << 40)  # a hole: it takes no room
    with pytest.raises(UserError, match="expected a TOML file of at most 16 MiB"):
        files.read_toml(path)


LONG = "a" * 300


@pytest.mark.parametrize(
    "name",
    [LONG, f"{LONG}.toml", f"{'b/' * 3000}b.toml", "~nobody/x.toml", "a\0.toml", ".", "/",
     "/dev/null", ""],
)  # fmt: skip
def test_an_impossible_file_name_is_refused_in_one_line(name):
    for find in (files.find_model, files.experiment_path):
        with pytest.raises(UserError):
            find(name)
