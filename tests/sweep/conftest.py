"""A sweep's folder filled by hand, so that nothing has to be simulated."""

import itertools

import pytest

from synaptoket.sweep.folder import SweepFolder
from synaptoket.sweep.plan import make_plan
from synaptoket.sweep.schema import SweepFile
from synaptoket.sweep.table import Table

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
