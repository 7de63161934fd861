"""What ``--dry-run`` promises, held against the run itself."""

import re
from dataclasses import replace

import pytest
from small_experiment import ARMS, PHASES, Silent

from synaptoket import Arm, Dose, Experiment, Phase, UserError
from synaptoket.experiment.arm_tree import branches
from synaptoket.experiment.forecast import forecast
from synaptoket.experiment.prepare import prepare
from synaptoket.experiment.run import play
from synaptoket.experiment.run_options import RunOptions
from synaptoket.parameters.files import model_path
from synaptoket.parameters.overrides import parsed_overrides


def told(text, name):
    """Return the numbers in the line of a forecast that begins with a name."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name}: ")]
    return [float(number) for number in re.findall(r"[\d.]+", line)]


@pytest.mark.parametrize("keep", ["none", "phases"])
def test_a_forecast_is_what_the_run_then_needs(small, small_binary, tmp_path, keep):
    out = tmp_path / "results"
    options = RunOptions((1, 2), out, jobs=2, **small | {"keep": keep})
    made = prepare(Experiment(PHASES, ARMS), options)
    text = forecast(made, options, "small")
    assert not out.exists()
    tree = branches(made.schedules, list(made.schedules))
    assert told(text, "spiking")[0] == 2 * 2.0 * tree.segments()
    files = play(made, options, "small", Silent)
    size = sum(file.stat().st_size for file in files)
    amount, unit = re.search(r"^disk: about ([\d.]+) (\w+)$", text, re.M).groups()
    assert float(amount) * {"kB": 1e3, "MB": 1e6}[unit] == pytest.approx(size, rel=0.3)


def test_an_experiment_of_one_segment_has_a_forecast(small, small_binary, tmp_path):
    options = RunOptions((1,), tmp_path / "x.h5", **small)
    made = prepare(Experiment((Phase("blink", "1 s", "1 s/s"),), {"a": Arm()}), options)
    assert told(forecast(made, options, "short"), "spiking")[0] == 2.0


def test_a_forecast_names_each_phase_and_its_bound(small, small_binary, tmp_path):
    dose = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="dose")
    phases = (Phase("quiet", "1 day"), Phase("dose", "6 h"))
    options = RunOptions((1,), tmp_path / "x.h5", **small)
    made = prepare(Experiment(phases, {"a": Arm(), "b": Arm(doses=(dose,))}), options)
    text = forecast(made, options, "mine")
    lines = {line.split()[0]: line for line in text.splitlines() if line}
    quiet = re.split(r"\s{2,}", lines["quiet"])
    assert quiet[:-1] == ["quiet", "synaptic scaling", "3 h/s", "1 day", "8 s"]
    assert " BDNF " in lines["dose"]
    assert re.search(r"0\.\d+ min/s to [\d.]+ min/s", lines["dose"])
    assert "ketamine 0.5 mg/kg (35 mg) intravenous over 40 min at 24 h" in text
    # 200 ng/mL at the end of the infusion: Fanta 2015, as in F3
    plasma = float(re.search(r"reaches ([\d.]+) ng/mL", text)[1])
    assert 130 < plasma < 260
    assert "in b" in text


def test_a_drug_of_ones_own_has_its_concentrations(small, small_binary, tmp_path):
    """A drug by the path of its file, with a setting by the file's name."""
    own = tmp_path / "mine.toml"
    own.write_text(model_path("drugs", "ketamine").read_text())
    found = []
    for drug, name in (("ketamine", "ketamine"), (str(own), "mine")):
        dose = Dose(drug, "0.1 mg/kg", duration="40 min", phase="dose")
        settings = parsed_overrides([f"{name}.dose=0.5 mg/kg", f"{name}.unbound_fraction=0.2"])
        options = RunOptions((1,), tmp_path / "x.h5", **small)
        options = replace(options, settings=(*options.settings, *settings))
        made = prepare(Experiment((Phase("dose", "1 h"),), {"a": Arm(doses=(dose,))}), options)
        found.append(re.search(r"reaches .*", forecast(made, options, "mine"))[0])
    assert found[0] == found[1]


def test_two_drugs_of_one_file_name_are_refused(small, tmp_path):
    own = tmp_path / "ketamine.toml"
    own.write_text(model_path("drugs", "ketamine").read_text())
    doses = tuple(Dose(drug, "0.5 mg/kg", phase="dose") for drug in ("ketamine", str(own)))
    experiment = Experiment((Phase("dose", "1 h"),), {"a": Arm(doses=doses)})
    with pytest.raises(UserError, match="could also mean ketamine"):
        prepare(experiment, RunOptions((1,), tmp_path / "x.h5", **small))
