"""Loops that people write again and again: let a policy act, for its data or for its returns."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias

import gymnasium
import numpy as np

from tupli_client.buffers.infos import InfoPolicy
from tupli_client.recorder import EpisodeRecorder
from tupli_client.recording.switch import recording_off
from tupli_client.recording.tracks import truncate
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError

Policy: TypeAlias = Callable[[Any], Any]
"""Takes an observation, gives an action."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a policy did.

    Attributes:
        mean: Of the undiscounted returns, in the unit of the rewards.
        std: Their standard deviation (of the population), in the same unit.
        returns: One for each episode.
    """

    mean: float
    std: float
    returns: tuple[float, ...]


def rollout(
    env: gymnasium.Env[Any, Any],
    policy: Policy | None,
    episodes: int = 1,
    seed: int | None = None,
    *,
    max_steps: int | None = None,
    infos: InfoPolicy = "all",
) -> list[EpisodeData]:
    """Let a policy act and collect what happens. If ``env`` records, it goes to the storage as well.

    Args:
        env: Any environment; it stays open.
        policy: Takes an observation, gives an action; None for actions at random.
        episodes: How many.
        seed: Of the first episode; the next one has the next seed, and so on, so that each can be repeated.
        max_steps: Truncate longer episodes.
        infos: Which infos to keep: ``"all"``, ``"none"``, or those under the keys of a list.
    """
    chosen = _random_policy(env, seed) if policy is None else policy
    recorder = EpisodeRecorder(env.observation_space, env.action_space, infos=infos)
    return [_collect(recorder, env, chosen, own_seed, max_steps) for own_seed in _seeds(episodes, seed)]


def evaluate(
    policy: Policy | None,
    env: gymnasium.Env[Any, Any],
    episodes: int = 10,
    seed: int | None = None,
    *,
    max_steps: int | None = None,
    record: bool = False,
) -> Evaluation:
    """Let a policy act and say how well it did.

    Args:
        policy: Takes an observation, gives an action; None for actions at random.
        env: Any environment; it stays open.
        episodes: How many.
        seed: Of the first episode; the next one has the next seed, and so on.
        max_steps: Stop longer episodes.
        record: Whether an environment that records goes on recording.

    Raises:
        InvalidDataError: There are no episodes to evaluate.
    """
    if episodes < 1:
        raise InvalidDataError(f"a policy is evaluated over at least one episode, not {episodes}")
    chosen = _random_policy(env, seed) if policy is None else policy
    with nullcontext() if record else recording_off(env):
        returns = tuple(_return(env, chosen, own_seed, max_steps) for own_seed in _seeds(episodes, seed))
    return Evaluation(float(np.mean(returns)), float(np.std(returns)), returns)


def _collect(
    recorder: EpisodeRecorder, env: gymnasium.Env[Any, Any], policy: Policy, seed: int | None, max_steps: int | None
) -> EpisodeData:
    observation, _ = env.reset(seed=seed)
    recorder.begin(observation)
    has_ended = False
    while not has_ended and len(recorder) != max_steps:
        action = policy(observation)
        recorder.act(action)
        observation, reward, terminated, truncated, info = env.step(action)
        recorder.add(observation, reward, terminated, truncated, info)
        has_ended = bool(terminated or truncated)
    data = recorder.finish()
    recorder.notice_outliers(data)
    return data if has_ended else truncate(data)


def _return(env: gymnasium.Env[Any, Any], policy: Policy, seed: int | None, max_steps: int | None) -> float:
    observation, _ = env.reset(seed=seed)
    total, steps, has_ended = 0.0, 0, False
    while not has_ended and steps != max_steps:
        observation, reward, terminated, truncated, _ = env.step(policy(observation))
        total, steps, has_ended = total + float(reward), steps + 1, bool(terminated or truncated)
    return total


def _random_policy(env: gymnasium.Env[Any, Any], seed: int | None) -> Policy:
    if seed is not None:
        env.action_space.seed(seed)
    return lambda _observation: env.action_space.sample()


def _seeds(episodes: int, first: int | None) -> Iterable[int | None]:
    return repeat(None, episodes) if first is None else range(first, first + episodes)
