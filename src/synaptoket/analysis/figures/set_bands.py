"""Bands over parameter sets: what the calibration leaves open, beside the interval over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..set_ranges import count_ranges

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

HATCH = "/////"


def draw_set_band(
    axes: Axes,
    hours: np.ndarray,
    sets: Mapping[str, xarray.DataTree],
    arm: str,
    projection: str,
    color: str,
) -> None:
    """Draw the range of the synapse count of an arm over sets: outlined and hatched, not filled."""
    low, high, n = count_ranges(sets, arm, projection, hours)
    if n:
        axes.fill_between(hours / 24, low, high, zorder=1.5, **_look(color))


def set_band_key(sets: Mapping[str, xarray.DataTree]) -> Any:
    """Return an entry of the legend that says what a hatched band is."""
    from matplotlib.patches import Patch

    label = f"range over {len(sets)} acceptable set{'s' if len(sets) > 1 else ''}"
    return Patch(label=label, **_look("#666666"))


def _look(color: str) -> dict[str, Any]:
    return {"facecolor": "none", "edgecolor": (color, 0.45), "hatch": HATCH, "linewidth": 0.7}
