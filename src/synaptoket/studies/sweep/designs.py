"""Points that vary several parameters at once: to fill a space, or to estimate sensitivities."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from ...circuit.priors import Prior, free_parameters
from ...parameters.errors import UserError
from .axis_ranges import span, written
from .sweep_file import RUNS_AT_MOST, DesignTable
from .sweep_values import Value


def ranges(design: DesignTable, circuit: str, fixed: set[str]) -> dict[str, tuple[Prior, str]]:
    """Return the range of each parameter of a design and its scale, in order.

    Free parameters come first, each over the circuit's prior or a share of it, in the logarithm if
    the prior is above zero. A range of the design itself replaces a prior. Parameters in `fixed` do
    not vary.
    """
    spans: dict[str, tuple[Prior, str]] = {}
    if design.free_parameters:
        priors, values = free_parameters(circuit)
        for prior in priors:
            if prior.name not in fixed:
                chosen = about(prior, values[prior.name], design.spread)
                spans[prior.name] = (chosen, "log" if prior.low > 0 else "linear")
    for name, table in design.parameters.items():
        try:
            spans[name] = (span(name, table.range, table.scale), table.scale)
        except UserError as error:
            raise UserError(f"design.parameters.{name}: {error}") from None
    return spans


def about(prior: Prior, value: float, spread: float) -> Prior:
    """Return a share of a prior with a value in its middle, or as near to it as the prior allows.

    >>> about(Prior("a", 0.0, 10.0, "nS"), 9.5, 0.2)
    Prior(name='a', low=8.0, high=10.0, unit='nS')
    """
    low = min(max(prior.position(value) - spread / 2, 0.0), 1.0 - spread)
    return replace(prior, low=prior.value(low), high=prior.value(low + spread))


def problem(design: DesignTable, circuit: str, fixed: set[str]) -> dict[str, Any]:
    """Return the design's parameters as SALib names them, each from 0 to 1."""
    names = list(ranges(design, circuit, fixed))
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def samples(design: DesignTable, circuit: str, fixed: set[str]) -> list[dict[str, Value]]:
    """Return the parameters that each point of a design sets."""
    spans = ranges(design, circuit, fixed)
    if not spans:
        raise UserError("design: nothing is left to vary; expected parameters")
    size = points_of(design, len(spans))
    if size > RUNS_AT_MOST:
        raise UserError(
            f"design.points = {design.points}: with {design.kind} and {len(spans)} parameters "
            f"these are {size} points, expected at most {RUNS_AT_MOST}"
        )
    places = positions(design, problem(design, circuit, fixed))
    return [
        {name: _at(*spans[name], position) for name, position in zip(spans, row, strict=True)}
        for row in places
    ]


def points_of(design: DesignTable, parameters: int) -> int:
    """Return how many points a design has, before any is drawn."""
    factor = {"morris": parameters + 1, "saltelli": parameters + 2}
    return design.points * factor.get(design.kind, 1)


def positions(design: DesignTable, problem: dict[str, Any]) -> np.ndarray:
    """Return the design in the unit cube, shape (points, parameters)."""
    from scipy.stats import qmc

    size = problem["num_vars"]
    if design.kind == "random":
        return np.random.default_rng(design.seed).random((design.points, size))
    if design.kind == "latin_hypercube":
        sampler = qmc.LatinHypercube(size, seed=design.seed)  # pyright: ignore[reportCallIssue]
        return sampler.random(design.points)
    if design.kind == "sobol":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about numbers that are no power of two
            sampler = qmc.Sobol(size, seed=design.seed)  # pyright: ignore[reportCallIssue]
            return sampler.random(design.points)
    if design.kind == "morris":
        from SALib.sample import morris

        return morris.sample(problem, design.points, num_levels=LEVELS, seed=design.seed)
    if design.points & (design.points - 1):
        raise UserError(f"design.points = {design.points}: saltelli expects a power of two")
    from SALib.sample import sobol

    return sobol.sample(problem, design.points, calc_second_order=False, seed=design.seed)


LEVELS = 4


def _at(prior: Prior, scale: str, position: float) -> Value:
    """Return the value at a position from 0 to 1 on a range."""
    if scale == "log":
        return written(prior.low * (prior.high / prior.low) ** position, prior.unit)
    return written(prior.low + (prior.high - prior.low) * position, prior.unit)
