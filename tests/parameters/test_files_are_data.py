"""Models, findings and hypotheses are data: no text in them is executed, or reaches a program.

Every text of every file that ships is replaced by one that would leave a mark if it were run.
Python reports what it compiles to an audit hook: a payload that is only parsed counts as well.
"""

import copy
import sys
from contextlib import suppress

import pytest

from synaptoket.circuit.circuit_file import circuit_tree, read_circuit
from synaptoket.circuit.plan import plan
from synaptoket.circuit.priors import Prior
from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_names, model_path, read_toml
from synaptoket.parameters.hypotheses import Hypothesis
from synaptoket.parameters.overrides import split_unit
from synaptoket.parameters.validation import validated
from synaptoket.pharmacology.drug import Drug
from synaptoket.pharmacology.receptor import NmdaReceptor
from synaptoket.studies.findings.finding import Finding

MARK = "PAYLOAD_7f3a"
PAYLOADS = (
    f"__import__('os').system('touch {MARK}')",
    f"1 ms; {MARK} = 1",
    f"{{{MARK}}} ms",
    f"1*{MARK} nS",
    f'"); system("touch {MARK}"); ("',
    f"$(touch {MARK})",
)

_seen: list[str] = []
_listening = False


def _hook(event, arguments):
    if not _listening:
        return
    if event == "compile" and MARK in str(arguments[0]):
        _seen.append(f"compiled {arguments[0]!r}")
    if event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn"):
        _seen.append(f"{event} {arguments!r}")


@pytest.fixture(scope="module")
def audit():
    """Collect what is compiled with the mark in it, and every process that is started."""
    global _listening
    sys.addaudithook(_hook)  # cannot be taken away again, so it listens only here
    _listening = True
    yield _seen
    _listening = False


def texts(node, way=()):
    """Yield the way to every text in a tree, keys of tables included as ways to nothing."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, (dict, list)):
            yield from texts(value, (*way, key))
        elif isinstance(value, str):
            yield (*way, key)


def replaced(tree, way, value):
    tree = copy.deepcopy(tree)
    branch = tree
    for key in way[:-1]:
        branch = branch[key]
    branch[way[-1]] = value
    return tree


def read_as(kind, tree):
    """Read a tree as far as a run does before it compiles; return the text of its program."""
    if kind == "circuits":
        made = plan(read_circuit(tree, "mine.toml"))
        return "\n".join(f"{group.name} {group.text()}" for group in made.groups().values())
    tree.setdefault("id" if kind == "findings" else "name", "mine")
    model = {"drugs": Drug, "receptors": NmdaReceptor, "findings": Finding,
             "hypotheses": Hypothesis}[kind]  # fmt: skip
    read = validated(model, tree, "mine.toml")
    if kind == "findings" and read.experiment is not None:
        read.experiment.experiment("prefrontal").check()
    if kind == "hypotheses":
        for name, bounds in read.priors.items():
            Prior.parse(name, list(bounds))
    return ""


SHIPPED = [(kind, name) for kind in ("drugs", "receptors", "findings", "hypotheses")
           for name in model_names(kind)]  # fmt: skip
SHIPPED += [("circuits", "brunel_wang"), ("circuits", "associative_growth")]


@pytest.mark.parametrize("kind, name", SHIPPED)
def test_no_text_of_a_model_is_executed(audit, kind, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = model_path(kind, name)
    tree = circuit_tree(path) if kind == "circuits" else read_toml(path)
    ways = list(texts(tree))
    if kind == "circuits":  # every text of a source alike: one of them is enough
        ways = [way for way in ways if way[-1] != "source"] + [
            w for w in ways if w[-1] == "source"
        ][:1]
    audit.clear()
    for number, way in enumerate(ways):
        payload = PAYLOADS[number % len(PAYLOADS)]
        with suppress(UserError):
            assert MARK not in read_as(kind, replaced(tree, way, payload)), way
    assert audit == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_key_of_a_model_is_executed(audit, payload):
    audit.clear()
    for name in ("populations", "projections", "rules"):
        tree = circuit_tree(model_path("circuits", "brunel_wang"))
        tree.setdefault(name, {})
        tree[name][payload] = next(iter(tree[name].values()), {})
        with pytest.raises(UserError):
            plan(read_circuit(tree, "mine.toml"))
    assert audit == []


def test_the_audit_hook_notices_executed_text(audit):
    audit.clear()
    with pytest.raises(NameError):
        eval(f"{MARK} + 1")  # noqa: S307 - shows that the tests above can fail
    assert audit
    audit.clear()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_override_is_executed(audit, payload):
    audit.clear()
    assert split_unit(payload)[1] == ""
    with pytest.raises(UserError):
        Prior.parse("a", [payload, payload])
    assert audit == []
