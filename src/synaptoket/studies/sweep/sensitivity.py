"""Sensitivity indices of a design, after Morris and after Sobol.

``morris``
    An elementary effect is the change of the outcome over one step of a parameter, extrapolated to
    its whole range. ``mu_star`` is the mean of its absolute value over trajectories, ``mu`` the
    mean of the effect itself, ``sigma`` its standard deviation, which is large if the effect
    depends on the other parameters. All three are in the unit of the outcome. Morris 1991
    Technometrics; Campolongo 2007 Environ Model Softw.
``saltelli``
    ``S1`` is the share of the outcome's variance that a parameter explains by itself, ``ST`` the
    share that includes its interactions with other parameters. Saltelli 2010 Comput Phys Commun;
    Jansen 1999.

The outcome is the mean over seeds. A trajectory, or the block of a base point, is left out as a
whole if one of its runs is missing or has no such quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...parameters.errors import UserError, nearest
from .designs import LEVELS, positions
from .grid import Grid

#: Outcomes unless others are asked for, each where the sweep has it.
OUTCOMES = ("count_24h", "count_14d", "glutamate_peak")

#: For each kind: its groups of samples, the fewest groups that are enough, its indices.
GROUPS = {"morris": "trajectories", "saltelli": "base points"}
FEWEST = {"morris": 2, "saltelli": 8}
COLUMNS = {"morris": ("mu_star", "mu_star_conf", "mu", "sigma"),
           "saltelli": ("ST", "ST_conf", "S1", "S1_conf")}  # fmt: skip

#: Resamples of a bootstrap, and its seed.
RESAMPLES, SEED = 1000, 1


@dataclass(frozen=True)
class Indices:
    """The indices of one outcome.

    Attributes
    ----------
    kind : str
        ``morris`` or ``saltelli``.
    key, arm, quantity, unit : str
        The outcome.
    names : list of str
        The parameters.
    columns : dict of str to ndarray, shape (parameters,)
        Parameters are ranked by the first; the second is half of its 95 % interval.
    used, dropped : int
        Trajectories or base points.
    noise : float
        The first index that a parameter without any effect is expected to have, as seeds differ;
        NaN with one seed.
    """

    kind: str
    key: str
    arm: str
    quantity: str
    unit: str
    names: list[str]
    columns: dict[str, np.ndarray]
    used: int
    dropped: int
    noise: float

    @property
    def order(self) -> np.ndarray:
        """Places of the parameters, the one that decides most first."""
        return np.argsort(-self.columns[COLUMNS[self.kind][0]], kind="stable")


def sensitivity(grid: Grid, outcomes: Sequence[str] = ()) -> list[Indices]:
    """Return the indices of each outcome.

    Parameters
    ----------
    grid : Grid
        Of a sweep with a design ``morris`` or ``saltelli``, any other axes held.
    outcomes : sequence of str
        ``KEY`` or ``KEY:ARM``; without an arm, the first that was given a drug.

    Raises
    ------
    UserError
        If the sweep has no such design, too few of its samples are done, or an outcome is unknown.
    """
    design = grid.plan.sweep.design
    if design is None or design.kind not in GROUPS:
        kind = f"a design {design.kind}" if design else "no design"
        raise UserError(
            f"sensitivity: the sweep has {kind}; it takes [design] kind = "
            '"morris" or "saltelli" in the file of the sweep'
        )
    others = [axis for axis in grid.axes if axis.name != "sample"]
    if others or "sample" in grid.held:
        shown = " ".join(f"--at '{axis.name}={axis.labels[0]}'" for axis in others)
        raise UserError(f"sensitivity: is over sample alone; {shown or 'leave out --at sample'}")
    chosen = [_outcome(grid, text) for text in outcomes or _usual(grid)]
    names = list(grid.axes[0].settings[0])
    task = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    places = positions(design, task)
    _check_places(grid, names, places)
    return [_indices(grid, design.kind, outcome, task, places) for outcome in chosen]


def _usual(grid: Grid) -> list[str]:
    known = grid.quantities()
    return [key for key in OUTCOMES if key in grid.table.described] or known[:3]


def _outcome(grid: Grid, text: str) -> tuple[str, str]:
    key, _, arm = text.partition(":")
    known = list(grid.table.described)
    if key not in known:
        raise UserError(f"--outcome {text}: no such quantity{nearest(key, known)}")
    arms = [a for k, a in grid.table.columns if k == key]
    if arm and arm not in arms:
        raise UserError(f"--outcome {text}: no such arm{nearest(arm, arms)}")
    return key, arm or grid.arms(key)[0]


def _check_places(grid: Grid, names: list[str], places: np.ndarray) -> None:
    """Refuse places in the design that are not those at which the runs were made."""
    from .axes import coordinate

    settings = grid.axes[0].settings
    fits = len(places) == len(settings)
    for name, column in zip(names, places.T, strict=True) if fits else ():
        values = np.array(coordinate([chosen[name] for chosen in settings])[0], float)
        rising = np.diff(values[np.argsort(column, kind="stable")])
        fits &= bool((rising >= -1e-5 * np.ptp(values)).all())
    if not fits:
        raise UserError("sensitivity: SALib draws another design here than when the sweep began")


def _indices(
    grid: Grid, kind: str, of: tuple[str, str], task: dict[str, Any], places: np.ndarray
) -> Indices:
    """Return the indices of one outcome, a quantity `of` an arm."""
    (key, arm), size = of, task["num_vars"]
    values = grid.values(key, arm)
    outcome = values.mean(axis=-1)
    length = size + (1 if kind == "morris" else 2)
    groups = outcome.reshape(-1, length)
    whole = np.isfinite(groups).all(axis=1)
    used, dropped = int(whole.sum()), int((~whole).sum())
    if used < FEWEST[kind]:
        raise UserError(
            f"sensitivity: {key} of {arm}: {used} of {len(groups)} {GROUPS[kind]} are complete, "
            f"expected at least {FEWEST[kind]}"
        )
    keep = np.repeat(whole, length)
    y = outcome[keep]
    if kind == "morris":
        from SALib.analyze import morris

        analysed = morris.analyze(
            task, places[keep], y, num_resamples=RESAMPLES, num_levels=LEVELS, seed=SEED
        )
    elif np.ptp(y) == 0:  # no variance to share
        analysed = {name: np.zeros(size) for name in COLUMNS[kind]}
    else:
        from SALib.analyze import sobol

        analysed = sobol.analyze(
            task, y, calc_second_order=False, num_resamples=RESAMPLES, seed=SEED
        )
    columns = {name: np.array(analysed[name], float) for name in COLUMNS[kind]}
    noise = _noise(kind, values[keep], y)
    return Indices(kind, key, arm, *grid.named(key), task["names"], columns, used, dropped, noise)


def _noise(kind: str, values: np.ndarray, outcome: np.ndarray) -> float:
    """Return the index that a parameter without effect has by the scatter of the mean over seeds.

    With standard error e of an outcome, two of the same mean differ by 2 e / √π on average, and an
    elementary effect is a difference over a step; ST of such a parameter is e² over the variance.
    """
    seeds = values.shape[-1]
    if seeds < 2 or not np.ptp(outcome):
        return float("nan")
    square = float(np.mean(values.var(axis=-1, ddof=1) / seeds))
    if kind == "saltelli":
        return square / float(outcome.var())
    step = LEVELS / (2 * (LEVELS - 1))
    return 2 * np.sqrt(square / np.pi) / step
