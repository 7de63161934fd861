"""The stress hormone: exact at any step, never above the stress, slower to go than to come."""

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.pharmacology import load_stress_hormone
from synaptoket.pharmacology.stress_hormone import Stretch, course

HOUR, DAY = 3600.0, 86400.0
HORMONE = load_stress_hormone()


def mean_hormone(*arguments):
    return course(*arguments).means


def daily(hours, days=30, level=1.0):
    return [
        Stretch(day * DAY + start, height)
        for day in range(days)
        for start, height in ((0.0, level), (hours * HOUR, 0.0))
    ]


def integrated(stretches, end, step):
    """Return times and hormone by Heun's method, from the equation of the module's head."""
    starts = [s.start for s in stretches]
    times, h = np.arange(0.0, end, step), np.zeros(round(end / step))

    def slope(time, value):
        level = stretches[np.searchsorted(starts, time, side="right") - 1].level
        tau = HORMONE.rise_time if value < level else HORMONE.decay_time
        return (level - value) / float(tau)

    for i, time in enumerate(times[:-1]):
        first = slope(time, h[i])
        second = slope(time + step * (1 - 1e-9), h[i] + step * first)
        h[i + 1] = h[i] + step * (first + second) / 2
    return times, h


def test_it_is_the_solution_of_its_equation():
    stretches = [Stretch(0.0, 0.0), *(Stretch(s.start + DAY, s.level) for s in daily(3, 4, 0.7)),
                 Stretch(5.5 * DAY, 0.2)]  # fmt: skip
    _, fine = integrated(stretches, 9 * DAY, 60.0)
    edges = np.arange(0.0, 9 * DAY + 1, 3 * HOUR)
    means = fine.reshape(-1, 180).mean(axis=1)
    np.testing.assert_allclose(mean_hormone(HORMONE, stretches, edges), means, atol=2e-3)


def test_the_mean_over_long_steps_is_that_over_short_ones():
    stretches = daily(3)
    fine = mean_hormone(HORMONE, stretches, np.arange(0.0, 30 * DAY + 1, 60.0))
    for minutes in (18, 360, 1440, 43200):  # of a quiet week: minutes to a whole month in a step
        step = mean_hormone(HORMONE, stretches, np.arange(0.0, 30 * DAY + 1, 60.0 * minutes))
        np.testing.assert_allclose(step, fine.reshape(-1, minutes).mean(axis=1), rtol=1e-10)


def test_it_comes_within_hours_and_goes_within_days():
    stretches = [Stretch(0.0, 1.0), Stretch(21 * DAY, 0.0)]
    at = lambda time: mean_hormone(HORMONE, stretches, np.array([0.0, time, time + 1.0]))[1]  # noqa: E731
    assert at(6 * HOUR) > 0.9
    assert at(20 * DAY) == pytest.approx(1.0, abs=1e-9)
    assert 1 <= float(HORMONE.decay_time) / DAY <= 2
    assert at(21 * DAY + HORMONE.decay_time) == pytest.approx(np.exp(-1), rel=1e-4)
    assert at(21 * DAY + HOUR) > 0.97  # no jump when the stress ends
    assert at(25 * DAY) < 0.1


def test_more_hours_a_day_leave_more_hormone_and_none_is_above_the_level():
    means = [
        mean_hormone(HORMONE, daily(hours), DAY * np.arange(31.0))[-1] for hours in (1, 3, 6, 23)
    ]
    assert (np.diff(means) > 0).all()
    assert means[-1] < 1
    assert (mean_hormone(HORMONE, daily(23, level=0.4), HOUR * np.arange(720.0)) <= 0.4).all()


def test_without_stress_there_is_exactly_none():
    calm = mean_hormone(HORMONE, daily(3, level=0.0), HOUR * np.arange(100.0))
    assert calm.tobytes() == np.zeros(99).tobytes()
    late = mean_hormone(HORMONE, [Stretch(0.0, 0.0), Stretch(DAY, 1.0)], HOUR * np.arange(49.0))
    assert (late[:24] == 0).all()
    assert (late[24:] > 0).all()


def test_what_comes_later_does_not_change_a_bit_of_what_was_before():
    edges = 1080.0 * np.arange(2000.0)
    one, other = ([Stretch(0.0, 1.0), Stretch(9 * DAY, level)] for level in (0.0, 0.5))
    before = round(9 * DAY / 1080)
    a, b = (mean_hormone(HORMONE, stretches, edges) for stretches in (one, other))
    assert a[:before].tobytes() == b[:before].tobytes()
    assert (a[before:] < b[before:]).all()


def test_what_goes_on_from_where_it_was_is_what_was_never_divided():
    edges = 3 * HOUR * np.arange(81.0)
    whole = course(HORMONE, daily(3), edges)
    for day in (1, 4, 9):
        first = whole.at_edges[8 * day]
        rest = course(HORMONE, daily(3), edges[: 81 - 8 * day], first)
        np.testing.assert_allclose(rest.means, whole.means[8 * day :], rtol=1e-12)
        np.testing.assert_allclose(rest.at_edges, whole.at_edges[8 * day :], rtol=1e-12)


@pytest.mark.parametrize(
    "overrides, message",
    [
        ({"decay_time": "0 day"}, "decay_time"),
        ({"rise_time": "2 mV"}, "expected a time"),
        ({"decay": "1 day"}, "decay: unknown key; did you mean 'decay_time'?"),
    ],
)
def test_what_does_not_fit_is_refused(overrides, message):
    with pytest.raises(UserError, match="models/hormones/stress_hormone.toml: ") as caught:
        load_stress_hormone(overrides)
    assert message in str(caught.value)
