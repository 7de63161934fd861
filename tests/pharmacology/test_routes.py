"""Routes: parallel paths into the blood, exactly; later doses of a visit; mistakes in one line."""

from math import log

import numpy as np
import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.pharmacology import Dose, ResolvedDose, exposure, load_drug
from synaptoket.pharmacology.kinetics import compartments, inputs, trajectory
from synaptoket.pharmacology.routes import Route

HOUR = 3600.0
ESKETAMINE = load_drug("esketamine")
SPRAY = Dose("esketamine", "28 mg", "intranasal")
#: To 30 of the slowest half-lives.
TIMES = np.unique(np.concatenate([np.linspace(0, 6, 721), np.linspace(6, 300, 2941)])) * HOUR

ONE_PATH = {"bioavailability": 0.5, "absorption_half_time": "10 min"}


def resolved(doses):
    return [dose.resolve() for dose in doses]


def plasma(doses, times=TIMES, drug=ESKETAMINE):
    """Return plasma concentrations (mol/m3) by species."""
    return exposure(resolved(doses), {drug.name: drug}, times).plasma


def area(doses, species="esketamine", drug=ESKETAMINE):
    return np.trapezoid(plasma(doses, drug=drug)[species], TIMES)


def bioavailability(sprays, drug=ESKETAMINE):
    """Return the fraction of some sprays that arrives, from simulated areas."""
    vein = area([Dose("esketamine", "28 mg", duration="40 min")], drug=drug)
    return area(SPRAY.repeated(sprays, "5 min"), drug=drug) / vein / sprays


def with_paths(paths, **others):
    return {"routes.sublingual": {"paths": paths, **others}}


@pytest.mark.parametrize(("sprays", "published"), [(1, None), (2, 0.54), (3, 0.51)])
def test_one_two_and_three_sprays_arrive_as_published(sprays, published):
    """Perez-Ruixo 2021: 54 % of 56 mg and 51 % of 84 mg; a single spray follows from its parts."""
    found = bioavailability(sprays)
    through_nose = 0.54 * (1 + (sprays - 1) * 0.62) / sprays
    assert found == pytest.approx(through_nose + (1 - through_nose) * 0.186, rel=1e-3)
    if published:
        assert found == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(
    ("sprays", "peak", "day"), [(1, 43.8, 147.3), (2, 72.5, 254.7), (3, 101.0, 362.2)]
)
def test_sprays_give_the_published_peak_and_area_of_esketamine(sprays, peak, day):
    """Perez-Ruixo 2021 table 4, Caucasians of 18 to 60 years, ng/mL and ng h/mL over 24 h (V2)."""
    curve = plasma(SPRAY.repeated(sprays, "5 min"))["esketamine"] * ESKETAMINE.molar_mass * 1e6
    within = TIMES <= 24 * HOUR
    assert curve.max() == pytest.approx(peak, rel=0.1)
    assert np.trapezoid(curve[within], TIMES[within]) / HOUR == pytest.approx(day, rel=0.05)
    assert 20 <= TIMES[np.argmax(curve)] / 60 - 5 * (sprays - 1) <= 40  # after the last spray


def test_noresketamine_of_sprays_is_within_a_fifth_of_the_published_area():
    curve = plasma(SPRAY.repeated(3, "5 min"))["noresketamine"]
    within = TIMES <= 24 * HOUR
    mass = ESKETAMINE.metabolites["noresketamine"].molar_mass * 1e6
    assert np.trapezoid(curve[within], TIMES[within]) * mass / HOUR == pytest.approx(758, rel=0.2)


def test_a_knocked_out_path_takes_exactly_its_share_away():
    closed_nose = load_drug("esketamine", {"routes.intranasal.paths.mucosa.bioavailability": "0"})
    never_swallowed = load_drug(
        "esketamine", {"routes.intranasal.paths.swallowed.bioavailability": "0"}
    )
    assert bioavailability(1, closed_nose) == pytest.approx(0.46 * 0.186, rel=1e-3)
    assert bioavailability(1, never_swallowed) == pytest.approx(0.54, rel=1e-3)
    both = plasma([SPRAY])["esketamine"]
    apart = [plasma([SPRAY], drug=drug)["esketamine"] for drug in (closed_nose, never_swallowed)]
    np.testing.assert_allclose(both, sum(apart), rtol=1e-9, atol=1e-18)


