"""A dose as a protocol states it, and the same dose in kilograms and seconds.

Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..parameters.errors import UserError, nearest
from ..parameters.quantities import Quantity
from .drug import Drug
from .routes import ROUTES, Route


@dataclass(frozen=True)
class ResolvedDose:
    """A dose in SI units: `amount` in kg, `start` (of the protocol's time) and `duration` in s."""

    drug: str
    amount: float
    route: str
    start: float
    duration: float

    @property
    def end(self) -> float:
        """The end of administration, in s."""
        return self.start + self.duration


@dataclass(frozen=True)
class Dose:
    """A dose: drug, amount, route, time and duration.

    Parameters
    ----------
    drug : str
        Name of a drug of ``models/drugs`` (``"ketamine"``), or the path of a file of one's own
        (``"my_drug.toml"``), from the folder in which the command is started. Settings name the
        latter by its file name: ``--set my_drug.dose="2 mg"``.
    amount : str or Quantity
        A mass (``"35 mg"``) or a mass per body mass (``"0.5 mg/kg"``). A dose of zero is valid
        and, like the vehicle, gives exactly no drug.
    route : str
        One of `ROUTES`. An intravenous dose without a duration is a bolus, with a duration an
        infusion at a constant rate. By another route, the dose enters the depots at a constant
        rate during its duration; a route with zero-order absorption takes doses without one.
    start : str
        Time relative to the start of `phase`, or without a phase to the start of the protocol. It
        may be negative, for a drug given before the phase.
    duration : str
        Duration of administration.
    phase : str, optional
        Name of a phase of the protocol.

    Raises
    ------
    UserError
        For a negative amount or duration, a wrong unit, or an unknown route.

    Examples
    --------
    >>> Dose("ketamine", "0.5 mg/kg", duration="40 min").resolve(body_weight=70.0).amount
    3.5e-05
    >>> Dose("ketamine", "-5 mg")
    Traceback (most recent call last):
    UserError: dose of ketamine: amount = "-5 mg": expected zero or more
    """

    drug: str
    amount: str | Quantity
    route: str = "intravenous"
    start: str | Quantity = "0 h"
    duration: str | Quantity = "0 min"
    phase: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.drug, str):
            raise UserError(f"dose: drug = {self.drug!r}: expected the name of a drug")
        if self.phase is not None and not isinstance(self.phase, str):
            raise UserError(
                f"dose of {self.drug}: phase = {self.phase!r}: expected the name of a phase"
            )
        self._amount()
        self._time("start")
        if self._time("duration") < 0:
            raise UserError(self._about("duration", "expected zero or more"))
        if self.route not in ROUTES:
            hint = nearest(str(self.route), ROUTES)
            raise UserError(self._about("route", f"unknown route{hint}"))

    def resolve(self, phase_start: float = 0.0, body_weight: float = 70.0) -> ResolvedDose:
        """Return the dose in kilograms and in seconds since the start of the protocol.

        Parameters
        ----------
        phase_start : float
            Start of `phase`, in s since the start of the protocol.
        body_weight : float
            In kg.

        Raises
        ------
        UserError
            If the body weight is not above zero, or the dose starts before the protocol.
        """
        if isinstance(body_weight, str) or not 0 < body_weight < math.inf:
            raise UserError(f"body weight = {body_weight!r}: expected a number of kg above zero")
        amount, per_body_mass = self._amount()
        start = float(phase_start) + self._time("start")
        if not start < math.inf:
            raise UserError(f"phase_start = {phase_start!r}: expected a finite number of seconds")
        if start < 0:
            raise UserError(self._about("start", "is before the protocol starts"))
        return ResolvedDose(
            drug=self.drug,
            amount=amount * float(body_weight) if per_body_mass else amount,
            route=self.route,
            start=start,
            duration=self._time("duration"),
        )

    def repeated(self, times: int, every: str) -> tuple[Dose, ...]:
        """Return the dose and its repetitions, such as the sprays of one visit.

        Parameters
        ----------
        times : int
            How many doses there are in all.
        every : str
            From the start of one to the start of the next.

        >>> [d.start for d in Dose("esketamine", "28 mg", "intranasal").repeated(3, "5 min")]
        ['0 min', '5 min', '10 min']
        """
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise UserError(
                f"dose of {self.drug}: times = {times!r}: expected a whole number, 1 up"
            )
        try:
            interval = float(Quantity.parse(every, "second"))
        except UserError as error:
            raise UserError(f"dose of {self.drug}: every = {error}") from None
        if interval < 0:
            raise UserError(f'dose of {self.drug}: every = "{every}": expected zero or more')
        starts = [self._time("start") + i * interval for i in range(times)]
        return tuple(replace(self, start=f"{start / 60:.9g} min") for start in starts)

    @property
    def per_body_mass(self) -> bool:
        """Whether the amount is a mass per body mass."""
        return self._amount()[1]

    def in_both_units(self, body_weight: float) -> str:
        """Return the amount as a mass per body mass and as a mass; `body_weight` is in kg.

        >>> Dose("ketamine", "0.5 mg/kg").in_both_units(70.0)
        '0.5 mg/kg (35 mg)'
        >>> Dose("ketamine", "1 mg").in_both_units(70.0)
        '0.0142857 mg/kg (1 mg)'
        """
        amount, per_body_mass = self._amount()
        whole = amount * body_weight if per_body_mass else amount
        return f"{whole / body_weight * 1e6:.6g} mg/kg ({whole * 1e6:.6g} mg)"

    def described(self, body_weight: float) -> str:
        """Return drug, amount, route and duration as text; `body_weight` is in kg."""
        duration = f" over {_text(self.duration)}" if self._time("duration") else ""
        return f"{self.drug} {self.in_both_units(body_weight)} {self.route}{duration}"

    def _amount(self) -> tuple[float, bool]:
        """Return the amount in kg or per body mass, and whether it is per body mass."""
        text = _text(self.amount)
        per_body_mass = isinstance(text, str) and "/" in text
        try:
            amount = float(Quantity.parse(text, "mg/kg" if per_body_mass else "gram"))
        except UserError as error:
            raise UserError(
                f'dose of {self.drug}: amount = {error}; a dose is a mass ("35 mg") or a mass per '
                'body mass ("0.5 mg/kg")'
            ) from None
        if amount < 0:
            raise UserError(self._about("amount", "expected zero or more"))
        return amount, per_body_mass

    def _time(self, field: str) -> float:
        """Return `start` or `duration` in s."""
        try:
            return float(Quantity.parse(_text(getattr(self, field)), "second"))
        except UserError as error:
            raise UserError(f"dose of {self.drug}: {field} = {error}") from None

    def _about(self, field: str, reason: str) -> str:
        return f'dose of {self.drug}: {field} = "{_text(getattr(self, field))}": {reason}'


