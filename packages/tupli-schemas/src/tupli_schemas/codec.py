"""An episode as bytes and back: encoding makes a header and refers to the arrays, decoding makes views of the bytes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from tupli_schemas.arrays import Array, as_bytes
from tupli_schemas.column_reader import ColumnReader
from tupli_schemas.columns import EpisodeData
from tupli_schemas.compression import MIN_BYTES, compress
from tupli_schemas.dtypes import check_values
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.layout import OFFSETS, PRESENT, Column, Layout, form_of, info_name, write_layout
from tupli_schemas.layout_reading import read_layout
from tupli_schemas.payload import Buffer, Payload
from tupli_schemas.tensor_file import MAX_HEADER_BYTES
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, column_name, leaves

MAX_DECOMPRESSED_BYTES = 2 << 30
"""What the compressed columns of one payload may expand to, together. ``encode`` keeps to it: what would exceed it stays as it is."""

PARTS = frozenset({"observations", "actions", "infos", "rewards", "terminated", "truncated"})
"""What ``decode`` can be asked for."""

ENDS = ("rewards", "terminated", "truncated")
"""The columns that every payload has, and that are small."""

# Smaller columns are copied behind one another: a buffer of its own costs more, wherever buffers are sent.
_COPIED_BYTES = 4096


def encode(data: EpisodeData) -> Payload:
    """The payload of an episode. Columns of 4 KiB and more are not copied: the payload refers to their memory.

    Raises:
        InvalidDataError: Observations or actions were left out when ``data`` was decoded, or there are too many columns for a header.
    """
    for name, tree in (("observations", data.all_observations), ("actions", data.actions)):
        if next(leaves(tree), None) is None:
            raise InvalidDataError(
                f"there is no column of {name} to encode", hint="decode the whole payload before encoding it again"
            )
    columns, buffers = _placed(_columns(data))
    header = write_layout(
        columns,
        n_tuples=len(data),
        has_final_observation=data.has_final_observation,
        is_partial=data.is_partial,
        observations=form_of(data.all_observations),
        actions=form_of(data.actions),
        infos={key: column.kind for key, column in data.infos.items()},
    )
    return Payload(tuple(_joined([header, *buffers])))


def decode(
    buffer: Buffer,
    *,
    columns: Collection[str] | None = None,
    max_bytes: int = MAX_DECOMPRESSED_BYTES,
    max_header_bytes: int = MAX_HEADER_BYTES,
) -> EpisodeData:
    """The episode of a payload, as read-only views of ``buffer``, whatever its origin.

    Columns that are compressed are opened into memory of their own, and so are those that lie at an address which is no multiple of
    their alignment; in a payload that begins at a multiple of 16 there are none.

    Args:
        buffer: The payload.
        columns: The parts to read, of ``PARTS``; nothing else is touched. Rewards and ends are small and always read; observations or
            actions that are left out are an empty dict. Everything if it is not given.
        max_bytes: What the compressed columns may expand to, together.
        max_header_bytes: A longer header is refused unread.

    Raises:
        InvalidDataError: The bytes are not a whole and sound payload; the message says where not.
    """
    wanted = PARTS if columns is None else frozenset(columns)
    if strange := wanted - PARTS:
        raise InvalidDataError(f"a payload has no part called {sorted(strange)}", hint=f"its parts are {sorted(PARTS)}")
    payload = memoryview(buffer).cast("B").toreadonly()
    reader = ColumnReader(payload, read_layout(payload, max_header_bytes=max_header_bytes), max_bytes)
    return reader.episode(wanted)


def read_header(buffer: Buffer, n_bytes: int | None = None) -> Layout:
    """Which columns a payload has and in which bytes they lie, so that single ones can be fetched.

    Args:
        buffer: The payload, or its beginning: 8 bytes that give the header's length, and the header.
        n_bytes: The length of the whole payload, if ``buffer`` is only the beginning.

    Raises:
        InvalidDataError: It is no header of an episode.
    """
    return read_layout(memoryview(buffer).cast("B"), n_bytes)


def decode_ends(layout: Layout, parts: Mapping[str, Buffer], *, max_bytes: int = MAX_DECOMPRESSED_BYTES) -> EpisodeData:
    """The rewards and ends of an episode from the bytes of just those columns, for whoever lets the rest of a payload pass by.

    Args:
        layout: What ``read_header`` found.
        parts: The bytes of each column in ``ENDS``, from where ``layout.span`` says they are.
        max_bytes: What they may expand to, if they are compressed.

    Raises:
        InvalidDataError: As ``decode``.
    """
    columns, place = {}, 0
    for name in ENDS:
        column, n_bytes = layout.columns[name], len(parts[name])
        if n_bytes != column.stop - column.start:
            raise InvalidDataError(
                f"there are {n_bytes} bytes of {name} where there must be {column.stop - column.start}"
            )
        columns[name] = replace(column, start=place, stop=place + n_bytes)
        place += n_bytes
    payload = memoryview(b"".join(parts[name] for name in ENDS))
    return ColumnReader(payload, Layout(layout.metadata, columns, 0), max_bytes).episode(())


def check(buffer: Buffer, *, max_bytes: int = MAX_DECOMPRESSED_BYTES) -> EpisodeData:
    """Decode, and read every info once, so that nobody who decodes these bytes later can fail on them.

    Raises:
        InvalidDataError: As ``decode``, or an info is not in the form that infos are written in.
    """
    data = decode(buffer, max_bytes=max_bytes)
    for column in data.infos.values():
        for row in column.rows:
            column[row]
    return data


def _columns(data: EpisodeData) -> Iterator[tuple[str, Array]]:
    for prefix, tree in (("observations", data.all_observations), ("actions", data.actions)):
        for path, leaf in leaves(tree):
            yield from _arrays(column_name(prefix, path), leaf)
    yield from (("rewards", data.rewards), ("terminated", data.terminated), ("truncated", data.truncated))
    for key, column in data.infos.items():
        yield from _arrays(info_name(key), column.values)
        if column.present is not None:
            yield info_name(key) + PRESENT, column.present


def _arrays(name: str, leaf: Leaf) -> Iterator[tuple[str, Array]]:
    if isinstance(leaf, TextColumn):
        leaf = leaf.compact()
        yield name, leaf.data
        yield name + OFFSETS, leaf.offsets.astype("<i8", copy=False)
    else:
        yield name, leaf


def _placed(named: Iterable[tuple[str, Array]]) -> tuple[dict[str, Column], list[Buffer]]:
    """The columns one behind another without gaps: the strictest alignment first and the compressed ones last keeps all aligned."""
    stored, budget = [], MAX_DECOMPRESSED_BYTES
    for name, given in named:
        array = np.ascontiguousarray(given)
        check_values(array, name)
        frame = compress(as_bytes(array)) if MIN_BYTES <= array.nbytes <= budget else None
        budget -= array.nbytes if frame is not None else 0
        stored.append((name, array, frame))
    stored.sort(key=lambda item: item[1].dtype.alignment if item[2] is None else 0, reverse=True)
    columns, buffers, place = {}, [], 0
    for name, array, frame in stored:
        buffer = _memory(array) if frame is None else frame
        columns[name] = Column(array.dtype, array.shape, place, place + len(buffer), frame is not None)
        buffers.append(buffer)
        place += len(buffer)
    return columns, buffers


def _memory(array: Array) -> Buffer:
    return array.tobytes() if array.nbytes < _COPIED_BYTES else as_bytes(array).data.toreadonly()


def _joined(buffers: Iterable[Buffer]) -> Iterator[Buffer]:
    small: list[Buffer] = []
    for buffer in buffers:
        if len(buffer) < _COPIED_BYTES:
            small.append(buffer)
            continue
        if small:
            yield b"".join(small)
            small = []
        yield buffer
    if small:
        yield b"".join(small)
