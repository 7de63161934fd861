"""Result files of unknown origin: only files as this package writes them are read.

Each test makes a file that HDF5 accepts, and says how the package must treat it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket import cli
from synaptoket.analysis.figures.headline import headline_figure
from synaptoket.analysis.figures.saving import save
from synaptoket.parameters.errors import UserError
from synaptoket.results import check_invariants, describe, open_results, read_events
from synaptoket.results.sources import is_complete, opened_table
from synaptoket.results.states import load_state

SECRET = "root:x:0:0:secret"
ARMS = ["stress_ketamine", "control"]
TIMES = np.arange(0, 660, 6.0)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A finished file with a state."""
    from synaptoket.results import ResultsFile

    path = tmp_path_factory.mktemp("sound") / "x.h5"
    told = synthetic.attributes(arms=ARMS)
    with ResultsFile.create(path, told, ARMS, synthetic.COORDINATES) as file:
        for arm in ARMS:
            for row in synthetic.rows(arm, TIMES):
                file.append(arm, row)
        state = {"pyramidal.v": np.linspace(0, 1, 50), "present": np.arange(50) % 2}
        file.save_checkpoint("control@stress", state, {"arms": ["control"], "segment": 3})
        file.complete()
    return path


@pytest.fixture
def path(sound, tmp_path):
    (tmp_path / "secret").write_text(SECRET * 20)
    return Path(shutil.copy(sound, tmp_path / "x.h5"))


READERS = {
    "info": describe,
    "open_results": lambda path: open_results(path).load(),
    "check_invariants": check_invariants,
    "read_events": lambda path: read_events(path, "control"),
    "load_state": lambda path: load_state(path, "control@stress"),
}


def refusals(path, *, of_states=False):
    """Return the messages of all readers; each must be one line without contents of other files."""
    said = []
    for name, read in READERS.items():
        if of_states and name not in ("info", "load_state"):
            continue
        with pytest.raises(UserError) as caught:
            read(path)
        said.append(str(caught.value))
    for text in said:
        assert "\n" not in text
        assert "\x1b" not in text
        assert SECRET not in text
        assert "x.h5" in text
    return said


def test_the_sound_file_is_read_by_all(path):
    for name, read in READERS.items():
        if name != "read_events":
            read(path)


