"""A phase of a protocol: how long it lasts, its stress, and the time-lapse of its stretches."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

from ..circuit.numerics import SEGMENT
from ..parameters.errors import UserError, shortened
from ..parameters.quantities import Quantity

#: The time-lapse of a phase that leaves it open.
AUTO = "auto"

#: The longest duration of a phase, in seconds: a thousand years.
LONGEST_PHASE = 1000 * 365.25 * 86400

DAY = 86400.0


def phase_label(name: str) -> str:
    """Return the name of a phase as one word, for names of files and states.

    >>> phase_label("before dose")
    'before_dose'
    """
    return re.sub(r"[^\w.+-]+", "_", name)


def check_level(where: str, level: object) -> None:
    """Raise `UserError` unless a level is a number of 0 to 1."""
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 <= level <= 1:
        raise UserError(f"{where} = {level!r}: expected 0 to 1")


class Piece(NamedTuple):
    """A stretch of one time-lapse, `ratio`, in seconds of biology per second of spiking."""

    seconds: float
    ratio: float

    def segments(self, timelapse_scale: float = 1.0) -> int:
        """Return the number of whole segments that it is cut into."""
        exact = self.seconds / (self.ratio * timelapse_scale * SEGMENT)
        return max(ceil(exact - 1e-9), 1)


@dataclass(frozen=True)
class Phase:
    """A stretch of the protocol.

    Parameters
    ----------
    name : str
        Its name in result files and figures.
    duration : str
        Length in biological time, ``"21 day"``.
    timelapse : str
        Biological time in one second of spiking, ``"3 h/s"``. ``"auto"`` (or None) is the largest
        that keeps the error of every slow process within the tolerance (`timelapse_bound`): minutes
        while a drug washes in, hours in a quiet week. It may change within the phase, and is then
        written as ``"25 s/s for 40 min, 3 min/s for 2 h, 3 h/s"``; the last one lasts to the end.
    stress : float
        Level of stress, 0 to 1, in the arms that are stressed: what the stress hormone rises to
        within hours, if the stress lasts. At 1 for whole days the hormone is 1.
    stimulus : float
        Stimulus, 0 to 1, in the arms that are stimulated: it raises the background of the
        populations that have a `stimulus_gain`.
    stress_per_day : str
        How long the stress lasts in each day of the phase, from the day's start: ``"3 h"``. By
        default it lasts for whole days.
    """

    name: str
    duration: str
    timelapse: str | None = AUTO
    stress: float = 0.0
    stimulus: float = 0.0
    stress_per_day: str = "24 h"

    @property
    def automatic(self) -> bool:
        """Whether the time-lapse is to be chosen."""
        return self.timelapse in (AUTO, None)

    def seconds(self) -> float:
        """Return the duration in seconds of biology."""
        value = self._checked("duration", "second")
        if value > LONGEST_PHASE:
            raise UserError(
                f'phase {self.name}: duration = "{self.duration}": expected at most 1000 years'
            )
        return value

    def session(self) -> float:
        """Return how long the stress lasts in each day, in seconds of biology."""
        value = self._checked("stress_per_day", "second")
        if value > DAY:
            raise UserError(
                f'phase {self.name}: stress_per_day = "{self.stress_per_day}": '
                "expected at most 24 h"
            )
        return value

    def pieces(self) -> list[Piece]:
        """Return the stretches of one time-lapse, in order.

        >>> Phase("dose", "2 h", "30 s/s for 20 min, 5 min/s").pieces()
        [Piece(seconds=1200.0, ratio=30.0), Piece(seconds=6000.0, ratio=300.0)]
        """
        *ending, last = str(self.timelapse).split(",")
        pieces, left = [], self.seconds()
        for text in ending:
            ratio, _, duration = text.partition(" for ")
            piece = Piece(
                self._checked("timelapse", "second", duration.strip()),
                self._checked("timelapse", "hour/second", ratio.strip()),
            )
            pieces.append(piece)
            left -= piece.seconds
        if left <= 0:
            raise UserError(
                f'phase {self.name}: timelapse = "{shortened(str(self.timelapse))}": expected time '
                f"to be left for the last time-lapse; the phase lasts {self.duration}"
            )
        return [*pieces, Piece(left, self._checked("timelapse", "hour/second", last.strip()))]

    def ratio(self) -> float:
        """Return the smallest time-lapse, in seconds of biology per second of spiking."""
        return min(piece.ratio for piece in self.pieces())

    def slowed(self, factor: float) -> Phase:
        """Return the phase with each of its time-lapses multiplied by a factor.

        >>> Phase("dose", "2 h", "30 s/s for 20 min, 5 min/s").slowed(0.5).timelapse
        '15.0 s/s for 1200.0 s, 150.0 s/s'
        """
        *ending, last = self.pieces()
        words = [f"{p.ratio * factor!r} s/s for {p.seconds!r} s" for p in ending]
        return replace(self, timelapse=", ".join([*words, f"{last.ratio * factor!r} s/s"]))

    def segments(self, timelapse_scale: float = 1.0) -> int:
        """Return the number of whole segments that the phase is cut into."""
        return sum(piece.segments(timelapse_scale) for piece in self.pieces())

    def check(self) -> None:
        """Raise `UserError` if a value is out of range."""
        self.seconds()
        self.session()
        if not self.automatic:
            self.pieces()
        for key in ("stress", "stimulus"):
            check_level(f"phase {self.name}: {key}", getattr(self, key))

    def _checked(self, key: str, unit: str, text: str | None = None) -> float:
        """Return a value above zero, of a key or of a part of its text, in SI units."""
        try:
            value = Quantity.parse(getattr(self, key) if text is None else text, unit)
        except UserError as error:
            raise UserError(f"phase {self.name}: {key} = {error}") from None
        if value <= 0:
            ends = ": the phase ends before it starts" if key == "duration" else ""
            raise UserError(
                f'phase {self.name}: {key} = "{value.text}": expected more than zero{ends}'
            )
        return float(value)
