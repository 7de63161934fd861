"""The key curve of each rule, played by the rule's own text: one module for each rule.

A module has the name of its rule. Its docstring names the paper, the protocol and the expected
result. Its ``measure(**options)`` returns the numbers, in SI units, and ``draw(data, figure)``
draws them::

    from synaptoket.studies import rule_curves

    window = rule_curves.measure("pair_stdp")
    rule_curves.draw("pair_stdp", "window.png")

The command ``python -m synaptoket.studies.rule_curves --out docs/rules`` draws all of them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ...parameters.errors import UserError, nearest

_SHARED = {"__main__", "player", "style"}


def names() -> list[str]:
    """Return the rules that have a curve."""
    modules = (module.name for module in iter_modules(__path__))
    return sorted(name for name in modules if name not in _SHARED and not name.startswith("_"))


def _module(rule: str):
    if rule not in names():
        raise UserError(f"no curve of a rule {rule!r}{nearest(rule, names())}")
    return import_module(f"{__name__}.{rule}")


def measure(rule: str, **options: Any) -> Any:
    """Play the protocol of a rule and return its curve.

    Raises
    ------
    UserError
        If the rule has no curve.
    """
    return _module(rule).measure(**options)


def draw(rule: str, path: str | Path, **options: Any) -> Path:
    """Measure the curve of a rule, draw it to a PNG, PDF or SVG, and return the path.

    Raises
    ------
    UserError
        If the rule has no curve or the file cannot be written.
    """
    import matplotlib

    from ...analysis.figures.saving import save
    from .style import STYLE, WIDTH_PIXELS, new_figure

    module = _module(rule)
    data = module.measure(**options)
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        module.draw(data, figure)
        return save(figure, path, WIDTH_PIXELS)


__all__ = ["draw", "measure", "names"]
