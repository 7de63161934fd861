"""Results of one experiment on several parameter sets: ``<folder>/sets/<set>/seed_<n>.h5``.

The folder itself holds the results with the circuit's own parameters.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..parameters.errors import UserError
from .reader import open_results
from .sources import PathLike

if TYPE_CHECKING:
    import xarray

#: The folder within a folder of results that holds those on other parameter sets.
SETS = "sets"

#: Attributes of the root that are the same on all sets: a difference between sets is theirs alone.
SHARED = ("experiment", "neurons", "arms", "doses", "protocol")


def set_folder(results: Path, name: str) -> Path:
    """Return the folder of the results on a parameter set."""
    return results / SETS / name


def open_sets(source: PathLike) -> dict[str, xarray.DataTree]:
    """Open the results on each parameter set that lie beside those of the circuit itself.

    Parameters
    ----------
    source : path
        A folder of results; a file has no sets.

    Returns
    -------
    dict of str to xarray.DataTree
        By the name of the set, as from `open_results`; empty if there are none.

    Raises
    ------
    UserError
        If a folder of a set holds no result file, or one of another experiment or set.
    """
    folder = Path(source) / SETS
    if not folder.is_dir():
        return {}
    trees = {path.name: open_results(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    if not trees:
        return {}
    own = open_results(source).attrs
    for name, tree in trees.items():
        where = set_folder(Path(source), name)
        if tree.attrs.get("overlay", "") != name:
            overlay = tree.attrs.get("overlay", "")
            raise UserError(f"{where}: overlay = {overlay!r}: expected {name!r}")
        for key in SHARED:
            if tree.attrs.get(key) != own.get(key):
                raise UserError(
                    f"{where}: {key} is not that of {source}: play both with the same options"
                )
    return trees
