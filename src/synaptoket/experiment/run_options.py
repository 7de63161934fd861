"""The options of a run: meaning, bounds and default of each, for scripts and the command line.

Nothing heavy is imported here, because the command line reads this before it prints its help.
"""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ..parameters.errors import UserError, nearest, shortened
from ..parameters.overrides import Override, parsed_overrides

#: A seed is stored as a whole number of eight bytes.
LARGEST_SEED = 2**63 - 1

#: The share of its own largest response by which a slow process may be wrong.
TOLERANCE = 0.05

#: Bounds of the factor on the time-lapse; the lower is that of the tolerance, too. A smaller factor
#: gives more segments than can be counted, a larger one leaves one segment of any phase.
LEAST_FACTOR, LARGEST_SCALE = 1e-12, 1e6


class EngineKind(StrEnum):
    """How a circuit is run."""

    auto = "auto"
    standalone = "standalone"
    runtime = "runtime"


class Keep(StrEnum):
    """Which checkpoints stay in a finished file."""

    phases = "phases"
    branches = "branches"
    none = "none"


class Bounds(NamedTuple):
    """The least and the largest value of a number, both allowed."""

    least: float
    most: float
    whole: bool


def _count(most: int | None = None) -> Bounds:
    return Bounds(1, math.inf if most is None else most, whole=True)


class Option(NamedTuple):
    """What the command line and the checks must know of a field of `RunOptions`.

    Attributes
    ----------
    help : str
        Its meaning.
    name : str
        The option of ``synaptoket run``; empty if the field has none of its own.
    metavar : str, optional
        What stands for the value in the help.
    bounds : Bounds, optional
        Of a number.
    choices : tuple of str
        The values that a text may have.
    """

    help: str
    name: str = ""
    metavar: str | None = None
    bounds: Bounds | None = None
    choices: tuple[str, ...] = ()


