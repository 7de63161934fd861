"""Local exponents as a table and as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ...analysis.statistics import interval
from ...results.text_table import aligned
from .chain import ACTIVITY
from .study import Exponents

HEADER = ("variable", "follows", "exponent", "95 % interval", "total", "95 % interval")


def entries(exponents: Exponents) -> list[dict[str, Any]]:
    """Return one dictionary for each variable, with values that JSON can hold."""
    labels = {follower.key: follower.label for follower in exponents.followers}
    rows = []
    for follower in exponents.followers:
        leader, link = exponents.link(follower)
        rows.append(
            {
                "variable": follower.label,
                "follows": labels.get(leader, ACTIVITY),
                "exponent": _over_seeds(link),
                "from_activity": _over_seeds(exponents.from_activity(follower.key)),
            }
        )
    return rows


def _over_seeds(values: np.ndarray) -> dict[str, Any]:
    bounds = interval(values)
    mean, low, high = (_plain(float(x)) for x in (bounds.mean, bounds.low, bounds.high))
    return {"mean": mean, "interval": [low, high], "values": [_plain(float(x)) for x in values]}


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def exponents_json(exponents: Exponents) -> str:
    """Return the exponents as a JSON object."""
    return json.dumps(
        {
            "background": exponents.step,
            "activity": _over_seeds(exponents.changes(ACTIVITY)),
            "seeds": len(exponents.twins),
            "variables": entries(exponents),
        },
        indent=2,
    )


def exponents_table(exponents: Exponents) -> str:
    """Return a line on the twins and a table of all variables, births last.

    The exponent is that of a link; the total is that from activity to the variable.
    """
    rows = [
        [row["variable"], row["follows"], *_cells(row["exponent"]), *_cells(row["from_activity"])]
        for row in entries(exponents)
    ]
    change = 100 * np.nanmean(exponents.changes(ACTIVITY))
    seeds = len(exponents.twins)
    return (
        f"background input {100 * exponents.step:g} % down and up: activity differs by "
        f"{change:.3g} % ({seeds} seed{'s' if seeds > 1 else ''})\n\n"
        + aligned(HEADER, rows, indent="", left=2)
    )


def _cells(over_seeds: dict[str, Any]) -> tuple[str, str]:
    mean, (low, high) = over_seeds["mean"], over_seeds["interval"]
    shown = "-" if mean is None else f"{mean:.3g}"
    return shown, "-" if low is None else f"{low:.3g} to {high:.3g}"
