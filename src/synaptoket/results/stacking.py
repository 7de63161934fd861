"""Arrays (seed, time, ...) over several result files, read when they are indexed.

The classes are at the top level of a module, so that Dask, multiprocessing and `pickle` can send
the tree of `open_results` to another process. The reader imports this module only with xarray.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from .entries import dataset_at
from .sources import opened


class ArmBackend(BackendEntrypoint):
    """The xarray backend that opens an arm, an object with a method ``dataset()``."""

    def open_dataset(self, filename_or_obj: Any, *, drop_variables=None) -> xarray.Dataset:
        """Return the dataset of an arm."""
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
        Number of rows in each file.
    shape : tuple of int
        Shape of the stacked array: (seed, time, ...).
    dtype : dtype
        Type of the dataset in the files.
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
        # A process that receives this array may have another working folder.
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
                values[:rows] = dataset_at(file, key)[:rows]
            else:  # a rule records it in other seeds only
                values[:rows] = np.nan
        return values


def lazy(array: BackendArray) -> indexing.LazilyIndexedArray:
    """Return xarray's wrapper of an array that is read when it is indexed."""
    return indexing.LazilyIndexedArray(array)
