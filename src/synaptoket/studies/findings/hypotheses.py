"""Rival accounts of how ketamine acts, each a named overlay of a circuit.

A file of ``models/hypotheses`` holds the claim of a hypothesis as settings of the circuit, the
prior ranges that follow from the claim, and the values to which `models/calibration/calibrate.py`
fitted the free parameters under it. Nothing else may differ from the circuit's own file, so that
any difference in the findings is due to the claim.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from ...parameters.errors import UserError
from ...parameters.files import display, model_names, model_path, read_toml
from ...parameters.overrides import Dotted, Override
from ...parameters.validation import validated


class Hypothesis(BaseModel):
    """One file of ``models/hypotheses``.

    Attributes
    ----------
    name, title, claim, source : str
        `claim` is one sentence; `source` who made it.
    switch : str
        The disputed point it takes a side in.
    circuit : str
        The circuit that it changes.
    set : dict
        Dotted names and values: what is claimed.
    priors : dict
        Dotted names and ranges that follow from the claim, in place of the circuit's own.
    calibrated : dict
        Dotted names and the values found under the claim.
    calibration : str
        The run that found them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    claim: str
    source: str
    switch: str = ""
    circuit: str = "prefrontal"
    set: dict[str, Any] = {}
    priors: dict[str, tuple[Any, Any]] = {}
    calibrated: dict[str, Any] = {}
    calibration: str = ""

    def settings(self) -> tuple[Override, ...]:
        """Return the overlay as the settings of a run."""
        return tuple(Override.of(name, value) for name, value in self._values().items())

    def overrides(self) -> dict[Dotted, Any]:
        """Return the overlay as `load_circuit` takes it."""
        return {tuple(name.split(".")): value for name, value in self._values().items()}

    def _values(self) -> dict[str, Any]:
        return {**self.calibrated, **self.set}


def load_hypothesis(name: str) -> Hypothesis:
    """Read a hypothesis by its name or the path of a TOML file.

    Raises
    ------
    UserError
        One line that names the file and the key, or the nearest name.
    """
    path = model_path("hypotheses", name)
    tree = read_toml(path)
    tree.setdefault("name", path.stem)
    hypothesis = validated(Hypothesis, tree, display(path))
    both = sorted(hypothesis.set.keys() & (hypothesis.calibrated.keys() | hypothesis.priors.keys()))
    if both:
        raise UserError(f"{display(path)}: {both[0]} is both set and free: expected one of them")
    return hypothesis


def hypothesis_names() -> list[str]:
    """Return the names of all hypotheses that ship."""
    return model_names("hypotheses")
