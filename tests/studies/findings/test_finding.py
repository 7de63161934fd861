"""A finding is a file: what ships is complete, and a wrong file is told in one line."""

import pytest

from synaptoket import UserError, cli
from synaptoket.parameters.files import model_path
from synaptoket.parameters.hypotheses import load_hypothesis
from synaptoket.studies.findings import compare as comparison
from synaptoket.studies.findings import finding_names, load_finding
from synaptoket.studies.findings.plasma import area, concentration_at
from synaptoket.studies.findings.readouts import READOUTS
from synaptoket.studies.findings.runner import Conditions, evaluate

TEXT = model_path("findings", "F3").read_text()


def written(tmp_path, old, new):
    assert old in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new))
    return path


def test_all_that_ship_are_there_in_their_order():
    first = [f"F{n}" for n in range(1, 11)]
    assert finding_names() == [*first, "F10b", "F11", "F11b", "F15", "F16", "F17", "F18"]


@pytest.mark.parametrize("name", finding_names())
def test_a_finding_has_source_evidence_and_readouts(name):
    finding = load_finding(name)
    assert finding.id == name
    assert finding.source
    assert finding.evidence[0] in "VMD"
    for readout in finding.readouts:
        assert readout.function in READOUTS[finding.protocol]


def test_a_name_may_be_written_small():
    assert load_finding("f2").id == "F2"


def test_ones_own_file_is_a_finding(tmp_path):
    finding = load_finding(written(tmp_path, "range = [130.0, 260.0]", "range = [1.0, 2.0]"))
    assert finding.id == "mine"
    assert finding.readouts[0].range == (1.0, 2.0)


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('function = "area"', 'function = "arae"', "did you mean 'area'"),
        ("range = [130.0, 260.0]", "range = [260.0, 130.0]", "a lower and a higher number"),
        ('key = "area"', 'key = "peak"', "a key of its own"),
        ('protocol = "plasma"', 'protocol = "network"', "experiment"),
        ('source = "', 'sorce = "', "source"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, old, new, said):
    with pytest.raises(UserError) as told:
        load_finding(written(tmp_path, old, new))
    assert "mine.toml" in str(told.value)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_readouts_without_any_range_are_no_finding(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("".join(t for t in TEXT.splitlines(True) if not t.startswith("range")))
    with pytest.raises(UserError, match="expected a range in one or more of them"):
        load_finding(path)


def test_an_unknown_name_comes_with_those_there_are():
    with pytest.raises(UserError, match="no model named 'F77'"):
        load_finding("F77")


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('phase = "dose", variable = "glutamate" }', 'phase = "dose", variable = "glutamat" }',
         "arguments.variable = 'glutamat': no variable with one value for each row; did you mean"),
        ('phase = "dose", variable = "glutamate" }', 'phase = "dose", variable = "rate" }',
         "arguments.variable = 'rate': no variable with one value"),
        ('phase = "dose", variable = "glutamate" }', 'phase = "dose", variable = ["bdnf"] }',
         "arguments.variable = ['bdnf']: no variable"),
        ('plot = { variable = "glutamate"', 'plot = { variable = "glutamat"',
         'plot.variable = "glutamat": no variable that a figure shows; did you mean'),
        ('plot = { variable = "glutamate", phase = "dose"',
         'plot = { variable = "glutamate", phase = "dosis"',
         'plot.phase = "dosis": unknown phase; did you mean'),
    ],
)  # fmt: skip
def test_names_of_a_network_finding_are_checked_before_anything_is_simulated(
    tmp_path, old, new, said
):
    text = model_path("findings", "F5").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        load_finding(path)
    assert said in str(caught.value)


def test_populations_are_those_of_the_circuit_before_anything_is_simulated(tmp_path):
    text = model_path("findings", "F6").read_text()
    assert '"sst"' in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"sst"', '"sts"'))
    out = tmp_path / "out"
    with pytest.raises(UserError, match=r"populations: 'sts': no population of prefrontal; did"):
        evaluate(load_finding(path), Conditions(out=out))
    assert not out.exists()


