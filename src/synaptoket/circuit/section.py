"""A table of a circuit's file, and the type of a number in it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ..parameters.quantities import quantity


def parameter(unit: str, symbol: str, meaning: str, **bounds):
    """Return the type of a field: a quantity with a symbol and a meaning for the tables."""
    return Annotated[
        quantity(unit, **bounds),
        Field(description=meaning, json_schema_extra={"symbol": symbol, "unit": unit}),
    ]


class Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
