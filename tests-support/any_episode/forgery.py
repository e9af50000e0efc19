"""Payloads taken apart and put together wrongly."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from any_episode.examples import an_episode
from tupli_schemas import codec

RICH = bytes(
    codec.encode(
        an_episode(
            3,
            observations={
                "image": np.zeros((4, 5000), np.uint8),
                "said": ["a", "bé", "", "d"],
                "when": np.zeros(4, "M8[s]"),
            },
            actions=np.zeros((3, 2), np.float32),
            infos=[{"n": 1, "text": "x"}, {}, {"n": 3, "on": True}],
        )
    )
)
"""A sound payload with a compressed column, text, a dtype that safetensors lacks, and infos of three kinds."""


@dataclass
class Forgery:
    """The parts of a payload, to be changed at will."""

    header: Any
    metadata: Any
    data: bytes

    @classmethod
    def of(cls, payload: bytes) -> Self:
        """Take a sound payload apart."""
        end = 8 + int.from_bytes(payload[:8], "little")
        header = json.loads(payload[8:end])
        return cls(header, json.loads(header.pop("__metadata__")["tupli"]), payload[end:])

    def claim(self, path: str, value: Any) -> None:
        """Put ``value`` at a place such as ``header.rewards.shape`` or ``metadata.n_tuples``; None takes away what is there."""
        *way, last = path.split(".")
        place: Any = {"header": self.header, "metadata": self.metadata}
        for key in way:
            place = place[key]
        place[last] = value
        if value is None:
            del place[last]

    def overwrite(self, column: str, data: bytes) -> None:
        """Put other bytes at the beginning of a column."""
        start = self.header[column]["data_offsets"][0]
        self.data = self.data[:start] + data + self.data[start + len(data) :]

    def places(self) -> Iterator[tuple[Any, Any]]:
        """Every object or list in header and metadata, with each of its keys or indices."""
        yield from _places(self.header)
        yield from _places(self.metadata)

    def bytes(self) -> bytes:
        """The payload of the parts as they now are."""
        return framed(
            json.dumps({"__metadata__": {"tupli": json.dumps(self.metadata)}} | self.header).encode(), self.data
        )


def framed(header: bytes, data: bytes = b"") -> bytes:
    """Any bytes as header and data of a payload."""
    return len(header).to_bytes(8, "little") + header + data


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
