"""The files of findings: their names, and reading one with its read-outs checked."""

from __future__ import annotations

import re
from pathlib import Path

from ...parameters.errors import UserError, nearest
from ...parameters.files import display, is_path, model_names, model_path, read_toml
from ...parameters.validation import validated
from .arguments import check_arguments, check_plot
from .finding import Finding
from .readouts import READOUTS


def finding_names() -> list[str]:
    """Return the names of all findings that ship, F2 before F10."""
    return sorted(model_names("findings"), key=_natural)


def _natural(name: str) -> list:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def load_finding(name: str | Path) -> Finding:
    """Read a finding by its name or the path of a TOML file.

    Raises
    ------
    UserError
        One line that names the file and the key, or the nearest name.
    """
    if not is_path(name, ".toml"):
        known = {each.lower(): each for each in finding_names()}
        name = known.get(str(name).lower(), name)
    path = model_path("findings", name)
    where = display(path)
    tree = read_toml(path)
    tree.setdefault("id", path.stem)
    finding = validated(Finding, tree, where)
    for readout in finding.readouts:
        if readout.function not in READOUTS[finding.protocol]:
            hint = nearest(readout.function, READOUTS[finding.protocol])
            raise UserError(
                f'{where}: readouts.{readout.key}.function = "{readout.function}": no read-out '
                f"of the protocol {finding.protocol}{hint}"
            )
        try:
            check_arguments(finding, readout, READOUTS[finding.protocol][readout.function])
        except UserError as error:
            raise UserError(f"{where}: readouts.{readout.key}.arguments{error}") from None
    if finding.plot is not None:
        try:
            check_plot(finding, finding.plot)
        except UserError as error:
            raise UserError(f"{where}: plot{error}") from None
    if finding.experiment is not None:
        try:
            finding.experiment.experiment("prefrontal").check()
        except UserError as error:
            raise UserError(f"{where}: {error}") from None
    return finding
