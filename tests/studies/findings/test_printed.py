"""Texts of a finding may be a stranger's: a terminal shows them and does not obey."""

import sys
from types import SimpleNamespace

import pytest

from synaptoket.cli.findings import _print_table


@pytest.mark.parametrize("terminal", [True, False])
def test_texts_of_a_finding_are_shown_and_not_obeyed(terminal, monkeypatch, capsys):
    text = "[/x] \x1b]0;title\x07"
    finding = SimpleNamespace(id=text, title=text, source=text, evidence="M", simulated=text,
                              calibrated=False, explanation=text)  # fmt: skip
    readout = SimpleNamespace(quantity=text, unit=text, range=(0.0, 1.0))
    seen = SimpleNamespace(readout=readout, mean=2.0, low=2.0, high=2.0, verdict="not reproduced")
    result = SimpleNamespace(finding=finding, observations=[seen], verdict="not reproduced")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    _print_table([result])
    said = capsys.readouterr().out
    assert "\x1b]" not in said
    assert "[/x]" in said
