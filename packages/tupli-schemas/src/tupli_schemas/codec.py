"""An episode as bytes and back: encoding makes a header and refers to the arrays, decoding makes views of the bytes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tupli_schemas.arrays import Array, as_bytes
from tupli_schemas.columns import EpisodeData
from tupli_schemas.compression import MIN_BYTES, compress, decompress
from tupli_schemas.dtypes import check_values
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.infos import InfoColumn
from tupli_schemas.layout import OFFSETS, PRESENT, Column, Form, Layout, form_of, info_name, write_layout
from tupli_schemas.layout_reading import read_layout
from tupli_schemas.payload import Buffer, Payload
from tupli_schemas.tensor_file import MAX_HEADER_BYTES
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, column_name, column_names, leaves, tree_map

MAX_DECOMPRESSED_BYTES = 2 << 30
"""What the compressed columns of one payload may expand to, together. ``encode`` keeps to it: what would exceed it stays as it is."""

PARTS = frozenset({"observations", "actions", "infos", "rewards", "terminated", "truncated"})
"""What ``decode`` can be asked for."""

ENDS = ("rewards", "terminated", "truncated")
"""The columns that every payload has, and that are small."""

_COPIED_BYTES = (
    4096  # smaller columns are copied behind one another: each buffer costs more than that, wherever buffers are sent
)


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
    reader = _Reader(payload, read_layout(payload, max_header_bytes=max_header_bytes), max_bytes)
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


def decode_ends(layout: Layout, parts: Mapping[str, Buffer]) -> EpisodeData:
    """The rewards and ends of an episode from the bytes of just those columns, for whoever lets the rest of a payload pass by.

    Args:
        layout: What ``read_header`` found.
        parts: The bytes of each column in ``ENDS``, from where ``layout.span`` says they are.

    Raises:
        InvalidDataError: As ``decode``.
    """
    columns, place = {}, 0
    for name in ENDS:
        columns[name] = replace(layout.columns[name], start=place, stop=place + len(parts[name]))
        place += len(parts[name])
    buffer = memoryview(b"".join(parts[name] for name in ENDS))
    return _Reader(buffer, Layout(layout.metadata, columns, 0), MAX_DECOMPRESSED_BYTES).episode(())


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
    for name, array in named:
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


class _Reader:
    """The columns of one payload."""

    def __init__(self, payload: memoryview, layout: Layout, max_bytes: int) -> None:
        self._payload = payload
        self._layout = layout
        self._max_bytes = max_bytes
        self._opened_bytes = 0

    def episode(self, wanted: Collection[str]) -> EpisodeData:
        said = self._layout.metadata
        return EpisodeData(
            all_observations=self._tree("observations", said.observations) if "observations" in wanted else {},
            actions=self._tree("actions", said.actions) if "actions" in wanted else {},
            rewards=self._array("rewards"),
            terminated=self._array("terminated"),
            truncated=self._array("truncated"),
            infos={key: self._info(key, kind) for key, kind in said.infos.items()} if "infos" in wanted else {},
            has_final_observation=said.has_final_observation,
            is_partial=said.is_partial,
        )

    def _tree(self, prefix: str, form: Form) -> Tree:
        return tree_map(self._leaf, column_names(form, prefix), form)  # type: ignore[no-any-return]

    def _leaf(self, name: str, kind: str) -> Leaf:
        return self._text(name) if kind == "text" else self._array(name)

    def _text(self, name: str) -> TextColumn:
        text = TextColumn(self._array(name), self._array(name + OFFSETS))
        text.check(name)
        return text

    def _info(self, key: str, kind: Any) -> InfoColumn:
        name = info_name(key)
        present = self._array(name + PRESENT) if name + PRESENT in self._layout.columns else None
        column = InfoColumn(self._text(name) if kind == "json" else self._array(name), present, kind)
        column.check(name)
        return column

    def _array(self, name: str) -> Array:
        column = self._layout.columns[name]
        start, stop = self._layout.span(name)
        array = self._opened(name, column, start, stop) if column.is_compressed else self._view(column, start)
        check_values(array, name)
        return array

    def _view(self, column: Column, start: int) -> Array:
        array = np.ndarray(column.shape, column.dtype, self._payload, start)
        if not array.flags.aligned:
            array = array.copy()
            array.flags.writeable = False
        return array

    def _opened(self, name: str, column: Column, start: int, stop: int) -> Array:
        self._opened_bytes += column.n_bytes
        if self._opened_bytes > self._max_bytes:
            raise InvalidDataError(
                f"the compressed columns of the payload expand to more than {self._max_bytes} bytes",
                hint="if you trust their origin, decode with a larger max_bytes",
            )
        array = decompress(self._payload[start:stop], column.n_bytes, name).view(column.dtype).reshape(column.shape)
        array.flags.writeable = False
        return array
