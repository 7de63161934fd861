"""What the tests share: a small circuit, compiled once for all of them, and runs of it."""

import numpy as np
import pytest
from small_experiment import ARMS, LIVELY, PHASES, Silent

from synaptoket.circuit.compiler import compiler

#: The circuit that most tests run: one size, so that one binary serves them all, and in-degrees
#: that leave another seed another network.
NEURONS = 60
SETTINGS = tuple(
    f"projections.{name}.in_degree={degree}"
    for name, degree in {
        "pyramidal_to_pyramidal": 30,
        "pyramidal_to_pv": 20,
        "pyramidal_to_sst": 20,
        "pv_to_pyramidal": 4,
        "pv_to_pv": 3,
        "sst_to_pyramidal": 4,
        "sst_to_pv": 3,
    }.items()
)


def pytest_configure(config):
    """Leave out what Brian2 has to tell its own developers."""
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:brian2")
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:pyparsing")


#: Said of every test that is left out where there is no compiler.
NO_COMPILER = "needs a C++ compiler (g++)"


@pytest.fixture(scope="session")
def needs_compiler():
    """Leave out what cannot be done without a C++ compiler, and say so."""
    if compiler() is None:
        pytest.skip(NO_COMPILER)


@pytest.fixture(scope="session", autouse=True)
def _circuits_are_compiled():
    """Leave out each test that would run a circuit for minutes in Brian2's runtime mode.

    Tests of that mode ask for it; what others simulate is compiled, and they are not about how.
    """
    if compiler() is not None:
        yield
        return

    def skip():
        pytest.skip(NO_COMPILER)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("engine", "engine.binary", "studies.sweep.binaries"):
            patch.setattr(f"synaptoket.{module}.compiler", skip)
        yield


@pytest.fixture(scope="session")
def small():
    """Options of a run of the small circuit: its size, its settings, and states that stay."""
    return {"neurons": NEURONS, "settings": SETTINGS, "keep": "phases"}


@pytest.fixture(scope="session")
def plan_small():
    """Return a function that plans the small circuit, with further settings."""
    from synaptoket.circuit.circuit_file import load_circuit
    from synaptoket.circuit.plan import plan
    from synaptoket.parameters.overrides import parse_assignment

    def make(*settings):
        overrides = {
            setting.dotted: setting.value
            for setting in map(parse_assignment, (*SETTINGS, *settings))
        }
        return plan(load_circuit("prefrontal", overrides, neurons=NEURONS))

    return make


@pytest.fixture(scope="session")
def small_plan(plan_small):
    """The prefrontal circuit at its smallest useful size, as text and numbers."""
    return plan_small()


@pytest.fixture(scope="session")
def small_binary(small_plan, needs_compiler):
    """Its binary, from the cache if it is there."""
    from synaptoket.engine.binary import compiled

    return compiled(small_plan)


@pytest.fixture
def start_worker(small_plan, small_binary):
    """Return a function that starts a worker with the connectivity and state of a seed."""
    from synaptoket.circuit.connectivity import contacts
    from synaptoket.circuit.initial import initial_state
    from synaptoket.engine.standalone import StandaloneWorker

    workers = []

    def start(seed=1):
        worker = StandaloneWorker(small_binary, contacts(small_plan.circuit, seed))
        workers.append(worker)
        worker.load(initial_state(small_plan, seed))
        return worker

    yield start
    for worker in workers:
        worker.close()


@pytest.fixture(scope="session")
def quiet_drives():
    """One segment without drug or stress, at an hour of biology per second of spiking."""
    return drives()


def drives(timelapse=3600.0, **values):
    """Return what a segment is fed: constant values in SI units, zero unless they are given."""
    from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
    from synaptoket.pharmacology.drives import DRIVES

    given = {"nmda_unblocking_rate": 0.22, "timelapse": timelapse} | values
    steps = round(SEGMENT / SLOW_STEP)
    return {name: np.full(steps, given.get(name, 0.0)) for name in DRIVES}


@pytest.fixture(scope="session")
def make_drives():
    """The function `drives`, for tests that feed the circuit something of their own."""
    return drives


@pytest.fixture
def numpy_target():
    """Run Brian2 in this process without compiling anything, and leave no trace of it."""
    import brian2 as b2

    target = b2.prefs.codegen.target
    clock = b2.defaultclock.dt
    b2.set_device("runtime")
    b2.prefs.codegen.target = "numpy"
    yield b2
    b2.prefs.codegen.target = target
    b2.defaultclock.dt = clock


@pytest.fixture
def play(small, small_binary):
    """Return a function that runs an experiment on the small circuit."""

    from synaptoket import Experiment
    from synaptoket.experiment.run import RunOptions, run

    def start(out, arms=ARMS, progress=Silent, seeds=(1,), settings=(), phases=PHASES, **options):
        own = {text.partition("=")[0] for text in settings}
        kept = tuple(text for text in small["settings"] if text.partition("=")[0] not in own)
        options = RunOptions(seeds, out, **small | {"settings": kept + settings} | options)
        return run(Experiment(phases, arms), options, progress=progress)

    return start


@pytest.fixture(scope="module")
def finished(tmp_path_factory, small, small_binary):
    """The experiment, run without interruption."""
    from synaptoket import Experiment
    from synaptoket.experiment.run import RunOptions, run

    path = tmp_path_factory.mktemp("finished") / "x.h5"
    run(Experiment(PHASES, ARMS), RunOptions((1,), path, **small), progress=Silent)
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, small, small_binary):
    """The experiment with events, run without interruption."""
    from synaptoket import Experiment
    from synaptoket.experiment.run import RunOptions, run

    path = tmp_path_factory.mktemp("recorded") / "x.h5"
    settings = small["settings"] + LIVELY
    options = RunOptions((1,), path, **small | {"settings": settings}, record_events=True)
    run(Experiment(PHASES, ARMS), options)
    return path


@pytest.fixture
def play_lively(play):
    """The function `play` of a lively circuit, with events."""
    return lambda path, *arguments, **options: play(
        path, *arguments, settings=LIVELY, **{"record_events": True, **options}
    )
