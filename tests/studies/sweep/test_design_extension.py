"""A design that comes by a point more than once can be extended."""

from synaptoket.studies.sweep.sweep_file import SweepFile
from synaptoket.studies.sweep.sweep_plan import extended, make_plan


def planned(**tables):
    design = {"kind": "morris", "points": 8, "parameters": {"ketamine.a": {"range": [0, 1]}}}
    given = {"experiment": "stress_and_ketamine", "design": design, **tables}
    return make_plan(SweepFile.model_validate(given))


def test_points_with_the_same_settings_stay_apart():
    old, new = planned(seeds=1), planned(seeds=2)
    settings = [str(old.settings(point)) for point in range(len(old.points))]
    assert len(set(settings)) < len(settings)  # else the test says nothing
    grown = extended(old, new)
    assert grown.runs[: len(old.runs)] == old.runs
    assert sorted(grown.runs) == sorted(new.runs)
    assert sorted(grown.points) == sorted(new.points)
