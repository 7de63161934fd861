"""The arm, the population and the projection that reports are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..results.arm_rows import RowsByArm, rows_by_arm

if TYPE_CHECKING:
    import xarray

#: The arm that others are compared with.
CONTROL = "control"

#: The population whose rate is reported as the one that rises.
EXCITATORY = "pyramidal"


def principal(tree: xarray.DataTree | RowsByArm) -> str:
    """Return the projection whose synapses are reported: the first of which some come and go.

    If the synapses of none do, in any arm or seed, it is the first projection.
    """
    first = next(iter(rows_by_arm(tree).children.values())).axes["projection"][0]
    return next(iter(moving(tree)), first)


def moving(tree: xarray.DataTree | RowsByArm) -> list[str]:
    """Return the projections of which some synapses come and go, in any arm or seed."""
    changing: set[str] = set()
    names: list[str] = []
    for arm in rows_by_arm(tree).children.values():
        if "projection" not in arm.axes:
            continue
        names = list(arm.axes["projection"])
        turnover = arm.values("formed") + arm.values("eliminated")
        changing |= {names[i] for i in np.flatnonzero((turnover > 0).any(axis=(0, 1)))}
    return [name for name in names if name in changing]