def _about(help: str, name: str = "", metavar: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the metadata of a field."""
    return {"option": Option(help, name, metavar, **more)}


@dataclass(frozen=True)
class RunOptions:
    """How an experiment is run.

    Each field has an `Option` in its metadata: its meaning, its option on the command line, and the
    values that it takes.

    Raises
    ------
    UserError
        If a value is of another type than it should be, or out of range.

    >>> RunOptions((1,), Path("x.h5"), settings=("neurons=200",)).settings[0].value
    200
    >>> RunOptions((1,), Path("x.h5"), jobs=0)
    Traceback (most recent call last):
    UserError: jobs = 0: expected a whole number of 1 or more
    """

    seeds: tuple[int, ...] = field(metadata=_about("Seeds, each of which has a file of its own."))
    out: Path = field(
        metadata=_about("One seed: a file .h5. Several seeds: a folder.", "--out"),
    )
    jobs: int = field(
        default=1,
        metadata=_about(
            "Processes at once (default: the cores there are).", "--jobs", bounds=_count(4096)
        ),
    )
    neurons: int | None = field(
        default=None,
        metadata=_about("Size of the circuit.", "--neurons", bounds=_count(1_000_000)),
    )
    #: A text ``"dotted.name=value"`` among them is parsed when the options are made.
    settings: tuple[Override, ...] = field(
        default=(),
        metadata=_about("Change any parameter; may be repeated.", "--set", "KEY=VALUE"),
    )
    timelapse_scale: float = field(
        default=1.0,
        metadata=_about(
            "0.5: half the hours of biology in a second of spiking.",
            "--timelapse-scale",
            bounds=Bounds(LEAST_FACTOR, LARGEST_SCALE, whole=False),
        ),
    )
    #: It sets the time-lapse of the phases that leave it open.
    tolerance: float = field(
        default=TOLERANCE,
        metadata=_about(
            "Error of a slow process, of its largest response, at automatic time-lapses.",
            "--tolerance",
            bounds=Bounds(LEAST_FACTOR, 1.0, whole=False),
        ),
    )
    resume: bool = field(default=False, metadata=_about("Continue an interrupted run.", "--resume"))
    overwrite: bool = field(default=False, metadata=_about("Replace old results.", "--overwrite"))
    circuit: str | None = field(
        default=None,
        metadata=_about("Another circuit than the experiment's: a name or a .toml.", "--circuit"),
    )
    overlay: str | None = field(
        default=None,
        metadata=_about(
            "A parameter set of the circuit: a name of models/hypotheses or a .toml.", "--overlay"
        ),
    )
    rules: tuple[str, ...] = field(
        default=(),
        metadata=_about("A rule of one's own; may be repeated.", "--rule", "FILE.py"),
    )
    engine: str = field(
        default=EngineKind.auto.value,
        metadata=_about(
            "standalone: compiled; runtime: without a compiler, slower.",
            "--engine",
            choices=tuple(kind.value for kind in EngineKind),
        ),
    )
    start: str | None = field(
        default=None,
        metadata=_about(
            "Start from a state of another run (info lists them), or of each seed's in a folder.",
            "--from",
            "FILE:CHECKPOINT",
        ),
    )
    #: Besides the states that are saved every 20 s.
    checkpoint_every: int | None = field(
        default=None,
        metadata=_about(
            "Save a state to resume from every N segments, too.",
            "--checkpoint-every",
            "N",
            bounds=_count(),
        ),
    )
    keep: str = field(
        default=Keep.none.value,
        metadata=_about(
            "What stays in a finished file: ends of phases, of branches.",
            "--keep-checkpoints",
            choices=tuple(kind.value for kind in Keep),
        ),
    )
    record_events: bool = field(
        default=False,
        metadata=_about("Record formation and elimination of each synapse.", "--record-events"),
    )
    command: str = field(default="", metadata=_about("What the user typed, for the record."))

    def __post_init__(self) -> None:
        if isinstance(self.settings, (tuple, list)):
            object.__setattr__(self, "settings", parsed_overrides(self.settings))
        self._check_lists()
        if not isinstance(self.out, Path):
            self._refuse("out", 'a Path, as in Path("results/run.h5")')
        if self.out.suffix == ".h5" and len(self.seeds) > 1:
            self._refuse("out", "a folder: several seeds are several files")
        for described in fields(self):
            self._check_value(described)

    def _check_lists(self) -> None:
        for key, kind, example in (
            ("seeds", int, "whole numbers, as in (1, 2)"),
            ("settings", Override, 'texts, as in ("neurons=200",)'),
            ("rules", str, 'texts, as in ("my_rule.py",)'),
        ):
            values = getattr(self, key)
            if not isinstance(values, (tuple, list)) or not all(_is(v, kind) for v in values):
                self._refuse(key, f"a tuple of {example}")
        if not self.seeds or min(self.seeds) < 0 or max(self.seeds) > LARGEST_SEED:
            self._refuse("seeds", "one seed or more, each of 0 or more and below 2^63")
        if len(set(self.seeds)) < len(self.seeds):
            self._refuse("seeds", "each seed once: it has one file")

    def _check_value(self, described: Field) -> None:
        """Raise `UserError` for a number or text that its `Option` does not allow."""
        key, about = described.name, described.metadata["option"]
        value = getattr(self, key)
        if isinstance(described.default, bool) and not isinstance(value, bool):
            self._refuse(key, "True or False")
        if about.choices and value not in about.choices:
            hint = nearest(str(value), about.choices)
            self._refuse(key, f"{', '.join(about.choices)}{hint}")
        if about.bounds is not None and not (value is None and described.default is None):
            self._check_number(key, value, about.bounds)

    def _check_number(self, key: str, value: Any, bounds: Bounds) -> None:
        least, most, whole = bounds
        if not whole:
            if not (_is(value, float) and least <= value <= most):
                self._refuse(key, f"a number of {least:g} to {most:g}")
        elif not (_is(value, int) and value >= least):
            self._refuse(key, f"a whole number of {least:g} or more")
        elif value > most:
            self._refuse(key, f"at most {most}")

    def _refuse(self, key: str, expected: str) -> None:
        raise UserError(f"{key} = {shortened(repr(getattr(self, key)))}: expected {expected}")


def option_of(name: str) -> Option:
    """Return what there is to know of a field of `RunOptions`; KeyError if there is none such.

    >>> option_of("start").name
    '--from'
    """
    return {described.name: described for described in fields(RunOptions)}[name].metadata["option"]


def options_of_a_run() -> list[Option]:
    """Return what there is to know of all fields of `RunOptions`, in order."""
    return [described.metadata["option"] for described in fields(RunOptions)]


def _is(value: Any, kind: type) -> bool:
    """Return whether a value is of a kind: a whole number is a number, too, a switch is none."""
    kinds = (int, float) if kind is float else kind
    return isinstance(value, kinds) and not isinstance(value, bool)
