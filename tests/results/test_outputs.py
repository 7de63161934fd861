"""Outputs of commands: allowed names; inputs and foreign files are not replaced."""

import os
from pathlib import Path

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket import UserError, cli
from synaptoket.analysis.figures.saving import save
from synaptoket.parameters import files
from synaptoket.results.destination import (
    FIGURE,
    REPORT,
    TABLE,
    Output,
    check_outputs,
    is_ours,
    replacing,
)
from synaptoket.results.table_page import write_table

CIRCUIT = files.root() / "models" / "circuits" / "prefrontal.toml"


def figure():
    from matplotlib.figure import Figure

    drawn = Figure()
    drawn.add_subplot().plot([1, 2])
    return drawn


def check(path, suffixes=TABLE, inputs=(), overwrite=False):
    check_outputs([Output("--table", path, suffixes)], inputs, overwrite)


def refused(*given, **named):
    with pytest.raises(UserError) as caught:
        check(*given, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["x.toml", "x.py", "x", "x.png", "x.md.h5", ".md"])
def test_a_suffix_that_does_not_fit_is_refused(tmp_path, name):
    assert "expected a name that ends in .md" in refused(tmp_path / name)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_model_is_never_replaced_under_any_name(tmp_path, monkeypatch, overwrite):
    link, hard = tmp_path / "link.md", tmp_path / "hard.md"
    link.symlink_to(CIRCUIT)
    assert "models/circuits/prefrontal.toml" in refused(link, overwrite=overwrite)
    own = tmp_path / "own.toml"
    own.write_text("x = 1\n")
    os.link(own, hard)
    assert "is an input" in refused(hard, inputs=[own], overwrite=overwrite)
    monkeypatch.chdir(tmp_path)
    assert "is an input" in refused(Path("./hard.md"), inputs=[own], overwrite=overwrite)


def test_a_foreign_file_is_replaced_only_with_overwrite(tmp_path):
    for name, suffixes in (("a.md", TABLE), ("a.png", FIGURE), ("a.html", REPORT)):
        (tmp_path / name).write_text("mine\n")
        assert "--overwrite replaces it" in refused(tmp_path / name, suffixes)
        check(tmp_path / name, suffixes, overwrite=True)


@pytest.mark.parametrize("suffix", FIGURE)
def test_our_figures_are_recognised_and_have_the_same_bytes_each_time(tmp_path, suffix):
    one, two = (save(figure(), tmp_path / f"{n}{suffix}") for n in (1, 2))
    assert is_ours(one)
    check(one, FIGURE)
    if suffix != ".svg":  # matplotlib names parts of an SVG at random
        assert one.read_bytes() == two.read_bytes()


def test_our_tables_are_recognised_and_the_rest_of_a_page_is_unchanged(tmp_path):
    page = tmp_path / "x.md"
    write_table(page, "| a |")
    check(page)
    page.write_text("# Mine\n\n" + page.read_text() + "\nEnd.\n")
    check(page)
    write_table(page, "| b |")
    assert page.read_text().startswith("# Mine\n\n<!-- table -->\n\n| b |")
    assert page.read_text().endswith("End.\n")


def test_committed_pages_and_figures_are_recognised():
    docs = files.root() / "docs"
    names = ("headline.md", "findings.md", "timelapse.md", "hypotheses.md")
    for path in (*docs.glob("*.png"), *docs.glob("rules/*.png"), *(docs / n for n in names)):
        assert is_ours(path), path


def test_two_outputs_are_two_files(tmp_path):
    (tmp_path / "a.md").write_text("")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    for second in (tmp_path / "a.md", tmp_path / "b.md", tmp_path / "x" / ".." / "a.md"):
        both = [Output("--table", tmp_path / "a.md", TABLE), Output("--page", second, TABLE)]
        with pytest.raises(UserError, match="is also the file of --table"):
            check_outputs(both)


def test_an_output_that_is_not_a_file_is_refused(tmp_path):
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "null.md").symlink_to("/dev/null")
    for name, why in (("folder", "this is a folder"), ("dangling", "leads nowhere"),
                      ("pipe", "a device or a pipe"), ("null", "a device or a pipe")):  # fmt: skip
        for overwrite in (False, True):
            assert why in refused(tmp_path / f"{name}.md", overwrite=overwrite)
    for name in ("x" * 300 + ".md", "a\0.md"):
        refused(tmp_path / name)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    (tmp_path / "x.md").write_text("old")

    def fail():
        with replacing(tmp_path / "x.md") as partial:
            partial.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["x.md"]
    assert (tmp_path / "x.md").read_text() == "old"


#: Commands with an output: arguments before it, the option, and the suffix that fits.
COMMANDS = [
    ("run stress_and_ketamine", "--figure", ".png"),
    ("timelapse stress_and_ketamine", "--table", ".md"),
    ("findings", "--table", ".md"),
    ("findings", "--report", ".html"),
    ("compare", "--table", ".md"),
    ("compare", "--figure", ".svg"),
    ("rules", "--table", ".md"),
    ("plot x.h5", "--out", ".png"),
    ("plot x.h5", "--table", ".md"),
    ("plot --structure x.h5", "--out", ".pdf"),
    ("sensitivity .", "--table", ".md"),
    ("sensitivity .", "--figure", ".png"),
]


@pytest.mark.parametrize("command, option, suffix", COMMANDS)
def test_every_command_checks_its_outputs_before_anything_else(
    tmp_path, monkeypatch, capsys, command, option, suffix
):
    monkeypatch.chdir(tmp_path)
    synthetic.write(tmp_path / "x.h5", arms=["control"], times=np.arange(0, 30, 6.0))
    before = CIRCUIT.read_bytes()
    (tmp_path / f"mine{suffix}").write_text("mine\n")
    (tmp_path / f"model{suffix}").symlink_to(CIRCUIT)
    for target, words in ((CIRCUIT, "expected a name that ends in"),
                          (f"model{suffix}", "choose another name"),
                          (f"mine{suffix}", "not written by synaptoket")):  # fmt: skip
        assert cli.main([*command.split(), option, str(target)]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
    assert cli.main([*command.split(), option, f"model{suffix}", "--overwrite"]) == 2
    assert CIRCUIT.read_bytes() == before
    assert (tmp_path / f"mine{suffix}").read_text() == "mine\n"


def test_plot_replaces_its_own_and_others_only_when_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    synthetic.write(tmp_path / "x.h5", arms=["control"], times=np.arange(0, 700, 60.0))
    words = ["plot", "x.h5", "--out", "a.png", "--table", "a.md"]
    assert cli.main(words) == 0
    assert cli.main(words) == 0
    (tmp_path / "a.png").write_text("mine")
    assert cli.main(words) == 2
    assert cli.main([*words, "--overwrite"]) == 0
    assert is_ours(tmp_path / "a.png")
