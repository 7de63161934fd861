"""Simulates findings and reads them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...circuit import load_circuit
from ...experiment import run as experiment_run
from ...experiment.progress import Progress
from ...experiment.run_options import TOLERANCE, Keep, RunOptions
from ...parameters.errors import UserError, nearest
from ...parameters.hypotheses import Hypothesis
from ...parameters.overrides import Dotted, Override, Value, parsed_overrides
from . import dish, network, plasma, receptor
from .finding import Finding
from .network_run import Run
from .verdict import Observation, Result, observe


@dataclass(frozen=True)
class Conditions:
    """The circuit, and the options, with which findings are simulated.

    Parameters
    ----------
    out : Path
        Folder of the result files: ``<out>/<finding>/seed_<n>.h5``.
    jobs : int
    circuit : str
    hypothesis : Hypothesis, optional
        An overlay of the circuit.
    settings : tuple of Override or str
        Further changes; a text ``"name=value"`` is parsed here, once.
    seeds, neurons : int, optional
        In place of the finding's own.
    tolerance : float
        Of automatic time-lapses, as in `RunOptions`.
    overwrite : bool
        Simulate again; otherwise results that are there are used.
    command : str
        What the user typed, for the record.
    """

    out: Path
    jobs: int = 1
    circuit: str = "prefrontal"
    hypothesis: Hypothesis | None = None
    settings: tuple[Override, ...] = ()
    seeds: int | None = None
    neurons: int | None = None
    tolerance: float = TOLERANCE
    overwrite: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", parsed_overrides(self.settings))

    def all_settings(self) -> tuple[Override, ...]:
        """Return the settings of the hypothesis that the user does not change, then the user's."""
        return self.hypothesis.settings_under(self.settings) if self.hypothesis else self.settings


def simulate(
    finding: Finding, conditions: Conditions, progress: type[Progress] = Progress
) -> tuple[Path, ...]:
    """Play the experiment of a network finding; return its result files, one a seed.

    Raises
    ------
    UserError
        Before anything is simulated, if a read-out names a population that the circuit lacks.
    """
    assert finding.experiment is not None  # a network finding has one
    _check_populations(finding, conditions.circuit)
    experiment = finding.experiment.experiment(conditions.circuit)
    seeds = conditions.seeds or finding.seeds
    options = RunOptions(
        seeds=tuple(range(1, seeds + 1)),
        out=conditions.out / finding.id,
        jobs=conditions.jobs,
        neurons=conditions.neurons or finding.neurons,
        settings=conditions.all_settings(),
        tolerance=conditions.tolerance,
        resume=not conditions.overwrite,
        overwrite=conditions.overwrite,
        keep=Keep.phases.value,  # cells and spines are read from the states at the ends of phases
        command=conditions.command,
    )
    return tuple(experiment_run.run(experiment, options, progress, script=f"{finding.id}.py"))


def _check_populations(finding: Finding, circuit: str) -> None:
    known = load_circuit(circuit).populations
    for readout in finding.readouts:
        for name in readout.arguments.get("populations", ()):
            if name not in known:
                raise UserError(
                    f"{finding.id}: readouts.{readout.key}.arguments.populations: {name!r}: "
                    f"no population of {circuit}{nearest(name, known)}"
                )


def evaluate(
    finding: Finding, conditions: Conditions, progress: type[Progress] = Progress
) -> Result:
    """Return the read-outs of a finding; it is simulated unless its results are there."""
    if finding.protocol == "network":
        files = simulate(finding, conditions, progress)
        return read(finding, Run.open(files))
    if finding.protocol == "dish":
        changed = _assigned(conditions.all_settings())
        cells = dish.Dish(load_circuit(conditions.circuit, changed, finding.neurons))
        return _closed_form(finding, lambda f, arguments: dish.READOUTS[f](cells, **arguments))
    readouts = {"receptor": receptor, "plasma": plasma}[finding.protocol].READOUTS
    return _closed_form(finding, lambda f, arguments: readouts[f](**arguments))


def _assigned(settings: tuple[Override, ...]) -> dict[Dotted, Value]:
    """Return the values of settings by name; `UserError` for a name that is set twice."""
    assigned: dict[Dotted, Value] = {}
    for name, value, text in settings:
        if name in assigned:
            raise UserError(f"--set {text}: {'.'.join(name)} is set already; give one of the two")
        assigned[name] = value
    return assigned


def read(finding: Finding, run: Run) -> Result:
    """Return the read-outs of a network finding, compared with their ranges."""
    seen = [
        observe(each, network.READOUTS[each.function](run, **each.arguments), chance=True)
        for each in finding.readouts
    ]
    return Result(finding, tuple(seen))


def _closed_form(finding: Finding, call: Callable[[str, dict], float]) -> Result:
    seen: list[Observation] = []
    for each in finding.readouts:
        value = np.array([call(each.function, each.arguments)])
        seen.append(observe(each, value, chance=False))
    return Result(finding, tuple(seen))
