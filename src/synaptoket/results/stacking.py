"""Arrays (seed, time, ...) over several result files that are read when they are indexed.

The classes stand at the top of a module that the reader imports only when it has xarray, so that
Dask, multiprocessing and `pickle` can send what `open_results` returns to another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from .sources import opened


class Opening(BackendEntrypoint):
    """The xarray backend that opens whatever knows how to make a dataset of itself."""

    def open_dataset(self, filename_or_obj: Any, *, drop_variables=None) -> xarray.Dataset:
        """Return the dataset that `filename_or_obj` makes."""
        return filename_or_obj.dataset()


class Stack(BackendArray):
    """One quantity of one arm in several files, stacked along `seed`.

    Parameters
    ----------
    files : sequence of Path
        One for each seed.
    arm, name : str
        The group and its dataset.
    lengths : sequence of int
        Rows that each file has.
    shape : tuple of int
        Of the whole: (seed, time, ...).
    dtype : dtype
        Of the dataset in the files.
    """

    def __init__(
        self,
        files: Sequence[Path],
        arm: str,
        name: str,
        lengths: Sequence[int],
        shape: tuple[int, ...],
        dtype: np.dtype,
    ):
        # Whoever is sent this array may work in another folder.
        self.files = [path.absolute() for path in files]
        self.arm, self.name, self.lengths, self.shape = arm, name, list(lengths), shape
        self._ragged = any(length < shape[1] for length in lengths)
        self.dtype = np.result_type(dtype, np.float64) if self._ragged else np.dtype(dtype)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        support = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._read)

    def _read(self, key: tuple) -> np.ndarray:
        chosen = np.arange(len(self.files))[key[0]]
        if np.ndim(chosen) == 0:
            return self._read_file(int(chosen))[key[1:]]
        stacked = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        for i, which in enumerate(chosen):
            stacked[i] = self._read_file(which)
        return stacked[(slice(None), *key[1:])]

    def _read_file(self, which: int) -> np.ndarray:
        values = np.full(self.shape[1:], np.nan if self._ragged else 0, self.dtype)
        rows = self.lengths[which]
        with opened(self.files[which]) as file:
            key = f"{self.arm}/{self.name}"
            if key in file:
                values[:rows] = file[key][:rows]
            else:  # a rule records it in other seeds only
                values[:rows] = np.nan
        return values


def lazy(array: BackendArray) -> indexing.LazilyIndexedArray:
    """Return an array as xarray wants one that is read when it is indexed."""
    return indexing.LazilyIndexedArray(array)
