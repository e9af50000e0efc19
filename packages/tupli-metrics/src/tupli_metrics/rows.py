"""A tall matrix that may be larger than memory: rows go in once, and come out in chunks as often as needed."""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Literal, cast

import numpy as np

from tupli_metrics.batches import Batches
from tupli_metrics.features import Features, vectors
from tupli_metrics.passes import Collector
from tupli_schemas.arrays import Array, DType
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.trees import Tree, take

MEMORY_LIMIT = 32 << 20
"""Bytes that one matrix keeps in memory; what is beyond goes to a temporary file."""

Part = Literal["observations", "actions", "pairs", "final_observations"]

CHUNK_BYTES = 2 << 20


class Rows:
    """An (n, d) matrix of one dtype, written once and read in order."""

    def __init__(self, memory_limit: int = MEMORY_LIMIT) -> None:
        self._blocks: list[Array] = []
        self._file: IO[bytes] | None = None
        self._limit = memory_limit
        self._bytes = self._spilled = 0
        self.n = 0
        self.d = 0
        self.dtype: DType = np.dtype(np.float64)

    @property
    def discrete(self) -> bool:
        """Whether the numbers are whole: rows are equal or different, but neither near nor far."""
        return self.dtype.kind in "biu"

    def append(self, block: Array) -> None:
        """Add rows; they are copied.

        Raises:
            InvalidDataError: They have another width than those before, or numbers that those before have no room for.
        """
        if not self.n:
            self.d, self.dtype = block.shape[1], block.dtype
        if block.shape[1] != self.d:
            raise InvalidDataError(f"rows have {self.d} numbers in one episode and {block.shape[1]} in another")
        if not np.can_cast(block.dtype, self.dtype):
            raise InvalidDataError(
                f"numbers are {self.dtype} in one episode and {block.dtype} in another",
                hint="features=lambda batch: batch.astype('float64') makes them alike",
            )
        self._blocks.append(np.array(block, self.dtype, order="C"))
        self.n += len(block)
        self._bytes += self._blocks[-1].nbytes
        if self._bytes > self._limit:
            self._spill()

    def chunks(self) -> Iterator[tuple[int, Array]]:
        """(index of its first row, rows) in order, about 2 MB at a time."""
        step = max(1, CHUNK_BYTES // max(1, self.d * self.dtype.itemsize))
        start = 0
        for block in self._stored(step):
            for first in range(0, len(block), step):
                yield start + first, block[first : first + step]
            start += len(block)

    def take(self, index: Array) -> Array:
        """The rows that the ascending ``index`` names."""
        taken = np.empty((len(index), self.d), self.dtype)
        for start, chunk in self.chunks():
            low, high = np.searchsorted(index, (start, start + len(chunk)))
            taken[low:high] = chunk[index[low:high] - start]
        return taken

    def _stored(self, step: int) -> Iterator[Array]:
        size = step * self.d * self.dtype.itemsize
        for position in range(0, self._spilled, size):
            file = cast("IO[bytes]", self._file)
            file.seek(position)  # each time: two readers may take turns
            yield np.fromfile(file, self.dtype, step * self.d).reshape(-1, self.d)
        yield from self._blocks

    def _spill(self) -> None:
        """Move what is in memory to the file. It is read back with plain reads: a memory map would count as memory."""
        if self._file is None:
            self._file = TemporaryFile(prefix="tupli-metrics-", buffering=0)  # noqa: SIM115  # lives as long as the matrix
            weakref.finalize(self, self._file.close)
        for block in self._blocks:
            self._file.seek(self._spilled)
            block.tofile(self._file)
            self._spilled += block.nbytes
        self._blocks, self._bytes = [], 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Need: the observations, the actions, both side by side, or each episode's last known observation, as rows of numbers."""

    part: Part = "observations"
    features: Features | None = None

    def collector(self) -> Collector[Rows]:
        return _MatrixCollector(self)


class _MatrixCollector:
    def __init__(self, need: Matrix) -> None:
        self._need = need
        self._rows = Rows()
        self._batches = Batches(lambda rows: self._rows.append(self._vectors(rows)))

    def add(self, episode: EpisodeData) -> None:
        match self._need.part:
            case "observations":
                self._batches.add(episode.observations)
            case "actions":
                self._batches.add(episode.actions)
            case "pairs":
                self._batches.add((episode.observations, episode.actions))
            case "final_observations" if episode.has_final_observation:
                self._batches.add(take(episode.all_observations, slice(len(episode), None)))

    def finish(self) -> Rows:
        self._batches.flush()
        return self._rows

    def _vectors(self, rows: Tree) -> Array:
        if self._need.part != "pairs":
            return vectors(rows, None if self._need.part == "actions" else self._need.features, what=self._need.part)
        observations, actions = cast("tuple[Tree, Tree]", rows)
        return np.concatenate((vectors(observations, self._need.features), vectors(actions, what="actions")), axis=1)
