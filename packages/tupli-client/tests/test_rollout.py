"""Rollouts and evaluations: a policy acts, for its data or for its returns."""

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from logged_env import store_benchmark
from truth import AwkwardEnv, Truth, check_is_true
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_client.replay import verify
from tupli_client.rollout import evaluate, rollout
from tupli_schemas.errors import InvalidDataError


@pytest.fixture
def recording(tmp_path: Path) -> TupliEnvWrapper:
    storage = FileStorage(tmp_path)
    return TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage, store_benchmark(storage).id)


def lean(observation: Any) -> int:
    """Push the cart to where the pole falls."""
    return int(observation[2] + observation[3] > 0)


def test_a_rollout_is_what_happened() -> None:
    truth = Truth(gymnasium.make("CartPole-v1"))

    episodes = rollout(truth, lean, episodes=3, seed=5)

    assert len(episodes) == 3
    for data, true in zip(episodes, truth.episodes, strict=True):
        check_is_true(data, true)


def test_a_rollout_with_a_seed_can_be_repeated_with_actions_at_random_too() -> None:
    first, second = (rollout(gymnasium.make("CartPole-v1"), None, episodes=2, seed=5) for _ in range(2))

    assert all(left.equals(right) for left, right in zip(first, second, strict=True))
    assert not first[0].equals(first[1])


def test_a_rollout_goes_to_the_storage_if_the_environment_records(recording: TupliEnvWrapper) -> None:
    episodes = rollout(recording, lean, episodes=2, seed=5)

    stored = list(recording.storage.load_episodes(recording.storage.list_episodes()))
    assert all(left.equals(right.data) for left, right in zip(episodes, stored, strict=True))
    assert [episode.recording.seed for episode in stored] == [5, 6]  # type: ignore[union-attr]
    assert verify(stored[1], gymnasium.make("CartPole-v1")).is_exact


def test_longer_episodes_are_truncated() -> None:
    (data,) = rollout(gymnasium.make("CartPole-v1"), lean, max_steps=4)

    assert len(data) == 4
    assert data.truncated[-1]
    assert not data.terminated[-1]


def test_infos_are_kept_by_policy() -> None:
    env = AwkwardEnv(spaces.Discrete(2), spaces.Discrete(2), length=2)

    (data,) = rollout(env, None, infos=["path"])

    assert [step.info for step in data] == [{"path": [1]}, {"path": [1, 2]}]


def test_values_outside_a_space_are_noticed() -> None:
    class Outside(AwkwardEnv):
        def step(self, action: Any) -> Any:
            return (7, *super().step(action)[1:])

    with pytest.warns(UserWarning, match="observations of step 1 are outside"):
        rollout(Outside(spaces.Discrete(2), spaces.Discrete(2)), None)


def test_an_evaluation_gives_returns_and_records_nothing(recording: TupliEnvWrapper) -> None:
    found = evaluate(lean, recording, episodes=3, seed=5)

    episodes = rollout(gymnasium.make("CartPole-v1"), lean, episodes=3, seed=5)
    assert found.returns == tuple(data.return_ for data in episodes)
    assert found.mean == np.mean(found.returns)
    assert found.std == np.std(found.returns)
    assert recording.storage.list_episodes() == []
    assert recording.is_recording


def test_an_evaluation_records_if_it_is_asked_to(recording: TupliEnvWrapper) -> None:
    evaluate(lean, recording, episodes=2, record=True)

    assert len(recording.storage.list_episodes()) == 2


def test_recording_stays_off_in_wrappers_below(recording: TupliEnvWrapper) -> None:
    evaluate(lean, gymnasium.wrappers.TimeLimit(recording, 3), episodes=2)

    assert recording.storage.list_episodes() == []


def test_an_evaluation_stops_longer_episodes() -> None:
    assert evaluate(lean, gymnasium.make("CartPole-v1"), episodes=2, max_steps=3).returns == (3.0, 3.0)


def test_no_episodes_are_no_evaluation() -> None:
    with pytest.raises(InvalidDataError, match="at least one episode, not 0"):
        evaluate(lean, gymnasium.make("CartPole-v1"), episodes=0)