def test_without_the_factor_of_later_doses_all_sprays_are_alike():
    alike = load_drug("esketamine", {"routes.intranasal.paths.mucosa.later_doses": "1"})
    assert bioavailability(3, alike) == pytest.approx(bioavailability(1), rel=1e-6)
    assert bioavailability(3) < bioavailability(2) < bioavailability(1)


def test_a_spray_is_a_later_one_only_within_the_visit():
    def total(minutes):
        second = Dose("esketamine", "28 mg", "intranasal", start=f"{minutes} min")
        return area([SPRAY, second])

    same, next_visit = total(119), total(121)
    assert next_visit == pytest.approx(2 * area([SPRAY]), rel=1e-3)
    assert same < 0.9 * next_visit


def test_the_order_of_the_list_does_not_decide_which_spray_is_the_first():
    sprays = SPRAY.repeated(3, "5 min")
    forward, backward = plasma(sprays), plasma(sprays[::-1])
    np.testing.assert_allclose(forward["esketamine"], backward["esketamine"], rtol=1e-12)


def test_a_spray_of_nothing_is_no_first_spray():
    nothing = Dose("esketamine", "0 mg", "intranasal")
    assert np.array_equal(plasma([nothing, SPRAY])["esketamine"], plasma([SPRAY])["esketamine"])


def test_every_visit_begins_anew():
    route = ESKETAMINE.routes["intranasal"]
    starts = [minutes * 60.0 for minutes in (0, 5, 10, 119, 125, 130)]
    assert route.later(starts) == [False, True, True, True, False, True]
    assert ESKETAMINE.routes["oral"].later([0.0, 0.0]) == [False, False]


@pytest.mark.parametrize("later", [False, True])
def test_the_paths_share_a_dose_completely(later):
    shares = ESKETAMINE.routes["intranasal"].shares(later)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["mucosa"] == pytest.approx(0.54 * (0.62 if later else 1.0))


def test_what_enters_the_body_is_what_was_given_and_what_leaves_it_is_what_arrived():
    doses = resolved(SPRAY.repeated(2, "5 min"))
    body = compartments(ESKETAMINE, 70.0, {"intranasal"})
    entering = inputs(body, ESKETAMINE, doses)
    moles = 56e-6 / ESKETAMINE.molar_mass
    assert sum(one.amount for one in entering) == pytest.approx(moles)
    states = trajectory(body.matrix, entering, TIMES)
    central = states[:, body.index("esketamine central")]
    clearance = ESKETAMINE.kinetics.clearance / ESKETAMINE.kinetics.central_volume
    eliminated = np.trapezoid(central, TIMES) * clearance
    assert eliminated == pytest.approx(moles * bioavailability(2), rel=1e-3)


def test_zero_order_then_first_order_is_the_closed_form():
    """The depot of the swallowed part: filled over D, emptied at k, in amounts."""
    path = ESKETAMINE.routes["intranasal"].paths["swallowed"]
    duration, k = float(path.zero_order_duration or 0), path.rate
    body = compartments(ESKETAMINE, 70.0, {"intranasal"})
    times = np.array([0.0, 0.2, 0.53, 1.0, 4.0]) * HOUR
    depot = trajectory(body.matrix, inputs(body, ESKETAMINE, resolved([SPRAY])), times)
    filled = np.minimum(times, duration)
    expected = 0.46 * 28e-6 / ESKETAMINE.molar_mass / duration / k
    expected = expected * (1 - np.exp(-k * filled)) * np.exp(-k * (times - filled))
    np.testing.assert_allclose(
        depot[:, body.index("intranasal swallowed depot")], expected, rtol=1e-9
    )


