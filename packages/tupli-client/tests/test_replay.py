"""Verification by replay: what truly happened happens again, bit for bit, and what did not is found where it first differs."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from logged_env import store_benchmark
from truth import AwkwardEnv
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_client.replay import verify
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, Recording

FAMILIES = {"classic_control": None, "toy_text": None, "box2d": "Box2D", "mujoco": "mujoco"}
"""The families of standard environments, and the module that one needs."""


def standard_environments() -> list[str]:
    """The newest version of each environment of Gymnasium's that can be made here."""
    newest: dict[str, str] = {}
    for env_id, spec in gymnasium.registry.items():
        family = str(spec.entry_point).removeprefix("gymnasium.envs.").partition(".")[0].partition(":")[0]
        needs = FAMILIES.get(family, "nothing that there is")
        if needs is None or find_spec(needs):
            newest[env_id.rpartition("-")[0]] = env_id
    return list(newest.values())


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


def record(env: gymnasium.Env[Any, Any], storage: FileStorage, **how: Any) -> list[Episode]:
    """Episodes of at most 30 steps: one after a reset with these arguments, and two after resets without any."""
    recording = TupliEnvWrapper(env, storage, store_benchmark(storage).id)
    recording.action_space.seed(7)
    for arguments in (how, {}, {}):
        recording.reset(**arguments)
        for _ in range(30):
            if any(recording.step(recording.action_space.sample())[2:4]):
                break
    recording.close()
    return list(storage.load_episodes(storage.list_episodes()))


@pytest.mark.filterwarnings("ignore")  # some of these environments leave their spaces, others are old
@pytest.mark.parametrize("env_id", standard_environments())
def test_standard_environments_replay_bit_for_bit_also_after_resets_without_a_seed(
    env_id: str, storage: FileStorage
) -> None:
    episodes = record(gymnasium.make(env_id), storage, seed=11)
    fresh = gymnasium.make(env_id)

    verdicts = [verify(episode, fresh) for episode in episodes]

    assert [str(verdict) for verdict in verdicts] == [
        f"exact: all {len(episode.data)} steps happened again, bit for bit" for episode in episodes
    ]
    assert len(episodes) == 3


@pytest.mark.parametrize(
    "space",
    [
        spaces.Dict({"word": spaces.Text(4), "pair": spaces.Tuple((spaces.Discrete(3), spaces.MultiBinary(2)))}),
        spaces.Box(-np.inf, np.inf, (2, 2), np.float64),
    ],
    ids=["nested", "box"],
)
def test_environments_of_any_space_replay(space: spaces.Space[Any], storage: FileStorage) -> None:
    episode = record(Seeded(space, space), storage, seed=3)[0]

    assert verify(episode, Seeded(space, space)).is_exact


