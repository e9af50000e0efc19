"""The header of a safetensors file: which tensors it holds and where, written, and read from bytes that nobody vouches for.

A file is the header's length (8 bytes, little-endian), the header (JSON, padded with spaces), and the tensors without gaps.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from tupli_schemas.errors import InvalidDataError

MAX_HEADER_BYTES = 1 << 20
"""Longer headers are refused before they are parsed; it is room for some 8,000 columns."""

ITEM_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
"""The dtypes that every reader of safetensors knows, and their sizes."""

_ALIGNMENT = 16  # the tensors begin at a multiple of it, so that a file which lies aligned has aligned tensors
_MAX_AXES = 64
_MAX_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its safetensors dtype, its shape, and its bytes counted from the first one behind the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class TensorFile:
    """What a header says: the tensors, and text metadata."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def write_header(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """Everything that stands before the tensors. They follow in the order of their ``start``."""
    described: dict[str, Any] = {"__metadata__": metadata}
    for name, tensor in tensors.items():
        described[name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": (tensor.start, tensor.stop)}
    text = to_json(described).encode()
    text += b" " * (-(8 + len(text)) % _ALIGNMENT)
    if len(text) > MAX_HEADER_BYTES:
        raise InvalidDataError(
            f"{len(tensors)} columns need a header of {len(text)} bytes, more than the {MAX_HEADER_BYTES} that are read",
            hint="keep fewer infos, or put them under one key",
        )
    return len(text).to_bytes(8, "little") + text


def header_of(buffer: memoryview, n_bytes: int, max_header_bytes: int) -> bytes:
    """The header of a file of ``n_bytes``, of which ``buffer`` holds at least the beginning. The tensors begin 8 bytes after its length.

    Raises:
        InvalidDataError: It is longer than ``max_header_bytes`` or than what is there.
    """
    if len(buffer) < 8:
        raise InvalidDataError(f"a payload begins with 8 bytes that give its header's length; there are {len(buffer)}")
    length, there = int.from_bytes(buffer[:8], "little"), min(n_bytes, len(buffer)) - 8
    if length > max_header_bytes:
        raise InvalidDataError(f"the payload claims a header of {length} bytes; at most {max_header_bytes} are read")
    if length > there:
        raise InvalidDataError(f"the payload claims a header of {length} bytes, but only {there} follow")
    return bytes(buffer[8 : 8 + length])


def read_header(header: bytes, n_bytes: int) -> TensorFile:
    """What a header says of the ``n_bytes`` that follow it.

    Raises:
        InvalidDataError: It does not say, or the tensors do not fill those bytes without gaps.
    """
    if not header.startswith(b"{"):
        raise InvalidDataError("the header of the payload does not begin with '{'")
    described = from_json(header, "the header of the payload")
    metadata = described.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise InvalidDataError("the __metadata__ of the payload is not text under text")
    tensors = {name: _read_tensor(name, item) for name, item in described.items()}
    _check_places(tensors, n_bytes)
    return TensorFile(tensors, metadata)


def to_json(value: Any) -> str:
    """Compact JSON in ASCII."""
    return _ENCODER.encode(value)


def from_json(text: str | bytes, what: str) -> Any:
    """Strict JSON: no key twice, no NaN, not nested beyond what can be parsed; else ``InvalidDataError``."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidDataError(f"{what} is not valid JSON: {error}") from None


def _read_tensor(name: str, item: Any) -> Tensor:
    if not isinstance(item, dict) or item.keys() != {"dtype", "shape", "data_offsets"}:
        raise InvalidDataError(f"column {name!r} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = item["dtype"], item["shape"], item["data_offsets"]
    if not isinstance(dtype, str) or dtype not in ITEM_BYTES:
        raise InvalidDataError(f"column {name!r} has the dtype {dtype!r}, which payloads do not use")
    if not _are_sizes(shape) or len(shape) > _MAX_AXES:
        raise InvalidDataError(f"the shape of column {name!r} is not a short list of sizes")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise InvalidDataError(f"the data_offsets of column {name!r} are not two places")
    if prod(shape) * ITEM_BYTES[dtype] != offsets[1] - offsets[0]:
        raise InvalidDataError(
            f"column {name!r} is {dtype} of shape {shape}, which does not fill the {offsets[1] - offsets[0]} bytes it has"
        )
    return Tensor(dtype, tuple(shape), offsets[0], offsets[1])


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value <= _MAX_SIZE for value in values)


def _check_places(tensors: Mapping[str, Tensor], n_bytes: int) -> None:
    place = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].stop)):
        if tensor.start != place:
            raise InvalidDataError(
                f"column {name!r} begins at byte {tensor.start} where the one before it ends at {place}"
            )
        place = tensor.stop
    if place != n_bytes:
        raise InvalidDataError(f"the columns of the payload end at byte {place}, but there are {n_bytes} bytes")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