def external_link(file, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["rate"] = np.zeros((len(TIMES), 3))
    del file["control/rate"]
    file["control/rate"] = h5py.ExternalLink(str(folder / "other.h5"), "rate")


def external_link_in_place_of_an_arm(file, folder):
    del file["control"]
    file["control"] = h5py.ExternalLink(str(folder / "other.h5"), "/")


def raw_storage_elsewhere(file, folder):
    del file["control/projection"]
    file["control"].create_dataset(
        "projection", (7,), "S16", external=[(str(folder / "secret"), 0, 7 * 16)]
    )


def soft_link(file, folder):
    del file["control/rate"]
    file["control/rate"] = h5py.SoftLink("/stress_ketamine/rate")


def soft_link_in_a_circle(file, folder):
    del file["control/rate"]
    file["control/rate"] = h5py.SoftLink("/control/rate")


def group_within_itself(file, folder):
    file["control/probes"] = file["control"]


def virtual_dataset(file, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["rate"] = np.zeros((len(TIMES), 3))
    layout = h5py.VirtualLayout((len(TIMES), 3), "f8")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "rate", (len(TIMES), 3))
    del file["control/rate"]
    file["control"].create_virtual_dataset("rate", layout)


def references(file, folder):
    replaced(file, "control/rate", np.array([file.ref] * len(TIMES), h5py.ref_dtype))


def opaque(file, folder):
    kind = h5py.opaque_dtype(np.dtype("M8[s]"))
    replaced(file, "control/rate", np.zeros(len(TIMES), "M8[s]").astype(kind))


def compound(file, folder):
    replaced(file, "control/rate", np.zeros(len(TIMES), [("a", "f8"), ("b", "i4")]))


def sequences_of_any_length(file, folder):
    del file["control/rate"]
    file["control"].create_dataset("rate", (3,), h5py.vlen_dtype("f8"))


def named_type(file, folder):
    file["control/kind"] = np.dtype("f8")


def dataset_of_a_named_type(file, folder):
    file["elsewhere"] = np.dtype("f8")
    del file["control/rate"]
    file["control"].create_dataset("rate", (len(TIMES), 3), file["elsewhere"])
    del file["elsewhere"]


def another_filter(file, folder):
    replaced(file, "control/rate", np.zeros((len(TIMES), 3)), compression="lzf")


def checksums(file, folder):
    replaced(file, "control/rate", np.zeros((len(TIMES), 3)), fletcher32=True)


def plugin(file, folder):
    """A filter that is not installed, for which HDF5 would look for a shared library."""
    from h5py import h5d, h5p, h5s, h5t, h5z

    del file["control/rate"]
    plan = h5p.create(h5p.DATASET_CREATE)
    plan.set_chunk((len(TIMES), 3))
    plan.set_filter(32015, h5z.FLAG_OPTIONAL, (1,))
    space = h5s.create_simple((len(TIMES), 3))
    h5d.create(file["control"].id, b"rate", h5t.IEEE_F64LE, space, plan)


def very_many_rows(file, folder):
    del file["control/rate"]
    file["control"].create_dataset(
        "rate", (1 << 36, 3), "f8", maxshape=(None, 3), chunks=(64, 3), compression="gzip"
    )


def very_many_columns(file, folder):
    del file["control/rate"]
    file["control"].create_dataset("rate", (4, 1 << 36), "f8", chunks=(1, 64))


def never_stored(file, folder):
    """A dataset within the bounds of which nothing is stored."""
    del file["control/rate"]
    file["control"].create_dataset("rate", (1 << 22, 3), "f8", chunks=(1 << 12, 3))


def huge_pieces(file, folder):
    del file["control/rate"]
    file["control"].create_dataset(
        "rate", (len(TIMES), 3), "f8", maxshape=(None, None), chunks=(1 << 15, 1 << 12)
    )


def gzip_bomb(file, folder):
    """A chunk that expands to a hundred times its stated size."""
    import zlib

    stream = zlib.compressobj(9)
    bomb = b"".join(stream.compress(bytes(1 << 20)) for _ in range(400)) + stream.flush()
    del file["control/rate"]
    dataset = file["control"].create_dataset(
        "rate", (len(TIMES), 3), "f8", chunks=(len(TIMES), 3), compression="gzip"
    )
    dataset.id.write_direct_chunk((0, 0), bomb)


def one_long_name_for_all(file, folder):
    del file["control/phase"]
    names = file["control"].create_dataset(
        "phase", (len(TIMES),), h5py.string_dtype(), maxshape=(None,), compression="gzip"
    )
    names[:] = "x" * 5000


def long_names_in_one_piece(file, folder):
    replaced(file, "control/population", np.array(["x" * 5000] * 3, object), dtype="T")


def odd_name(file, folder):
    file["control/\x1b[2J"] = np.zeros(len(TIMES))


def another_group(file, folder):
    file.create_group("others")


def number_for_a_seed(file, folder):
    file.attrs["seed"] = "abc"


def array_for_complete(file, folder):
    file.attrs["complete"] = np.zeros(5)


def number_for_parameters(file, folder):
    file.attrs["parameters"] = 3.5


def array_for_a_command(file, folder):
    file.attrs["command"] = ["a", "b"]


def number_for_a_version(file, folder):
    file.attrs["schema_version"] = "2"


def circuit_of_other_types(file, folder):
    file.attrs["circuit"] = json.dumps({"connectivity_seed": "x"})


def protocol_of_other_types(file, folder):
    file.attrs["protocol"] = json.dumps([{"name": 3}])


def no_json(file, folder):
    file.attrs["doses"] = "[{"


def deep_json(file, folder):
    file.attrs["protocol"] = "[" * 200_000


def a_number_of_many_digits(file, folder):
    file.attrs["protocol"] = "9" * 100_000


def arm_that_leads_out(file, folder):
    file.attrs["arms"] = json.dumps(["../control"])


def arm_of_300_letters(file, folder):
    file.move("control", "x" * 300)
    file.attrs["arms"] = json.dumps(["stress_ketamine", "x" * 300])


def arms_are_a_number(file, folder):
    file.attrs["arms"] = "3"


def bytes_that_are_no_text(file, folder):
    file.attrs.create("experiment", np.bytes_(b"\xff\xfe"))


def no_time(file, folder):
    del file["control/time"]


def time_is_text(file, folder):
    replaced(file, "control/time", np.array(["a"] * len(TIMES), object), dtype="T")


def replaced(file, name, values, dtype=None, **options):
    del file[name]
    kind = h5py.string_dtype() if dtype == "T" else None
    group, _, leaf = name.partition("/")
    file[group].create_dataset(leaf, data=values, dtype=kind, **options)


STRANGE = [v for v in list(globals().values()) if callable(v) and getattr(v, "__code__", None)
           and v.__code__.co_varnames[:2] == ("file", "folder")]  # fmt: skip


@pytest.mark.parametrize("change", STRANGE, ids=lambda change: change.__name__)
def test_what_the_package_does_not_write_is_refused_on_one_line(path, change):
    with h5py.File(path, "r+") as file:
        change(file, path.parent)
    began = time.monotonic()
    tracemalloc.start()
    try:
        refusals(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6
    assert time.monotonic() - began < 20
    assert not is_complete(path) or change in (no_time, time_is_text)


def within_the_state(change):
    def changed(path):
        with h5py.File(path, "r+") as file:
            change(file["checkpoints/control@stress"], path.parent)

    changed.__name__ = change.__name__
    return changed


@within_the_state
def state_elsewhere(state, folder):
    del state["pyramidal.v"]
    state.create_dataset("pyramidal.v", (50,), "f8", external=[(str(folder / "secret"), 0, 400)])


@within_the_state
def state_with_a_link(state, folder):
    del state["pyramidal.v"]
    state["pyramidal.v"] = h5py.ExternalLink("other.h5", "v")


@within_the_state
def state_of_many_bits(state, folder):
    state["present"].attrs["bits"] = [1 << 40]


@within_the_state
def state_of_objects(state, folder):
    state["present"].attrs["dtype"] = "O"


@within_the_state
def state_of_nothing(state, folder):
    state["more"] = np.zeros(1)
    del state["more"]
    state.create_dataset("more", (1 << 36,), "i1", chunks=(1 << 10,))


@within_the_state
def state_with_arms_of_another_type(state, folder):
    state.attrs["attributes"] = json.dumps({"arms": 3})


@within_the_state
def state_with_deep_attributes(state, folder):
    state.attrs["attributes"] = "[" * 200_000


STATES = [
    state_elsewhere,
    state_with_a_link,
    state_of_many_bits,
    state_of_objects,
    state_of_nothing,
    state_with_arms_of_another_type,
    state_with_deep_attributes,
]


@pytest.mark.parametrize("change", STATES, ids=lambda change: change.__name__)
def test_states_are_inspected_before_they_are_read(path, change):
    change(path)
    with pytest.raises(UserError) as caught:
        load_state(path, "control@stress")
    assert "\n" not in str(caught.value)
    assert "x.h5" in str(caught.value)


def test_a_phase_with_escape_characters_is_refused(path, capsys):
    with h5py.File(path, "r+") as file:
        file["control/phase"][len(TIMES) - 1] = "\x1b]0;owned\x07"
    with pytest.raises(UserError, match="no name of a phase"):
        open_results(path)
    assert "\x1b" not in describe(path)


def test_the_message_states_the_bound(path):
    with h5py.File(path, "r+") as file:
        very_many_rows(file, path.parent)
    with pytest.raises(UserError, match="68,719,476,736 rows: this version reads up to 4,194,304"):
        open_results(path)


def test_free_text_with_escapes_is_shown_without_them(path, capsys):
    with h5py.File(path, "r+") as file:
        file.attrs["command"] = "x \x1b]0;title\x07 \x1b[2J \u202e"
        file.attrs["host"] = "a\nb\rc"
        file.attrs["changed"] = json.dumps({"a\x1b[31m": "b\x1b[0m"})
        file.attrs["versions"] = json.dumps({"x": "\x1b[0m"})
        dose = synthetic.dose("stress_ketamine", "\x1b[1mketamine", "\x07 mg", 588, 1)
        file.attrs["doses"] = json.dumps([dose])
        file.attrs["rules"] = json.dumps({"\x1b": {"from": "\x1b[2J", "text": "x = 1\n"}})
    assert cli.main(["info", str(path)]) == 0
    shown = capsys.readouterr().out
    assert not {*shown} & {"\x1b", "\x07", "\r", "\u202e"}
    assert "\\x1b]0;title\\x07" in shown
    assert "a\\nb\\rc" in shown
    assert "\x1b" not in open_results(path).attrs["command"]


def test_dollar_signs_that_are_no_formula_do_not_stop_a_figure(path, tmp_path):
    with h5py.File(path, "r+") as file:
        names = [*synthetic.POPULATIONS[:2], "$x^{$ \\frac"]
        for arm in ARMS:
            file[arm]["population"][:] = names
        file.attrs["experiment"] = "$\\nothing{"
        file.attrs["changed"] = json.dumps({"$": "$\\frac{$"})
    save(headline_figure(open_results(path)), tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000


def test_no_library_is_loaded_for_a_filter(path):
    code = (
        "from synaptoket.results import describe; from h5py import h5pl; import sys;"
        "describe(sys.argv[1]); print(h5pl.size())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "0"


def test_the_table_of_a_sweep_is_inspected_too(tmp_path):
    with h5py.File(tmp_path / "t.h5", "w") as file:
        file["run"] = h5py.ExternalLink("other.h5", "run")
    with (
        pytest.raises(UserError, match="run: a link to another file"),
        opened_table(tmp_path / "t.h5"),
    ):
        pass


def test_a_name_that_is_too_long_or_invalid_is_refused_in_one_line(tmp_path):
    for name in ("x" * 300 + ".h5", "/".join(["y" * 200] * 30) + ".h5", "a\0b.h5"):
        for read in READERS.values():
            with pytest.raises(UserError) as caught:
                read(tmp_path / name)
            assert "\n" not in str(caught.value)


def test_names_of_arms_and_phases_are_valid_file_and_group_names():
    from synaptoket import Arm, Experiment, Phase

    day = Phase("day", "1 day", timelapse="2 h/s")
    for arm in ("x" * 300, "../x", "x/y", "x\0", "x\x1b[2J", ""):
        with pytest.raises(UserError, match="experiment: arm"):
            Experiment((day,), {arm: Arm()}).check()
    for phase in ("x" * 300, "", "x\0", "x\x1b[2J", "\u202ex"):
        with pytest.raises(UserError, match="experiment: phase"):
            Experiment((Phase(phase, "1 day", timelapse="2 h/s"),), {"x": Arm()}).check()


@pytest.mark.parametrize("attribute, value", [("parameters", "[" * 200_000), ("parameters", "a = "),
                                              ("circuit", '{"connectivity_seed": 1}')])  # fmt: skip
def test_no_run_starts_from_a_state_with_wrong_attributes(path, attribute, value):
    from types import SimpleNamespace

    from synaptoket.experiment.start_state import starting_point

    with h5py.File(path, "r+") as file:
        file.attrs["circuit"] = '{"connectivity_seed": 1}'
        file.attrs[attribute] = value
    with pytest.raises(UserError) as caught:
        starting_point(f"{path}:control@stress", 1, SimpleNamespace(plan=None))
    assert "\n" not in str(caught.value)


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.h5")
    for named in (tmp_path / "pipe.h5", tmp_path):
        with pytest.raises(UserError, match=r"pipe\.h5: expected a file"):
            describe(named)
