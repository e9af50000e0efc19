"""Episodes in batches that are worth a write or a request each."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

BATCH_BYTES = 32 << 20
"""A batch ends when it is so large,"""
BATCH_EPISODES = 1_000
"""or holds so many,"""
BATCH_SECONDS = 1.0
"""or took so long to come."""


def in_batches(items: Iterable[Item], size_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Batches of items whose sizes in bytes ``size_of`` tells. Whatever ends the items, those that came are passed on."""
    batch: list[Item] = []
    n_bytes, began = 0, time.monotonic()
    try:
        for item in items:
            batch.append(item)
            n_bytes += size_of(item)
            if n_bytes >= BATCH_BYTES or len(batch) >= BATCH_EPISODES or time.monotonic() - began > BATCH_SECONDS:
                full, batch = batch, []
                yield full
                n_bytes, began = 0, time.monotonic()
    finally:
        if batch:
            yield batch
