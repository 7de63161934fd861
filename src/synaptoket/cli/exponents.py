"""The command ``exponents``: how steeply births follow activity, link by link."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from ..parameters.errors import UserError
from ..parameters.overrides import parsed_overrides
from .app import app
from .options import RuleFiles, check_counts, cores
from .simulate import Jobs, Neurons, Settings


@app.command()
def exponents(
    circuit: Annotated[
        str, typer.Argument(metavar="CIRCUIT", help="A circuit's name or a .toml.")
    ] = "prefrontal",
    seeds: Annotated[int, typer.Option(help="Seeds 1 to N.")] = 5,
    jobs: Jobs = None,
    neurons: Neurons = None,
    set_: Settings = None,
    rule: RuleFiles = None,
    step: Annotated[
        float, typer.Option(help="Share of the background input, down and up, of the twins.")
    ] = 0.01,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """How steeply do births follow activity? Local exponents d ln/d ln of each link, by twins."""
    check_counts({"--jobs": jobs, "--neurons": neurons, "--seeds": seeds})
    if not 0 < step <= 0.2:
        raise UserError(f"--step {step:g}: expected a share above 0, up to 0.2")
    settings = parsed_overrides(set_ or ())
    from ..circuit import load_circuit
    from ..circuit.plan import plan
    from ..plasticity import rules_from
    from ..studies.exponents import local_exponents
    from ..studies.exponents.report import exponents_json, exponents_table

    changed = {setting.dotted: setting.value for setting in settings}
    loaded = load_circuit(circuit, changed, neurons, rules_from(rule or ())[0])
    numbers = range(1, seeds + 1)
    try:
        measured = local_exponents(
            plan(loaded), numbers, step, jobs or cores(), announce=partial(print, file=sys.stderr)
        )
    except KeyboardInterrupt:
        print("interrupted: nothing was kept", file=sys.stderr)
        raise typer.Exit(130) from None
    print(exponents_json(measured) if json_ else exponents_table(measured))
