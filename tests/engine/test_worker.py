"""Whatever plays segments has the methods of a `Worker`, with their parameters."""

import inspect

import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.engine.runtime import RuntimeWorker
from synaptoket.engine.standalone import StandaloneWorker
from synaptoket.engine.worker import Worker
from synaptoket.studies.sweep.shared_programs import LentProgram, SharedPrograms

WORKERS = (StandaloneWorker, RuntimeWorker, LentProgram)
METHODS = {
    name: method
    for name, method in vars(Worker).items()
    if inspect.isfunction(method) and not name.startswith("_")
}


def parameters(method):
    return [(p.name, p.kind, p.default) for p in inspect.signature(method).parameters.values()]


def test_a_worker_has_four_methods_and_its_arrays():
    assert set(METHODS) == {"load", "advance", "state", "close"}
    assert isinstance(Worker.arrays, property)


@pytest.mark.parametrize("kind", WORKERS)
@pytest.mark.parametrize("name", METHODS)
def test_all_workers_take_the_same(kind, name):
    assert parameters(getattr(kind, name)) == parameters(METHODS[name])
    assert inspect.getdoc(getattr(kind, name))


class Program:
    """Stands in for a program that runs."""

    arrays = {}


def test_all_workers_are_one(small_plan, numpy_target):
    runtime = RuntimeWorker(small_plan, contacts(small_plan.circuit, 1))
    standalone = StandaloneWorker.__new__(StandaloneWorker)
    standalone.arrays = {}
    for worker in (runtime, standalone, LentProgram(SharedPrograms(), ("", "", 1), Program())):
        assert isinstance(worker, Worker)
    assert not isinstance(Program(), Worker)
