"""Where each column of an episode lies in a payload, and how the columns make up the episode.

A payload is a safetensors file (see ``tensor_file``) whose metadata holds, as one JSON string, what safetensors has no place for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np
from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt

from tupli_schemas.arrays import DType
from tupli_schemas.base import Schema
from tupli_schemas.dtypes import to_token
from tupli_schemas.tensor_file import Tensor, to_json, write_header
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, escape, tree_map

Form: TypeAlias = Any
"""A tree without its columns: the word ``array`` or ``text`` where a column is."""

METADATA_KEY = "tupli"
VERSION: Literal[1] = 1

OFFSETS = "#off"
"""Ends the name of the column that says where the texts of another begin."""
PRESENT = "#has"
"""Ends the name of the column that says which steps have an info."""

TENSOR_DTYPES = {to_token(np.dtype(name)): tensor_dtype for name, tensor_dtype in [
    ("?", "BOOL"), ("u1", "U8"), ("i1", "I8"), ("<u2", "U16"), ("<i2", "I16"), ("<f2", "F16"),
    ("<u4", "U32"), ("<i4", "I32"), ("<f4", "F32"), ("<u8", "U64"), ("<i8", "I64"), ("<f8", "F64"),
]}  # fmt: skip
"""What safetensors calls the dtypes that it shares with numpy."""


class CompressedColumn(Schema):
    """What the zstd frame of a compressed column holds."""

    model_config = ConfigDict(strict=True)

    dtype: str
    shape: list[NonNegativeInt]


class PayloadMetadata(Schema):
    """What a payload says beside the dtypes, shapes and places of its columns."""

    model_config = ConfigDict(strict=True)

    version: Literal[1]
    n_tuples: PositiveInt
    has_final_observation: bool
    is_partial: bool = False
    observations: Form
    actions: Form
    infos: dict[str, Literal["array", "python", "json"]] = Field(default_factory=dict)
    dtypes: dict[str, str] = Field(default_factory=dict)
    compressed: dict[str, CompressedColumn] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and its bytes counted from the first one behind the header."""

    dtype: DType
    shape: tuple[int, ...]
    start: int
    stop: int
    is_compressed: bool = False

    @property
    def n_bytes(self) -> int:
        """The size of the values, not compressed."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class Layout:
    """What a payload's header says; enough to fetch single columns."""

    metadata: PayloadMetadata
    columns: Mapping[str, Column]
    data_start: int

    def span(self, name: str) -> tuple[int, int]:
        """The first byte of a column and the one behind its last, counted from the beginning of the payload."""
        column = self.columns[name]
        return self.data_start + column.start, self.data_start + column.stop


def write_layout(columns: Mapping[str, Column], **metadata: Any) -> bytes:
    """The header of a payload of these columns, which follow in the order of their ``start``; ``metadata`` as in ``PayloadMetadata``."""
    tokens = {name: to_token(column.dtype) for name, column in columns.items()}
    said: dict[str, Any] = {"version": VERSION, **metadata}
    for name, column in columns.items():
        if column.is_compressed:
            said.setdefault("compressed", {})[name] = {"dtype": tokens[name], "shape": column.shape}
        elif tokens[name] not in TENSOR_DTYPES:
            said.setdefault("dtypes", {})[name] = tokens[name]
    tensors = {name: _tensor(column, TENSOR_DTYPES.get(tokens[name])) for name, column in columns.items()}
    return write_header(tensors, {METADATA_KEY: to_json(said)})


def form_of(tree: Tree) -> Form:
    """The form of a tree."""
    return tree_map(lambda leaf: "text" if isinstance(leaf, TextColumn) else "array", tree)


def info_name(key: str) -> str:
    """The name of the column of an info."""
    return f"infos/{escape(key)}"


def _tensor(column: Column, tensor_dtype: str | None) -> Tensor:
    """The column as safetensors sees it: bytes, if it is compressed or of a dtype that safetensors lacks."""
    if column.is_compressed:
        return Tensor("U8", (column.stop - column.start,), column.start, column.stop)
    if tensor_dtype is None:
        return Tensor("U8", (*column.shape, column.dtype.itemsize), column.start, column.stop)
    return Tensor(tensor_dtype, column.shape, column.start, column.stop)
