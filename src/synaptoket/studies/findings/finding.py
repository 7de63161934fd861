"""Findings: published results as data, with a simulated protocol and read-outs.

A file of ``models/findings`` is one finding. It names a protocol, and read-outs: for each a
function of `readouts`, its arguments and the accepted range. To add a finding is to add a file.
"""

from __future__ import annotations

from math import inf
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ...experiment.phase import Phase
from ...experiment.protocol import Arm, Experiment
from ...parameters.errors import UserError
from ...pharmacology import Dose


class Table(BaseModel):
    """A table of a finding's file. Types are strict: ``"3"`` is no number, ``"no"`` no switch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_own_type(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        plain: dict[Any, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,)}
        expected = cls.model_fields[info.field_name].annotation
        if expected in plain and type(value) not in plain[expected]:
            words = {int: "a whole number", float: "a number", bool: "true or false"}
            raise ValueError(f"expected {words[expected]}")
        return value


class Readout(Table):
    """One number that is compared with the literature.

    Attributes
    ----------
    key : str
        A short name, unique in its finding.
    quantity, unit : str
        The name of the quantity for readers, and its unit.
    range : tuple of float
        The accepted range, both ends included; ``inf`` leaves a side open. A read-out without a
        range is reported beside the others and not judged.
    function : str
        A name in `readouts.READOUTS`.
    arguments : dict
        Keyword arguments of the function.
    """

    key: str
    quantity: str
    unit: str
    range: tuple[float, float] = (-inf, inf)
    function: str
    arguments: dict[str, Any] = {}

    @property
    def judged(self) -> bool:
        """Whether it has a range to be compared with."""
        return self.range != (-inf, inf)

    @field_validator("range", mode="before")
    @classmethod
    def _of_numbers(cls, value: Any) -> Any:
        if not isinstance(value, (list, tuple)) or any(
            type(bound) not in (int, float) for bound in value
        ):
            raise ValueError("expected a lower and a higher number")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Readout:
        if not self.range[0] < self.range[1]:
            raise ValueError(f"range = {list(self.range)}: expected a lower and a higher number")
        return self


class ArmTable(Table):
    """One arm of a finding's experiment."""

    stress: StrictBool | dict[str, float] = False
    doses: tuple[dict[str, str], ...] = ()


class ExperimentTable(Table):
    """Phases and arms as data, with the keys that an experiment script has."""

    body_weight: str = "70 kg"
    phases: tuple[dict[str, Any], ...]
    arms: dict[str, ArmTable]

    def experiment(self, circuit: str) -> Experiment:
        """Return the experiment, on a circuit."""
        try:
            phases = tuple(Phase(**phase) for phase in self.phases)
            arms = {
                name: Arm(arm.stress, tuple(Dose(**dose) for dose in arm.doses))
                for name, arm in self.arms.items()
            }
        except TypeError as error:
            raise UserError(f"experiment: {error}") from None
        return Experiment(phases, arms, circuit, self.body_weight)


class Plot(Table):
    """The course that a finding's figure shows: one variable of all arms, over hours.

    Time zero is the start of `phase`. `population` is accepted and has no effect: firing rates are
    drawn of every population.
    """

    variable: str
    phase: str
    population: str | None = None
    unit: Literal["h", "day"] = "h"


class Finding(Table):
    """One published result, and the read-outs by which the model reproduces it or not.

    Attributes
    ----------
    id, title, short, source, evidence : str
        `short` is the title in three words; `evidence` is the tag of how sure the number is: V
        read in the source, M recalled.
    simulated : str
        The simulation, described in a line.
    calibrated : bool
        Whether parameters were fitted to it: then it shows only that the model can meet it.
    protocol : str
        ``"network"`` plays `experiment` on the circuit over seeds; the others are closed form or a
        single cell.
    seeds : int
        Seeds of a network protocol.
    neurons : int
        Size of the circuit.
    explanation : str
        Why it is not reproduced, where that is known.
    """

    id: str
    title: str
    short: str
    source: str
    evidence: str
    simulated: str
    calibrated: bool
    protocol: Literal["receptor", "plasma", "dish", "network"]
    seeds: int = Field(default=6, ge=1)
    neurons: int = Field(default=400, ge=10)
    experiment: ExperimentTable | None = None
    readouts: tuple[Readout, ...]
    plot: Plot | None = None
    explanation: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Finding:
        keys = [readout.key for readout in self.readouts]
        if not keys or len(keys) != len(set(keys)):
            raise ValueError("readouts: expected one or more, each with a key of its own")
        if not any(readout.judged for readout in self.readouts):
            raise ValueError("readouts: expected a range in one or more of them")
        if (self.protocol == "network") != (self.experiment is not None):
            raise ValueError('experiment: expected with protocol = "network", and only there')
        return self
