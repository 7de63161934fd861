"""Texts and numbers that a sweep file may hold: one line each, of bounded length, finite."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from ...parameters.errors import shortened
from ...parameters.printable import printable

#: Letters of a name or a text at most.
LETTERS = 200


def _line(given: Any) -> Any:
    """Refuse what is no value of a parameter: a number that is none, a text of several lines."""
    if isinstance(given, float) and not math.isfinite(given):
        raise ValueError("expected a finite number")
    if isinstance(given, str):
        if not given.strip() or not given.isprintable():
            raise ValueError("expected one line of text without control characters")
        if len(given) > LETTERS:
            raise ValueError(f"expected at most {LETTERS} letters, got {len(given)}")
    return given


def _name(given: str) -> str:
    """Refuse a name that would be read as something else after ``--set`` or ``--at``."""
    if "=" in given or given != given.strip():
        raise ValueError("expected a name without = and without spaces about it")
    return _line(given)


def _number_or_text(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise ValueError("expected a number, or a number with its unit as text")
    if isinstance(given, int) and abs(given) >= 2**63:
        raise ValueError("expected a number of at most 64 bits")
    return _line(given)


def _value(given: Any) -> Any:
    if isinstance(given, bool):
        return given
    return _number_or_text(given)


Value = Annotated[bool | int | float | str, BeforeValidator(_value)]
Text = Annotated[str | int | float, BeforeValidator(_number_or_text)]
Name = Annotated[str, AfterValidator(_name)]


def one_line(text: str, letters: int = LETTERS) -> str:
    """Return the first line of a text that a terminal shows and does not obey, cut if it is long.

    >>> one_line("a\\x1b[2Jb\\nc")
    'a\\\\x1b[2Jb'
    """
    first = (text.splitlines() or [""])[0]
    return shortened(printable(first[: letters + 1]), letters)
