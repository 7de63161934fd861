"""What the tests of sweeps share: a short experiment with the small circuit, and sweeps of it."""

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
def sweep_file(tmp_path, small):
    """Return a function that writes a sweep of a short experiment and returns its path."""

    def write(axes, name="short", before="20 h", lapse="36000", neurons=True, **keys):
        script = tmp_path / "short.py"
        script.write_text(SCRIPT.format(before=before, lapse=lapse))
        lines = [f'experiment = "{script}"']
        lines += [f"neurons = {small['neurons']}"] if neurons else []
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        lines += ["[set]"]
        for text in small["settings"]:
            key, _, value = text.partition("=")
            lines.append(f'"{key}" = {value}')
        path = tmp_path / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n" + axes)
        return path

    return write


DOSES = """
[axes.dose]
parameter = "ketamine.dose"
values = ["0.1 mg/kg", "0.5 mg/kg", "1 mg/kg"]
"""


@pytest.fixture
def doses():
    """An axis of three doses."""
    return DOSES


@pytest.fixture
def command():
    """Return a function that gives the words of ``synaptoket sweep`` for a process of its own."""

    def words(*arguments):
        return [sys.executable, "-m", "synaptoket", *map(str, arguments)]

    return words
