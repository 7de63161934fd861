"""What cannot be measured is reported in its place, and everything else is measured."""

import json

import pytest

RATES = {"pyramidal": 2.3, "pv": 14.4, "sst": 4.5}


@pytest.fixture
def run(harness, monkeypatch, tmp_path):
    """Return a function that runs the benchmark with parts of one's own."""
    module = harness["run"]
    row = harness["rows"].Row

    def measured(name, ratio=9.0):
        return row(name, "s", [ratio], [1.0], {"ours": RATES, "peer": RATES})

    def standalone(settings):
        return [measured("plain_standalone"), measured("ten_sets_standalone", 20.0)]

    def runtime(settings):
        single, ten = measured("runtime_cython", 40.0), row("ten_sets_runtime", "s")
        with settings.attempt(ten.name):
            raise harness["commands"].BenchmarkError("ten sets: pv cells fire at 3 Hz | too few")
        return [single, ten]

    def crashing(settings):
        raise ZeroDivisionError("no\nnumber")

    groups = {
        standalone: ("plain_standalone", "ten_sets_standalone"),
        runtime: ("runtime_cython", "ten_sets_runtime"),
        crashing: ("nest_structural",),
    }

    def go(*words, others=None, groups=groups):
        parts = dict.fromkeys(module.OTHERS, lambda settings: None) | (others or {})
        monkeypatch.setattr(module, "GROUPS", groups)
        monkeypatch.setattr(module, "OTHERS", parts)
        file, page = tmp_path / "b.json", tmp_path / "b.md"
        status = module.main([*words, "--overwrite", "--json", str(file), "--page", str(page)])
        return status, json.loads(file.read_text()), page.read_text()

    return go


def line(page, name):
    return next(text for text in page.splitlines() if text.startswith(f"| {name} |"))


def test_a_failing_row_is_reported_and_the_others_are_measured(run, capsys):
    status, results, page = run()
    assert status == 1
    assert results["missing"]["ten_sets_runtime"].startswith("ten sets: pv cells")
    assert results["missing"]["nest_structural"] == "ZeroDivisionError: no number"
    assert set(results["ratios"]) == {"plain_standalone", "ten_sets_standalone", "runtime_cython"}
    assert "| 9.00 (" in line(page, "plain_standalone")
    assert "not measured: ZeroDivisionError" in line(page, "nest_structural")
    assert "not measured: ten sets: pv cells fire at 3 Hz / too few" in line(
        page, "ten_sets_runtime"
    )
    assert len({line(page, name).count("|") for name in results["ratios"]}) == 1
    assert line(page, "nest_structural").count("|") == line(page, "plain_standalone").count("|")
    assert "error: nest_structural is not measured" in capsys.readouterr().err


def test_every_row_says_when_and_with_what(run):
    _, results, page = run("--only", "plain_standalone,runtime_cython")
    entry = results["measured"]["runtime_cython"]
    assert set(entry) == {"date", "processor", "versions", "load", "seconds"}
    assert set(entry["versions"]) == {"synaptoket", "brian2", "numpy", "cython"}
    last = page.rpartition("## When and with what")[2]
    assert entry["date"] in line(last, "runtime_cython")
    assert entry["processor"] in line(last, "plain_standalone")


def test_all_that_was_asked_for_is_status_zero(run):
    status, _, page = run("--only", "plain_standalone")
    assert status == 0
    assert "not asked for in this run" in line(page, "nest_structural")


def test_no_number_of_an_earlier_run_is_shown(run, harness):
    run("--only", "plain_standalone")
    _, results, page = run("--only", "runtime_cython")
    assert "plain_standalone" not in results["ratios"]
    assert "not asked for in this run" in line(page, "plain_standalone")


def test_a_part_of_the_rows_leaves_the_page_of_the_whole_run(harness):
    module = harness["run"]
    assert module.arguments([]).page == module.PAGE
    assert module.arguments([]).json == module.RESULTS
    for words in (["--quick"], ["--only", "costs"]):
        args = module.arguments(words)
        assert args.page.parent == args.json.parent == module.FOLDER


@pytest.mark.parametrize("option, name", [("--page", "README.md"), ("--json", "mine.json"),
                                          ("--page", "mine.txt")])  # fmt: skip
def test_a_page_does_not_replace_what_is_not_of_the_benchmark(
    harness, capsys, tmp_path, option, name
):
    (tmp_path / name).write_text("{}")
    with pytest.raises(SystemExit):
        harness["run"].arguments([option, str(tmp_path / name)])
    assert name in capsys.readouterr().err


