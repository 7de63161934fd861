"""Texts and numbers that a sweep file may hold: one line each, of bounded length, finite."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from ...parameters.errors import shortened
from ...parameters.printable import printable

#: Letters of a name or a text at most.
LETTERS = 200


def _line(value: Any) -> Any:
    """Refuse what is no value of a parameter: an infinite number, a text of several lines."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("expected a finite number")
    if isinstance(value, str):
        if not value.strip() or not value.isprintable():
            raise ValueError("expected one line of text without control characters")
        if len(value) > LETTERS:
            raise ValueError(f"expected at most {LETTERS} letters, got {len(value)}")
    return value


def _name(value: str) -> str:
    """Refuse a name that would be read as something else after ``--set`` or ``--at``."""
    if "=" in value or value != value.strip():
        raise ValueError("expected a name without = and without spaces about it")
    return _line(value)


def _number_or_text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("expected a number, or a number with its unit as text")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("expected a number of at most 64 bits")
    return _line(value)


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return _number_or_text(value)


Value = Annotated[bool | int | float | str, BeforeValidator(_value)]
Text = Annotated[str | int | float, BeforeValidator(_number_or_text)]
Name = Annotated[str, AfterValidator(_name)]


def one_line(text: str, letters: int = LETTERS) -> str:
    """Return the first line of a text, cut if it is long and with control characters escaped.

    >>> one_line("a\\x1b[2Jb\\nc")
    'a\\\\x1b[2Jb'
    """
    first = (text.splitlines() or [""])[0]
    return shortened(printable(first[: letters + 1]), letters)
