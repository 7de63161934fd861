"""The sweeps that ship pass every check that comes before the first run."""

import pytest

from synaptoket.studies.sweep import axis_check
from synaptoket.studies.sweep.start import opened
from synaptoket.studies.sweep.sweep_file import load_sweep, sweep_names, sweep_path

POINTS = {"dose_by_glun2d": 16, "headline_sensitivity": 300, "stress_by_timing": 20}


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
