"""Gymnasium's spaces as JSON, so that data can be used and checked without the environment."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from tupli_schemas.base import Schema

Bound = bool | int | float | Literal["inf", "-inf"]
"""A limit of a Box; JSON has no infinities, so they are words."""

DTypeName = Annotated[str, Field(pattern=r"^[A-Za-z0-9<>|=]{1,16}$")]
Shape = Annotated[tuple[NonNegativeInt, ...], Field(max_length=64)]


class _Space(Schema):
    """A space of a fixed type."""


class BoxSpec(_Space):
    """Arrays of numbers. A limit that is the same everywhere is written once, otherwise for every element, flattened (C order)."""

    type: Literal["Box"] = "Box"
    low: Bound | tuple[Bound, ...]
    high: Bound | tuple[Bound, ...]
    shape: Shape
    dtype: DTypeName


class DiscreteSpec(_Space):
    """The integers ``start`` to ``start + n - 1``."""

    type: Literal["Discrete"] = "Discrete"
    n: PositiveInt
    start: int = 0
    dtype: DTypeName = "int64"


class MultiBinarySpec(_Space):
    """Arrays of zeros and ones."""

    type: Literal["MultiBinary"] = "MultiBinary"
    shape: Shape


class MultiDiscreteSpec(_Space):
    """Arrays of integers; ``nvec`` and ``start`` are flattened (C order)."""

    type: Literal["MultiDiscrete"] = "MultiDiscrete"
    nvec: tuple[PositiveInt, ...]
    start: tuple[int, ...]
    shape: Shape
    dtype: DTypeName = "int64"


class TextSpec(_Space):
    """Strings over a set of characters."""

    type: Literal["Text"] = "Text"
    min_length: NonNegativeInt
    max_length: NonNegativeInt
    characters: str


class DictSpec(_Space):
    """Named spaces, in order."""

    type: Literal["Dict"] = "Dict"
    spaces: "dict[str, SpaceSpec]"


class TupleSpec(_Space):
    """Spaces in a row."""

    type: Literal["Tuple"] = "Tuple"
    spaces: "tuple[SpaceSpec, ...]"


SpaceSpec = Annotated[
    BoxSpec | DiscreteSpec | MultiBinarySpec | MultiDiscreteSpec | TextSpec | DictSpec | TupleSpec,
    Field(discriminator="type"),
]

DictSpec.model_rebuild()
TupleSpec.model_rebuild()
