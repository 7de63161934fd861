"""The findings can say no: interneurons without NMDA receptors, and F5 and F6 must fail.

The same simulations with the receptors in place must pass: a read-out that fails always would
prove nothing. Without NMDA current interneurons get more background input, so that both circuits
fire alike before the drug.
"""

import pytest

from synaptoket.experiment.progress import NoProgress
from synaptoket.studies.findings import (
    NOT_REPRODUCED,
    REPRODUCED,
    Conditions,
    evaluate,
    load_finding,
)

WITHOUT = (
    "populations.pv.tonic_nmda_conductance=0 nS",
    "populations.sst.tonic_nmda_conductance=0 nS",
    "projections.pyramidal_to_pv.nmda_weight=0 nS",
    "projections.pyramidal_to_sst.nmda_weight=0 nS",
    "populations.pv.background_nmda_weight=0 nS",
    "populations.sst.background_nmda_weight=0 nS",
    "populations.pv.background_weight=1.75 nS",
    "populations.sst.background_weight=1.54 nS",
)

#: Fewer seconds of spiking than the findings themselves have.
QUICK = tuple(f"phases.{phase}.timelapse=20 s/s" for phase in ("rest", "onset", "effect"))


def readouts(name, tmp_path, settings=()):
    conditions = Conditions(
        tmp_path, jobs=2, settings=settings, seeds=3, neurons=400, tolerance=0.2
    )
    result = evaluate(load_finding(name), conditions, NoProgress)
    return result, {seen.readout.key: seen for seen in result.observations}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_glutamate_rises_only_by_way_of_interneurons(tmp_path):
    _, seen = readouts("F5", tmp_path / "with")
    assert seen["change_10"].verdict == REPRODUCED
    assert seen["change_20"].verdict == REPRODUCED
    result, seen = readouts("F5", tmp_path / "without", WITHOUT)
    assert result.verdict == NOT_REPRODUCED
    for dose in (10, 20, 30):
        assert seen[f"change_{dose}"].high < 0


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_pyramidal_cells_speed_up_only_by_way_of_interneurons(tmp_path):
    _, seen = readouts("F6", tmp_path / "with", QUICK)
    assert seen["excitatory_up"].mean > 50
    result, seen = readouts("F6", tmp_path / "without", (*WITHOUT, *QUICK))
    assert result.verdict == NOT_REPRODUCED
    assert seen["excitatory_up"].high < 50
