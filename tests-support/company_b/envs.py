"""Environments as people write them: with numpy data, a table, random generators of their own, and things they count."""

import collections
import dataclasses
import datetime as dt
import enum
import logging
import pathlib
import random
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
import pandas as pd
from gymnasium import spaces
from gymnasium.utils import EzPickle, RecordConstructorArgs

Observation = npt.NDArray[np.float64]


class Direction(enum.Enum):
    """A plain enumeration."""

    EAST = 0
    NORTH = "north"


class Cell(collections.namedtuple("Cell", "row column")):  # noqa: PYI024 - as many environments still write it
    """A named tuple."""

    __slots__ = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """A frozen dataclass without a dict."""

    gain: float = 2.0
    name: str = "field"


class Options(dict[str, Any]):
    """A dict of one's own."""


class Machine:
    """A part that knows the environment it belongs to, and that counts."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.env = env
        self.n_runs = 0
        self.wear = np.zeros((2, 2))

    def run(self) -> None:
        """One more run."""
        self.n_runs += 1
        self.wear[0, 0] += 0.5


class Handle:
    """Something that knows itself how to be stored."""

    def __init__(self, level: int = 3) -> None:
        self.level = level
        self.connection: object = object()

    def __getstate__(self) -> dict[str, int]:
        return {"level": self.level}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.level, self.connection = state["level"], "made anew"


class GridEnv(gymnasium.Env[Observation, np.int64]):
    """A walk on a field. A reset with a seed determines everything."""

    def __init__(self, size: int = 5, goal: tuple[int, int] = (4, 4), render_mode: str | None = None) -> None:
        self.size, self.goal, self.render_mode = size, goal, render_mode
        self.action_space = spaces.Discrete(4)
        self.observation_space = spaces.Box(0, size, (2,), np.float64)
        self.moves = {0: np.array([1, 0]), 1: np.array([0, 1]), 2: np.array([-1, 0]), 3: np.array([0, -1])}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        super().reset(seed=seed)
        self.place = self.np_random.integers(0, self.size, 2).astype(np.float64)
        self.n_steps = 0
        return self.place, {}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        self.place = np.clip(self.place + self.moves[int(action)], 0, self.size)
        self.n_steps += 1
        return self.place, -1.0, tuple(self.place) == self.goal, self.n_steps >= 30, {}


class MarketEnv(GridEnv):
    """The same with everything that people keep in an environment, and with a memory that a reset does not clear."""

    def __init__(self, prices: pd.DataFrame | None = None, size: int = 5) -> None:
        super().__init__(size)
        self.prices = a_table() if prices is None else prices
        self.table = {(0, 1): "a", "text": 1.5, 2.5: np.float32(3), Direction.EAST: float("nan"), None: True}
        self.direction, self.cell, self.settings, self.options = Direction.NORTH, Cell(1, [2]), Settings(), Options(a=1)
        self.machine, self.handle = Machine(self), Handle()
        self.noise, self.dice, self.old_noise = np.random.default_rng(7), random.Random(3), np.random.RandomState(4)
        self.log, self.folder, self.blob = logging.getLogger("market"), pathlib.Path("data/prices"), b"\x00\xff"
        self.since = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
        self.recent: collections.deque[float] = collections.deque(maxlen=3)
        self.groups: collections.defaultdict[str, list[int]] = collections.defaultdict(list, a=[1])
        self.known, self.fixed, self.kind, self.limit = {1, "x"}, frozenset({1, "a"}), np.float32, float("inf")
        self.n_resets = 0
        self.seen: list[float] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        super().reset(seed=seed)
        self.n_resets += 1
        self.machine.run()
        shift = self.noise.random() + self.dice.random() + self.old_noise.rand() + self.n_resets / 100
        return self.place + shift, {}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        place, _, terminated, truncated, info = super().step(action)
        self.seen.append(float(place[0]))
        self.recent.append(float(place[1]))
        return place + self.noise.random(), float(self.machine.n_runs), terminated, truncated, info


class Node:
    """A crossing that knows its neighbours."""

    def __init__(self) -> None:
        self.neighbours: list[Node] = []
        self.weight = 1.0


class RoadEnv(GridEnv):
    """An environment with a net of objects that all refer to each other."""

    def __init__(self, n: int = 30) -> None:
        super().__init__()
        self.nodes = [[Node() for _ in range(n)] for _ in range(n)]
        for i in range(n):
            for j in range(n):
                self.nodes[i][j].neighbours = [self.nodes[i - 1][j], self.nodes[i][j - 1]]


class PickledByArguments(GridEnv, EzPickle):
    """An environment that pickle would make anew from the arguments of its constructor."""

    def __init__(self, size: int = 5) -> None:
        EzPickle.__init__(self, size)
        super().__init__(size)


class FilesEnv(GridEnv):
    """An environment that holds what cannot be stored."""

    def __init__(self, what: Any) -> None:
        super().__init__()
        self.what = what


class Scaled(gymnasium.RewardWrapper[Observation, np.int64], RecordConstructorArgs):
    """A wrapper of one's own that says how it was made."""

    def __init__(self, env: gymnasium.Env[Observation, np.int64], factor: float = 2.0) -> None:
        RecordConstructorArgs.__init__(self, factor=factor)
        super().__init__(env)
        self.factor = factor

    def reward(self, reward: Any) -> float:
        return float(reward) * self.factor


def a_table() -> pd.DataFrame:
    """A table with a column of every common dtype."""
    columns = {
        "whole": [1, 2],
        "real": [1.0, float("nan")],
        "text": ["x", None],
        "moment": pd.date_range("2020-03-29", periods=2, freq="h", tz="Europe/Berlin"),
        "category": pd.Categorical(["u", "v"], ordered=True),
        "missing": pd.array([1, None], dtype="Int64"),
        "flag": pd.array([True, None], dtype="boolean"),
        "span": pd.to_timedelta([1, 2], unit="h"),
        "period": pd.period_range("2021-01", periods=2, freq="M"),
        "interval": pd.interval_range(0, 2),
        "object": [(1, 2), "three"],
    }
    return pd.DataFrame(columns, index=pd.date_range("2021", periods=2, freq="h", name="when"))


gymnasium.register("company_b/Grid-v0", entry_point="company_b.envs:GridEnv", max_episode_steps=20)
gymnasium.register("company_b/Road-v0", entry_point="company_b.envs:RoadEnv")
