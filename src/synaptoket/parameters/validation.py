"""From a table of a parameter file to a checked model, or one line that says what to change.

pydantic reports all problems of a file at once, over several lines and in its own words. A user
needs the first problem, as ``file: key = value: reason``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from .errors import UserError, nearest

Model = TypeVar("Model", bound=BaseModel)


def validated(
    model_class: type[Model], data: dict[str, Any], where: str, within: str = ""
) -> Model:
    """Return `data` as a `model_class`, or raise an error of one line.

    Parameters
    ----------
    model_class : subclass of pydantic.BaseModel
        The class that describes the table.
    data : dict
        A parsed TOML table.
    where : str
        The file's name for messages, such as ``"models/drugs/ketamine.toml"``.
    within : str
        The dotted name of the table, if `data` is not the whole file.

    Raises
    ------
    UserError
        ``where: dotted.key = "value": reason``. For an unknown key the message names the nearest
        valid key, for a missing key the expected kind of value.
    """
    try:
        return model_class.model_validate(data)
    except ValidationError as error:
        problem = _first(error.errors())
        raise UserError(f"{where}: {_line(model_class, problem, within)}") from None


def overridden(data: dict[str, Any], overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a copy of a parsed file with some values replaced.

    The source of a replaced quantity becomes "set by the user", so that a parameter table never
    credits a paper with a user's number.

    Parameters
    ----------
    data : dict
        The contents of a TOML file.
    overrides : mapping, optional
        New values by dotted names; a value may be a table of such values.

    Raises
    ------
    UserError
        If a name is not a text, or leads through a value that is not a table.
    """
    if not isinstance(overrides, Mapping | None):
        raise UserError(f"expected a table, got {overrides!r}")
    result = copy.deepcopy(data)
    for key, value in (overrides or {}).items():
        if not isinstance(key, str):
            raise UserError(f"{key!r}: expected a dotted name, as in kinetics.clearance")
        *parents, last = key.split(".")
        table = result
        for parent in parents:
            table = table.setdefault(parent, {})
            if not isinstance(table, dict):
                raise UserError(f"{key}: {parent!r} is a value, not a table")
        present = table.get(last)
        if isinstance(value, Mapping) and "value" not in value and isinstance(present, dict):
            table[last] = overridden(present, value)
        elif isinstance(present, dict) and "value" in present and not isinstance(value, Mapping):
            table[last] = {"value": value, "source": "set by the user"}
        else:
            table[last] = value
    return result


def _first(problems: Sequence[Any]) -> Any:
    """Return the problem to report: unknown keys first, as a misspelt key is also missing."""
    return min(problems, key=lambda problem: problem["type"] != "extra_forbidden")


def _line(model_class: type[BaseModel], problem: Any, within: str) -> str:
    """Return one pydantic problem as ``key = "value": reason``."""
    location = tuple(problem["loc"])
    key = ".".join(str(part) for part in ((within,) if within else ()) + location)
    if problem["type"] == "extra_forbidden":
        valid = _keys(_type_at(model_class, location[:-1]))
        return f"{key}: unknown key{nearest(str(location[-1]), valid)}"
    if problem["type"] == "missing":
        return f"{key}: missing{_expectation(_type_at(model_class, location))}"
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    if problem["type"] == "quantity" and reason.startswith('"'):
        return f"{key} = {reason}"
    shown = f"{key} = {_shown(problem['input'])}: {reason}" if key else reason
    return shown[:1].lower() + shown[1:] if not key else shown


def _shown(value: Any) -> str:
    """Return a value as it is written in the file."""
    if isinstance(value, dict):
        return _shown(value["value"]) if "value" in value else "{…}"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _type_at(annotation: Any, location: tuple[Any, ...]) -> Any:
    """Return the type of the entry at a location such as ``("kinetics", "clearance")``."""
    for part in location:
        annotation = _plain(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = _field_type(annotation, str(part))
        elif get_origin(annotation) is not None and get_args(annotation):
            annotation = get_args(annotation)[-1]  # the values of a dict, the items of a list
        else:
            return None
    return annotation


def _field_type(model_class: type[BaseModel], name: str) -> Any:
    """Return the annotation of a field with its validators, by its name or its alias."""
    for field_name, field in model_class.model_fields.items():
        if name in (field_name, field.alias):
            return (
                Annotated[field.annotation, *field.metadata]
                if field.metadata
                else (field.annotation)
            )
    return None


def _plain(annotation: Any) -> Any:
    """Strip ``Annotated`` and ``… | None`` from a type."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        members = [a for a in get_args(annotation) if a is not type(None)]
        annotation = members[0]
    return annotation


def _keys(annotation: Any) -> list[str]:
    """Return the valid keys of a table, from its type."""
    annotation = _plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [field.alias or name for name, field in annotation.model_fields.items()]
    return []


def _expectation(annotation: Any) -> str:
    """Return `` (expected a clearance (liter/second))`` for a missing key, if it is known.

    The text comes from the field's validator, which is called with an invalid value.
    """
    keys = _keys(annotation)
    if keys:
        return f" (expected a table with {', '.join(keys)})"
    if annotation is None:
        return ""
    try:
        TypeAdapter(annotation).validate_python("?")
    except ValidationError as error:
        problem = error.errors()[0]
        context = problem.get("ctx", {})
        if problem["type"] == "quantity" and "expected" in context:
            return f" (expected {context['expected']})"
    return ""
