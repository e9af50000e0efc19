"""What the truth tests train on: CartPole played by a noisy script, and the same recording with its observations one step late."""

from pathlib import Path

import gymnasium as gym
from demo import NoisyPolicy

from tupli_client import FileStorage, TupliDataset, TupliEnvWrapper, rollout
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode
from tupli_schemas.trees import take

N_EPISODES = 100


def record_runs(folder: Path, seed: int = 0, n_episodes: int = N_EPISODES) -> TupliDataset:
    """Two lots of episodes in a folder: as they happened (``late == false``), and one step late (``late == true``)."""
    storage = FileStorage(folder)
    env = TupliEnvWrapper(gym.make("CartPole-v1"), storage, metadata_callback=lambda _: {"late": False})
    benchmark = env.store(name="cart-pole")
    rollout(env, NoisyPolicy(seed), episodes=n_episodes, seed=1_000 * seed)
    env.close()
    dataset = TupliDataset(storage).with_benchmark("cart-pole")
    late = (one_step_late(data) for data in dataset.where("late == false"))
    storage.record_episodes(Episode(benchmark_id=benchmark, metadata={"late": True}, data=data) for data in late)
    return dataset


def one_step_late(data: EpisodeData) -> EpisodeData:
    """Each action beside the observation that followed it, as a recorder stores it that keeps only what ``step`` returns."""
    return EpisodeData.from_arrays(
        observations=take(data.all_observations, slice(1, None)),
        actions=data.actions,
        rewards=data.rewards,
        terminated=data.terminated,
        truncated=data.truncated,
    )
