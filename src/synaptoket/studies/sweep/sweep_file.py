"""The content of a sweep file: the experiment, fixed and varied parameters, where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...experiment.run_options import TOLERANCE
from ...parameters.errors import UserError, nearest
from ...parameters.files import (
    display,
    existing,
    experiment_names,
    experiment_path,
    is_path,
    read_toml,
    root,
    shipped,
)
from ...parameters.validation import validated
from .sweep_values import Name, Text, Value, one_line

#: Runs of a sweep at most; with more, its plan alone would fill the memory.
RUNS_AT_MOST = 200_000

#: Names that are dimensions or coordinates of every sweep.
TAKEN = {"seed", "arm", "sample", "file"}

Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1, le=RUNS_AT_MOST)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]


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

    parameter: Name | Annotated[list[Name], Field(min_length=1)] | None = None
    values: Annotated[list[Value], Field(min_length=1)] | None = None
    range: tuple[Text, Text] | None = None
    points: Annotated[int, Field(ge=2, le=RUNS_AT_MOST)] | None = None
    scale: Literal["linear", "log"] = "linear"
    combinations: Annotated[dict[Name, dict[Name, Value]], Field(min_length=1)] | None = None
    label: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AxisTable:
        ways = [key for key in ("values", "range", "combinations") if getattr(self, key)]
        if len(ways) != 1:
            raise ValueError("expected one of values, range, combinations")
        if (self.parameter is None) != (self.combinations is not None):
            raise ValueError("expected a parameter with values or a range, none with combinations")
        if (self.points is None) != (self.range is None):
            raise ValueError("expected points together with a range")
        if len(set_of(self.parameters())) < len(self.parameters()):
            raise ValueError("expected each parameter once")
        return self

    def parameters(self) -> list[str]:
        """Return the parameters that have the axis' value."""
        return [self.parameter] if isinstance(self.parameter, str) else list(self.parameter or ())

    def places(self) -> int:
        """Return how many values or combinations there are."""
        return self.points or len(self.values or self.combinations or ())


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
        The share of each prior, about the value in use, over which free parameters vary; 1 is all
        of it.
    seed : int
        Of the design; the same seed is the same design.
    """

    kind: Literal["random", "latin_hypercube", "sobol", "morris", "saltelli"]
    points: Count
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    free_parameters: bool = False
    spread: Annotated[float, Field(gt=0, le=1)] = 1.0
    parameters: dict[Name, Sampled] = {}

    @model_validator(mode="after")
    def _varied(self) -> DesignTable:
        if not self.parameters and not self.free_parameters:
            raise ValueError("expected parameters, or free_parameters = true")
        return self


class ClusterTable(_Table):
    """The request of each job of a cluster; options of the command line take precedence.

    `prologue` and `options`, lines of the shell and of the scheduler, come from the command line
    only: they are commands that run as the user.
    """

    partition: str | None = None
    account: str | None = None
    walltime: str = "1:00:00"
    memory: str = "2 GB"
    cores: Annotated[int, Field(ge=1, le=4096)] = 1
    jobs: Annotated[int, Field(ge=1, le=100_000)] = 8
    interface: str | None = None
    prologue: list[str] = []
    options: list[str] = []


class SweepFile(_Table):
    """A sweep, as its file says it.

    Attributes
    ----------
    experiment : str
        The name of one that ships, or a script: that only from the command line.
    seeds : int or list of int
        Seeds 1 to N, or these, of every point.
    keep : {"summary", "files"}
        The results that are kept of a run: its summary, or its whole result file with the summary.
    set : dict
        Parameters that are the same in every run.
    arms : list of str, optional
        The arms to play; all of them.
    rules : list of str
        Python files with rules, only from the command line.
    """

    experiment: str
    circuit: str | None = None
    neurons: Positive | None = None
    arms: Annotated[list[Name], Field(min_length=1)] | None = None
    seeds: Count | Annotated[list[Seed], Field(min_length=1, max_length=RUNS_AT_MOST)] = 1
    keep: Literal["summary", "files"] = "summary"
    timelapse_scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    tolerance: Annotated[float, Field(gt=0, le=1)] = TOLERANCE
    rules: list[str] = []
    set: dict[Name, Value] = {}
    axes: dict[Name, AxisTable] = {}
    design: DesignTable | None = None
    cluster: ClusterTable = ClusterTable()

    @model_validator(mode="after")
    def _names(self) -> SweepFile:
        taken = TAKEN & set_of(self.axes)
        if taken:
            raise ValueError(f"axes.{taken.pop()}: the name is in use; choose another")
        if self.arms is not None and len(set_of(self.arms)) < len(self.arms):
            raise ValueError("arms: expected each arm once")
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
        return existing(shipped(Path(name).expanduser())).absolute()
    path = root() / "experiments" / "sweeps" / f"{name}.toml"
    if not path.is_file():
        raise UserError(f"sweeps: no sweep named {str(name)!r}{nearest(str(name), sweep_names())}")
    return path


def load_sweep(
    path: Path, experiment: str | None = None, rules: Sequence[str | Path] = ()
) -> SweepFile:
    """Return the checked contents of a sweep file.

    A sweep file holds numbers and names, and nothing that runs. A script that does not ship, files
    of rules and lines of job scripts are named by the user on the command line.

    Parameters
    ----------
    path : Path
    experiment : str, optional
        In place of the file's: a script, or the name of one that ships.
    rules : sequence of str or Path
        Python files with rules of one's own.

    Raises
    ------
    UserError
        If a value in the file is invalid, or would run a program.
    """
    where = display(path)
    tree = dict(read_toml(path))
    _refuse_code(tree, where, experiment)
    if experiment is not None:
        shown = experiment_path(Path(experiment) if is_path(experiment, ".py") else experiment)
        tree["experiment"] = str(shown.resolve()) if is_path(experiment, ".py") else experiment
    if rules:
        tree["rules"] = [str(shipped(Path(rule).expanduser()).resolve()) for rule in rules]
    if isinstance(tree.get("circuit"), str) and is_path(tree["circuit"], ".toml"):
        tree["circuit"] = str(_beside(path, tree["circuit"]))
    try:
        return validated(SweepFile, tree, where)
    except UserError as error:  # the message quotes the file, which may be a stranger's
        raise UserError(one_line(str(error), 900)) from None


def _refuse_code(tree: dict[str, Any], where: str, experiment: str | None) -> None:
    """Refuse keys that would run a program which the user has not named."""
    name = tree.get("experiment")
    script = name if isinstance(name, str) and is_path(name, ".py") else None
    if script is not None and experiment is None and script not in experiment_names():
        raise UserError(
            f'{where}: experiment = "{one_line(script)}": a script is a program; to run it, '
            "name it on the command line, --experiment FILE.py"
        )
    if "rules" in tree:
        raise UserError(
            f"{where}: rules: these are programs; to run them, name them on the command line, "
            "--rule FILE.py"
        )
    cluster = tree.get("cluster")
    for key, option in (("prologue", "--prologue"), ("options", "--job-option")):
        if isinstance(cluster, dict) and key in cluster:
            raise UserError(
                f"{where}: cluster.{key}: these lines run as you in every job; give them on the "
                f"command line, {option} LINE"
            )


def _beside(path: Path, name: str) -> Path:
    """Return the file that a sweep file names: beside it, else in the working folder, else ours."""
    named = Path(name).expanduser()
    beside = path.resolve().parent / named
    return beside if beside.is_file() else existing(shipped(named)).resolve()