def test_an_interrupted_run_leaves_the_page_and_says_what_is_missing(run, harness, tmp_path):
    def stopped(settings):
        raise KeyboardInterrupt

    row = harness["rows"].Row("plain_standalone", "s", [9.0], [1.0])
    groups = {
        lambda settings: [row]: ("plain_standalone",),
        stopped: ("nest_structural",),
    }
    (tmp_path / "b.md").write_text("as it was")
    status, results, page = run(groups=groups)
    assert status == 130
    assert page == "as it was"
    assert results["ratios"]["plain_standalone"]["median"] == 9
    assert results["missing"]["nest_structural"] == "the run has not come to it"


def test_parts_beside_the_table_fail_in_pieces(run, harness, monkeypatch):
    error, scale, growth = harness["commands"].BenchmarkError, harness["scale"], harness["growth"]

    def ours(what, **options):
        if options.get("neurons") == 5000 or what == "overhead":
            raise error("out of memory")
        point = {
            "neurons": options.get("neurons"), "potential_synapses": 300 * options["neurons"],
            "contacts": {"pyramidal_to_pyramidal": 1}, "seconds_per_second": 0.03,
            "peak_bytes": 10**8 + 1000 * options["neurons"], "rates": RATES,
        } if what == "scale" else {"seconds": 12.5, "python_bytes": 1}  # fmt: skip
        return point, 1.0

    def broken(*_, **options):
        raise error("nest-simulator is not installed")

    monkeypatch.setattr(harness["commands"], "ours", ours)
    monkeypatch.setattr(growth, "compared", broken)
    monkeypatch.setattr(growth, "overhead", broken)
    monkeypatch.setattr(growth, "matching", lambda s: [{"candidates": 1000, "seconds": 1e-3}])
    parts = {"scale": scale.scale, "costs": scale.costs, "growth": growth.growth}
    status, results, page = run("--only", "scale,costs,growth", others=parts)
    assert status == 1
    assert set(results["missing"]) == {
        "scale.5000", "costs.segment_milliseconds", "growth", "growth.overhead",
    }  # fmt: skip
    assert [point["neurons"] for point in results["scale"]["points"]] == [
        500,
        1000,
        2000,
        10000,
        10000,
    ]
    assert results["scale"]["growth"]["met"] is None
    assert "out of memory" in line(page, "5,000")
    assert "| 12.5 |" in line(page, "cold compilation, with the start of Brian2, s")
    assert "out of memory" in line(page, "a segment of 1,000 neurons beyond the simulation, ms")
    assert "Not measured: nest-simulator is not installed." in page
    assert line(page, "1,000") in page


def errors(harness, *names):
    accuracy = harness["accuracy"]
    quantities = accuracy.QUANTITIES
    return {
        "neurons": 1000, "seeds": 5, "seconds": 40.0, "met": True,
        "reference": dict.fromkeys(quantities, 2.0), "spread": dict.fromkeys(quantities, 1.0),
        "variants": {name: dict.fromkeys(quantities, [0.1, -0.2, 0.4]) for name in names},
    }  # fmt: skip


def test_an_approximation_that_cannot_be_measured_has_a_line(run, harness):
    def errors_of(settings):
        with settings.attempt("accuracy.single precision"):
            raise OSError("disk full")
        return errors(harness, "steps of 0.1 ms")

    _, _, page = run("--only", "accuracy", others={"accuracy": errors_of})
    assert "+0.10 % (-0.20 to +0.40)" in line(page, "steps of 0.1 ms")
    assert "disk full" in line(page, "single precision")
    assert line(page, "single precision").count("|") == line(page, "steps of 0.1 ms").count("|")


def test_a_variant_that_fails_leaves_the_others_and_the_verdict_open(harness, monkeypatch):
    import numpy as np

    accuracy, attempts = harness["accuracy"], harness["attempts"]

    def played(numerics, *_):
        if numerics["precision"] == "single" and numerics["step"] == "0.05 ms":
            raise OSError("disk full")
        return 1 + 0.001 * np.arange(12.0).reshape(2, 6)

    monkeypatch.setattr(accuracy, "_played", played)
    attempt = attempts.Attempts(say=lambda text: None)
    found = accuracy.accuracy(100, 2, 2.0, say=lambda text: None, attempt=attempt)
    assert set(accuracy.VARIANTS) - set(found["variants"]) == {"reference", "single precision"}
    assert list(attempt.missing) == ["accuracy.single precision"]
    assert found["met"] is None


def test_a_reason_names_no_folder_of_this_machine(harness):
    attempts = harness["attempts"]
    told = attempts.explained(OSError(f"{attempts.ROOT}/build/x: gone\nfor good"))
    assert told == "OSError: build/x: gone for good"
