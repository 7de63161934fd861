"""What the tests of sweeps share: a short experiment with the small circuit, and sweeps of it."""

import functools
import json
import sys

import pytest

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
    """Return a function that writes a sweep of a short experiment into a folder."""

    def write(folder, axes, name="short", before="20 h", lapse="36000", neurons=True, **keys):
        script = folder / "short.py"
        script.write_text(SCRIPT.format(before=before, lapse=lapse))
        lines = [f'experiment = "{script}"']
        lines += [f"neurons = {small['neurons']}"] if neurons else []
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        lines += ["[set]"]
        for text in small["settings"]:
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
    """Return a function that gives the words of ``synaptoket sweep`` for a process of its own."""

    def words(*arguments):
        return [sys.executable, "-m", "synaptoket", *map(str, arguments)]

    return words
