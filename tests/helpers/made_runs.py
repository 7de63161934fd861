"""Runs of a finding made by hand, from courses and states that a test writes down."""

from pathlib import Path

import numpy as np
import xarray as xr

from synaptoket.studies.findings.network_run import Run

HOURS = np.arange(1, 31) * 0.1  # six minutes a row
PHASES = np.repeat(["rest", "onset", "effect"], 10)


def made_run(monkeypatch, arms, states=None, hours=HOURS, phases=PHASES):
    """Return a run of two seeds from courses {arm: {variable: array}}."""
    nodes = {"/": xr.Dataset({"file": ("seed", ["a", "b"])}, {"seed": [1, 2]})}
    for arm, courses in arms.items():
        data = {}
        for name, values in courses.items():
            values = np.asarray(values, float)
            if name == "rate":
                data[name] = (("seed", "time", "population"), np.stack([values, values]))
            elif name in ("synapse_count", "formed"):
                both = np.stack([values, values])[..., None]
                data[name] = (("seed", "time", "projection"), both)
            else:
                data[name] = (("seed", "time"), np.stack([values, values]))
        coordinates = {
            "seed": [1, 2], "time": hours, "phase": ("time", phases),
            "population": ["pyramidal", "pv", "sst"], "projection": ["pyramidal_to_pyramidal"],
        }  # fmt: skip
        nodes[arm] = xr.Dataset(data, coordinates)
    if states is not None:
        monkeypatch.setattr(Run, "states", lambda self, arm, phase: iter(states[phase]))
    tree = xr.DataTree.from_dict(nodes)
    return Run((Path("a"), Path("b")), tree, "pyramidal_to_pyramidal")