def _text(quantity: str | Quantity) -> str:
    """Return a quantity as the user wrote it."""
    return quantity.text if isinstance(quantity, Quantity) else quantity


def described(doses: Iterable[Dose], body_weight: float) -> str:
    """Return a line with all doses in mg/kg and mg; equal doses appear once.

    Parameters
    ----------
    doses : iterable of Dose
        The doses of all arms.
    body_weight : float
        In kg.

    >>> described([Dose("ketamine", "35 mg"), Dose("ketamine", "0.5 mg/kg")], 70.0)
    'doses at 70 kg: ketamine 0.5 mg/kg (35 mg) intravenous'
    """
    each = list(dict.fromkeys(dose.described(body_weight) for dose in doses))
    return f"doses at {body_weight:g} kg: {'; '.join(each) if each else 'none'}"


def other_kind(before: Iterable[Dose], after: Iterable[Dose], body_weight: float) -> list[str]:
    """Return a warning for each dose that overrides change from per body mass to total, or back.

    Parameters
    ----------
    before, after : iterable of Dose
        The doses of an experiment before and after the overrides, in the same order.
    body_weight : float
        In kg.
    """
    kinds = {True: "a dose per body mass", False: "a total dose"}
    lines = [
        f'{new.drug}.dose = "{_text(new.amount)}": {kinds[new.per_body_mass]}, where the '
        f"experiment has {kinds[old.per_body_mass]}: {new.in_both_units(body_weight)} in the place "
        f"of {old.in_both_units(body_weight)}"
        for old, new in zip(before, after, strict=True)
        if old.per_body_mass != new.per_body_mass and new._amount()[0]
    ]
    return list(dict.fromkeys(lines))


def check_doses(doses: Iterable[Dose | ResolvedDose], drugs: Mapping[str, Drug]) -> None:
    """Raise `UserError` for a dose of an unknown drug, or one that its route cannot take."""
    for dose in doses:
        if dose.drug not in drugs:
            hint = nearest(dose.drug, drugs)
            raise UserError(f"dose of {dose.drug}: unknown drug{hint}")
        drug = drugs[dose.drug]
        if dose.route not in drug.route_names():
            hint = nearest(dose.route, drug.route_names())
            raise UserError(
                f'dose of {dose.drug}: route = "{dose.route}": models/drugs has no numbers '
                f"for this route of {dose.drug}{hint}"
            )
        if isinstance(dose, ResolvedDose) and dose.route in drug.routes:
            _check_route(dose, drug.routes[dose.route])


def _check_route(dose: ResolvedDose, route: Route) -> None:
    """Raise `UserError` for a dose that is too large for its route, or given too slowly."""
    where = f"dose of {dose.drug}, {dose.route}"
    largest = route.largest_dose
    if largest is not None and dose.amount > largest * (1 + 1e-9):
        raise UserError(
            f"{where}: {dose.amount * 1e6:.6g} mg: expected at most {largest.text} at once; repeat "
            f'the dose: Dose("{dose.drug}", "{largest.text}", "{dose.route}", …)'
            '.repeated(3, "5 min")'
        )
    if dose.duration and not route.instantaneous():
        raise UserError(
            f"{where}: duration = {dose.duration / 60:.6g} min: expected none, because the file "
            "has a zero_order_duration for this route; give several doses"
        )
