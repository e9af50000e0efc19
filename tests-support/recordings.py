"""Recordings made by hand: values given to a recorder, and short episodes of an environment that is recorded."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from truth import AwkwardEnv
from tupli_client.recorder import EpisodeRecorder
from tupli_client.storage import TupliStorage
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode

BOX = spaces.Box(-1, 1, (2,), np.float32)
SWITCH = spaces.Discrete(2)


def recorded(
    observations: list[Any],
    actions: list[Any] | None = None,
    rewards: list[Any] | None = None,
    said: list[dict[Any, Any]] | None = None,
    **settings: Any,
) -> EpisodeData:
    """The episode of these values; what is not given is of no interest."""
    steps = len(observations) - 1
    recorder = EpisodeRecorder(settings.pop("observation_space", BOX), settings.pop("action_space", SWITCH), **settings)
    return record(recorder, observations, actions or [0] * steps, rewards or [0.0] * steps, said or [{}] * steps)


def record(
    recorder: EpisodeRecorder, observations: list[Any], actions: list[Any], rewards: list[Any], infos: list[Any]
) -> EpisodeData:
    recorder.begin(observations[0])
    for row, action in enumerate(actions):
        recorder.act(action)
        recorder.add(observations[row + 1], rewards[row], row + 1 == len(actions), False, infos[row])
    data = recorder.finish()
    recorder.notice_outliers(data)
    return data


def zeros(rows: int) -> list[Any]:
    return [np.zeros(2, np.float32)] * rows


def short_env(length: int = 3) -> AwkwardEnv:
    """An environment whose episodes have this many steps."""
    return AwkwardEnv(BOX, SWITCH, length)


def play(env: gymnasium.Env[Any, Any], steps: int, **how: Any) -> None:
    """A reset and some steps."""
    env.reset(**how)
    for _ in range(steps):
        env.step(1)


def stored(storage: TupliStorage) -> list[Episode]:
    """All episodes, with their steps, in the order in which they were recorded."""
    return list(storage.load_episodes(storage.list_episodes()))
