"""Routes of administration: the ways by which a dose reaches the blood.

A path holds a share of the dose in a depot, which empties into the blood at first order:

    d depot/dT = share · dose · input(T) − k_a · depot

The input is an instant, or constant over `zero_order_duration`; either may begin after a `lag`. A
route has one path, or several in parallel: of a nasal spray one part enters the blood through the
mucosa, and the rest is swallowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Annotated

import numpy as np
from pydantic import model_validator

from ..parameters.quantities import Quantity, measured_in
from .disposition import Fraction, Part

#: Routes of administration. Every drug can be given intravenously; another route needs a table in
#: the drug's file.
ROUTES = (
    "intravenous",
    "oral",
    "sublingual",
    "intramuscular",
    "subcutaneous",
    "intranasal",
    "intraperitoneal",
)

Time = Annotated[Quantity, measured_in("second", positive=True, varies="log")]


class Path(Part):
    """One path from the place of administration into the blood.

    The fraction `bioavailability` of what takes the path arrives as the drug. For each metabolite,
    the fraction in `first_pass` arrives as that metabolite, formed on the way. The rest is lost.

    Parameters
    ----------
    bioavailability : fraction
    absorption_half_time, absorption_rate : time, rate
        One of the two: ln 2 / k_a, or k_a.
    zero_order_duration : time, optional
        The drug enters the depot at a constant rate for so long; at once without it.
    lag : time, optional
        How long after the dose the drug begins to enter the depot.
    first_pass : dict of fractions
    fraction : fraction, optional
        Share of the dose that takes this path, of several. One path may have none: it gets what
        the others leave.
    later_doses : fraction, optional
        Factor of `fraction` for the second and later doses of a visit.
    """

    bioavailability: Fraction | None = None
    absorption_half_time: Time | None = None
    absorption_rate: (
        Annotated[Quantity, measured_in("hertz", positive=True, varies="log")] | None
    ) = None
    zero_order_duration: Time | None = None
    lag: Time | None = None
    first_pass: dict[str, Fraction] = {}
    fraction: Fraction | None = None
    later_doses: Fraction | None = None

    @model_validator(mode="after")
    def _complete(self) -> Path:
        self._check_path()
        return self

    def _check_path(self) -> None:
        """Raise ValueError if a number is missing, or if more would arrive than takes the path."""
        if self.bioavailability is None:
            raise ValueError("bioavailability: missing (expected a number without a unit)")
        if (self.absorption_half_time is None) == (self.absorption_rate is None):
            raise ValueError("expected one of absorption_half_time, absorption_rate")
        if self.bioavailability + sum(self.first_pass.values()) > 1:
            raise ValueError("bioavailability and first_pass add up to more than the dose")
        if self.later_doses is not None and self.fraction is None:
            raise ValueError("later_doses: expected a fraction of the dose that it multiplies")

    @property
    def arriving(self) -> float:
        """The share of what takes the path that arrives in the blood as the drug."""
        return float(self.bioavailability or 0.0)

    @property
    def rate(self) -> float:
        """The rate constant k_a of absorption, in 1/s."""
        if self.absorption_rate is not None:
            return float(self.absorption_rate)
        return log(2) / (self.absorption_half_time or inf)


class Route(Path):
    """An extravascular route: one path, or several under `paths`.

    Parameters
    ----------
    paths : dict of Path
        The paths by name, if there are several; the route then has no path of its own.
    visit : time, optional
        How long after the first dose of a visit a further dose belongs to that visit.
    largest_dose : mass, optional
        The largest amount that one dose holds, such as that of one spray device.
    """

    paths: dict[str, Path] = {}
    visit: Annotated[Quantity, measured_in("second", positive=True)] | None = None
    largest_dose: Annotated[Quantity, measured_in("gram", positive=True)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Route:
        if not self.paths:
            if self.fraction is not None or self.visit is not None:
                raise ValueError("fraction and visit: expected several paths")
            self._check_path()
        else:
            self._check_paths()
        return self

    def _check_paths(self) -> None:
        """Raise ValueError if the paths are not shares of one dose."""
        if own := sorted(self.model_fields_set & Path.model_fields.keys()):
            raise ValueError(f"expected paths, or {own[0]} of one path, not both")
        rests = [name for name, path in self.paths.items() if path.fraction is None]
        if len(rests) > 1:
            raise ValueError(f"paths: {' and '.join(rests)}: expected a fraction of all but one")
        if sum(path.fraction or 0.0 for path in self.paths.values()) > 1:
            raise ValueError("paths: the fractions add up to more than the dose")
        changes = any(path.later_doses is not None for path in self.paths.values())
        if changes != (self.visit is not None):
            raise ValueError("expected visit together with later_doses of a path")

    @property
    def all_paths(self) -> dict[str, Path]:
        """The paths by name; that of a route with one path has no name."""
        return self.paths or {"": self}

    def shares(self, later: bool) -> dict[str, float]:
        """Return the share of a dose that takes each path.

        Parameters
        ----------
        later : bool
            Whether the dose is the second or a later one of its visit.
        """
        taken = {
            name: float(path.fraction) * float(path.later_doses or 1.0 if later else 1.0)
            for name, path in self.all_paths.items()
            if path.fraction is not None
        }
        return {name: taken.get(name, 1.0 - sum(taken.values())) for name in self.all_paths}

    def later(self, starts: Sequence[float]) -> list[bool]:
        """Return of each dose whether it is the second or a later one of its visit.

        A visit begins with a dose and lasts for the time `visit`.

        Parameters
        ----------
        starts : sequence of float
            When the doses by this route begin, in s, in any order.
        """
        later, first = [False] * len(starts), -inf
        for i in np.argsort(starts, kind="stable"):
            later[i] = self.visit is not None and starts[i] <= first + self.visit
            first = first if later[i] else starts[i]
        return later

    def instantaneous(self) -> bool:
        """Return whether every path takes up a dose at once."""
        return all(path.zero_order_duration is None for path in self.all_paths.values())

    def with_only(self, metabolite: str | None) -> Route:
        """Return the route with the first pass of one metabolite alone, or of none."""

        def cut(path: Path) -> dict[str, Quantity]:
            return {name: f for name, f in path.first_pass.items() if name == metabolite}

        paths = {
            name: path.model_copy(update={"first_pass": cut(path)})
            for name, path in self.paths.items()
        }
        return self.model_copy(update={"paths": paths, "first_pass": cut(self)})
