"""The header of a payload read from bytes that nobody vouches for: every claim is checked before anything relies on it."""

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from pydantic import ValidationError

from tupli_schemas.arrays import DType
from tupli_schemas.dtypes import from_token
from tupli_schemas.errors import InvalidDataError, invalid_data
from tupli_schemas.layout import (
    METADATA_KEY,
    OFFSETS,
    PRESENT,
    TENSOR_DTYPES,
    VERSION,
    Column,
    Form,
    Layout,
    PayloadMetadata,
    info_name,
)
from tupli_schemas.tensor_file import MAX_HEADER_BYTES, Tensor, from_json, header_of, read_header
from tupli_schemas.trees import MAX_DEPTH, column_name, leaves

_DTYPES = {tensor_dtype: from_token(token) for token, tensor_dtype in TENSOR_DTYPES.items()}
_MAX_AXES = 32  # as many as numpy 1 has
_MAX_BYTES = 2**63 - 1
_REMEMBERED_BYTES = 4096

_BOOL, _BYTE, _INT64 = np.dtype(np.bool_), np.dtype(np.uint8), np.dtype("<i8")


def read_layout(buffer: memoryview, n_bytes: int | None = None, *, max_header_bytes: int = MAX_HEADER_BYTES) -> Layout:
    """Read where the columns are, and check that they are those of an episode with as many steps as it claims.

    Args:
        buffer: The payload, or its beginning as far as the header reaches.
        n_bytes: The length of the whole payload; that of ``buffer`` if it is not given.
        max_header_bytes: A longer header is refused unread.

    Raises:
        InvalidDataError: It is no header of an episode, or one that contradicts itself.
    """
    n_bytes = len(buffer) if n_bytes is None else n_bytes
    header = header_of(buffer, n_bytes, max_header_bytes)
    data_bytes = n_bytes - 8 - len(header)
    return _remembered(header, data_bytes) if len(header) <= _REMEMBERED_BYTES else _read(header, data_bytes)


def _read(header: bytes, data_bytes: int) -> Layout:
    file = read_header(header, data_bytes)
    if METADATA_KEY not in file.metadata:
        raise InvalidDataError("this is a safetensors file, but not an episode: its metadata says nothing of one")
    metadata = _read_metadata(file.metadata[METADATA_KEY])
    columns = {name: _column(name, tensor, metadata) for name, tensor in file.tensors.items()}
    if unknown := (metadata.dtypes.keys() | metadata.compressed.keys()) - columns.keys():
        raise InvalidDataError(f"the payload describes columns that it does not have: {sorted(unknown)}")
    _check_columns(columns, metadata)
    return Layout(metadata, columns, 8 + len(header))


# Episodes of one benchmark that are equally long have the same header; for short ones, reading it is most of the work.
_remembered = lru_cache(maxsize=512)(_read)


def _read_metadata(text: str) -> PayloadMetadata:
    claims = from_json(text, "the metadata of the payload")
    if not isinstance(claims, dict):
        raise InvalidDataError("the metadata of the payload is no JSON object")
    if claims.get("version") != VERSION:
        raise InvalidDataError(
            f"the payload has format version {claims.get('version')!r}; this program reads version {VERSION}",
            hint="update tupli-schemas",
        )
    try:
        metadata = PayloadMetadata.model_validate(claims)
    except ValidationError as error:
        raise invalid_data(error, "the metadata of the payload") from None
    forms = {name: _read_form(getattr(metadata, name), name, MAX_DEPTH) for name in ("observations", "actions")}
    return metadata.model_copy(update=forms)


def _read_form(claim: Any, name: str, depth: int) -> Form:
    if claim in ("array", "text"):
        return claim
    if depth and isinstance(claim, dict):
        return {key: _read_form(child, name, depth - 1) for key, child in claim.items()}
    if depth and isinstance(claim, list):
        return tuple(_read_form(child, name, depth - 1) for child in claim)
    raise InvalidDataError(f"the form of the {name} is not made of objects, lists and the words 'array' and 'text'")


def _column(name: str, tensor: Tensor, metadata: PayloadMetadata) -> Column:
    """A tensor as the column that it stands for."""
    if name in metadata.compressed:
        claim = metadata.compressed[name]
        if tensor.dtype != "U8" or len(tensor.shape) != 1:
            raise InvalidDataError(f"column {name!r} is compressed, but not a row of bytes")
        return _checked(name, Column(from_token(claim.dtype), tuple(claim.shape), tensor.start, tensor.stop, True))
    if name in metadata.dtypes:
        dtype = from_token(metadata.dtypes[name])
        if tensor.dtype != "U8" or tensor.shape[-1:] != (dtype.itemsize,):
            raise InvalidDataError(f"column {name!r} is not rows of {dtype.itemsize} bytes, one for each {dtype}")
        return _checked(name, Column(dtype, tensor.shape[:-1], tensor.start, tensor.stop))
    return _checked(name, Column(_DTYPES[tensor.dtype], tensor.shape, tensor.start, tensor.stop))


def _checked(name: str, column: Column) -> Column:
    if len(column.shape) > _MAX_AXES or prod(size or 1 for size in column.shape) * column.dtype.itemsize > _MAX_BYTES:
        raise InvalidDataError(f"column {name!r} claims the impossible shape {column.shape}")
    return column


def _check_columns(columns: dict[str, Column], metadata: PayloadMetadata) -> None:
    """The columns are exactly those that the metadata asks for, each with a row for every step."""
    expected: set[str] = set()
    for name, kind, rows in _expected(metadata):
        expected |= {name, name + OFFSETS} if kind == "text" else {name}
        if missing := [part for part in (name, name + OFFSETS) if part in expected and part not in columns]:
            raise InvalidDataError(f"the payload lacks the column {missing[0]!r}")
        _check_rows(columns, name, kind, rows)
    for key in metadata.infos:
        if (name := info_name(key) + PRESENT) in columns:
            expected.add(name)
            _check_is(columns[name], _BOOL, (metadata.n_tuples,), name)
    if strange := columns.keys() - expected:
        raise InvalidDataError(f"the payload has columns that belong to nothing: {sorted(strange)}")


def _expected(metadata: PayloadMetadata) -> Iterator[tuple[str, str, int]]:
    """The name, kind (``array`` or ``text``) and number of rows of every column that the episode must have."""
    steps = metadata.n_tuples
    for path, kind in leaves(metadata.observations):
        yield column_name("observations", path), str(kind), steps + metadata.has_final_observation
    for path, kind in leaves(metadata.actions):
        yield column_name("actions", path), str(kind), steps
    for name in ("rewards", "terminated", "truncated"):
        yield name, "array", steps
    for key, info_kind in metadata.infos.items():
        yield info_name(key), "text" if info_kind == "json" else "array", steps


def _check_rows(columns: dict[str, Column], name: str, kind: str, rows: int) -> None:
    shape = columns[name].shape
    if kind == "text":
        _check_is(columns[name], _BYTE, shape[:1], name)
        _check_is(columns[name + OFFSETS], _INT64, (rows + 1,), name + OFFSETS)
    elif shape[:1] != (rows,):
        raise InvalidDataError(f"column {name!r} has the shape {shape} where the payload claims {rows} rows")


def _check_is(column: Column, dtype: DType, shape: tuple[int, ...], name: str) -> None:
    if column.dtype != dtype or column.shape != shape or not shape:
        raise InvalidDataError(
            f"column {name!r} is {column.dtype} of shape {column.shape} where {dtype} of shape {shape} must be"
        )
