"""The result file while it is written: rows, refusals, names, resuming."""

import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import h5py
import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.parameters.errors import UserError
from synaptoket.results import (
    Coordinates,
    ResultsFile,
    Row,
    check_destination,
    check_invariants,
    is_complete,
)

TIMES = np.arange(0, 60, 6.0)
ARMS = synthetic.ARMS[:2]


def row_object(values):
    """Return the values of a row as a `Row`."""
    own = {field.name for field in fields(Row)}
    quantities = {name: value for name, value in values.items() if name not in own}
    return Row(**{k: v for k, v in values.items() if k in own}, quantities=quantities)


def create(path, **options):
    attributes = synthetic.attributes(arms=ARMS)
    return ResultsFile.create(path, attributes, ARMS, synthetic.COORDINATES, **options)


def fill(file, n_rows, first=0):
    for arm in ARMS:
        for row in list(synthetic.rows(arm, TIMES))[first:n_rows]:
            file.append(arm, row)


def datasets(path):
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda n, d: found.update({n: d[()]}) if hasattr(d, "dtype") else None)
    return found


def test_it_has_its_final_name_only_when_complete(tmp_path):
    path = tmp_path / "deep" / "x.h5"
    with create(path) as file:
        fill(file, 3)
        assert path.with_name("x.h5.part").exists()
    assert not path.exists()
    assert not is_complete(path.with_name("x.h5.part"))
    with create(path, resume=True) as file:
        file.complete({"wall_seconds": 3.0})
        assert not path.exists()
    assert is_complete(path)
    assert [p.name for p in path.parent.iterdir()] == ["x.h5"]


def test_values_are_read_as_they_were_written(tmp_path):
    path = synthetic.write(tmp_path / "x.h5", arms=ARMS, times=TIMES)
    rows = list(synthetic.rows(ARMS[1], TIMES))
    with h5py.File(path, "r") as file:
        group = file[ARMS[1]]
        assert group["synapse_count"].dtype == np.int64
        for i, row in enumerate(rows):
            assert group["phase"].asstr()[i] == row["phase"]
            for name in row.keys() - {"phase"}:
                np.testing.assert_array_equal(group[name][i], row[name], err_msg=name)


def test_a_row_object_with_values_by_name_is_the_same_row(tmp_path):
    given = next(synthetic.rows(ARMS[0], TIMES))
    names = {"rate": synthetic.POPULATIONS, "plasma": synthetic.DRUGS}
    # The order within a mapping does not matter, only its names do.
    by_name = {
        key: dict(reversed(list(zip(axis, given[key], strict=True)))) for key, axis in names.items()
    }
    with create(tmp_path / "x.h5") as file:
        file.append(ARMS[0], given)
        file.append(ARMS[1], row_object(given | by_name))
        file.complete()
    found = datasets(tmp_path / "x.h5")
    for name in given:
        np.testing.assert_array_equal(found[f"{ARMS[0]}/{name}"], found[f"{ARMS[1]}/{name}"])


@pytest.mark.parametrize("change, word", [
    ({"time": 5.0}, "time"),
    ({"synapse_count": np.zeros(7, int)}, "synapse_count"),
    ({"rate": [1.0, 2.0]}, "rate"),
    ({"formed": np.full(7, 0.5)}, "formed"),
    ({"colour": 1.0}, "colour"),
])  # fmt: skip
def test_a_row_that_contradicts_the_previous_one_is_refused(tmp_path, change, word):
    with create(tmp_path / "x.h5") as file:
        fill(file, 2)
        row = list(synthetic.rows(ARMS[0], TIMES))[2]
        with pytest.raises(ValueError, match=word):
            file.append(ARMS[0], {**row, **change})
        assert file.rows(ARMS[0]) == 2
        file.append(ARMS[0], row)


def test_the_first_row_is_the_initial_state(tmp_path):
    with create(tmp_path / "x.h5") as file, pytest.raises(ValueError, match="row 0"):
        file.append(ARMS[0], list(synthetic.rows(ARMS[0], TIMES))[1])


