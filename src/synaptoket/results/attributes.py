"""The attributes of the root of a result file: what type each has, checked when a file is opened.

A file may come from somebody else, or be damaged: what reads an attribute later may then rely on
its type. Unknown attributes are left alone, as long as they are one number or one text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import is_printable, printable

#: Characters of the longest text of an attribute that is read: parameters take some 100,000.
LONGEST_TEXT = 16_000_000

#: Attributes that an object may have.
MOST_ATTRIBUTES = 100

INTEGERS = ("schema_version", "complete", "seed", "neurons", "start_seed", "start_segment", "run")
REALS = ("wall_seconds", "timelapse_error", "start_hours")
TEXTS = (
    *("experiment", "engine", "parameters", "command", "git_commit", "host", "created"),
    *("recorded", "start_file", "start_checkpoint", "start_state", "timelapse_error_source"),
)


@cache
def _documents() -> dict[str, Any]:
    """Return the attributes that are JSON, and what checks each."""
    from pydantic import BaseModel, TypeAdapter

    class Phase(BaseModel):
        name: str
        start_h: float
        end_h: float

    class Dose(BaseModel):
        arm: str
        drug: str
        amount: str
        route: str
        start_h: float
        duration_h: float

    class Circuit(BaseModel):
        connectivity_seed: int
        populations: dict[str, int] = {}
        projections: dict[str, int] = {}
        equations: dict[str, str] = {}
        contacts: dict[str, str] = {}

    kinds = {
        "arms": list[str],
        "protocol": list[Phase],
        "doses": list[Dose],
        "changed": dict[str, Any],
        "versions": dict[str, str],
        "rules": dict[str, dict[str, str]],
        "circuit": Circuit,
    }
    return {name: TypeAdapter(kind) for name, kind in kinds.items()}


def checked_attributes(file: h5py.File) -> dict[str, Any]:
    """Return the attributes of the root of an open result file, each of the type it must have.

    Raises
    ------
    UserError
        For one that is of another type, too long, or no JSON where it must be; the message does
        not name the file.
    """
    if len(file.attrs) > MOST_ATTRIBUTES:
        raise UserError(f"{len(file.attrs)} attributes: expected up to {MOST_ATTRIBUTES}")
    return {name: _checked(name, file.attrs) for name in file.attrs}


def _checked(name: str, held: Mapping[str, Any]) -> Any:
    shown = f"attribute {printable(name)}"
    value = read_scalar(held, name, shown)
    text = isinstance(value, str)
    wanted = ""
    if name in INTEGERS:
        wanted = "" if isinstance(value, (int, np.integer)) else "a whole number"
    elif name in REALS:
        wanted = "" if isinstance(value, (int, float, np.number)) else "a number"
    elif name in TEXTS or name in _documents():
        wanted = "" if text else "text"
    if wanted:
        raise UserError(f"{shown} = {_short(value)}: expected {wanted}")
    if name in _documents() and value:
        _check_document(name, value, shown)
    return value


def read_scalar(held: Mapping[str, Any], name: str, shown: str) -> Any:
    """Return an attribute that is one number or one text; `shown` names it in an error."""
    kind = held.get_id(name)
    if kind.shape != () or kind.dtype.kind not in "biufSUO" or kind.get_type().committed():
        raise UserError(f"{shown}: expected one number or one text")
    if kind.dtype.kind == "O" and h5py.check_string_dtype(kind.dtype) is None:
        raise UserError(f"{shown}: expected one number or one text")
    if kind.get_storage_size() > LONGEST_TEXT:
        raise UserError(f"{shown}: longer than {LONGEST_TEXT:,} characters")
    try:
        value = held[name]
        if isinstance(value, bytes):
            value = value.decode()
    except (UnicodeDecodeError, TypeError, ValueError):
        raise UserError(f"{shown}: is no text in UTF-8") from None
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise UserError(f"{shown}: longer than {LONGEST_TEXT:,} characters")
    if isinstance(value, str) and not _encodable(value):
        raise UserError(f"{shown}: is no text in UTF-8")
    return value


def _encodable(text: str) -> bool:
    """Return whether a text can be written: h5py reads wrong bytes as halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_document(name: str, text: str, shown: str) -> None:
    from pydantic import ValidationError

    try:
        _documents()[name].validate_json(text)
        found = json.loads(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f".{part}" for part in first["loc"])
        raise UserError(f"{shown}{printable(where)}: {printable(first['msg'])}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{shown}: no JSON that can be read: {printable(error)}") from None
    names = found if name == "arms" else [p["name"] for p in found] if name == "protocol" else []
    for one in names:
        if not is_printable(one):
            raise UserError(f"{shown}: {printable(one)!r}: a name with control characters")


def _short(value: Any) -> str:
    text = printable(value)
    return repr(text if len(text) < 60 else f"{text[:57]}...")
