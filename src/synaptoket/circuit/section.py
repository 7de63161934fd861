"""A table of a circuit's file, and the numbers in it with their units, symbols and meanings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema

from ..parameters.quantities import quantity


@dataclass(frozen=True)
class Parameter:
    """The annotation of a number in a table, ``Annotated[Quantity, Parameter(...)]``.

    Attributes
    ----------
    unit : str
        A unit of the dimension that the value must have.
    symbol, meaning : str
        For the tables that `synaptoket show` prints.
    positive, non_negative : bool
        Whether values not above zero, or values below zero, are refused.
    most : float
        Values above it, in SI units, are refused.
    """

    unit: str
    symbol: str
    meaning: str
    positive: bool = False
    non_negative: bool = False
    most: float = float("inf")

    def __get_pydantic_core_schema__(
        self, source_type: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        field_type = quantity(
            self.unit, positive=self.positive, non_negative=self.non_negative, most=self.most
        )
        _, validator = get_args(field_type)
        return validator.__get_pydantic_core_schema__(source_type, handler)


class Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """Return the numbers of the table, by name."""
        return {
            name: annotation
            for name, field in cls.model_fields.items()
            for annotation in field.metadata
            if isinstance(annotation, Parameter)
        }
