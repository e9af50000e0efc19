"""Whatever the environment and whatever is done to it, what is recorded is what happened."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given, settings
from hypothesis import strategies as st

from logged_env import store_benchmark
from truth import AwkwardEnv, TrueEpisode, Truth, check_is_true
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import TupliError

LEAVES = [
    spaces.Box(-1, 1, (2, 3), np.float32),
    spaces.Box(-np.inf, np.inf, (), np.float64),
    spaces.Box(0, 255, (2, 2, 3), np.uint8),
    spaces.Box(-5, 5, (0,), np.int16),
    spaces.Discrete(5, start=-2),
    spaces.MultiBinary((2, 2)),
    spaces.MultiDiscrete([3, 4]),
    spaces.Text(6, charset="añ€😀"),
]

any_space = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abc/"), inner, min_size=1, max_size=3).map(spaces.Dict),
        st.lists(inner, min_size=1, max_size=3).map(spaces.Tuple),
    ),
    max_leaves=5,
)


@dataclass
class Expected:
    """What should be recorded, by a model that knows nothing of buffers."""

    is_on: bool = True
    open: TrueEpisode | None = None
    is_broken: bool = False
    episodes: list[TrueEpisode] = field(default_factory=list)

    def leave(self) -> None:
        if self.open is not None and self.open.steps:
            self.episodes.append(self.open)
        self.open = None

    def reset(self, true: TrueEpisode) -> None:
        self.leave()
        self.open, self.is_broken = (TrueEpisode(true.first), False) if self.is_on else (None, False)

    def step(self, true: TrueEpisode) -> None:
        if self.open is not None and not self.is_broken:
            self.open.steps.append(true.steps[-1])
            if true.has_ended:
                self.leave()


@settings(max_examples=60)
@given(
    observation_space=any_space,
    action_space=any_space,
    things=st.lists(st.sampled_from(["step", "step", "step", "step", "reset", "fail", "on", "off"]), max_size=40),
    length=st.integers(1, 6),
    seed=st.integers(0, 2**32),
)
@pytest.mark.filterwarnings("ignore:this step is not recorded")
def test_every_transition_that_is_recorded_truly_happened_and_none_is_missing(
    observation_space: spaces.Space[Any], action_space: spaces.Space[Any], things: list[str], length: int, seed: int
) -> None:
    with TemporaryDirectory() as folder:
        truth, expected = Truth(AwkwardEnv(observation_space, action_space, length)), Expected()
        storage = FileStorage(folder)
        env = TupliEnvWrapper(truth, storage, store_benchmark(storage).id)
        env.action_space.seed(seed)

        for thing in ["reset", *things]:
            _do(thing, env, truth, expected, seed)
        env.close()
        expected.leave()

        recorded = _recorded(storage)
        assert len(recorded) == len(expected.episodes)
        for episode, true in zip(recorded, expected.episodes, strict=True):
            check_is_true(episode.data, true)
            assert episode.abandoned == (not true.has_ended)


def _do(thing: str, env: TupliEnvWrapper, truth: Truth, expected: Expected, seed: int) -> None:
    if thing == "reset":
        env.reset(seed=seed)
        expected.reset(truth.episodes[-1])
    elif thing == "step":
        env.step(env.action_space.sample())
        expected.step(truth.episodes[-1])
    elif thing == "fail":
        env.unwrapped.fails = True  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="does not answer"):
            env.step(env.action_space.sample())
        env.unwrapped.fails = False  # type: ignore[attr-defined]
        expected.is_broken = True
    elif thing == "off":
        env.deactivate_recording()
        expected.is_on = False
        expected.leave()
    else:
        env.activate_recording()
        expected.is_on = True


def _recorded(storage: FileStorage) -> list[Episode]:
    return list(storage.load_episodes(storage.list_episodes()))


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "Acrobot-v1", "Blackjack-v1"])
def test_recordings_of_standard_environments_are_true(env_id: str, storage: FileStorage) -> None:
    truth = Truth(gymnasium.make(env_id))
    env = TupliEnvWrapper(truth, storage, store_benchmark(storage).id)
    env.action_space.seed(3)

    env.reset(seed=3)
    for _ in range(300):
        if any(env.step(env.action_space.sample())[2:4]):
            env.reset()
    env.close()

    recorded = _recorded(storage)
    assert len(recorded) == len(truth.with_steps)
    for episode, true in zip(recorded, truth.with_steps, strict=True):
        check_is_true(episode.data, true)


def test_observations_of_a_wider_dtype_than_their_space_are_recorded_bit_for_bit(storage: FileStorage) -> None:
    class Wide(AwkwardEnv):
        def step(self, action: Any) -> Any:
            _, *others = super().step(action)
            return (self.np_random.normal(size=2), *others)

    truth = Truth(Wide(spaces.Box(-np.inf, np.inf, (2,), np.float32), spaces.Discrete(2), length=4))
    env = TupliEnvWrapper(truth, storage, store_benchmark(storage).id)

    env.reset(seed=0)
    with pytest.warns(UserWarning, match="float64"):
        env.step(0)
    for action in (np.int32(1), np.array(1), True):
        env.step(action)

    (episode,) = _recorded(storage)
    check_is_true(episode.data, truth.episodes[0])


def test_a_value_that_has_no_place_ends_the_recording_and_keeps_what_was_before(storage: FileStorage) -> None:
    class Growing(AwkwardEnv):
        def step(self, action: Any) -> Any:
            observation, *others = super().step(action)
            return (np.zeros(self._step, np.float32) if self._step > 2 else observation, *others)

    truth = Truth(Growing(spaces.Box(-1, 1, (2,), np.float32), spaces.Discrete(2), length=9))
    env = TupliEnvWrapper(truth, storage, store_benchmark(storage).id)

    env.reset(seed=0)
    env.step(0)
    env.step(1)
    with pytest.raises(TupliError, match=r"observations have shape \(2,\), but step 3 has shape \(3,\)"):
        env.step(0)
    with pytest.warns(UserWarning, match="this step is not recorded"):
        env.step(0)
    env.close()

    (episode,) = _recorded(storage)
    true = truth.episodes[0]
    check_is_true(episode.data, TrueEpisode(true.first, true.steps[:2]))
    assert episode.abandoned
