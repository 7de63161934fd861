"""Rival accounts of how ketamine acts, each a named overlay of a circuit.

A file of ``models/hypotheses`` holds the claim of a hypothesis as settings of the circuit, the
prior ranges that follow from the claim, and the values to which `models/calibration/calibrate.py`
fitted the free parameters under it. Nothing else may differ from the circuit's own file, so that
any difference in the findings is due to the claim.

A parameter set that the calibration leaves open has the same form: those of
``models/calibration/accepted``.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from .errors import UserError
from .files import display, expanded, is_path, model_names, model_path, read_toml, root
from .overrides import Dotted, Override
from .validation import validated


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

    def settings_under(self, others: Iterable[Override]) -> tuple[Override, ...]:
        """Return the settings of the overlay that `others` do not change, then `others`."""
        others = tuple(others)
        changed = {setting.dotted for setting in others}
        return (*(s for s in self.settings() if s.dotted not in changed), *others)

    def check_circuit(self, circuit: str) -> None:
        """Raise `UserError` for the name of another circuit; a file of one's own may be a copy."""
        if circuit != self.circuit and not is_path(circuit, ".toml"):
            raise UserError(
                f"overlay {self.name}: changes the circuit {self.circuit}, the run's is {circuit}"
            )

    def overrides(self) -> dict[Dotted, Any]:
        """Return the overlay as `load_circuit` takes it."""
        return {tuple(name.split(".")): value for name, value in self._values().items()}

    def _values(self) -> dict[str, Any]:
        return {**self.calibrated, **self.set}


def load_hypothesis(name: str | Path) -> Hypothesis:
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


def set_files(place: str, circuit: str) -> list[Path]:
    """Return the files of several parameter sets of a circuit, in the order of their names.

    Parameters
    ----------
    place : str
        A folder, of whose ``.toml`` files those that change `circuit` are meant; or a pattern such
        as ``"accepted/prefrontal_*.toml"``, all of whose files must change it.
    circuit : str

    Raises
    ------
    UserError
        If there are none, one is not sound, or two have one name.
    """
    paths: list[str] = []
    is_folder = False
    for base in (Path(), root()):
        pattern = str(base / expanded(place))
        is_folder = Path(pattern).is_dir()
        paths = sorted(glob.glob(f"{glob.escape(pattern)}/*.toml" if is_folder else pattern))
        if paths:
            break
    files = []
    for path in map(Path, paths):
        overlay = load_hypothesis(path)
        if is_folder and overlay.circuit != circuit:
            continue
        overlay.check_circuit(circuit)
        files.append(path)
    if not files:
        raise UserError(f"--sets {place}: expected a folder or a pattern of overlays of {circuit}")
    names = [path.stem for path in files]
    if len(set(names)) < len(names):
        raise UserError(f"--sets {place}: two files are named {max(names, key=names.count)}")
    return files


def hypothesis_names() -> list[str]:
    """Return the names of all hypotheses that ship."""
    return model_names("hypotheses")
