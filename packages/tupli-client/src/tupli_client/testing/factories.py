"""Objects to be stored, and episodes of every kind of space."""

from typing import Any

import numpy as np

from tupli_schemas.artifacts import ArtifactMetadata
from tupli_schemas.base import new_id
from tupli_schemas.benchmarks import BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode

_DTYPES = (
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
)


def a_benchmark(name: str = "cartpole", **metadata: Any) -> BenchmarkQuery:
    """A benchmark to be stored, unlike every other one."""
    unique = new_id()
    return BenchmarkQuery(
        hash=unique, serialized=f'{{"env": "{unique}"}}', metadata=BenchmarkMetadata(name=name, **metadata)
    )


def an_artifact(name: str = "prices", **metadata: Any) -> ArtifactMetadata:
    """What is said of an artifact to be stored."""
    return ArtifactMetadata(name=name, **metadata)


def some_steps(n_tuples: int = 3, *, reward: float = 1.0, terminated: bool = True, n_features: int = 4) -> EpisodeData:
    """Steps with random observations (float32) and actions (int64, 0 or 1); ``reward`` for each."""
    random = np.random.default_rng()
    return EpisodeData.from_arrays(
        observations=random.normal(size=(n_tuples + 1, n_features)).astype(np.float32),
        actions=random.integers(0, 2, n_tuples),
        rewards=np.full(n_tuples, reward),
        terminated=terminated,
        truncated=not terminated,
    )


def an_episode(benchmark_id: str, data: EpisodeData | None = None, **metadata: Any) -> Episode:
    """An episode to be recorded, with steps of its own unless they are given."""
    return Episode(benchmark_id=benchmark_id, metadata=metadata, data=some_steps() if data is None else data)


def data_of_every_kind() -> dict[str, EpisodeData]:
    """Episodes over all spaces, dtypes and values that a storage must give back bit for bit, by what they are about."""
    cases = {
        f"observations and rewards of {dtype}": _with(_extremes(dtype), rewards=_extremes(dtype)[:3, 0])
        for dtype in _DTYPES
    }
    nan_payloads = np.array([0x7FF8000000000001, 0xFFF0000000000001, 0x8000000000000000, 1], np.uint64).view(np.float64)
    cases |= {
        "NaN payloads, -0.0 and subnormals": _with(nan_payloads),
        "infinities": _with(np.array([np.inf, -np.inf, 0, 1], np.float32), rewards=np.array([np.inf, -np.inf, np.nan])),
        "an unknown final observation": _with(np.arange(3)),
        "images": _with(np.arange(4 * 21 * 16 * 3, dtype=np.uint8).reshape(4, 21, 16, 3)),
        "images of one colour": _with(np.full((4, 84, 84, 3), 7, np.uint8)),
        "observations without elements": _with(np.zeros((4, 0), np.float32)),
        "big-endian numbers": _with(np.arange(4, dtype=">f4")),
        "text": _with(["", "naïve ☃", "\U0001d518", "a\x00b"]),
        "a Dict": _with({"position": np.arange(8.0).reshape(4, 2), "goal": {"name": list("abcd"), "n": np.arange(4)}}),
        "a Tuple": _with((np.arange(4), (np.ones((4, 2), np.float16), list("abcd")))),
        "actions in a Dict": _with(np.arange(4), actions={"move": np.arange(3), "say": ["", "x", "yy"]}),
        "infos": _with(np.arange(4), infos=_INFOS),
        "one step": EpisodeData.from_arrays(
            observations=np.zeros((2, 1)), actions=np.zeros(1), rewards=[0.5], terminated=True, truncated=True
        ),
        "an open end": _with(np.arange(4), terminated=False),
    }
    return cases


_INFOS: list[dict[str, Any]] = [
    {"lives": 3, "mask": np.array([1, 0], np.int8), "note": "start", "np": np.float32(0.1)},
    {"lives": 2, "mask": np.array([1, 1], np.int8), "nested": {"a": [1, 2.5, None, True]}, "np": np.float32(0.2)},
    {"mask": np.array([0, 0], np.int8), "huge": 2**80, "np": np.float32(np.nan)},
]


def _extremes(dtype: str) -> Any:
    """Four observations of two features, the limits of the dtype among them."""
    if dtype == "bool":
        return np.array([[0, 1], [1, 0], [1, 1], [0, 0]], np.bool_)
    limits = np.finfo(dtype) if "float" in dtype else np.iinfo(dtype)
    return np.array([[limits.min, 0], [limits.max, 1], [1, 2], [3, 4]], dtype)


def _with(observations: Any, **columns: Any) -> EpisodeData:
    given: dict[str, Any] = {"actions": np.arange(3), "rewards": np.arange(3.0), "terminated": True, "truncated": False}
    return EpisodeData.from_arrays(observations=observations, **(given | columns))
