"""A verdict follows from the interval over seeds and the accepted range, and from nothing else."""

import numpy as np
import pytest

from synaptoket.studies.findings import (
    NOT_REPRODUCED,
    REPRODUCED,
    UNDECIDED,
    Result,
    load_finding,
    observe,
)
from synaptoket.studies.findings.finding import Readout
from synaptoket.studies.findings.verdict import overall

READOUT = Readout(key="x", quantity="x", unit="%", range=(0.0, 10.0), function="area")


@pytest.mark.parametrize(
    "values, verdict",
    [
        ([4.0, 5.0, 6.0], REPRODUCED),
        ([20.0, 21.0, 22.0], NOT_REPRODUCED),
        ([-22.0, -21.0, -20.0], NOT_REPRODUCED),
        ([9.0, 10.0, 11.0], UNDECIDED),  # straddles a bound
        ([1.0, 5.0, 30.0], UNDECIDED),
        ([5.0], UNDECIDED),  # one seed has no interval
        ([5.0, 5.1, np.nan], UNDECIDED),  # in one seed there was nothing to read
        ([np.nan, np.nan], NOT_REPRODUCED),  # in none
    ],
)
def test_verdict(values, verdict):
    assert observe(READOUT, np.array(values), chance=True).verdict == verdict


def test_an_open_range_has_one_bound():
    readout = READOUT.model_copy(update={"range": (1.2, np.inf)})
    assert observe(readout, np.array([100.0, 101.0, 102.0]), chance=True).verdict == REPRODUCED
    assert observe(readout, np.array([1.0, 1.01, 0.99]), chance=True).verdict == NOT_REPRODUCED


def test_a_readout_without_a_range_is_reported_and_does_not_count():
    readout = Readout(key="x", quantity="x", unit="1", function="peak")
    seen = observe(readout, np.array([5.0]), chance=False)
    assert (seen.mean, seen.verdict) == (5.0, "reported")
    assert overall([REPRODUCED, seen.verdict]) == REPRODUCED
    assert overall([NOT_REPRODUCED, seen.verdict]) == NOT_REPRODUCED


def test_what_has_no_chance_in_it_is_decided_by_its_value():
    seen = observe(READOUT, np.array([5.0]), chance=False)
    assert (seen.mean, seen.low, seen.high, seen.verdict) == (5.0, 5.0, 5.0, REPRODUCED)


def test_a_finding_is_as_good_as_its_worst_readout():
    finding = load_finding("F3")
    good, bad = np.array([200.0]), np.array([1.0])
    seen = [observe(r, v, False) for r, v in zip(finding.readouts, (good, bad), strict=True)]
    result = Result(finding, tuple(seen))
    assert result.verdict == NOT_REPRODUCED
    entries = result.entries()
    assert [entry["verdict"] for entry in entries] == [REPRODUCED, NOT_REPRODUCED]
    assert {entry["finding_verdict"] for entry in entries} == {NOT_REPRODUCED}
    wanted = {"id", "observed", "interval", "range", "unit", "verdict", "calibrated", "source",
              "evidence"}  # fmt: skip
    assert wanted <= entries[0].keys()
