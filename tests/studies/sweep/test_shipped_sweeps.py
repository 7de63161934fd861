"""The sweeps that ship pass every check that comes before the first run."""

import numpy as np
import pytest

from synaptoket.pharmacology import Dose, exposure, load_drug
from synaptoket.studies.sweep import axis_check
from synaptoket.studies.sweep.start import opened
from synaptoket.studies.sweep.sweep_file import load_sweep, sweep_names, sweep_path

POINTS = {
    "dose_by_glun2d": 16,
    "headline_sensitivity": 320,
    "nbqx_block": 5,
    "stress_by_timing": 20,
}


def test_these_sweeps_ship():
    assert sweep_names() == sorted(POINTS)


@pytest.mark.parametrize("name", POINTS)
def test_a_shipped_sweep_can_begin_and_starts_with_its_question(name, tmp_path, monkeypatch):
    # the ends of each axis; `synaptoket sweep` tries every value before it begins
    monkeypatch.setattr(axis_check, "_tried", lambda axis: (0, len(axis) - 1))
    path = sweep_path(name)
    found = opened(load_sweep(path), tmp_path / name)
    assert len(found.plan.points) == POINTS[name]
    assert found.circuits
    assert path.read_text().startswith("# ")
    assert path.read_text().splitlines()[0].endswith("?")


def test_the_sweep_of_nbqx_goes_from_a_quarter_to_55_percent_block_in_the_rat():
    sweep = load_sweep(sweep_path("nbqx_block"))
    times = np.arange(0.0, 3600.0, 30.0)
    peaks = []
    for partition in sweep.axes["partition"].values or ():
        drugs = {"nbqx": load_drug("nbqx", {"brain.partition": partition})}
        dose = Dose("nbqx", "10 mg/kg", "intraperitoneal")
        weight = 0.3
        block = exposure([dose.resolve(0.0, weight)], drugs, times, weight).drives["ampa_block"]
        peaks.append(block.max())
    assert sweep.experiment == "rat_stress_and_ketamine"
    np.testing.assert_allclose(peaks, [0.25, 0.33, 0.40, 0.48, 0.55], atol=0.005)
