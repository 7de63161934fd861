"""What a sweep file may say: the experiment, what is fixed, what varies, where it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import UserError, nearest
from ..lag import TOLERANCE
from ..library import display, existing, is_path, read_toml, root, shipped
from ..validation import validated

Value = bool | int | float | str
Text = str | int | float
Positive = Annotated[int, Field(ge=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AxisTable(_Table):
    """One axis: a parameter and its values, or named combinations of several parameters.

    Attributes
    ----------
    parameter : str or list of str, optional
        Dotted name, as after ``--set``; several are given the same value.
    values : list, optional
        Its values, each with its unit.
    range : pair, optional
        First and last value; `points` of them, evenly spaced, or in the logarithm.
    combinations : dict, optional
        Of each name the parameters that it sets.
    label : str, optional
        What a figure calls the axis, without a unit.
    """

    parameter: str | Annotated[list[str], Field(min_length=1)] | None = None
    values: Annotated[list[Value], Field(min_length=1)] | None = None
    range: tuple[Text, Text] | None = None
    points: Annotated[int, Field(ge=2)] | None = None
    scale: Literal["linear", "log"] = "linear"
    combinations: Annotated[dict[str, dict[str, Value]], Field(min_length=1)] | None = None
    label: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AxisTable:
        given = [key for key in ("values", "range", "combinations") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError("expected one of values, range, combinations")
        if (self.parameter is None) != (self.combinations is not None):
            raise ValueError("expected a parameter with values or a range, none with combinations")
        if (self.points is None) != (self.range is None):
            raise ValueError("expected points together with a range")
        return self

    def parameters(self) -> list[str]:
        """Return the parameters that have the axis' value."""
        return [self.parameter] if isinstance(self.parameter, str) else list(self.parameter or ())


class Sampled(_Table):
    """The range of one parameter of a design, and how it is sampled."""

    range: tuple[Text, Text]
    scale: Literal["linear", "log"] = "linear"


class DesignTable(_Table):
    """Points that vary several parameters at once.

    Attributes
    ----------
    kind : str
        ``random``, ``latin_hypercube`` or ``sobol`` fill the space with `points` points;
        ``morris`` (as many trajectories) and ``saltelli`` (as many base points) are designs from
        which sensitivity indices can be estimated.
    parameters : dict
        The range of each.
    free_parameters : bool
        Also vary every parameter to which the circuit gives a prior, over that prior.
    spread : float
        The share of each prior, about the value in use, over which free parameters vary; all of it.
    seed : int
        Of the design; the same seed is the same design.
    """

    kind: Literal["random", "latin_hypercube", "sobol", "morris", "saltelli"]
    points: Positive
    seed: Annotated[int, Field(ge=0)] = 1
    free_parameters: bool = False
    spread: Annotated[float, Field(gt=0, le=1)] = 1.0
    parameters: dict[str, Sampled] = {}

    @model_validator(mode="after")
    def _varied(self) -> DesignTable:
        if not self.parameters and not self.free_parameters:
            raise ValueError("expected parameters, or free_parameters = true")
        return self


class ClusterTable(_Table):
    """What each job of a cluster asks for; the options of the command line come before it."""

    partition: str | None = None
    account: str | None = None
    walltime: str = "1:00:00"
    memory: str = "2 GB"
    cores: Positive = 1
    jobs: Positive = 8
    interface: str | None = None
    prologue: list[str] = []
    options: list[str] = []


class SweepFile(_Table):
    """A sweep, as its file says it.

    Attributes
    ----------
    experiment : str
        A script, or the name of one that ships.
    seeds : int or list of int
        Seeds 1 to N, or these, of every point.
    keep : {"summary", "files"}
        What is kept of a run: its summary quantities, or its whole result file besides.
    set : dict
        Parameters that are the same in every run.
    arms : list of str, optional
        The arms to play; all of them.
    """

    experiment: str
    circuit: str | None = None
    neurons: Positive | None = None
    arms: Annotated[list[str], Field(min_length=1)] | None = None
    seeds: Positive | Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = 1
    keep: Literal["summary", "files"] = "summary"
    timelapse_scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    tolerance: Annotated[float, Field(gt=0, le=1)] = TOLERANCE
    rules: list[str] = []
    set: dict[str, Value] = {}
    axes: dict[str, AxisTable] = {}
    design: DesignTable | None = None
    cluster: ClusterTable = ClusterTable()

    @model_validator(mode="after")
    def _names(self) -> SweepFile:
        taken = {"seed", "arm", "sample"} & set_of(self.axes)
        if taken:
            raise ValueError(f"axes.{taken.pop()}: the name is in use; choose another")
        if isinstance(self.seeds, list) and len(set_of(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: expected each seed once")
        return self

    def seed_numbers(self) -> list[int]:
        """Return the seeds of every point."""
        return list(self.seeds) if isinstance(self.seeds, list) else list(range(1, self.seeds + 1))


#: Inside `SweepFile` the name `set` is a field.
set_of = set


def sweep_names() -> list[str]:
    """Return the names of the sweeps that come with the package."""
    return sorted(path.stem for path in (root() / "experiments" / "sweeps").glob("*.toml"))


def sweep_path(name: str | Path) -> Path:
    """Return the path of a sweep file: a name of ``experiments/sweeps/``, or a ``.toml`` file."""
    if is_path(name, ".toml"):
        return existing(shipped(Path(name).expanduser()))
    path = root() / "experiments" / "sweeps" / f"{name}.toml"
    if not path.is_file():
        raise UserError(f"sweeps: no sweep named {str(name)!r}{nearest(str(name), sweep_names())}")
    return path


def load_sweep(path: Path) -> SweepFile:
    """Return the checked contents of a sweep file."""
    return validated(SweepFile, read_toml(path), display(path))