def test_threads_may_write_at_once(tmp_path):
    path, times = tmp_path / "x.h5", np.arange(0, 240, 6.0)
    with create(path) as file:

        def work(arm):
            for row in synthetic.rows(arm, times):
                file.append(arm, row)
                file.flush()
                file.save_checkpoint("last", {"time": np.array(row["time"])}, compress=False)

        threads = [threading.Thread(target=work, args=(arm,)) for arm in ARMS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert file.load_checkpoint("last")[0]["time"] == times[-1]
        file.complete()
    check_invariants(path)
    with h5py.File(path, "r") as file:
        assert [file[arm]["time"].shape[0] for arm in ARMS] == [len(times)] * 2


def test_truncated_and_continued_equals_uninterrupted(tmp_path):
    for name in ("whole", "resumed"):
        with create(tmp_path / f"{name}.h5") as file:
            fill(file, 5 if name == "resumed" else len(TIMES))
            if name == "whole":
                file.complete()
    with create(tmp_path / "resumed.h5", resume=True) as file:
        assert [file.rows(arm) for arm in ARMS] == [5, 5]
        for arm in ARMS:
            file.truncate(arm, 3)
        np.testing.assert_array_equal(file.times(ARMS[0]), TIMES[:3])
        fill(file, len(TIMES), first=3)
        file.complete()
    whole, resumed = (datasets(tmp_path / f"{n}.h5") for n in ("whole", "resumed"))
    assert whole.keys() == resumed.keys()
    for name in whole:
        np.testing.assert_array_equal(whole[name], resumed[name], err_msg=name)
    check_invariants(tmp_path / "resumed.h5")


def test_an_existing_file_is_refused_untouched(tmp_path):
    path = synthetic.write(tmp_path / "x.h5", arms=ARMS, times=TIMES)
    content = path.read_bytes()
    for options in ({}, {"resume": True}):
        with pytest.raises(UserError, match=r"x\.h5: exists already; --overwrite"):
            create(path, **options)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


def test_an_overwritten_file_stays_until_the_new_one_is_complete(tmp_path):
    path = synthetic.write(tmp_path / "x.h5", arms=ARMS, times=TIMES)
    content = path.read_bytes()
    with create(path, overwrite=True) as file:
        fill(file, 2)
        file.flush()
        assert path.read_bytes() == content
        file.complete()
    assert len(datasets(path)[f"{ARMS[0]}/time"]) == 2


def test_an_unfinished_run_is_neither_deleted_nor_continued_without_an_option(tmp_path):
    path = tmp_path / "x.h5"
    with create(path) as file:
        fill(file, 4)
        file.save_checkpoint("last", {"x": np.arange(3)}, compress=False)
    with pytest.raises(UserError, match="--resume continues it, --overwrite starts again"):
        create(path)
    with create(path, overwrite=True) as file:
        assert file.rows(ARMS[0]) == 0
        assert file.checkpoints() == {}


@pytest.mark.parametrize("key, value", [
    ("seed", 2), ("parameters", "other = 1"), ("doses", []), ("neurons", 400),
    ("engine", "runtime"),
])  # fmt: skip
def test_another_run_is_not_continued(tmp_path, key, value):
    create(tmp_path / "x.h5").close()
    other = {**synthetic.attributes(arms=ARMS), key: value}
    with pytest.raises(UserError, match=rf"x\.h5\.part: .*{key}.*--overwrite"):
        ResultsFile.create(tmp_path / "x.h5", other, ARMS, synthetic.COORDINATES, resume=True)


def test_other_arms_or_populations_are_not_continued(tmp_path):
    create(tmp_path / "x.h5").close()
    attributes = synthetic.attributes(arms=ARMS)
    fewer = Coordinates(["pyramidal"], synthetic.PROJECTIONS, synthetic.DRUGS)
    for arms, coordinates in ((["other"], synthetic.COORDINATES), (ARMS, fewer)):
        with pytest.raises(UserError, match="--overwrite"):
            ResultsFile.create(tmp_path / "x.h5", attributes, arms, coordinates, resume=True)


HOLD = """
import sys
import h5py
with h5py.File(sys.argv[1], "r+"):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_file_that_another_process_writes_is_refused(tmp_path):
    create(tmp_path / "x.h5").close()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "x.h5.part")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        for options in ({"resume": True}, {"overwrite": True}):
            with pytest.raises(UserError, match="another process"):
                create(tmp_path / "x.h5", **options)
        other.stdin.close()
    create(tmp_path / "x.h5", resume=True).close()


def test_a_damaged_unfinished_file_is_reported_on_one_line(tmp_path):
    (tmp_path / "x.h5.part").write_bytes(b"not HDF5 at all")
    with pytest.raises(UserError, match="cannot be continued.*--overwrite") as caught:
        create(tmp_path / "x.h5", resume=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name, word", [("x.txt", r"\.h5"), ("file/x.h5", "is a file")])
def test_an_invalid_destination_is_refused(tmp_path, name, word):
    (tmp_path / "file").write_text("a file, not a folder")
    for attempt in (check_destination, create):
        with pytest.raises(UserError, match=word) as caught:
            attempt(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_an_unwritable_folder_is_refused_even_to_root():
    for attempt in (check_destination, create):
        with pytest.raises(UserError, match="cannot be written"):
            attempt("/proc/self/x/y.h5")


def test_checking_a_destination_writes_nothing(tmp_path):
    assert check_destination(tmp_path / "a" / "b" / "x.h5").name == "x.h5"
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_drugs_has_no_drug_axis(tmp_path):
    coordinates = Coordinates(synthetic.POPULATIONS, synthetic.PROJECTIONS)
    row = {k: v for k, v in next(synthetic.rows("control", TIMES)).items()
           if k not in ("plasma", "brain_free")}  # fmt: skip
    attributes = synthetic.attributes(arms=["control"])
    path = tmp_path / "x.h5"
    with ResultsFile.create(path, attributes, ["control"], coordinates) as file:
        file.append("control", row_object(row))
        file.complete()
    check_invariants(path)
    assert "control/plasma" not in datasets(path)


def test_a_continuation_that_fails_keeps_the_states(tmp_path):
    path = tmp_path / "x.h5"
    with create(path) as file:
        fill(file, 3)
        file.save_checkpoint("control@baseline", {"v": np.arange(3.0)})
    states = sorted(tmp_path.rglob("*@*.h5"))
    assert states

    def refused(*arguments):
        raise OSError(5, "Input/output error")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("synaptoket.results.writer.EventJournal", refused)
        with pytest.raises(UserError, match="cannot be written: Input/output error"):
            create(path, resume=True)
    assert sorted(tmp_path.rglob("*@*.h5")) == states
    with create(path, resume=True) as file:
        assert [*file.checkpoints()] == ["control@baseline"]
        assert file.rows(ARMS[0]) == 3
