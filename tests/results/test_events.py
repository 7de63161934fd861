"""Events in the result file: writing, truncation with the rows, contradictions with the rows."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.parameters.errors import UserError
from synaptoket.results import (
    InvariantError,
    ResultsFile,
    check_invariants,
    describe,
    open_results,
    read_events,
)
from synaptoket.results.schema import EVENT, EVENT_VARIABLES

ARMS = synthetic.ARMS[:2]
HOURS = np.arange(0, 60, 6.0)
PROJECTION = synthetic.PROJECTIONS[1]


def rows(arm):
    """Rows with few changes, and the events of each."""
    rng = np.random.default_rng(len(arm))
    width = len(synthetic.PROJECTIONS)
    count = np.full(width, 1000)
    for i, row in enumerate(synthetic.rows(arm, HOURS)):
        formed, eliminated = rng.integers(0, 4, (2, width)) * (i > 0)
        count = count + formed - eliminated
        numbers = {"synapse_count": count, "formed": formed, "eliminated": eliminated,
                   "nascent": count // 50}  # fmt: skip
        yield {**row, **numbers}, made(row["time"], formed, eliminated, rng)


def made(hour, formed, eliminated, rng):
    kinds = [(p, kind) for kind, n in ((1, formed), (0, eliminated)) for p in range(len(n))
             for _ in range(n[p])]  # fmt: skip
    found = np.zeros(len(kinds), EVENT)
    found["time"] = hour
    found["projection"], found["formed"] = np.array(kinds, int).reshape(-1, 2).T
    found["pre"], found["post"] = rng.integers(0, 100, (2, len(kinds)))
    return found


def create(path, events=True, **options):
    attributes = synthetic.attributes(arms=ARMS) | {"recorded": "events" if events else ""}
    coordinates = replace(synthetic.COORDINATES, events=events)
    return ResultsFile.create(path, attributes, ARMS, coordinates, **options)


def fill(file, first=0, stop=None, events=True):
    for arm in ARMS:
        for row, own in list(rows(arm))[first:stop]:
            file.append(arm, row, own if events else None)


def expected(arm, stop=None):
    return np.concatenate([own for _, own in list(rows(arm))[:stop]])


@pytest.fixture
def finished(tmp_path):
    with create(tmp_path / "x.h5") as file:
        fill(file)
        file.complete()
    return tmp_path / "x.h5"


def test_events_come_back_as_they_were_given(finished):
    check_invariants(finished)
    for arm in ARMS:
        np.testing.assert_array_equal(read_events(finished, arm), expected(arm))
    of_one = read_events(finished, ARMS[0], PROJECTION)
    assert set(of_one["projection"]) == {1}
    assert [p.name for p in finished.parent.iterdir()] == ["x.h5"]
    with h5py.File(finished) as file:
        group = file[ARMS[0]]["events"]
        for variable in EVENT_VARIABLES:
            dataset = group[variable.name]
            assert dataset.dtype == variable.dtype
            assert dataset.attrs["units"] == variable.units
            assert dataset.attrs["long_name"] == variable.long_name
            assert (dataset.compression, dataset.shuffle) == ("gzip", True)
            assert dataset.maxshape == (None,)
        assert group["projection"].attrs["flag_meanings"].split() == synthetic.PROJECTIONS
    # the other datasets are read as before
    assert open_results(finished)[ARMS[0]].sizes["time"] == len(HOURS)
    assert f"{len(expected(ARMS[0]))}" in describe(finished)


def test_xarray_opens_them(finished):
    import xarray

    data = xarray.open_dataset(finished, group=f"{ARMS[0]}/events", engine="h5netcdf")
    np.testing.assert_array_equal(data["pre"].values, expected(ARMS[0])["pre"])
    np.testing.assert_array_equal(data["time"].values, expected(ARMS[0])["time"])


def test_a_run_without_recording_has_no_events(tmp_path):
    with create(tmp_path / "x.h5", events=False) as file:
        fill(file, events=False)
        assert not list(tmp_path.rglob("*.events"))
        file.complete()
    check_invariants(tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5") as file:
        assert "events" not in file[ARMS[0]]
    with pytest.raises(UserError, match="no events: synaptoket run --record-events"):
        read_events(tmp_path / "x.h5", ARMS[0])


def test_wrong_names_are_refused(finished):
    with pytest.raises(UserError, match="no arm 'controle'; did you mean 'control'"):
        read_events(finished, "controle")
    with pytest.raises(UserError, match="no projection 'pv_to_pyramid'; did you mean"):
        read_events(finished, ARMS[0], "pv_to_pyramid")


def test_an_arm_without_any_event_has_empty_datasets(tmp_path):
    with create(tmp_path / "x.h5") as file:
        fill(file, stop=1)
        file.complete()
    check_invariants(tmp_path / "x.h5")
    assert len(read_events(tmp_path / "x.h5", ARMS[0])) == 0


def test_dropping_rows_also_drops_their_events(tmp_path, finished):
    path = tmp_path / "y.h5"
    with create(path) as file:
        fill(file, stop=7)
        file.flush()
        for arm in ARMS:
            file.truncate(arm, 4)
        fill(file, first=4, stop=6)
        file.truncate(ARMS[0], 5)  # pending ones, too
        file.append(ARMS[0], *list(rows(ARMS[0]))[5])
    part = tmp_path / "y.h5.part"
    check_invariants(part)
    np.testing.assert_array_equal(read_events(part, ARMS[0]), expected(ARMS[0], 6))
    with create(path, resume=True) as file:
        fill(file, first=6)
        file.complete()
    with h5py.File(path) as one, h5py.File(finished) as other:
        for arm in ARMS:
            for name, dataset in one[arm]["events"].items():
                assert dataset[()].tobytes() == other[arm]["events"][name][()].tobytes()


def test_half_written_events_of_a_killed_run_are_dropped(tmp_path):
    """The file ends with events of a row that was not written, and with half an event."""
    path = tmp_path / "x.h5"
    with create(path) as file:
        fill(file, stop=5)
    later = list(rows(ARMS[0]))[5][1]
    (journal,) = tmp_path.rglob(f"{ARMS[0]}.events")
    with open(journal, "ab") as held:
        held.write(later.tobytes() + b"half")
    part = tmp_path / "x.h5.part"
    check_invariants(part)
    np.testing.assert_array_equal(read_events(part, ARMS[0]), expected(ARMS[0], 5))
    with create(path, resume=True) as file:
        fill(file, first=5)
        file.complete()
    check_invariants(path)
    np.testing.assert_array_equal(read_events(path, ARMS[0]), expected(ARMS[0]))


def test_a_run_is_not_continued_without_its_events_or_with_new_ones(tmp_path):
    with create(tmp_path / "x.h5") as file:
        fill(file, stop=5)
    with pytest.raises(UserError, match="recorded = events: this run has none"):
        create(tmp_path / "x.h5", events=False, resume=True)
    (journal,) = tmp_path.rglob(f"{ARMS[0]}.events")
    journal.write_bytes(journal.read_bytes()[: 3 * EVENT.itemsize])
    with pytest.raises(UserError, match="control has 3 events, its rows tell of"):
        create(tmp_path / "x.h5", resume=True)


@pytest.mark.parametrize("name, value, message", [
    ("formed", 1, "not as many as"),
    ("formed", 7, "formed is neither 0 nor 1"),
    ("time", 1.5, "time is that of no row"),
    ("time", 54.0, "time goes back"),
    ("projection", 40, "projection is not on the axis"),
])  # fmt: skip
def test_events_that_contradict_the_rows_are_reported(finished, name, value, message):
    with h5py.File(finished, "r+") as file:
        held = file[ARMS[1]]["events"]
        held[name][int(np.argmin(held["formed"][()]))] = value
    with pytest.raises(InvariantError, match=rf"{ARMS[1]}/events: .*{message}"):
        check_invariants(finished)


def test_vacant_elements_are_a_dataset_of_those_circuits_that_have_them(tmp_path):
    coordinates = replace(synthetic.COORDINATES, vacant=("axonal_excitatory_vacant",))
    given = [{**row, "vacant": {"axonal_excitatory_vacant": {"pyramidal": 12.5, "pv": np.nan,
                                                             "sst": np.nan}}}
             for row in synthetic.rows(ARMS[0], HOURS)]  # fmt: skip
    path = tmp_path / "x.h5"
    attributes = synthetic.attributes(arms=ARMS[:1])
    with ResultsFile.create(path, attributes, ARMS[:1], coordinates) as file:
        with pytest.raises(ValueError, match="missing or unknown fields: axonal_excitatory_vacant"):
            file.append(ARMS[0], next(synthetic.rows(ARMS[0], HOURS)))
        for row in given:
            file.append(ARMS[0], row)
        file.complete()
    check_invariants(path)
    data = open_results(path)[ARMS[0]]["axonal_excitatory_vacant"]
    assert data.dims == ("seed", "time", "population")
    assert (data.sel(population="pyramidal") == 12.5).all()
    assert np.isnan(data.sel(population="pv")).all()
    assert data.attrs["long_name"] == "axonal excitatory vacant elements, all cells of a population"