def test_an_option_without_effect_is_told(tmp_path, capsys):
    words = ["findings", "--only", "F2,F3", "--out", str(tmp_path)]
    assert cli.main(words) == 0
    assert "warning" not in capsys.readouterr().err
    assert cli.main([*words, "--seeds", "2", "--tolerance", "0.2"]) == 0
    said = capsys.readouterr().err
    assert "warning: --seeds, --tolerance: no effect: none of these findings simulates" in said


def test_an_unknown_phase_of_a_dose_is_told_with_the_file(tmp_path):
    text = model_path("findings", "F9").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('phase = "dose" }]', 'phase = "dsoe" }]'))
    with pytest.raises(UserError, match=r"mine.toml.*unknown phase 'dsoe'; did you mean 'dose'"):
        load_finding(path)


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('time = "40 min"', "time = 40", 'arguments.time = "40": expected a time'),
        ('time = "40 min"', 'time = "-1 h"', "expected zero or more"),
        (', time = "40 min"', "", "arguments.time: missing"),
        ('time = "40 min"', 'tim = "40 min"', "did you mean 'time'"),
        ('amount = "35 mg"', 'amont = "35 mg"', "did you mean 'amount'"),
        ('amount = "35 mg"', 'amount = "35 s"', "got a time"),
        ("calibrated = ", "seeds = -1\ncalibrated = ", "greater than or equal to 1"),
        ("calibrated = ", "neurons = 400.0\ncalibrated = ", "a whole number"),
        ("range = [130.0, 260.0]", 'range = ["130", "260"]', "a lower and a higher number"),
        ("range = [130.0, 260.0]", "range = [true, 260.0]", "a lower and a higher number"),
    ],
)
def test_a_value_is_of_the_type_that_the_file_means(tmp_path, old, new, said):
    with pytest.raises(UserError) as caught:
        load_finding(written(tmp_path, old, new))
    assert said in str(caught.value)


@pytest.mark.parametrize("time", ["73 h", "1000 h"])
def test_no_concentration_is_told_beyond_the_end_of_the_curve(time):
    with pytest.raises(UserError, match="expected 0 h to 72 h"):
        concentration_at({"drug": "ketamine", "amount": "35 mg"}, time)


@pytest.mark.parametrize("changed", [{"duration": "80 h"}, {"start": "80 h"}, {"amount": "0 mg"}])
def test_no_area_is_told_of_a_curve_that_is_not_whole(changed):
    with pytest.raises(UserError, match="an end within 24 h"):
        area({"drug": "ketamine", "amount": "35 mg"} | changed)


def test_a_setting_of_a_dish_is_given_once(tmp_path):
    settings = ("numerics.step=0.1 ms", "numerics.step=0.2 ms")
    with pytest.raises(UserError, match="is set already"):
        evaluate(load_finding("F7"), Conditions(out=tmp_path, settings=settings))


def test_every_hypothesis_is_compared_on_its_own_circuit(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(comparison, "evaluate", lambda finding, own, _: seen.append(own.circuit))
    first = load_hypothesis("disinhibition")
    other = first.model_copy(update={"name": "other", "circuit": "hippocampus"})
    comparison.compare([first, other], [load_finding("F3")], Conditions(out=tmp_path))
    assert seen == ["prefrontal", "hippocampus"]


def test_an_account_that_changes_nothing_is_the_circuit_itself(tmp_path, monkeypatch):
    """Its findings are played once, for the table of findings and for the matrix."""
    seen = []
    monkeypatch.setattr(comparison, "evaluate", lambda finding, own, _: seen.append(own.out))
    rivals = [load_hypothesis(name) for name in ("disinhibition", "lowered_ei")]
    comparison.compare(rivals, [load_finding("F3")], Conditions(out=tmp_path))
    assert seen == [tmp_path / "prefrontal", tmp_path / "lowered_ei"]


@pytest.mark.parametrize(
    "options, said",
    [
        (["--circuit", "nowhere"], "no model named 'nowhere'"),
        (["--circuit", "hippocampus", "--hypothesis", "disinhibition"], "leave --circuit out"),
    ],
)
def test_a_circuit_that_is_not_played_is_refused(tmp_path, capsys, options, said):
    assert cli.main(["findings", "--only", "F3", "--out", str(tmp_path), *options]) == 2
    assert said in capsys.readouterr().err
