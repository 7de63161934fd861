"""What the generated code is rewritten with: random numbers and functions, against closed forms."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from synaptoket.circuit.compiler import compiler
from synaptoket.engine import binary, generation, tuning

HEADERS = Path(tuning.__file__).parent
MANY = 200_000

PROGRAM = """
#include <cstdio>
#include "counter_random.h"
#include "fast_math.h"

using namespace synaptoket;

template <class Real> void write(Real (*value)(size_t)) {
    for (size_t k = 0; k < %(many)d; k++) {
        const double x = value(k);
        fwrite(&x, sizeof x, 1, stdout);
    }
}

template <class Real> void all() {
    write<Real>([](size_t k) { return uniform<Real>(draw_key(0), k); });
    write<Real>([](size_t k) { return uniform<Real>(draw_key(1), k); });
    write<Real>([](size_t k) { return normal<Real>(draw_key(2), k); });
    write<Real>([](size_t k) { return poisson<Real, 10>(Real(0.3), draw_key(3), k); });
    write<Real>([](size_t k) { return poisson<Real, 56>(Real(7.5), draw_key(4), k); });
    write<Real>([](size_t k) { now.step = k; return uniform<Real>(draw_key(0), 5); });
    write<Real>([](size_t k) { return exponential(Real(-80 + 160.0 * k / %(many)d)); });
    write<Real>([](size_t k) { return exponential_minus_one(Real(-8 + 9.0 * k / %(many)d)); });
    write<Real>([](size_t k) { return exponential_minus_one(Real(-1e-7 * k)); });
}

int main() {
    now.seed = 42;
    all<float>();
    now.step = 0;
    all<double>();
}
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, needs_compiler):
    """Numbers from the headers as the engine compiles them: precision to nine arrays."""
    folder = tmp_path_factory.mktemp("draws")
    (folder / "draws.cpp").write_text(PROGRAM % {"many": MANY})
    command = [*compiler(), *generation.flags(single=False), f"-I{HEADERS}", "draws.cpp"]
    subprocess.run([*command, "-o", "draws"], cwd=folder, check=True)
    raw = subprocess.run(["./draws"], cwd=folder, check=True, capture_output=True).stdout
    single, double = np.frombuffer(raw).reshape(2, 9, MANY)
    return {"single": single, "double": double}


@pytest.mark.parametrize("precision", ["single", "double"])
def test_draws_follow_their_distributions(drawn, precision):
    first, second, normal, rare, frequent, in_time, *_ = drawn[precision]
    for values in (first, second, in_time):
        assert stats.kstest(values, "uniform").pvalue > 1e-4
        assert values.min() >= 0
    assert stats.kstest(normal, "norm").pvalue > 1e-4
    for counts, mean in ((rare, 0.3), (frequent, 7.5)):
        highest = int(stats.poisson.ppf(1 - 20 / MANY, mean))
        observed = np.bincount(counts.astype(int), minlength=highest + 1)
        observed = np.append(observed[:highest], observed[highest:].sum())
        share = np.append(
            stats.poisson.pmf(range(highest), mean), stats.poisson.sf(highest - 1, mean)
        )
        assert stats.chisquare(observed, share * MANY).pvalue > 1e-4


@pytest.mark.parametrize("precision", ["single", "double"])
def test_draws_are_independent_of_each_other_of_their_neighbours_and_of_other_steps(
    drawn, precision
):
    first, second, normal, _, _, in_time, *_ = drawn[precision]
    bound = 4 / np.sqrt(MANY)
    for values in (first, normal, in_time):
        for lag in (1, 2, 64):
            assert abs(np.corrcoef(values[:-lag], values[lag:])[0, 1]) < bound
    assert abs(np.corrcoef(first, second)[0, 1]) < bound
    assert abs(np.corrcoef(first, normal)[0, 1]) < bound


def test_a_rare_event_can_be_drawn_in_single_precision(drawn):
    """The birth of a synapse within a minute has a probability of one in a hundred thousand."""
    smallest = np.sort(drawn["single"][0])[:20]
    assert len(np.unique(smallest)) == 20
    assert smallest[0] < 100 / MANY


def test_the_inlined_exponentials_are_exact_to_single_precision(drawn):
    x = np.float32(-80 + 160.0 * np.arange(MANY) / MANY).astype(float)
    np.testing.assert_allclose(drawn["single"][6], np.exp(x), rtol=3e-7)
    for row, start, width in ((7, -8, 9.0), (8, 0, -1e-7 * MANY)):
        x = np.float32(start + width * np.arange(MANY) / MANY).astype(float)
        np.testing.assert_allclose(drawn["single"][row], np.expm1(x), rtol=1e-6, atol=1e-30)


@pytest.fixture(scope="module")
def generated(small_plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "project"
    binary.generate(small_plan, folder)
    return {path.stem: path.read_text() for path in (folder / "code_objects").glob("*.cpp")}


def test_every_place_to_be_rewritten_is_found(generated):
    """Another version of Brian2 may word its code otherwise: then it would run, but slowly."""
    main = {name: text.partition("////// HASH DEFINES")[2] for name, text in generated.items()}
    for population in ("pyramidal", "pv", "sst"):
        assert "_above" in main[f"{population}_spike_thresholder_codeobject"]
        assert "with_terms" in main[f"{population}_background_codeobject"]
        assert "const float dt" in main[f"{population}_stateupdater_codeobject"]
    structure = main["pyramidal_to_pyramidal_slow_codeobject"]
    assert "synaptoket::normal<float>" in structure
    assert "synaptoket::uniform<float>" in structure
    assert "ivdep" in structure
    assert "ivdep" in main["pyramidal_stateupdater_codeobject"]
    assert "__builtin_prefetch" in main["pyramidal_to_pyramidal_pre_codeobject"]
    assert not any("_rand(_vector" in text or "_randn(_vector" in text for text in main.values())


def test_no_two_draws_share_a_key(generated):
    keys = [line for text in generated.values() for line in text.splitlines() if "draw_key" in line]
    assert len(keys) == 6
    assert len(set(keys)) == len(keys)


def test_no_loop_over_neurons_is_in_double_precision(generated):
    for population in ("pyramidal", "pv", "sst"):
        text = generated[f"{population}_stateupdater_codeobject"].partition("// vector code")[2]
        assert "double" not in text


def test_precision_changes_nothing_but_rounding(start_worker, plan_small, quiet_drives):
    """Without spikes nothing is chaotic: the same draws must lead both precisions to one place."""
    from synaptoket.circuit.connectivity import contacts
    from synaptoket.circuit.initial import initial_state
    from synaptoket.engine.standalone import StandaloneWorker

    exact = plan_small("numerics.precision=double")
    silent = {f"{name}.threshold": np.array([0.05]) for name in exact.populations}
    single = start_worker()
    with StandaloneWorker(binary.compiled(exact), contacts(exact.circuit, 1)) as double:
        double.load(initial_state(exact, 1))
        for worker in (single, double):
            worker.load(silent)
            worker.advance(quiet_drives, 5)
        for name, values in double.arrays.items():
            if values.dtype.kind == "f":
                scale = max(np.abs(values).max(), 1e-12)
                np.testing.assert_allclose(
                    single.arrays[name] / scale, values / scale, atol=1e-3, err_msg=name
                )
            elif not name.endswith(("present", "births")):
                np.testing.assert_array_equal(single.arrays[name], values, err_msg=name)
        assert double.arrays["pyramidal.v"].dtype == np.float64
