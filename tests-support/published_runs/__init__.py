"""The five data sets of Schweighofer et al. (2022) for two environments, as one run of our own recipe made them.

``benchmarks/published_table.py`` trains and collects, ``benchmarks/published_table_fixture.py`` packs. To stay small the fixture
holds the cell of each state (100 places per dimension between the limits of the replay data) in place of its numbers, and a sample
of the numbers for the metrics that measure distances.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from lzma import compress, decompress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tupli_schemas.columns import EpisodeData

PATH = Path(__file__).with_name("fixture.npz")
ENVIRONMENTS = ("MountainCar-v0", "CartPole-v1")
COLLECTED = ("random", "replay", "noisy", "expert")
RANDOM_STEPS_OF_MIXED = 80_000


@dataclass(frozen=True)
class Collected:
    """What one policy collected: the cell of each state, actions, the length of each episode, and a sample of the states."""

    cells: NDArray[np.uint8]
    actions: NDArray[np.int8]
    reward: float
    lengths: NDArray[np.int32]
    terminated: NDArray[np.bool_]
    sample: NDArray[np.float64]

    def episodes(self, start: int = 0, stop: int | None = None) -> Iterator[EpisodeData]:
        """The episodes among the steps from ``start`` to ``stop``; the last one may stay open."""
        ends = np.cumsum(self.lengths)
        limit = len(self.cells) if stop is None else stop
        edges = np.unique(np.clip(np.concatenate(([0], ends, [len(self.cells)])), start, limit))
        finished = dict(zip(ends.tolist(), self.terminated.tolist(), strict=True))
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            yield EpisodeData.from_arrays(
                observations=self.cells[first:last],
                actions=self.actions[first:last],
                rewards=np.full(last - first, self.reward),
                terminated=finished.get(last, False),
                truncated=last in finished and not finished[last],
            )


def load(environment: str) -> tuple[dict[str, list[EpisodeData]], dict[str, NDArray[np.float64]], float]:
    """The episodes of each data set, a sample of its states, and the best greedy evaluation of the training run."""
    with np.load(PATH) as file:
        sets = {name: _unpack(file, f"{environment}/{name}") for name in COLLECTED}
        best = float(file[f"{environment}/best"])
    episodes = {name: list(one.episodes()) for name, one in sets.items()}
    random, expert = sets["random"], sets["expert"]
    n_expert = len(random.cells) - RANDOM_STEPS_OF_MIXED
    episodes["mixed"] = [*random.episodes(0, RANDOM_STEPS_OF_MIXED), *expert.episodes(0, n_expert)]
    samples = {name: one.sample for name, one in sets.items()}
    n_random = len(random.sample) * RANDOM_STEPS_OF_MIXED // len(random.cells)
    samples["mixed"] = np.concatenate((random.sample[:n_random], expert.sample[: len(random.sample) - n_random]))
    return episodes, samples, best


def pack(name: str, collected: Collected) -> dict[str, NDArray[np.generic]]:
    """Columns for ``np.savez``: differences of successive cells compress four times better than the cells."""
    steps = np.diff(collected.cells, axis=0, prepend=np.zeros_like(collected.cells[:1]))
    packed = compress(np.ascontiguousarray(steps.T).tobytes() + collected.actions.tobytes(), preset=9)
    return {
        f"{name}/packed": np.frombuffer(packed, np.uint8),
        f"{name}/shape": np.array(collected.cells.shape),
        f"{name}/reward": np.array(collected.reward),
        f"{name}/lengths": collected.lengths,
        f"{name}/terminated": np.packbits(collected.terminated),
        **_pack_sample(f"{name}/sample", collected.sample),
    }


def _pack_sample(name: str, sample: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
    """Numbers in 16 bits between their limits: fine enough for distances between thousands of states."""
    low, high = sample.min(axis=0), sample.max(axis=0)
    codes = np.round((sample - low) / (high - low) * 65_535).astype(np.uint16)
    return {f"{name}/codes": codes, f"{name}/low": low, f"{name}/high": high}


def _unpack_sample(file: "np.lib.npyio.NpzFile", name: str) -> NDArray[np.float64]:
    low, high = file[f"{name}/low"], file[f"{name}/high"]
    return np.asarray(low + file[f"{name}/codes"] / 65_535 * (high - low))


def _unpack(file: "np.lib.npyio.NpzFile", name: str) -> Collected:
    n, d = file[f"{name}/shape"].tolist()
    raw = np.frombuffer(decompress(file[f"{name}/packed"].tobytes()), np.uint8)
    lengths = file[f"{name}/lengths"]
    return Collected(
        cells=np.cumsum(raw[: n * d].reshape(d, n).T, axis=0, dtype=np.uint8),
        actions=raw[n * d :].view(np.int8),
        reward=float(file[f"{name}/reward"]),
        lengths=lengths,
        terminated=np.unpackbits(file[f"{name}/terminated"], count=len(lengths)).astype(bool),
        sample=_unpack_sample(file, f"{name}/sample"),
    )
