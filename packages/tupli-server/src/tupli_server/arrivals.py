"""A payload as it passes by: hashed, checked and counted, while no more of it is held than its header and its rewards. Pure."""

import hashlib
from dataclasses import dataclass, field

from tupli_schemas import codec
from tupli_schemas.episodes import EpisodeStatistics
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.layout import Layout
from tupli_schemas.statistics import statistics_of
from tupli_schemas.tensor_file import MAX_HEADER_BYTES

_LENGTH_BYTES = 8


@dataclass
class _Excerpt:
    """The bytes of one column, gathered from the pieces that hold some of them."""

    start: int
    stop: int
    data: bytearray = field(default_factory=bytearray)

    def gather(self, piece: memoryview, begin: int) -> None:
        low, high = max(self.start, begin), min(self.stop, begin + len(piece))
        if low < high:
            self.data += piece[low - begin : high - begin]


class ArrivingEpisode:
    """The payload of one episode, fed piece by piece."""

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes = n_bytes
        self._seen = 0
        self._digest = hashlib.sha256()
        self._head = bytearray()
        self.layout: Layout | None = None
        self._excerpts: dict[str, _Excerpt] = {}

    def feed(self, piece: memoryview) -> None:
        """Take note of the next bytes.

        Raises:
            InvalidDataError: They are no payload of an episode.
        """
        self._digest.update(piece)
        if self.layout is None:
            self._read_head(piece)
        for excerpt in self._excerpts.values():
            excerpt.gather(piece, self._seen)
        self._seen += len(piece)

    @property
    def checksum(self) -> str:
        """Of what has been fed."""
        return f"sha256:{self._digest.hexdigest()}"

    def statistics(self) -> EpisodeStatistics:
        """What the steps say about themselves, once everything has been fed.

        Raises:
            InvalidDataError: The payload is not whole and sound.
        """
        if self.layout is None:
            raise InvalidDataError("the payload ends inside its header")
        parts = {name: bytes(excerpt.data) for name, excerpt in self._excerpts.items()}
        return statistics_of(codec.decode_ends(self.layout, parts))

    def _read_head(self, piece: memoryview) -> None:
        """Find the columns as soon as the header is whole, and gather what of them came before this piece."""
        self._head += piece
        if len(self._head) < self._head_bytes():
            return
        self.layout = codec.read_header(self._head, self._n_bytes)
        self._excerpts = {name: _Excerpt(*self.layout.span(name)) for name in codec.ENDS}
        before = memoryview(bytes(self._head[: self._seen]))
        for excerpt in self._excerpts.values():
            excerpt.gather(before, 0)
        self._head.clear()

    def _head_bytes(self) -> int:
        """How long length and header are together, as far as that is known."""
        if len(self._head) < _LENGTH_BYTES:
            return _LENGTH_BYTES
        claimed = int.from_bytes(self._head[:_LENGTH_BYTES], "little")
        if claimed > MAX_HEADER_BYTES:
            raise InvalidDataError(
                f"a payload claims a header of {claimed} bytes; at most {MAX_HEADER_BYTES} are accepted"
            )
        return _LENGTH_BYTES + claimed