class Seeded(AwkwardEnv):
    """Draws what it shows from its own random generator, as environments should."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        first = super().reset(seed=seed)
        self.observation_space.seed(int(self.np_random.integers(2**31)))
        self.bonus = (options or {}).get("bonus", 0.0)
        return first[0], {}

    def step(self, action: Any) -> Any:
        observation, reward, *ends, _ = super().step(action)
        return (observation, reward + float(np.sum(self.bonus)), *ends, {})


LINE = spaces.Box(-1, 1, (), np.float64)


def line() -> Seeded:
    return Seeded(LINE, spaces.Discrete(2))


@pytest.mark.parametrize(
    "options",
    [{"bonus": 0.5}, {"bonus": np.array([0.1, 0.2])}, {"bonus": 1e400}, {"bonus": 0.5, "a.b": 1, "$c": (1, 2)}],
    ids=["plain", "array", "infinite", "odd keys"],
)
def test_the_options_of_a_reset_are_repeated_exactly(options: dict[str, Any], storage: FileStorage) -> None:
    (episode, *_) = record(line(), storage, seed=3, options=options)

    assert verify(episode, line()).is_exact


def changed(episode: Episode, **columns: Any) -> Episode:
    return episode.model_copy(update={"tuples": replace(episode.data, **columns)})


def with_row(column: Any, row: int, value: Any) -> Any:
    other = np.array(column)
    other[row] = value
    return other


def test_a_difference_is_found_where_it_first_is(storage: FileStorage) -> None:
    (episode, *_) = record(line(), storage, seed=3)
    data: EpisodeData = episode.data
    shift = np.nextafter(data.all_observations[3], 2)  # type: ignore[index, arg-type] # by the last bit

    fields = {
        "observation": changed(episode, all_observations=with_row(data.all_observations, 0, 0.25)),
        "next_observation": changed(episode, all_observations=with_row(data.all_observations, 3, shift)),
        "reward": changed(episode, rewards=with_row(data.rewards, 2, 9.0)),
        "terminated": changed(episode, terminated=with_row(data.terminated, 4, False), truncated=data.terminated),
    }
    verdicts = {field: verify(other, line()) for field, other in fields.items()}

    assert {field: (verdict.field, verdict.step, verdict.n_steps) for field, verdict in verdicts.items()} == {
        "observation": ("observation", 0, 0),
        "next_observation": ("next_observation", 2, 2),
        "reward": ("reward", 2, 2),
        "terminated": ("terminated", 4, 4),
    }
    assert verdicts["reward"].expected == 9
    assert verdicts["reward"].got == data.rewards[2]
    assert not verdicts["reward"].is_exact
    assert str(verdicts["reward"]).startswith("differs at step 2 in reward: ")


def test_the_part_that_differs_is_named(storage: FileStorage) -> None:
    space = spaces.Dict({"a": LINE, "b": spaces.Tuple((LINE, LINE))})
    (episode, *_) = record(Seeded(space, LINE), storage, seed=3)
    columns: dict[str, Any] = dict(episode.data.all_observations)  # type: ignore[arg-type]
    columns["b"] = (columns["b"][0], with_row(columns["b"][1], 2, 0.5))

    verdict = verify(changed(episode, all_observations=columns), Seeded(space, LINE))

    assert (verdict.field, verdict.step, verdict.expected) == ("next_observation/b/1", 1, 0.5)


def test_another_environment_differs_and_another_gymnasium_is_suspected(storage: FileStorage) -> None:
    (episode, *_) = record(gymnasium.make("CartPole-v1"), storage, seed=3)
    other = gymnasium.make("CartPole-v1")
    other.unwrapped.gravity = 9.81  # type: ignore[attr-defined]
    older = episode.recording.model_copy(update={"gymnasium_version": "0.29"})  # type: ignore[union-attr]

    verdict = verify(episode.model_copy(update={"recording": older}), other)

    assert verdict.outcome == "different"
    assert f"recorded with gymnasium 0.29, replayed with {gymnasium.__version__}" in str(verdict)


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (None, "nothing is known about its reset"),
        (Recording(), "no seed is known for its reset"),
        (Recording(options={}, extra={"sub_environment": 1}), "no seed is known for its reset"),
    ],
)
def test_without_a_known_beginning_nobody_can_tell(
    recording: Recording | None, reason: str, storage: FileStorage
) -> None:
    (episode, *_) = record(line(), storage, seed=3)

    verdict = verify(episode.model_copy(update={"recording": recording}), line())

    assert str(verdict) == f"cannot be replayed: {reason}"
    assert not verdict.is_exact


def test_options_that_nobody_can_keep_are_the_reason_why_an_episode_cannot_be_replayed(storage: FileStorage) -> None:
    (episode, *_) = record(line(), storage, seed=3, options={"solver": object()})

    verdict = verify(episode, line())

    assert verdict.outcome == "not-replayable"
    assert "options.solver is object" in str(verdict)


def test_a_piece_of_an_episode_cannot_be_replayed(storage: FileStorage) -> None:
    (episode, *_) = record(line(), storage, seed=3)

    piece = episode.model_copy(update={"tuples": episode.data.slice(1, 3)})

    assert str(verify(piece, line())) == "cannot be replayed: it is a piece of an episode"


@pytest.mark.parametrize("seed", [0, 2**63, 2**200])
def test_a_seed_of_any_size_is_repeated(seed: int, storage: FileStorage) -> None:
    (episode, *_) = record(gymnasium.make("CartPole-v1"), storage, seed=seed)

    assert verify(episode, gymnasium.make("CartPole-v1")).is_exact


def test_verifying_in_the_wrapper_records_nothing_and_takes_ids(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage, store_benchmark(storage).id)
    env.reset(seed=0)
    while not env.step(0)[2]:
        pass
    (header,) = storage.list_episodes()

    verdict = env.verify(header.id)

    assert verdict.is_exact
    assert verdict.n_steps == header.n_tuples
    assert len(storage.list_episodes()) == 1
    assert env.is_recording


def test_an_abandoned_episode_replays_although_its_environment_did_not_truncate_it(storage: FileStorage) -> None:
    episodes = record(gymnasium.make("Pendulum-v1"), storage, seed=3)

    assert all(episode.abandoned and episode.data.truncated[-1] for episode in episodes)
    assert all(verify(episode, gymnasium.make("Pendulum-v1")).is_exact for episode in episodes)
