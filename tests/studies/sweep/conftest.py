"""What the tests of sweeps share: a short experiment with the small circuit, sweeps of it, and the
folder of a sweep that is filled by hand, so that nothing has to be simulated."""

import functools
import itertools
import json
import sys

import pytest

from synaptoket.studies.sweep.sweep_file import SweepFile
from synaptoket.studies.sweep.sweep_folder import SweepFolder
from synaptoket.studies.sweep.sweep_plan import make_plan
from synaptoket.studies.sweep.table import Table

SCRIPT = """
from synaptoket import Arm, Dose, Experiment, Phase

ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
experiment = Experiment(
    circuit="prefrontal",
    phases=(Phase("before", "{before}", timelapse="{lapse}"),
            Phase("treatment", "30 h", timelapse="{lapse}")),
    arms={{"vehicle": Arm(), "ketamine": Arm(doses=(ketamine,))}},
)
"""


@pytest.fixture
def sweep_file(write_sweep, tmp_path):
    """Return a function that writes a sweep of a short experiment and returns its path."""
    return functools.partial(write_sweep, tmp_path)


@pytest.fixture(scope="session")
def write_sweep(small):
    """Return a function that writes a sweep into a folder, and ``short.py``, its experiment."""

    def write(folder, axes, name="short", before="20 h", lapse="10 h/s", whole=False, **keys):
        (folder / "short.py").write_text(SCRIPT.format(before=before, lapse=lapse))
        lines = [] if whole else [f"neurons = {small['neurons']}"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        lines += ["[set]"]
        for text in () if whole else small["settings"]:
            key, _, value = text.partition("=")
            lines.append(f'"{key}" = {value}')
        path = folder / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n" + axes)
        return path

    return write


DOSES = """
[axes.dose]
parameter = "ketamine.dose"
values = ["0.1 mg/kg", "0.5 mg/kg", "1 mg/kg"]
"""


@pytest.fixture(scope="session")
def doses():
    """An axis of three doses."""
    return DOSES


@pytest.fixture(scope="session")
def command():
    """Return a function that gives the words of a command for a process of its own.

    The experiment of a sweep is the ``short.py`` beside its file.
    """

    def words(name="", *arguments):
        script = ["--experiment", arguments[0].with_name("short.py")] if name == "sweep" else []
        return [sys.executable, "-m", "synaptoket", name, *map(str, (*arguments, *script))]

    return words


UNITS = {"count_24h": ("% of control", "synapses 24 h after dose"),
         "glutamate_peak": ("%", "glutamate, peak in infusion")}  # fmt: skip


@pytest.fixture
def filled(tmp_path):
    """Return a function that makes the folder of a sweep whose runs found what `found` says.

    `found` is called with the settings and the seed of a run and returns ``{(key, arm): value}``,
    or None if the run is not done.
    """

    numbers = itertools.count(1)

    def make(found, **tables):
        sweep = SweepFile.model_validate({"experiment": "stress_and_ketamine", **tables})
        plan = make_plan(sweep)
        where = SweepFolder(tmp_path / f"sweep{next(numbers)}")
        where.save(plan, "", "")
        table = Table(len(plan.runs))
        for number, (point, seed) in enumerate(plan.runs):
            values = found(plan.settings(point), seed)
            if values is not None:
                table.add(number, [_entry(*name, value) for name, value in values.items()])
                where.run_file(number).parent.mkdir(parents=True, exist_ok=True)
                where.run_file(number).touch()
        table.save(where.table, plan)
        return where.path

    return make


def _entry(key, arm, value):
    unit, quantity = UNITS.get(key, ("", key))
    return {"key": key, "arm": arm, "unit": unit, "quantity": quantity, "value": value,
            "at_least": False}  # fmt: skip
