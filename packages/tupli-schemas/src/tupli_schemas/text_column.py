"""A column of strings as arrays: all texts behind one another in UTF-8, and where each begins."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, overload

import numpy as np

from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError

_CHECK_BYTES = 1 << 20  # text is checked in pieces, so that a check needs no second copy of a large column


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """Ragged text: text ``i`` is ``data[offsets[i]:offsets[i + 1]]``, in UTF-8.

    Slices share their memory: the first offset of a slice need not be 0.

    Attributes:
        data: The bytes of all texts, uint8.
        offsets: Where each text begins and the last one ends, int64, one more than there are texts.
    """

    data: Array
    offsets: Array

    @classmethod
    def from_strings(cls, texts: Iterable[str]) -> "TextColumn":
        """The column of these texts; ``InvalidDataError`` for one that is not valid Unicode (half a surrogate pair)."""
        try:
            encoded = [text.encode() for text in texts]
        except UnicodeEncodeError as error:
            raise InvalidDataError(f"text {error.object!r} is not valid Unicode: {error.reason}") from None
        offsets = np.fromiter(accumulate(map(len, encoded), initial=0), np.int64, len(encoded) + 1)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: "slice | Array | list[int]") -> "TextColumn": ...
    def __getitem__(self, index: Any) -> "str | TextColumn":
        """One text, or the column of the texts that a slice, a mask or an array of indices names."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1:
                return TextColumn(self.data, self.offsets[start : max(start, stop) + 1])
            return self._gather(np.arange(start, stop, step))
        if isinstance(index, list | np.ndarray):
            return self._gather(np.arange(len(self))[index])
        row = range(len(self))[index]
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def __repr__(self) -> str:
        return f"TextColumn({len(self)} texts, {self.nbytes} bytes)"

    @property
    def nbytes(self) -> int:
        """The size of the texts and offsets of this column (or slice), in bytes."""
        return int(self.offsets[-1] - self.offsets[0]) + int(self.offsets.nbytes)

    def compact(self) -> "TextColumn":
        """The same texts with offsets from 0 and no other bytes; itself if it is so already."""
        first, last = int(self.offsets[0]), int(self.offsets[-1])
        if first == 0 and last == len(self.data):
            return self
        return TextColumn(self.data[first:last], self.offsets - first)

    def check(self, name: str) -> None:
        """``InvalidDataError`` unless this is a compact column of valid UTF-8; for columns that strangers made."""
        if not len(self.offsets) or self.offsets[0] != 0 or self.offsets[-1] != len(self.data):
            raise InvalidDataError(f"the offsets of {name} do not span its {len(self.data)} bytes")
        if (self.offsets[1:] < self.offsets[:-1]).any():
            raise InvalidDataError(f"the offsets of {name} do not ascend")
        _check_utf8(self.data, name)
        begins = self.offsets[self.offsets < len(self.data)]
        if (self.data[begins] & 0xC0 == 0x80).any():
            raise InvalidDataError(f"an offset of {name} points into the middle of a character")

    def _gather(self, rows: Array) -> "TextColumn":
        lengths = np.diff(self.offsets)[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        shifts = np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return TextColumn(self.data[np.arange(offsets[-1]) + shifts], offsets)


def _check_utf8(data: Array, name: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHECK_BYTES):
            decoder.decode(data[start : start + _CHECK_BYTES].tobytes())
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"{name} is not valid UTF-8: {error.reason}") from None


def is_unicode(text: str) -> bool:
    """Whether ``text`` has a form in UTF-8: half a surrogate pair, which Python allows in a str, has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
