"""The works that a run, a rule or a model uses, as BibTeX.

A run names its sources in its parameters: those of the circuit and of its rules, of the receptors,
of the drugs that were given and of the stress hormone. To them come the simulators.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..parameters.bibliography import Works, bibliography, works_in
from ..parameters.errors import UserError
from ..parameters.files import model_names, model_path, read_toml
from ..parameters.printable import printable
from ..plasticity import Rule, known_rules

#: Characters of a line of a comment, so that names of works do not run out of sight.
WIDTH = 100


def rule_works(rule: Rule) -> Works:
    """Return the works of the source of a rule."""
    return works_in(rule.source)


def model_works(tree: dict[str, Any], rules: Mapping[str, Rule]) -> Works:
    """Return the works of a model: the sources of its numbers, and of the rules that it uses.

    Parameters
    ----------
    tree : dict
        A parsed parameter file. What it switches off (``enabled = false``) is left out.
    rules : mapping of str to Rule
        The rules that there are.
    """
    works = Works()
    for source in _sources(tree):
        works.add(works_in(source))
    for name in _rule_names(tree, rules):
        works.add(rule_works(rules[name]))
    return works


def run_works(path: Path) -> tuple[Works, str]:
    """Return the works that a run used, and the version of synaptoket that played it.

    Parameters
    ----------
    path : Path
        A result file. It may be a stranger's: no rule in it is run.

    Raises
    ------
    UserError
        If it is no result file, or its parameters cannot be read.
    """
    from .sources import root_attributes

    attributes = root_attributes(path)
    parameters = _parameters(path, attributes)
    levels = json.loads(attributes.get("stress") or "{}").values()
    if not any(map(any, levels)):
        parameters.pop("hormones", None)  # recorded, and of no effect without stress
    works = model_works(parameters, known_rules())
    held = parameters.get("drugs")
    for dose in json.loads(attributes.get("doses") or "[]"):
        # a file of an early version holds no drugs: then those that ship
        drug = dose["drug"]
        if drug in model_names("drugs") and not (isinstance(held, dict) and drug in held):
            works.add(model_works(read_toml(model_path("drugs", drug)), {}))
    for name, rule in json.loads(attributes.get("rules") or "{}").items():
        works.missing.add(f"the rule {name} ({rule.get('from', 'no file')})")
    works.keys |= {"stimberg2019", "synaptoket"}
    return works, json.loads(attributes.get("versions") or "{}").get("synaptoket", "")


def bibtex(works: Works, version: str = "") -> str:
    """Return works as BibTeX, each once, sorted; those without an entry follow as comments.

    Parameters
    ----------
    works : Works
    version : str, optional
        The version of synaptoket, for its entry.
    """
    entries = [bibliography()[key].text for key in sorted(works.keys)]
    if re.fullmatch(r"[\w.+-]{1,40}", version):
        line = f"  version = {{{version}}},\n}}"
        entries = [re.sub(r"\}$", line, e) if "{synaptoket," in e else e for e in entries]
    comments = [
        *_comment("without an entry", works.missing),
        *_comment("numbers are also taken from", works.files),
    ]
    return "\n\n".join([*entries, *(["\n".join(comments)] if comments else [])])


def _comment(heading: str, names: set[str]) -> Iterator[str]:
    """Yield lines of a comment with names in it."""
    line = f"% {heading}:"
    for place, name in enumerate(sorted(map(printable, names), key=str.lower), 1):
        word = f" {name}{';' if place < len(names) else ''}"
        if len(line) + len(word) > WIDTH:
            yield line
            line = "%  "
        line += word
    if names:
        yield line


def _parameters(path: Path, attributes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return tomllib.loads(attributes.get("parameters", ""))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: attribute parameters: not valid TOML: {error}") from error


def _tables(tree: dict[str, Any], within: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield all tables of a tree with the key of the table around them and their own.

    What is switched off is left out.
    """
    for key, value in tree.items():
        for table in value if isinstance(value, list) else [value]:
            if isinstance(table, dict) and table.get("enabled", True) is not False:
                yield within, key, table
                yield from _tables(table, key)


def _sources(tree: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of all sources of a tree, once each."""
    texts = [table.get("source") for _, _, table in [("", "", tree), *_tables(tree)]]
    yield from dict.fromkeys(text for text in texts if isinstance(text, str))


def _rule_names(tree: dict[str, Any], rules: Mapping[str, Rule]) -> set[str]:
    """Return the rules that the tables of a circuit use, see `circuit.rule_reading`."""
    used = set()
    for within, key, table in _tables(tree):
        own = key if within == "rules" or key == "structure" else None
        for name in (own, table.get("rule"), f"{table.get('curve')}_growth"):
            if isinstance(name, str) and name in rules:
                used.add(name)
    return used
