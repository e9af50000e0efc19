"""Vector environments: the episodes of every sub-environment, apart, in each autoreset mode, against logs kept inside."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv, VectorEnv

from logged_env import store_benchmark
from truth import AwkwardEnv, TrueEpisode, Truth, check_is_true
from tupli_client.file_storage import FileStorage
from tupli_client.replay import verify
from tupli_client.vector import TupliVectorEnvWrapper
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError

HAS_MODES = hasattr(gymnasium.vector, "AutoresetMode")
MODES = ["NextStep", "SameStep", "Disabled"] if HAS_MODES else ["NextStep"]
needs_modes = pytest.mark.skipif(not HAS_MODES, reason="Gymnasium 1.0 has a single autoreset mode")

SPACES = {
    "box": (spaces.Box(-1, 1, (3,), np.float32), spaces.Box(-1, 1, (2,), np.float64)),
    "switch": (spaces.Discrete(9, start=-3), spaces.Discrete(4)),
    "bits": (spaces.MultiBinary(3), spaces.MultiDiscrete([3, 4])),
    "image": (spaces.Box(0, 255, (4, 4, 3), np.uint8), spaces.MultiBinary(2)),
    "dict": (
        spaces.Dict({"word": spaces.Text(5), "at": spaces.Box(-1, 1, (), np.float32)}),
        spaces.Dict({"go": spaces.Discrete(2), "to": spaces.Box(-1, 1, (2,), np.float32)}),
    ),
    "tuple": (
        spaces.Tuple((spaces.Discrete(3), spaces.Dict({"x": spaces.MultiBinary(2)}))),
        spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (1,), np.float32))),
    ),
}


class Keen(AwkwardEnv):
    """Each episode is a little longer than the one before; observations and infos are new objects, as Gymnasium demands."""

    def reset(self, **how: Any) -> Any:
        self._length = self._length % 5 + 1
        self._observation, self._info = None, {"trace": np.zeros(2), "path": []}
        return super().reset(**how)[0], {"of": "reset"}

    def step(self, action: Any) -> Any:
        self._observation = None
        observation, reward, terminated, _, _ = super().step(action)
        truncated = self._step == 3 and not terminated
        info = {"step": self._step, "half": self._step / 2} | ({"odd": True} if self._step % 2 else {})
        return observation, reward, terminated, truncated, info | {"deep": {"er": self._step}}


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


def make(mode: str, kind: str = "box", n: int = 3, vectorised: Any = SyncVectorEnv) -> Any:
    """A vector environment whose sub-environments keep logs; their episodes have different lengths."""
    makers = [lambda length=length: Truth(Keen(*SPACES[kind], length)) for length in range(n)]
    return vectorised(makers, autoreset_mode=mode) if HAS_MODES else vectorised(makers)


def wrap(env: VectorEnv, storage: FileStorage, **how: Any) -> TupliVectorEnvWrapper:
    return TupliVectorEnvWrapper(env, storage, store_benchmark(storage).id, **how)


def play(env: TupliVectorEnvWrapper, steps: int, mode: str) -> None:
    for _ in range(steps):
        *_, terminated, truncated, _ = env.step(env.action_space.sample())
        ended = terminated | truncated
        if mode == "Disabled" and ended.any():
            env.reset(options={"reset_mask": ended})


def by_sub_environment(storage: FileStorage) -> dict[int, list[Episode]]:
    found: dict[int, list[Episode]] = defaultdict(list)
    for episode in storage.load_episodes(storage.list_episodes()):
        assert episode.recording is not None
        found[int(str(episode.recording.extra["sub_environment"]))].append(episode)
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", SPACES)
def test_what_is_recorded_of_each_sub_environment_is_what_happened_in_it(
    kind: str, mode: str, storage: FileStorage
) -> None:
    inner = make(mode, kind)
    env = wrap(inner, storage)
    env.action_space.seed(1)

    env.reset(seed=1)
    play(env, 40, mode)
    env.close()

    recorded = by_sub_environment(storage)
    for index, truth in enumerate(inner.envs):
        assert len(recorded[index]) == len(truth.with_steps)
        for episode, true in zip(recorded[index], truth.with_steps, strict=True):
            check_is_true(episode.data, true)
            assert episode.abandoned == (not true.has_ended)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_sub_environments_in_processes_of_their_own_are_recorded_alike(mode: str, tmp_path: Path) -> None:
    here, apart = FileStorage(tmp_path / "here"), FileStorage(tmp_path / "apart")

    for storage, vectorised in ((here, SyncVectorEnv), (apart, AsyncVectorEnv)):
        env = wrap(make(mode, vectorised=vectorised), storage)
        env.action_space.seed(1)
        env.reset(seed=1)
        play(env, 30, mode)
        env.close()

    expected, found = by_sub_environment(here), by_sub_environment(apart)
    assert expected.keys() == found.keys()
    for index, episodes in expected.items():
        pairs = list(zip(episodes, found[index], strict=True))
        assert all(left.data.equals(right.data) for left, right in pairs)


def test_a_step_that_only_resets_is_no_transition(storage: FileStorage) -> None:
    env = wrap(make("NextStep", n=1), storage)
    env.reset(seed=0)

    for _ in range(7):  # episodes of 1 and 2 steps, with a step that resets after each, and 2 of 3 steps
        env.step(env.action_space.sample())
    env.close()

    assert [len(episode.data) for episode in by_sub_environment(storage)[0]] == [1, 2, 2]


@pytest.mark.parametrize("mode", MODES)
def test_a_reset_in_mid_episode_keeps_what_is_open_of_every_sub_environment(mode: str, storage: FileStorage) -> None:
    env = wrap(make(mode, n=4), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())

    env.reset(seed=1)

    recorded = by_sub_environment(storage)
    assert [[episode.abandoned for episode in recorded[index]] for index in range(4)] == [
        [False],
        [True],
        [True],
        [True],
    ]


@needs_modes
def test_a_masked_reset_leaves_the_other_sub_environments_in_their_episodes(storage: FileStorage) -> None:
    env = wrap(make("Disabled", n=4), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    env.reset(options={"reset_mask": np.array([True, False, False, False])})
    env.step(env.action_space.sample())
    env.close()

    recorded = by_sub_environment(storage)
    assert [[len(episode.data) for episode in recorded[index]] for index in range(4)] == [[1, 1], [2], [2], [2]]


@needs_modes
@pytest.mark.filterwarnings("ignore:.*this step is not recorded")
def test_steps_of_a_sub_environment_that_nobody_has_reset_are_not_recorded(storage: FileStorage) -> None:
    env = wrap(Counting(2, "Disabled"), storage)
    env.reset()

    for _ in range(Counting.LENGTH + 3):
        env.step(np.zeros(2, np.int64))
    env.close()

    assert [[len(episode.data) for episode in by_sub_environment(storage)[index]] for index in range(2)] == [[3], [3]]


class Counting(VectorEnv):
    """Vectorised by itself: sub-environment i shows (i, number of its episode, number of its step)."""

    LENGTH = 3

    def __init__(self, n: int, mode: str | None) -> None:
        self.num_envs = n
        self.single_observation_space = spaces.Box(-np.inf, np.inf, (3,), np.float64)
        self.single_action_space = spaces.Discrete(2)
        self.observation_space = spaces.Box(-np.inf, np.inf, (n, 3), np.float64)
        self.action_space = spaces.MultiDiscrete([2] * n)
        if mode is not None:
            self.metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode(mode) if HAS_MODES else None}
        self.mode = mode or "NextStep"
        self.state = np.zeros((n, 3))
        self.state[:, 0] = range(n)

    def reset(self, **_: Any) -> Any:
        self.state[:, 1:] += [1, 0]
        self.state[:, 2] = 0
        return self.state, {}

    def step(self, actions: Any) -> Any:
        due = self.state[:, 2] >= self.LENGTH if self.mode == "NextStep" else np.zeros(self.num_envs, bool)
        self.state[~due, 2] += 1
        self._begin(due)
        ended = (self.state[:, 2] >= self.LENGTH) & ~due
        rewards, infos = self.state[:, 2].copy(), {"all": "say this", "step": self.state[:, 2].copy()}
        if self.mode == "SameStep":
            infos["final_obs"] = self.state.copy()
            self._begin(ended)
        return self.state, rewards, ended, np.zeros(self.num_envs, bool), infos

    def _begin(self, which: Any) -> None:
        self.state[which, 1] += 1
        self.state[which, 2] = 0


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "Disabled"])
def test_environments_that_are_vectorised_by_themselves_are_recorded(mode: str, storage: FileStorage) -> None:
    env = wrap(Counting(2, mode), storage)

    env.reset()
    for _ in range(11):
        env.step(np.zeros(2, np.int64))
    env.close()

    recorded = by_sub_environment(storage)
    assert len(recorded[0]) == (3 if mode == "NextStep" else 4)
    for index, episodes in recorded.items():
        for number, episode in enumerate(episodes, start=1):
            steps = range(len(episode.data) + 1)
            assert np.array_equal(episode.data.all_observations, [[index, number, step] for step in steps])  # type: ignore[arg-type]
            assert episode.data.rewards.tolist() == [float(step) for step in steps[1:]]


@needs_modes
def test_a_last_observation_that_nobody_says_stays_unknown(storage: FileStorage) -> None:
    class Silent(Counting):
        def step(self, actions: Any) -> Any:
            *answer, infos = super().step(actions)
            return (*answer, {"step": infos["step"]})

    env = wrap(Silent(1, "SameStep"), storage)
    env.reset()
    for _ in range(Counting.LENGTH):
        env.step(np.zeros(1, np.int64))

    (episode,) = by_sub_environment(storage)[0]
    assert not episode.data.has_final_observation
    assert len(episode.data) == Counting.LENGTH


@needs_modes
def test_an_environment_that_does_not_say_its_mode_is_asked_for_it(storage: FileStorage) -> None:
    with pytest.warns(UserWarning, match="NextStep is assumed; give autoreset_mode="):
        wrap(Counting(1, None), storage)

    wrap(Counting(1, None), FileStorage(storage._path / "other"), autoreset_mode="NextStep")
    with pytest.raises(InvalidDataError, match="autoreset_mode is one of"):
        TupliVectorEnvWrapper(Counting(1, None), storage, autoreset_mode="next")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", MODES)
def test_recording_that_is_switched_on_late_begins_with_the_next_reset_it_sees(mode: str, storage: FileStorage) -> None:
    inner = make(mode)
    env = wrap(inner, storage)
    with env.recording(False):
        env.reset(seed=0)
        play(env, 5, mode)

    play(env, 30, mode)
    env.close()

    recorded = by_sub_environment(storage)
    for index, truth in enumerate(inner.envs):
        missed = len(truth.with_steps) - len(recorded[index])
        assert 1 <= missed <= 6
        for episode, true in zip(recorded[index], truth.with_steps[missed:], strict=True):
            check_is_true(episode.data, true)


def test_nothing_is_recorded_while_recording_is_off(storage: FileStorage) -> None:
    env = wrap(make("NextStep"), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    env.step(env.action_space.sample())
    before = len(storage.list_episodes())

    env.deactivate_recording()
    open_ones = len(storage.list_episodes())
    play(env, 10, "NextStep")
    env.reset()
    env.close()

    assert open_ones > before
    assert len(storage.list_episodes()) == open_ones


def test_an_episode_can_be_replayed_after_a_seeded_reset_and_after_an_autoreset(storage: FileStorage) -> None:
    env = wrap(SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 2), storage)
    env.action_space.seed(0)

    env.reset(seed=3)
    play(env, 60, "NextStep")
    env.close()

    recorded = by_sub_environment(storage)
    single = gymnasium.make("CartPole-v1")
    assert [episodes[0].recording.seed for episodes in recorded.values()] == [3, 4]  # type: ignore[union-attr]
    assert all(verify(episode, single).is_exact for episodes in recorded.values() for episode in episodes)


def test_each_sub_environment_has_a_callback_of_its_own(storage: FileStorage) -> None:
    class Count:
        def __init__(self) -> None:
            self.n = 0

        def reset(self) -> None:
            self.n = 0

        def __call__(self, step: Any) -> dict[str, int]:
            self.n += 1
            return {"n": self.n}

    env = wrap(make("NextStep"), storage, metadata_callback=Count())
    env.reset(seed=0)
    play(env, 20, "NextStep")
    env.close()

    episodes = [episode for of_one in by_sub_environment(storage).values() for episode in of_one]
    assert all(episode.metadata == {"n": len(episode.data)} for episode in episodes)


def test_without_a_benchmark_the_first_step_says_what_to_do(storage: FileStorage) -> None:
    env = TupliVectorEnvWrapper(make("NextStep"), storage)
    env.reset(seed=0)

    with pytest.raises(ConflictError, match="has no id yet"):
        env.step(env.action_space.sample())


def test_a_storage_that_fails_keeps_the_episodes_of_all_sub_environments(storage: FileStorage) -> None:
    env = wrap(make("NextStep", n=2), storage)
    env.reset(seed=0)
    storage.delete_benchmark(str(env.id))

    with pytest.raises(NotFoundError):
        env.step(env.action_space.sample())
    with pytest.raises(NotFoundError, match="unsaved_episodes"):
        env.close()

    assert [len(episode.data) for episode in env.unsaved_episodes] == [1, 1]


def test_a_failing_step_ends_the_episodes_that_were_open(storage: FileStorage) -> None:
    inner = make("NextStep", n=3)
    env = wrap(inner, storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    inner.envs[2].unwrapped.fails = True

    with pytest.raises(RuntimeError, match="does not answer"):
        env.step(env.action_space.sample())
    inner.envs[2].unwrapped.fails = False
    env.reset(seed=1)

    true = [TrueEpisode(truth.episodes[0].first, truth.episodes[0].steps[:1]) for truth in inner.envs]
    for index, episodes in by_sub_environment(storage).items():
        check_is_true(episodes[0].data, true[index])
