"""One entry of the summary: a quantity of an arm, its value in each seed, mean and interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .statistics import interval

Entry = dict[str, Any]


def lookup(entries: Sequence[Entry], key: str, arm: str) -> Entry:
    """Return the entry of a quantity and an arm; KeyError if there is none."""
    for entry in entries:
        if entry["key"] == key and entry["arm"] == arm:
            return entry
    raise KeyError(f"{key} of {arm}")


def entry_of(
    key: str, quantity: str, arm: str, unit: str, values: np.ndarray, at_least: Any = False
) -> Entry:
    """Return an entry of `summary`.

    Parameters
    ----------
    key, quantity : str
        Short and long name.
    arm, unit : str
    values : ndarray, shape (seed,)
    at_least : bool or ndarray of bool, shape (seed,)
        Whether the record ended before the value was reached.
    """
    mean, low, high, n = (float(x) for x in interval(values))
    return {
        "key": key, "quantity": quantity, "arm": arm, "unit": unit, "values": np.asarray(values),
        "mean": mean, "low": low, "high": high, "n": int(n), "at_least": bool(np.any(at_least)),
    }  # fmt: skip
