"""The attributes of the root of a result file and their types, checked when a file is opened.

A file may be damaged or come from somebody else. After the check, every reader may rely on the type
of an attribute. Unknown attributes are accepted if they are one number or one text.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import h5py
import numpy as np

from ..parameters.errors import UserError
from ..parameters.printable import is_printable, printable

#: The longest text of an attribute, in characters; parameters take some 100,000.
LONGEST_TEXT = 16_000_000

#: The largest number of attributes of one object.
MOST_ATTRIBUTES = 100

INTEGERS = ("schema_version", "complete", "seed", "neurons", "start_seed", "start_segment", "run")
REALS = ("wall_seconds", "timelapse_error", "start_hours")
TEXTS = (
    *("experiment", "engine", "parameters", "command", "git_commit", "host", "created"),
    *(
        "recorded",
        "overlay",
        "start_file",
        "start_checkpoint",
        "start_state",
        "timelapse_error_source",
    ),
)


@cache
def _documents() -> dict[str, Any]:
    """Return a validator for each attribute that holds JSON."""
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
        "stress": dict[str, list[float]],
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
        If an attribute has another type, is too long, or is not the JSON that it should be; the
        message does not name the file.
    """
    if len(file.attrs) > MOST_ATTRIBUTES:
        raise UserError(f"{len(file.attrs)} attributes: expected up to {MOST_ATTRIBUTES}")
    return {name: _checked(name, file.attrs) for name in file.attrs}


def _checked(name: str, attributes: h5py.AttributeManager) -> Any:
    label = f"attribute {printable(name)}"
    value = read_scalar(attributes, name, label)
    expected = ""
    if name in INTEGERS:
        expected = "" if isinstance(value, (int, np.integer)) else "a whole number"
    elif name in REALS:
        expected = "" if isinstance(value, (int, float, np.number)) else "a number"
    elif name in TEXTS or name in _documents():
        expected = "" if isinstance(value, str) else "text"
    if expected:
        raise UserError(f"{label} = {_short(value)}: expected {expected}")
    if name in _documents() and isinstance(value, str) and value:
        _check_document(name, value, label)
    return value


def read_scalar(attributes: h5py.AttributeManager, name: str, label: str) -> Any:
    """Return an attribute that is one number or one text; `label` names it in an error."""
    stored = attributes.get_id(name)
    if stored.shape != () or stored.dtype.kind not in "biufSUO" or stored.get_type().committed():
        raise UserError(f"{label}: expected one number or one text")
    if stored.dtype.kind == "O" and h5py.check_string_dtype(stored.dtype) is None:
        raise UserError(f"{label}: expected one number or one text")
    if stored.get_storage_size() > LONGEST_TEXT:
        raise UserError(f"{label}: longer than {LONGEST_TEXT:,} characters")
    try:
        value: Any = attributes[name]
        if isinstance(value, bytes):
            value = value.decode()
    except (UnicodeDecodeError, TypeError, ValueError):
        raise UserError(f"{label}: is no text in UTF-8") from None
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise UserError(f"{label}: longer than {LONGEST_TEXT:,} characters")
    if isinstance(value, str) and not _encodable(value):
        raise UserError(f"{label}: is no text in UTF-8")
    return value


def _encodable(text: str) -> bool:
    """Return whether a text can be encoded; h5py reads invalid bytes as surrogate characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_document(name: str, text: str, label: str) -> None:
    """Raise UserError unless a text is the JSON of its attribute, with printable names."""
    from pydantic import ValidationError

    try:
        _documents()[name].validate_json(text)
        document = json.loads(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f".{part}" for part in first["loc"])
        raise UserError(f"{label}{printable(where)}: {printable(first['msg'])}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{label}: no JSON that can be read: {printable(error)}") from None
    names: list[str] = []
    if name == "arms":
        names = document
    elif name == "protocol":
        names = [phase["name"] for phase in document]
    for each in names:
        if not is_printable(each):
            raise UserError(f"{label}: {printable(each)!r}: a name with control characters")


def _short(value: Any) -> str:
    text = printable(value)
    return repr(text if len(text) < 60 else f"{text[:57]}...")
