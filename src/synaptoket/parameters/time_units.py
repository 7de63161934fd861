"""Times of biology in a unit that suits the length of the experiment: 80 s, or 35 days."""

from __future__ import annotations

from typing import NamedTuple


class TimeUnit(NamedTuple):
    """A unit of time: its name, the symbol beside numbers, and its length in seconds."""

    name: str
    symbol: str
    seconds: float

    @property
    def hours(self) -> float:
        """The length in hours, the unit of times in result files."""
        return self.seconds / 3600

    @property
    def label(self) -> str:
        """The label of an axis with the time of an experiment."""
        return "day of the experiment" if self is DAY else f"time ({self.symbol})"

    def written(self, seconds: float, decimals: int = 2) -> str:
        """Return a time as text; days are days of the experiment, with all decimals.

        >>> DAY.written(410_400), SECOND.written(40.0)
        ('day 4.75', '40 s')
        """
        value = seconds / self.seconds
        if self is DAY:
            return f"day {value:.{decimals}f}"
        return f"{round(value, decimals):g} {self.symbol}"


SECOND = TimeUnit("second", "s", 1.0)
MINUTE = TimeUnit("minute", "min", 60.0)
HOUR = TimeUnit("hour", "h", 3600.0)
DAY = TimeUnit("day", "days", 86400.0)


def time_unit(length: float) -> TimeUnit:
    """Return the unit for the times of an experiment that lasts `length` seconds.

    Seconds below ten minutes, minutes below ten hours, hours below four days, else days.

    >>> [time_unit(length).symbol for length in (80, 600, 36_000, 345_600)]
    ['s', 'min', 'h', 'days']
    """
    limits = ((SECOND, 10 * MINUTE.seconds), (MINUTE, 10 * HOUR.seconds), (HOUR, 4 * DAY.seconds))
    return next((unit for unit, limit in limits if length < limit), DAY)
