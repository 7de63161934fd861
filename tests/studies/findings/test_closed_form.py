"""F1 to F4 from the kinetic scheme and the compartments alone, and what happens without a link."""

import numpy as np
import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.pharmacology import load_nmda_receptor
from synaptoket.studies.findings import (
    NOT_REPRODUCED,
    REPRODUCED,
    Conditions,
    evaluate,
    load_finding,
    plasma,
    receptor,
)

CLAMP = {"drug": "ketamine", "potential": "-66 mV", "magnesium": "1 mM"}
BOLUS = {"drug": "ketamine", "amount": "35 mg"}


@pytest.mark.parametrize("name", ["F2", "F3", "F4"])
def test_reproduced(name, tmp_path):
    assert evaluate(load_finding(name), Conditions(tmp_path)).verdict == REPRODUCED


def test_one_site_cannot_have_the_published_slope_and_says_why(tmp_path):
    result = evaluate(load_finding("F1"), Conditions(tmp_path))
    assert result.verdict == NOT_REPRODUCED
    seen = {each.readout.key: each for each in result.observations}
    assert seen["hill"].mean == pytest.approx(1.0, abs=1e-3)
    assert "One site" in result.finding.explanation
    failed = [key for key, each in seen.items() if each.verdict == NOT_REPRODUCED]
    assert failed == ["hill"]


def test_f1_is_held_against_its_source_and_reported_for_the_affinities_in_use(tmp_path):
    observations = evaluate(load_finding("F1"), Conditions(tmp_path)).observations
    by_set = {
        chosen: [each for each in observations if each.readout.arguments["affinity_set"] == chosen]
        for chosen in ("gilling", "kotermanski")
    }
    assert [each.readout.range for each in by_set["gilling"]] == [(0.5, 1.1), (0.75, 0.95),
                                                                  (0.25, 0.95)]  # fmt: skip
    assert {each.verdict for each in by_set["kotermanski"]} == {"reported"}
    assert by_set["gilling"][0].mean == pytest.approx(0.71, rel=5e-3)
    assert by_set["gilling"][0].mean > 2 * by_set["kotermanski"][0].mean


def test_ketamine_is_trapped_and_a_sixth_of_memantine_is_not():
    given = {"subunit": "GluN2B", "potential": "-66 mV", "magnesium": "0 mM"}
    for concentration in ("1 uM", "30 uM"):
        given["concentration"] = concentration
        assert receptor.trapped("ketamine", **given) == pytest.approx(1)
        assert receptor.trapped("memantine", **given) == pytest.approx(5 / 6, abs=2e-3)


def test_an_affinity_set_that_a_drug_lacks_is_refused():
    given = {"subunit": "GluN2B", "potential": "-66 mV", "magnesium": "0 mM"}
    with pytest.raises(UserError, match="did you mean 'gilling'"):
        receptor.half_block("ketamine", affinity_set="giling", **given)
    with pytest.raises(UserError, match="blocks no NMDA receptor"):
        receptor.half_block("ro25_6981", **given)


def test_without_its_own_magnesium_sensitivity_a_subunit_loses_its_preference(monkeypatch):
    ratios = [receptor.half_block_ratio(subunit=s, **CLAMP) for s in ("GluN2A", "GluN2C")]
    assert ratios[0] > 3 * ratios[1]
    alike = load_nmda_receptor(
        overrides={f"relative_magnesium_sensitivity.GluN2{s}": 1.0 for s in ("A", "C")}
    )
    monkeypatch.setattr(receptor, "load_nmda_receptor", lambda: alike)
    ratios = [receptor.half_block_ratio(subunit=s, **CLAMP) for s in ("GluN2A", "GluN2C")]
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-3)


def test_without_magnesium_there_is_no_shift():
    given = CLAMP | {"magnesium": "0 mM"}
    assert receptor.half_block_ratio(subunit="GluN2B", **given) == pytest.approx(1.0)


def test_affinity_falls_with_depolarisation():
    given = {"drug": "ketamine", "subunit": "GluN2A", "magnesium": "0 mM"}
    low = receptor.half_block(potential="-70 mV", **given)
    assert receptor.half_block(potential="-40 mV", **given) > 2 * low


def test_onset_is_faster_at_a_higher_concentration():
    given = {"drug": "ketamine", "subunit": "GluN2A", "potential": "-70 mV", "magnesium": "0 mM"}
    slow, fast = (receptor.onset(concentration=c, **given) for c in ("1 uM", "10 uM"))
    assert slow > 5 * fast


def test_area_is_dose_over_clearance():
    # 35 mg through 79 L/h
    assert plasma.area(BOLUS) == pytest.approx(35e6 / 79e3, rel=2e-3)


def test_bioavailability_does_not_depend_on_the_dose():
    oral = {"drug": "esketamine", "amount": "0.25 mg/kg", "route": "oral"}
    reference = {"drug": "esketamine", "amount": "0.125 mg/kg"}
    found = plasma.bioavailability(oral, reference)
    double = plasma.bioavailability(oral | {"amount": "0.5 mg/kg"}, reference)
    assert found == pytest.approx(double)
    assert np.isclose(found, 0.08, rtol=0.02)
