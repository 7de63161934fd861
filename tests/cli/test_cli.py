"""The command line: what it passes on, what it refuses and how, and how it is interrupted.

Simulations are stood in for by a `synaptoket.experiment.run` that only records what it was asked.
"""

import io
import os
import shlex
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import fields
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import typer

from synaptoket import __version__, cli
from synaptoket.experiment.progress import Progress
from synaptoket.experiment.run_options import RunOptions, option_of
from synaptoket.parameters import files

SRC = Path(cli.__file__).resolve().parents[2]

STAND_IN = '''
"""Replaces the modules that simulate and draw, then runs the command of this process."""
import sys, time, types

def run(experiment, options, progress, script):
    print("running", flush=True)
    time.sleep(60)

module = types.ModuleType("synaptoket.experiment.run")
module.run = run
sys.modules["synaptoket.experiment.run"] = module
'''


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Run in an empty folder with `mine.py`; what reaches the simulation is collected here."""
    calls = []

    def run(experiment, options, progress, script):
        calls.append((experiment, options, script))
        return [options.out]

    def draw(figure, path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(figure)

    stand_ins = {
        "experiment.run": {"run": run},
        "analysis": {
            "summary_table": lambda tree, sets, whole: f"table of {tree}",
            "has_probes": lambda tree: False,
            "timeline": lambda tree: SimpleNamespace(doses=["any"]),
        },
        "analysis.figures": {},
        "analysis.figures.headline": {
            "headline_figure": lambda tree, sets: f"figure of {tree}{' and sets' if sets else ''}"
        },
        "analysis.figures.saving": {"save": draw},
    }
    for name, content in stand_ins.items():
        module = ModuleType(f"synaptoket.{name}")
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("synaptoket.results.open_results", lambda source: "tree")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("experiment = 'my experiment'\n")
    return calls


def refused(capsys, *arguments):
    """Run a command that must fail, and return its one line of error."""
    assert cli.main([str(a) for a in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_every_option_reaches_the_run(asked, capsys):
    arguments = ["run", "mine.py", "--seed", "3", "--jobs", "2", "--neurons", "400"]
    arguments += ["--set", "ketamine.dose=1mg/kg", "--set", "a.b=2", "--timelapse-scale", "0.5"]
    arguments += ["--tolerance", "0.1"]
    arguments += ["--out", "x.h5", "--overwrite", "--figure", "sub/x.png", "--engine", "runtime"]
    arguments += ["--from", "y.h5:a@stress", "--checkpoint-every", "5"]
    arguments += ["--keep-checkpoints", "branches", "--rule", "a.py", "--rule", "sub/b.py"]
    arguments += ["--record-events", "--overlay", "pv_carried"]
    assert cli.main(arguments) == 0
    ((experiment, options, script),) = asked
    assert experiment == "my experiment"
    assert script == Path("mine.py")
    assert options == RunOptions(
        seeds=(3,),
        out=Path("x.h5"),
        jobs=2,
        neurons=400,
        settings=("ketamine.dose=1mg/kg", "a.b=2"),
        timelapse_scale=0.5,
        tolerance=0.1,
        overwrite=True,
        overlay="pv_carried",
        rules=("a.py", "sub/b.py"),
        engine="runtime",
        start="y.h5:a@stress",
        checkpoint_every=5,
        keep="branches",
        record_events=True,
        command=f"synaptoket {' '.join(arguments)}",
    )
    assert Path("sub/x.png").read_text() == "figure of tree"
    printed = capsys.readouterr().out
    assert "table of tree" in printed
    assert "results: x.h5" in printed
    assert "figure: sub/x.png" in printed


@pytest.mark.parametrize(
    "options, seeds, out",
    [
        ([], (1,), "results/mine_seed1.h5"),
        (["--seed", "7"], (7,), "results/mine_seed7.h5"),
        (["--seeds", "3"], (1, 2, 3), "results/mine"),
        (["--seeds", "2", "--out", "there/"], (1, 2), "there"),
        (["--seeds", "1"], (1,), "results/mine"),
    ],
)
def test_one_seed_is_a_file_and_several_are_a_folder(asked, options, seeds, out):
    assert cli.main(["run", "mine.py", *options]) == 0
    assert (asked[0][1].seeds, asked[0][1].out) == (seeds, Path(out))


@pytest.mark.parametrize(
    "options, message",
    [
        (["--foo"], "--foo"),
        (["--jobs", "0"], "--jobs 0: expected 1 or more"),
        (["--jobs", "two"], "--jobs"),
        (["--neurons", "-4"], "--neurons -4: expected 1 or more"),
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["--seed", "-1"], "--seed -1: expected 0 or more"),
        (["--seed", "1", "--seeds", "2"], "give one of the two"),
        (["--timelapse-scale", "0"], "expected a number above zero"),
        (["--timelapse-scale", "nan"], "expected a number above zero"),
        (["--tolerance", "0"], "--tolerance 0: expected a share above 0, up to 1"),
        (["--tolerance", "1.5"], "--tolerance 1.5: expected a share above 0, up to 1"),
        (["--tolerance", "nan"], "--tolerance nan: expected a share above 0, up to 1"),
        (["--set", "ketamine.dose"], "expected a dotted name and a value"),
        (["--engine", "fast"], "fast"),
        (["--circuit", "prefontal"], "models/circuits: no model named 'prefontal'"),
        (["--overlay", "pv_caried"], "did you mean 'pv_carried'?"),
        (["--overlay", "pv_carried", "--sets", "."], "--overlay and --sets: give one of the two"),
        (["--sets", ".", "--out", "x.h5"], "several sets are a folder"),
        (["--out", "x.txt"], "expected a name that ends in .h5"),
        (["--seeds", "2", "--out", "x.h5"], "several seeds are a folder"),
        (["--out", "mine.py/x.h5"], "expected a folder that can be written"),
        (["--seeds", "2", "--out", "mine.py"], "mine.py is a file"),
        (["--figure", "x.doc"], "expected a name that ends in .png, .pdf or .svg"),
        (["--resume", "--overwrite"], "give one of the two"),
        (["--checkpoint-every", "0"], "--checkpoint-every 0: expected 1 or more"),
        (["--keep-checkpoints", "some"], "some"),
        (["--from", "y.h5"], "--from y.h5: expected FILE:CHECKPOINT"),
        (["--from", "y.h5:a@stress"], "y.h5: no such file"),
        (["--from", "mine.py:a@stress"], "mine.py: not a readable result file"),
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_runs(asked, capsys, options, message):
    assert message in refused(capsys, "run", "mine.py", *options)
    assert asked == []
    assert os.listdir() == ["mine.py"]


@pytest.mark.parametrize(
    "options, message",
    [
        (["--seeds", "1"], "--seeds 1: expected 2 or more: one seed has no interval"),
        (["--tolerance", "2"], "--tolerance 2: expected a share above 0, up to 1"),
        (["--neurons", "0"], "--neurons 0: expected 1 or more"),
        (["--set", "ketamine.dose"], "expected a dotted name and a value"),
        (["--out", "x.h5"], "several seeds are a folder"),
        (["--table", "mine.py/x.md"], "expected a folder that can be written"),
        (["--resume", "--overwrite"], "give one of the two"),
        (["--arms", "x"], "--arms"),
    ],
)
def test_a_wrong_option_of_a_comparison_is_one_line(asked, capsys, options, message):
    assert message in refused(capsys, "timelapse", "mine.py", *options)
    assert asked == []
    assert os.listdir() == ["mine.py"]


def test_the_command_has_an_option_for_each_field_of_a_runs_options(asked):
    """With its help and its default; only the seeds have two, and the command none."""
    command = typer.main.get_command(cli.app.app).commands["run"]
    declared = {name: option for option in command.params for name in option.opts}
    described = {f.name: f for f in fields(RunOptions)}
    for name in set(described) - {"seeds", "command"}:
        about = option_of(name)
        assert declared[about.name].help == about.help
    assert cli.main(["run", "mine.py"]) == 0
    run = asked[0][1]
    for name in set(described) - {"seeds", "command", "out", "jobs"}:
        assert getattr(run, name) == described[name].default


def test_an_unknown_arm_or_phase_is_one_line(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = ["timelapse", "stress_and_ketamine"]
    assert "did you mean 'stress_ketamine'?" in refused(capsys, *known, "--arm", "stres_ketamine")
    assert "did you mean 'treatment'?" in refused(capsys, *known, "--phases", "baseline,treatmnt")
    assert os.listdir() == []


@pytest.mark.parametrize(
    "name, message",
    [
        ("nowhere.py", "nowhere.py: no such file"),
        ("no_such_experiment", "no experiment named 'no_such_experiment'"),
        ("empty.py", "empty.py: expected a module-level object 'experiment'"),
        ("broken.py", "broken.py:2: ZeroDivisionError: division by zero"),
    ],
)
def test_a_script_that_cannot_be_used_is_one_line(asked, capsys, name, message):
    Path("empty.py").write_text("")
    Path("broken.py").write_text("a = 0\nb = 1 / a\n")
    assert message in refused(capsys, "run", name)


def test_an_unknown_command_and_a_missing_argument_are_one_line(capsys):
    assert "rum" in refused(capsys, "rum")
    assert "EXPERIMENT" in refused(capsys, "run")


def test_an_error_of_the_run_itself_is_one_line(asked, capsys, monkeypatch):
    def run(*_, **__):
        raise files.UserError("prefrontal.toml: populations.pv:\n  expected more")

    monkeypatch.setattr(sys.modules["synaptoket.experiment.run"], "run", run)
    assert refused(capsys, "run", "mine.py").endswith("populations.pv: expected more\n")


def test_ctrl_c_keeps_the_results_and_says_how_to_continue(asked, capsys, monkeypatch):
    def run(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["synaptoket.experiment.run"], "run", run)
    assert cli.main(["run", "mine.py", "--out", "x.h5", "--overwrite"]) == 130
    error = capsys.readouterr().err
    assert "continue with: synaptoket run mine.py --out x.h5 --resume\n" in error
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_in_order(tmp_path, number, status):
    script = tmp_path / "mine.py"
    script.write_text("import synaptoket\nexperiment = 1\n")
    (tmp_path / "start.py").write_text(
        STAND_IN + "from synaptoket.cli import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "start.py", "run", "mine.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "running\n"
    process.send_signal(number)
    error = process.communicate(timeout=20)[1]
    assert process.returncode == status
    assert error == (
        "interrupted: what was done is kept; continue with: synaptoket run mine.py --resume\n"
    )


def python(*arguments, cwd):
    """Run Python in another process, with this package importable."""
    env = {**os.environ, "PYTHONPATH": str(SRC)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_a_script_takes_the_same_options(tmp_path):
    (tmp_path / "mine.py").write_text(
        textwrap.dedent("""
        import synaptoket

        experiment = "mine"

        if __name__ == "__main__":
            synaptoket.run_script(__file__)
        """)
    )
    wrong = python("mine.py", "--seeds", "0", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr) == (2, "error: --seeds 0: expected 1 or more\n")
    assert python("mine.py", "--help", cwd=tmp_path).returncode == 0


def test_a_script_records_the_command_it_was_started_with(asked):
    with pytest.raises(SystemExit) as stop:
        cli.run_script(Path("mine.py"), ["--seed", "2"])
    assert stop.value.code == 0
    assert asked[0][1].command == "python mine.py --seed 2"
    assert asked[0][1].out == Path("results/mine_seed2.h5")


def test_help_is_quick_and_imports_nothing_heavy(tmp_path):
    code = (
        "import sys\nfrom synaptoket.cli import main\nmain(['run', '--help'])\n"
        "heavy = {'brian2', 'numpy', 'matplotlib', 'xarray', 'pint', 'h5py'} & {*sys.modules}\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    start = time.monotonic()
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 3  # about 0.3 s on an idle machine
    assert "--timelapse-scale" in done.stdout


def test_version_and_bare_command(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"synaptoket {__version__}\n"
    assert cli.main([]) == 0
    out = capsys.readouterr().out
    assert "Usage: synaptoket" in out
    steps = [shlex.split(line)[1:] for line in out.splitlines() if line.startswith("  synaptoket ")]
    assert steps[0][:3] == ["run", "rat_stress_and_ketamine", "--dry-run"]
    assert {words[0] for words in steps} == {"run", "show"}


def test_names_that_ship_are_completed(monkeypatch, capsys):
    monkeypatch.setenv("_SYNAPTOKET_COMPLETE", "complete_bash")
    for words, expected in {
        "synaptoket sho": ["show"],
        "synaptoket run rat": ["rat_stress_and_ketamine"],
        "synaptoket show mem": ["memantine"],
        "synaptoket run my_": [],  # then the shell completes files
    }.items():
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        with pytest.raises(SystemExit):
            cli.main([])
        assert capsys.readouterr().out.split() == expected


def test_show_prints_any_model_file(tmp_path, capsys):
    drug = tmp_path / "mine.toml"
    drug.write_text('mass = { value = "237.7 g/mol", source = "Example 2020" }\n')
    assert cli.main(["show", str(drug)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "mass" in line)
    assert line.split() == ["mass", "237.7", "g/mol", "Example", "2020"]
    assert "only a circuit has equations" in refused(capsys, "show", drug, "--equations")
    assert "no model named 'nothing'" in refused(capsys, "show", "nothing")


@pytest.mark.parametrize(
    "model, old, new, message",
    [
        ("drugs/memantine", "unbound_fraction", "unbound_part", "did you mean 'unbound_fraction'"),
        ("drugs/memantine", '"0.55"', '"1.55"', "expected a fraction from 0 to 1"),
        ("findings/F5", "[0.0, inf]", "[1.0, 0.5]", "expected a lower and a higher number"),
        ("hypotheses/pv_carried", "claim =", "claims = 1\nclaim =", "claims: unknown key"),
        ("receptors/nmda", '"1 mM"', '"1 mV"', "expected a concentration"),
    ],
)
def test_show_refuses_what_a_run_would_refuse(tmp_path, capsys, model, old, new, message):
    text = files.model_path(*model.split("/")).read_text()
    assert old in text
    copy = tmp_path / "mine.toml"
    copy.write_text(text)
    assert cli.main(["show", str(copy)]) == 0
    copy.write_text(text.replace(old, new, 1))
    assert message in refused(capsys, "show", copy)


def test_show_asks_the_circuit_for_its_table_and_equations(tmp_path, capsys, monkeypatch):
    describe = ModuleType("synaptoket.circuit.describe")
    describe.table = lambda name, rules: [("leak", "g_L", "20", "nS", "", "Example 2020")]
    describe.equations = lambda name, rules: "dv/dt = ..."
    monkeypatch.setitem(sys.modules, describe.__name__, describe)
    circuit = tmp_path / "circuits" / "mine.toml"
    circuit.parent.mkdir()
    circuit.write_text("")
    assert cli.main(["show", str(circuit)]) == 0
    assert cli.main(["show", str(circuit), "--equations"]) == 0
    out = capsys.readouterr().out
    assert "g_L" in out
    assert "dv/dt = ..." in out


def test_info_and_plot_of_a_missing_file_are_one_line(tmp_path, capsys):
    assert "nowhere.h5" in refused(capsys, "info", tmp_path / "nowhere.h5")
    assert "nowhere.h5" in refused(capsys, "plot", tmp_path / "nowhere.h5")


def test_plot_draws_beside_the_results(asked, capsys):
    Path("x.h5").touch()
    assert cli.main(["plot", "x.h5"]) == 0
    assert Path("x.png").read_text() == "figure of tree"


def test_plot_draws_each_format_that_is_asked_for(asked, capsys):
    Path("x.h5").touch()
    assert cli.main(["plot", "x.h5", "--format", "svg,pdf"]) == 0
    assert Path("x.svg").is_file()
    assert Path("x.pdf").is_file()
    assert not Path("x.png").exists()
    assert cli.main(["plot", "x.h5", "--format", "PNG", "--out", "y.png"]) == 0
    assert Path("y.png").is_file()
    assert "--all: expected together with --table" in refused(capsys, "plot", "x.h5", "--all")
    assert "'gif': expected png, pdf or svg" in refused(capsys, "plot", "x.h5", "--format", "gif")


def test_sets_are_played_into_a_folder_and_reach_table_and_figure(asked, capsys, monkeypatch):
    played = []

    def run_on_sets(experiment, options, place, progress, script, seeds):
        played.append((options.out, options.seeds, place, seeds and [*seeds]))

    module = ModuleType("synaptoket.experiment.set_runs")
    monkeypatch.setattr(module, "run_on_sets", run_on_sets, raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("synaptoket.results.open_sets", lambda source: {"a": "tree"})
    assert cli.main(["run", "mine.py", "--sets", "accepted", "--figure", "x.png"]) == 0
    assert played == [(Path("results/mine"), (1,), "accepted", None)]
    assert cli.main(["run", "mine.py", "--sets", "accepted", "--set-seeds", "2"]) == 0
    assert played[1:] == [(Path("results/mine"), (1,), "accepted", [1, 2])]
    assert asked == []
    assert Path("x.png").read_text() == "figure of tree and sets"
    Path("y").mkdir()
    assert cli.main(["plot", "y"]) == 0
    assert Path("y/y.png").read_text() == "figure of tree and sets"


def test_progress_in_a_log_file_is_a_plain_line_now_and_then():
    log = io.StringIO()
    with Progress(40, "mine", stream=log, interval=0.05) as progress:
        time.sleep(0.01)
        progress.advance(10, "stress", 4.25 * 86400, 35 * 86400)
        time.sleep(0.12)
    first, *middle, last = log.getvalue().splitlines()
    assert first == "mine: 40 s of spiking ahead"
    assert middle
    assert middle[0].startswith("mine: 25 %, stress, day 4.2, ")
    assert middle[0].endswith(" left")
    assert last.startswith("mine: done, 25 %")


def test_progress_of_several_arms_adds_up():
    with Progress(800, "mine", done=0, stream=io.StringIO()) as progress:

        def tell():
            for _ in range(100):
                progress.advance(1, "after", 30, 60)

        reports = [threading.Thread(target=tell) for _ in range(8)]
        for report in reports:
            report.start()
        for report in reports:
            report.join()
    assert progress.done == 800


def test_progress_of_a_resumed_run_does_not_count_old_work_as_speed():
    with Progress(1000, "mine", done=900, stream=io.StringIO()) as progress:
        assert progress.speed() is None
        time.sleep(0.05)
        progress.advance(1, "after", 30, 60)
        assert progress.speed() < 1 / 0.05


def test_progress_on_a_terminal_is_a_bar():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    with Progress(10, "mine", stream=screen) as progress:
        progress.advance(5, "growth", 12, 80)
    assert "50 %, growth, 12 s" in screen.getvalue()


def test_a_message_cannot_steer_the_terminal(asked, capsys):
    line = refused(capsys, "run", "\x1b]0;title\x07\x1b[31mred\u202e.py")
    assert line.isascii()
    assert "\\x1b[31mred\\u202e.py" in line


@pytest.mark.parametrize("failure, status, said", [
    (OSError(28, "No space left on device", "x.h5"), 1, "x.h5: No space left on device"),
    (MemoryError(), 1, "not enough memory"),
])  # fmt: skip
def test_what_the_system_refuses_is_one_line(capsys, monkeypatch, failure, status, said):
    def fail(*arguments, **options):
        raise failure

    monkeypatch.setattr(cli.app, "app", fail)
    assert cli.main(["rules"]) == status
    assert said in capsys.readouterr().err
