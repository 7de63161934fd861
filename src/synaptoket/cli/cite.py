"""The command ``cite``: the works behind a run, a rule or a model, as BibTeX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..parameters import files
from ..parameters.errors import UserError, nearest
from ..parameters.printable import printable
from .app import app
from .options import RuleFiles

if TYPE_CHECKING:
    from ..parameters.bibliography import Works
    from ..plasticity import Rule


@app.command()
def cite(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...", help="A result file or folder of them, a rule, or a model."
        ),
    ],
    rule: RuleFiles = None,
) -> None:
    """Print the works behind result files, rules, drugs, circuits or other models, as BibTeX."""
    from ..parameters.bibliography import Works
    from ..plasticity import known_rules, rules_from
    from ..results.citations import bibtex

    known = known_rules() | rules_from(rule or ())[0]
    works, versions = Works(), set()
    for name in names:
        cited, version = _works(name, known)
        works.add(cited)
        versions.add(version)
    versions.discard("")
    print(f"% the works behind {printable(', '.join(names))}\n")
    print(bibtex(works, versions.pop() if len(versions) == 1 else ""))


def _works(name: str, known: Mapping[str, Rule]) -> tuple[Works, str]:
    """Return the works behind a name of the command line, and the version that played a run."""
    from ..results.citations import model_works, rule_works

    if name in known:
        return rule_works(known[name]), ""
    models = {model for kind in files.kinds() for model in files.model_names(kind)}
    if name in models or name.endswith(".toml"):
        return model_works(files.read_toml(files.find_model(name)), known), ""
    path = files.expanded(name)
    if path.exists() or files.is_path(name, ".h5") or name.endswith(".part"):
        return _run(path)
    hint = nearest(name, {*known, *models})
    raise UserError(f"no result file, rule or model named {name!r}{hint}")


def _run(path: Path) -> tuple[Works, str]:
    """Return the works behind a result file, or the first one of a folder: all are of one run."""
    from ..results.citations import run_works
    from ..results.sources import find_files

    return run_works(find_files(path)[0])