def test_a_lag_shifts_the_curve_and_changes_nothing_else():
    late = load_drug("ketamine", {"routes.oral.lag": "15 min"})
    dose = [Dose("ketamine", "50 mg", "oral")]
    times = np.linspace(0, 5, 61) * HOUR
    shifted = plasma(dose, times + 900.0, late)["ketamine"]
    on_time = plasma(dose, times, load_drug("ketamine"))["ketamine"]
    np.testing.assert_allclose(shifted, on_time, rtol=1e-9, atol=1e-18)
    assert np.all(plasma(dose, np.linspace(0, 900, 10), late)["ketamine"] == 0.0)


def test_a_rate_and_its_half_time_are_the_same_absorption():
    assert Route(bioavailability=1, absorption_rate="2 / h").rate == pytest.approx(2 / HOUR)
    halved = Route(bioavailability=1, absorption_half_time="20 min")
    assert halved.rate == pytest.approx(log(2) / 1200)


def test_a_whole_visit_in_one_spray_is_refused_with_the_way_out():
    dose = Dose("esketamine", "84 mg", "intranasal")
    with pytest.raises(UserError, match=r"84 mg: expected at most 28 mg at once; .*\.repeated\("):
        exposure(resolved([dose]), {"esketamine": ESKETAMINE}, TIMES)


def test_a_slow_dose_by_a_route_that_has_its_own_duration_is_refused():
    dose = Dose("esketamine", "20 mg", "oral", duration="10 min")
    with pytest.raises(UserError, match=r"oral: duration = 10 min: expected none"):
        exposure(resolved([dose]), {"esketamine": ESKETAMINE}, TIMES)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"routes.oral.absorption_half_time": "5 min"}, "expected one of absorption_half_time"),
        ({"routes.intranasal.bioavailability": "1"}, "expected paths, or bioavailability of one"),
        ({"routes.oral.fraction": "0.5"}, "fraction and visit: expected several paths"),
        ({"routes.oral.visit": "1 h"}, "fraction and visit: expected several paths"),
        ({"routes.oral.later_doses": "0.5"}, "later_doses: expected a fraction"),
        ({"routes.oral.zero_order_duration": "0 h"}, "expected a value above zero"),
        ({"routes.intranasal.paths.swallowed.fraction": "0.5"}, "fractions add up to more"),
        ({"routes.intranasal.paths.mucosa.fractoin": "1"}, "did you mean 'fraction'?"),
        ({"routes.intranasal.paths.mucosa.first_pass": {"x": 0.1}}, "add up to more than the dose"),
        ({"routes.intranasal.paths.swallowed.first_pass": {"x": 0.1}}, "unknown metabolite"),
        (with_paths({"a": ONE_PATH, "b": ONE_PATH}), "a and b: expected a fraction of all but one"),
        (with_paths({"a": ONE_PATH}, visit="2 h"), "visit together with later_doses"),
        (
            with_paths({"a": {**ONE_PATH, "fraction": 1, "later_doses": 0.5}}),
            "visit together with later_doses",
        ),
        (with_paths({"a": {"absorption_rate": "1 / h"}}), "bioavailability: missing"),
    ],
)
def test_a_mistake_in_a_route_is_one_line(overrides, expected):
    with pytest.raises(UserError) as caught:
        load_drug("esketamine", overrides)
    message = str(caught.value)
    assert message.startswith("models/drugs/esketamine.toml: routes.")
    assert expected in message
    assert "\n" not in message


def test_doses_without_a_route_table_are_still_at_once():
    """A dose given slowly by a route of first order alone enters its depot at a constant rate."""
    slow = ResolvedDose("ketamine", 50e-6, "oral", 0.0, 1800.0)
    ketamine = load_drug("ketamine")
    body = compartments(ketamine, 70.0, {"oral"})
    (entering,) = inputs(body, ketamine, [slow])
    assert (entering.start, entering.duration) == (0.0, 1800.0)
