"""The check of the arguments of read-outs: their names and their values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...parameters.errors import UserError, nearest, shortened
from ...parameters.quantities import Quantity
from ...pharmacology import SUBUNITS, Dose
from ...results.schema import VARIABLES

if TYPE_CHECKING:
    from .finding import Finding, Plot, Readout

#: Arguments that are quantities: the unit, and whether they may be below zero.
QUANTITIES = {
    "potential": ("volt", True),
    "magnesium": ("molar", False),
    "concentration": ("molar", False),
    "ambient": ("molar", False),
    "time": ("second", False),
    "body_weight": ("kilogram", False),
}

#: Recorded variables with one value for each row, whatever the circuit.
SINGLE_VALUED = tuple(v.name for v in VARIABLES if v.dimension is None)

#: Recorded variables that the figure of a finding can show.
PLOTTED = ("rate", *(v.name for v in VARIABLES if v.dimension in (None, "projection")))

#: Arguments that name an arm, or a phase, of the finding's own experiment.
ARMS = ("arm", "arms", "against", "peak", "blocked", "vehicle")
PHASES = ("phase", "before", "after", "phases", "earlier", "later")

#: Those of them that are lists of names.
SEVERAL = ("arms", "peak", "phases", "earlier", "later")


def check_arguments(finding: Finding, readout: Readout, function: Callable) -> None:
    """Raise `UserError` for an argument that the function of a read-out lacks or cannot read.

    The message goes on after the name of the table: ``.time = "1 kg": expected a time``.
    """
    taken = list(inspect.signature(function).parameters.values())
    names = [each.name for each in taken if each.name not in ("run", "dish", "bath")]
    needed = [each.name for each in taken if each.default is each.empty and each.name in names]
    if finding.protocol == "dish":
        bath = ["drug", "concentration", "ambient"]
        names, needed = names + bath, needed + bath
    for name in readout.arguments:
        if name not in names:
            raise UserError(f".{name}: unknown argument{nearest(name, names)}")
    for name in needed:
        if name not in readout.arguments:
            raise UserError(f".{name}: missing: {readout.function} needs {', '.join(needed)}")
    for name, value in readout.arguments.items():
        try:
            _check(finding, name, value)
        except UserError as error:
            raise UserError(f".{name} = {error}") from None


def _check(finding: Finding, name: str, value: Any) -> None:
    shown = shortened(repr(value))
    if name in QUANTITIES:
        unit, signed = QUANTITIES[name]
        if Quantity.parse(value, unit) < 0 and not signed:
            raise UserError(f'"{value}": expected zero or more')
    elif name == "subunit" and value not in SUBUNITS:
        raise UserError(f"{shown}: unknown subunit{nearest(str(value), SUBUNITS)}")
    elif name in ("dose", "reference"):
        if not isinstance(value, dict):
            raise UserError(f"{shown}: expected a table with drug and amount")
        dose_of(value)
    elif name == "populations" or (name == "against" and finding.protocol == "dish"):
        if not value or not isinstance(value, list) or not all(type(p) is str for p in value):
            raise UserError(f"{shown}: expected a list of names of populations")
    elif finding.experiment is not None and name in (*ARMS, *PHASES):
        experiment = finding.experiment
        phases = [str(phase.get("name")) for phase in experiment.phases]
        known = list(experiment.arms) if name in ARMS else phases
        several = name in SEVERAL
        if not isinstance(value, list if several else str) or not value:
            raise UserError(f"{shown}: expected {'a list of names' if several else 'a name'}")
        for each in value if several else [value]:
            if each not in known:
                kind = "arm" if name in ARMS else "phase"
                raise UserError(f"{shown}: unknown {kind}{nearest(str(each), known)}")
    elif name == "variable" and value not in SINGLE_VALUED:
        hint = nearest(str(value), SINGLE_VALUED)
        raise UserError(f"{shown}: no variable with one value for each row{hint}")
    elif name == "sign" and (type(value) is not int or value not in (-1, 1)):
        raise UserError(f"{shown}: expected 1 or -1")
    elif name in ("hours", "span") and not (type(value) in (int, float) and float(value) >= 0):
        raise UserError(f"{shown}: expected a number of hours")
    elif name == "affinity_set" and not isinstance(value, str):
        raise UserError(f"{shown}: expected the name of an affinity set of the drug")


def check_plot(finding: Finding, plot: Plot) -> None:
    """Raise `UserError` for a variable that no figure shows, or a phase that is not played.

    The message goes on after the name of the table: ``.variable = "rat": …``.
    """
    if plot.variable not in PLOTTED:
        hint = nearest(plot.variable, PLOTTED)
        raise UserError(f'.variable = "{plot.variable}": no variable that a figure shows{hint}')
    phases = finding.experiment.phases if finding.experiment else ()
    names = [str(phase.get("name")) for phase in phases]
    if finding.experiment is not None and plot.phase not in names:
        raise UserError(f'.phase = "{plot.phase}": unknown phase{nearest(plot.phase, names)}')


def dose_of(table: dict[str, Any]) -> Dose:
    """Return the dose of a table of a finding.

    Raises
    ------
    UserError
        For a key that a dose lacks, or a value that it cannot have.
    """
    known = list(inspect.signature(Dose).parameters)
    for key in table:
        if key not in known:
            raise UserError(f"{key}: unknown key of a dose{nearest(key, known)}")
    for key in ("drug", "amount"):
        if key not in table:
            raise UserError(f"{key}: missing in a dose")
    return Dose(**table)
