"""The bytes of one episode, as a list of buffers that need not lie behind one another."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview


def checksum_of(buffers: Iterable[Buffer]) -> str:
    """``sha256:`` and the digest, in hex, of the bytes of ``buffers`` one after another."""
    digest = hashlib.sha256()
    for buffer in buffers:
        digest.update(buffer)
    return f"sha256:{digest.hexdigest()}"


@dataclass(frozen=True, eq=False, repr=False)
class Payload:
    """What ``codec.encode`` makes: mostly references to the arrays of the episode, which must not change while it is in use."""

    buffers: tuple[Buffer, ...]

    @cached_property
    def n_bytes(self) -> int:
        """The length of the payload in bytes."""
        return sum(map(len, self.buffers))

    @cached_property
    def checksum(self) -> str:
        """``sha256:`` and 64 hex digits; computed when first asked for."""
        return checksum_of(self.buffers)

    def __bytes__(self) -> bytes:
        return b"".join(self.buffers)

    def __repr__(self) -> str:
        return f"Payload({self.n_bytes} bytes)"
