"""The head of every rule's file lists its symbols, and they are those of the rule below it."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from synaptoket.parameters.bibliography import bibliography, works_in
from synaptoket.plasticity import RULES

#: Rules whose equation is our own: their papers are evidence for it, and have not written it.
OWN = {
    *("nmda_block", "ampa_potentiation", "glutamate", "eef2_kinase", "bdnf", "trkb_binding"),
    *("mtorc1", "synaptic_protein", "structure", "protein_formation", "size_elimination"),
    "spine_stages",
    *("random_formation", "hebbian_formation", "random_elimination", "age_elimination"),
    *("activity_elimination", "cooperative_elimination", "ampa_insertion"),
}

#: Rules whose papers have DOIs that nobody has looked up; `models/references.bib` says so, too.
UNVERIFIED = {"random_elimination", "spine_size"}

#: Words of Brian2 and of its expressions.
LANGUAGE = {
    *("exp", "expm1", "log", "sqrt", "int", "clip", "rand", "randn", "floor", "inf", "t", "dt"),
    *("and", "or", "not", "siemens", "second", "Hz", "e"),
}

#: What rules of formation and elimination give a value to, for `structure`.
HAZARDS = {"birth_rate", "birth", "loss_rate", "loss"}

SECTIONS = ("constant", "state", "read", "set")

_NAME = r"(?:[A-Za-z_]|\{\w+\})(?:\w|\{\w+\})*"


def head(name):
    return import_module(f"synaptoket.plasticity.{name}").__doc__


def table(text):
    """Return the rows of the table of a docstring: section, symbol, unit and meaning by name."""
    lines = text.splitlines()
    (start,) = (i for i, line in enumerate(lines) if line.startswith("    symbol  "))
    at = lines[start].index("meaning")
    columns = [lines[start].index(word) for word in ("symbol", lines[start].split()[1], "unit")]
    rows, section = {}, ""
    for line in lines[start:]:
        if not line.strip():
            break
        words = line.split()
        if words[0] == "symbol" or words in [[name] for name in SECTIONS]:
            section = words[-3] if words[0] == "symbol" else words[0]
        elif line[: columns[2]].strip():
            symbol, name, unit, meaning = (
                line[begin:end].strip()
                for begin, end in zip(columns + [at], columns[1:] + [at, None], strict=True)
            )
            assert name not in rows, f"{name} twice"
            rows[name] = [section, symbol, unit, meaning]
        else:
            rows[name][3] += f" {line.strip()}"
    return rows


def in_section(rows, section):
    return {name for name, row in rows.items() if row[0] == section}


def names_read(rule):
    """Return the names in the text of a rule that it neither declares nor gives a value to."""
    own = {*rule.constants} | {name for part in rule.parts.values() for name in part.variables}
    texts = {}
    for place, part in rule.parts.items():
        values = [getattr(part, f.name) for f in fields(part)]
        texts[place] = "\n".join(text for text in values if isinstance(text, str))
    # what one part computes, another may read
    local = set(re.findall(rf"^\s*({_NAME})\s*=[^=]", "\n".join(texts.values()), re.MULTILINE))
    read = set()
    for place, part in rule.parts.items():
        text = re.sub(r"\bd(\w+)/dt", r"\1", texts[place])
        text = re.sub(r"(?<![\w.])\d[\d.]*(?:e-?\d+)?", "", text)
        starts = [v for variable in part.variables.values()
                  for v in (variable.initial, variable.newborn, variable.deviation)
                  if isinstance(v, str)]  # fmt: skip
        words = {re.sub(r"_(pre|post)$", "", word) for word in re.findall(_NAME, text)}
        read |= (words | {*starts}) - local
    return read - own - LANGUAGE


def hazards(rule):
    texts = "\n".join(part.slow for part in rule.parts.values())
    return HAZARDS & set(re.findall(r"^\s*(\w+)\s*=", texts, re.MULTILINE))


@pytest.fixture(params=RULES)
def rule(request):
    return RULES[request.param]


def test_the_constants_are_those_of_the_rule(rule):
    rows = table(head(rule.name))
    assert in_section(rows, "constant") == {*rule.constants}
    for name, constant in rule.constants.items():
        assert rows[name][1:] == [constant.symbol, constant.unit, constant.meaning], name


def test_the_state_is_that_of_the_rule(rule):
    rows = table(head(rule.name))
    variables = {n: v for part in rule.parts.values() for n, v in part.variables.items()}
    assert in_section(rows, "state") == {*variables}
    for name, variable in variables.items():
        assert rows[name][2] == variable.unit, name
        assert rows[name][3], name


def test_the_names_that_the_rule_reads_are_listed(rule):
    rows = table(head(rule.name))
    assert in_section(rows, "read") == names_read(rule)
    assert in_section(rows, "set") == (
        hazards(rule) if rule.kind in ("formation", "elimination") else set()
    )


def test_what_a_rule_reads_has_the_unit_of_the_rule_that_provides_it(rule):
    provided = {}
    for other in RULES.values():
        for part in other.parts.values():
            provided |= {name: variable.unit for name, variable in part.variables.items()}
        provided |= {name: constant.unit for name, constant in other.constants.items()}
    for name, (section, _, unit, meaning) in table(head(rule.name)).items():
        assert meaning, name
        if section == "read":
            assert unit == provided.get(name, unit), name


def test_the_letters_of_the_equation_are_in_the_table(rule):
    symbols = {symbol for _, symbol, _, _ in table(head(rule.name)).values()}
    for constant in rule.constants.values():
        assert constant.symbol in symbols
    assert len(head(rule.name).split("\n\n    symbol  ")) == 2, "the table follows the equation"


def test_a_rule_names_its_papers_by_doi(rule):
    cited = re.findall(r"^Source: (.+), (?:doi:(\S+)|no DOI verified)$", head(rule.name), re.M)
    keys = works_in(rule.source).keys
    assert {key for work, _ in cited for key in works_in(work).keys} == keys
    assert not works_in(rule.source).missing
    for work, doi in cited:
        (key,) = works_in(work).keys
        assert bibliography()[key].fields.get("doi", "") == doi
    assert any(doi for _, doi in cited) == (rule.name not in UNVERIFIED)


def test_an_equation_of_our_own_says_so_with_a_reason(rule):
    (told,) = re.findall(r"^Equation: (.+)\.$", head(rule.name), re.MULTILINE)
    assert (rule.name in OWN) == bool(re.match(r"own; \w+", told)), told


def test_a_file_of_a_rule_is_short(rule):
    path = Path(import_module(f"synaptoket.plasticity.{rule.name}").__file__)
    assert len(path.read_text(encoding="utf-8").splitlines()) < 120
