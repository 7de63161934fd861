"""A quantity of a sweep over its axes, arms and seeds that is read when it is indexed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from ..results.sources import opened_table


class Quantity(BackendArray):
    """One summary quantity of all runs, in the table of a sweep.

    At the top of a module, so that Dask and `pickle` can send it to another process.

    Parameters
    ----------
    table : Path
        The file of the table.
    key : str
        The quantity.
    present : sequence of str
        The arms that have it.
    arms : sequence of str
        All arms, in their order along the axis ``arm``.
    index : ndarray of int, shape (axes ..., seed)
        The number of each run, from `run_numbers`.
    """

    dtype = np.dtype(float)

    def __init__(
        self,
        table: Path,
        key: str,
        present: Sequence[str],
        arms: Sequence[str],
        index: np.ndarray,
    ):
        # Whoever is sent this array may work in another folder.
        self.table, self.key, self.index = table.absolute(), key, index
        self.present, self.arms = list(present), list(arms)
        self.shape = (*index.shape[:-1], len(arms), index.shape[-1])

    def __getitem__(self, at: indexing.ExplicitIndexer) -> np.ndarray:
        support = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(at, self.shape, support, self._read)

    def _read(self, at: tuple) -> np.ndarray:
        filled = np.full((len(self.arms), self.index.max(initial=0) + 1), np.nan)
        with opened_table(self.table) as file:
            numbers = file["run"][:]
            for arm in self.present:
                values = file[f"values/{self.key}/{arm}"][:]
                filled[self.arms.index(arm), numbers] = values
        return np.moveaxis(filled[:, self.index], 0, -2)[at]
